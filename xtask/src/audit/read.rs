//! Reads a folder with a Dockerfile: no engine is asked, and nothing is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ignore::{Ignore, Matched};
use super::job::Job;
use super::seen::{Context, ContextFile, Known, Seen, Unknown, Written};
use crate::dockerfile::{File, Given};
use crate::error::{self, ErrorId, Problem, Result};
use crate::model::Platform;
use crate::names::printable;

/// So many files of a context are listed.
const MOST_FILES: usize = 500_000;
/// Texts of manifests are kept up to this size, and so many of them.
const LARGEST_TEXT: u64 = 512 * 1024;
const MOST_TEXTS: usize = 300;

/// A folder with a Dockerfile.
#[derive(Clone, Debug)]
pub struct Place {
    /// The build context.
    pub folder: PathBuf,
    /// The Dockerfile, as it can be opened from here.
    pub dockerfile: PathBuf,
    /// The same as it is shown: relative to the folder where it lies in it.
    pub shown: String,
    /// Whether it lies outside of the folder.
    pub outside: bool,
}

/// Everything that the files tell. Image, container and rebuild are unknown, with `why`.
///
/// Errors: as [`place`]; the folder or the Dockerfile cannot be read.
pub fn folder(job: &Job, why: &str) -> Result<(Place, Seen)> {
    let place = place(job)?;
    let file = Arc::new(File::of(&place.shown, text_of(&place.dockerfile)?));
    if let Some(problem) = file.hopeless() {
        return Err(problem.clone());
    }
    let context = context(&place)?;
    let unknown = || Unknown::because(why);
    let seen = Seen {
        dockerfile: written(job, &file)?,
        context: Ok(context),
        image: Err(unknown()),
        running: Err(unknown()),
        rebuild: Err(unknown()),
        today: super::today(),
    };
    Ok((place, seen))
}

fn text_of(path: &Path) -> Result<String> {
    // The reader of Dockerfiles has the limit; it also knows UTF-16 by the bytes.
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let read = File::read(folder, &name)?;
    match read.hopeless() {
        Some(problem) if read.text.contains('\0') => Err(problem.clone()),
        _ => Ok(read.text.clone()),
    }
}

/// What our reader makes of the Dockerfile. One that it cannot read is still built.
///
/// Errors: no stage has the name of `--target`.
fn written(job: &Job, file: &Arc<File>) -> Result<Known<Written>> {
    let platform = job.platform.clone().and_then(|platform| Platform::try_from(platform).ok());
    let given = Given { args: Some(&job.build_args), platform: platform.as_ref(), target: job.target.as_deref() };
    let parsed = match file.read_for(&given) {
        Ok(parsed) => parsed,
        Err(problem) => {
            let why = format!("The Dockerfile cannot be read here: {}", problem.fact);
            return Ok(Err(Unknown::because(why)));
        }
    };
    if let Some(parsed) = parsed.up_to(job.target.as_deref()) {
        return Ok(Ok(Written { file: Arc::clone(file), parsed }));
    }
    let target = printable(job.target.as_deref().unwrap_or_default());
    let problem = Problem::new(ErrorId::Usage, format!("{} has no stage `{target}`.", file.path));
    let names = parsed.stages.iter().filter_map(|stage| stage.name.as_deref());
    Err(names.fold(problem, |problem, name| problem.next(format!("--target {}", printable(name)))))
}

/// Finds the Dockerfile.
///
/// Errors: [`ErrorId::NoDockerfile`], with what could be meant.
pub fn place(job: &Job) -> Result<Place> {
    let (folder, dockerfile) = match (&job.dockerfile, job.path.is_file()) {
        (Some(named), _) => (job.path.clone(), named.clone()),
        (None, true) => {
            let folder = job.path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
            (folder.to_owned(), job.path.clone())
        }
        (None, false) => {
            let own = ["Dockerfile", "dockerfile"].map(|name| job.path.join(name));
            let found = own.into_iter().find(|file| file.is_file());
            (job.path.clone(), found.ok_or_else(|| super::elsewhere::no_dockerfile(&job.path))?)
        }
    };
    if !folder.is_dir() {
        let fact = format!("There is no folder `{}`.", printable(&folder.display().to_string()));
        return Err(Problem::new(ErrorId::NoDockerfile, fact));
    }
    if !dockerfile.is_file() {
        let fact = format!("There is no file `{}`.", printable(&dockerfile.display().to_string()));
        return Err(Problem::new(ErrorId::NoDockerfile, fact));
    }
    let inside = || Some(dockerfile.canonicalize().ok()?.strip_prefix(folder.canonicalize().ok()?).ok()?.to_owned());
    let inside = inside();
    let outside = inside.is_none();
    let shown = inside.unwrap_or_else(|| dockerfile.clone());
    let shown = printable(&shown.display().to_string()).replace('\\', "/");
    Ok(Place { folder, dockerfile, shown, outside })
}

/// Lists the context, and reads its `.dockerignore` and its manifests.
///
/// Errors: a folder or the list cannot be read.
pub fn context(place: &Place) -> Result<Context> {
    let mut beside = place.dockerfile.clone().into_os_string();
    beside.push(".dockerignore");
    let lists = [PathBuf::from(beside), place.folder.join(".dockerignore")];
    let list = lists.into_iter().find(|list| list.is_file());
    let ignore = match list {
        Some(path) => {
            let text = fs::read(&path).map_err(|e| error::io("read", &path, &e))?;
            let shown = path.strip_prefix(&place.folder).unwrap_or(&path).display().to_string();
            Some((printable(&shown), String::from_utf8_lossy(&text).into_owned()))
        }
        None => None,
    };
    let rules = ignore.as_ref().map(|(_, text)| Ignore::of(text)).unwrap_or_default();
    let mut context = Context { ignore, ..Context::default() };
    let walk = Walk { top: &place.folder, rules: &rules };
    walk.folder("", &rules.at_top(), &mut context)?;
    context.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    context.texts = texts(&place.folder, &context.files);
    Ok(context)
}

struct Walk<'w> {
    top: &'w Path,
    rules: &'w Ignore,
}

impl Walk<'_> {
    /// Lists what is in a folder, one that is left out included: something in it may be brought back.
    fn folder(&self, below: &str, matched: &Matched, context: &mut Context) -> Result<()> {
        let folder = self.top.join(below);
        let entries = match fs::read_dir(&folder) {
            // What may not be read, and what went away meanwhile, no build gets to see either.
            Err(_) if !below.is_empty() => return Ok(()),
            entries => entries.map_err(|e| error::io("read", &folder, &e))?,
        };
        for entry in entries.filter_map(std::result::Result::ok) {
            if context.files.len() >= MOST_FILES {
                context.is_cut = true;
                return Ok(());
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            let Ok(data) = entry.metadata() else { continue };
            let (left_out, matched) = self.rules.leaves_out(&path, matched);
            if data.is_dir() {
                self.folder(&path, &matched, context)?;
            } else {
                let bytes = if data.is_file() { data.len() } else { 0 };
                context.files.push(ContextFile { path, bytes, sent: !left_out });
            }
        }
        Ok(())
    }
}

/// Names of files whose text tells rules what a project is made with. An ending begins with a star.
const TELLING: [&str; 34] = [
    "package.json",
    "package-lock.json",
    "pnpm-workspace.yaml",
    ".npmrc",
    ".yarnrc.yml",
    ".nvmrc",
    ".node-version",
    "tsconfig.json",
    "requirements.txt",
    "requirements-dev.txt",
    "pyproject.toml",
    "Pipfile",
    "setup.py",
    ".python-version",
    "manage.py",
    "go.mod",
    "Cargo.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    ".tool-versions",
    ".java-version",
    ".dockerignore",
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
    "next.config.js",
    "next.config.mjs",
    "next.config.ts",
];

/// Folders that others' files lie in.
const OF_OTHERS: [&str; 7] = ["node_modules", ".git", "target", "vendor", ".venv", "venv", "dist"];

/// Whether a file is a script that a container may start with.
fn is_script(name: &str) -> bool {
    let shell = Path::new(name).extension().is_some_and(|ending| ending == "sh" || ending == "bash");
    let starts = ["start", "run", "boot"].iter().any(|word| name.starts_with(word)) && !name.contains('.');
    shell || starts || name.contains("entrypoint")
}

fn texts(top: &Path, files: &[ContextFile]) -> BTreeMap<String, String> {
    let wanted = files.iter().filter(|file| {
        let parts: Vec<&str> = file.path.split('/').collect();
        let telling = parts.last().is_some_and(|name| TELLING.contains(name) || is_script(name));
        let theirs = parts.iter().any(|part| OF_OTHERS.contains(part));
        telling && !theirs && parts.len() <= 5 && file.bytes <= LARGEST_TEXT
    });
    let read = |file: &ContextFile| {
        let path = top.join(&file.path);
        // A link may lead anywhere, also out of the context.
        let is_file = fs::symlink_metadata(&path).ok()?.is_file();
        let bytes = is_file.then(|| fs::read(&path).ok()).flatten()?;
        Some((file.path.clone(), String::from_utf8_lossy(&bytes).into_owned()))
    };
    wanted.filter_map(read).take(MOST_TEXTS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn job(dir: &tempfile::TempDir) -> Job {
        Job { path: dir.path().to_owned(), ..Job::default() }
    }

    #[test]
    fn a_folder_is_listed_with_what_its_builder_gets() {
        let dir = made(&[
            ("Dockerfile", "FROM a\n"),
            (".dockerignore", "node_modules\n*.log\n!keep.log\n"),
            ("node_modules/x/index.js", "1"),
            ("a.log", "22"),
            ("keep.log", "333"),
            ("package.json", "{}"),
        ]);
        let (place, seen) = folder(&job(&dir), "No image was built.").unwrap();
        let context = seen.context.unwrap();
        let sent: Vec<_> = context.sent().map(|file| file.path.as_str()).collect();
        assert_eq!(sent, [".dockerignore", "Dockerfile", "keep.log", "package.json"]);
        assert_eq!((context.text("package.json"), place.shown.as_str()), (Some("{}"), "Dockerfile"));
        assert_eq!(context.files.len(), 6);
        assert_eq!(seen.image.unwrap_err().0, "No image was built.");
    }

    #[test]
    fn a_list_beside_the_dockerfile_takes_the_place_of_the_other() {
        let dir = made(&[
            ("docker/api.Dockerfile", "FROM a\n"),
            ("docker/api.Dockerfile.dockerignore", "b\n"),
            (".dockerignore", "c\n"),
            ("b", ""),
            ("c", ""),
        ]);
        let job = Job { dockerfile: Some(dir.path().join("docker/api.Dockerfile")), ..job(&dir) };
        let (place, seen) = folder(&job, "x").unwrap();
        let context = seen.context.unwrap();
        let sent = |path: &str| context.sent().any(|file| file.path == path);
        assert!(!sent("b") && sent("c"));
        assert_eq!(place.shown, "docker/api.Dockerfile");
    }

    #[test]
    fn a_target_that_is_not_there_is_told_with_those_that_are() {
        let dir = made(&[("Dockerfile", "FROM a AS one\nFROM a AS two\n")]);
        let problem = folder(&Job { target: Some("on".to_owned()), ..job(&dir) }, "x").unwrap_err();
        assert_eq!(
            (problem.id, problem.next),
            (ErrorId::Usage, vec!["--target one".to_owned(), "--target two".to_owned()])
        );
        let (_, seen) = folder(&Job { target: Some("one".to_owned()), ..job(&dir) }, "x").unwrap();
        assert_eq!(seen.dockerfile.unwrap().parsed.target, 0);
    }

    #[test]
    fn a_dockerfile_alone_names_its_folder() {
        let dir = made(&[("x.Dockerfile", "FROM a\n"), ("y", "")]);
        let (place, _) = folder(&Job { path: dir.path().join("x.Dockerfile"), ..Job::default() }, "x").unwrap();
        assert_eq!((place.folder.as_path(), place.shown.as_str()), (dir.path(), "x.Dockerfile"));
    }

    #[test]
    fn a_dockerfile_of_elsewhere_keeps_its_path() {
        let dir = made(&[("api/main.js", ""), ("docker/Dockerfile", "FROM a\n")]);
        let other = dir.path().join("docker/Dockerfile");
        let job = Job { path: dir.path().join("api"), dockerfile: Some(other.clone()), ..Job::default() };
        let place = place(&job).unwrap();
        assert!(place.outside && place.shown == other.display().to_string(), "{place:?}");
        let subject = crate::audit::model::Subject {
            folder: Some("api".to_owned()),
            dockerfile: Some("docker/Dockerfile".to_owned()),
            outside: true,
            ..Default::default()
        };
        assert_eq!(subject.called(), "docker/Dockerfile");
    }
}
