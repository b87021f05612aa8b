//! A folder that could become an image: the `docker build` line that makes it one, to be copied.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bases::{self, Bases};
use crate::dockerfile::{self, File, Given};
use crate::engine::{Engine, docker};
use crate::error::Result;
use crate::process::Command;

/// What the image is tagged with behind its name: nobody's image has that by chance, so that none is replaced.
const TAG: &str = "look";

/// Images that take the place of bases, by the bases' names.
type Contexts = BTreeMap<String, String>;

/// A folder with a Dockerfile that no image was made of yet.
#[derive(Debug)]
pub struct Unbuilt {
    folder: PathBuf,
    dockerfile: Arc<File>,
}

impl Unbuilt {
    /// The folder or the Dockerfile that somebody named in place of an image; `None` where it is neither. `dockerfile` is the
    /// file beside the folder's own that was named.
    pub fn find(named: &Path, dockerfile: Option<&Path>) -> Option<Self> {
        let (folder, file) = if named.is_dir() {
            let own = ["Dockerfile", "dockerfile"].map(|name| named.join(name));
            (named.to_owned(), dockerfile.map(Path::to_owned).or_else(|| own.into_iter().find(|file| file.is_file()))?)
        } else {
            let name = named.file_name()?.to_str()?.to_ascii_lowercase();
            let is_one = name == "dockerfile" || name.starts_with("dockerfile.") || name.ends_with(".dockerfile");
            let folder = named.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
            (is_one && named.is_file()).then(|| (folder.to_owned(), named.to_owned()))?
        };
        Some(Self { folder, dockerfile: super::read(&file).ok()? })
    }

    /// The lines to type, in their order: what makes bases that are missing, the build, the look into the image.
    ///
    /// Errors: the Dockerfile holds nothing that could be built; a recipe of a base cannot be read.
    pub fn lines(&self, engine: Engine<'_>) -> Result<Vec<String>> {
        if let Some(problem) = self.dockerfile.hopeless() {
            return Err(problem.clone());
        }
        let needed = match self.dockerfile.read_for(&Given::default()) {
            Ok(file) => file.images(None),
            // The engine is the judge of it, and may know what our reader does not.
            Err(_) => dockerfile::mentioned(&self.dockerfile.text),
        };
        let (first, contexts) = found(&needed, engine)?;
        let image = format!("{}:{TAG}", image_name(&self.folder));
        let build = build(&self.folder, &self.dockerfile.path, &image, &contexts);
        let inspect = Command::new("cargo").args(["xtask", "inspect", &image, "--dockerfile", &self.dockerfile.path]);
        Ok(first.into_iter().chain([build, inspect]).map(|command| command.display()).collect())
    }
}

/// Where a build finds these bases, as the last build found them: the command that makes those that are missing, and the named
/// contexts. Nothing is asked of a registry.
fn found(needed: &BTreeSet<String>, engine: Engine<'_>) -> Result<(Option<Command>, Contexts)> {
    let Some(bases) = Bases::remembered()? else { return Ok((None, Contexts::new())) };
    let contexts = bases::sources(needed, &bases)?.contexts(needed);
    let missing = bases::architecture(engine).and_then(|architecture| bases.plan(needed, &architecture, engine));
    let missing = missing.is_ok_and(|plan| !plan.is_empty());
    if missing && bases.are_pulled() {
        // Only a run lays this network's certificates over what it pulls.
        return Ok((None, Contexts::new()));
    }
    let make = Command::new("cargo").args(["xtask", "bases", "build"]).args(contexts.keys().cloned());
    Ok((missing.then_some(make), contexts))
}

fn build(folder: &Path, dockerfile: &str, image: &str, contexts: &Contexts) -> Command {
    let mut build = docker(["build", "--tag", image, "--file", dockerfile]);
    for (name, context) in contexts {
        build = build.args(["--build-context".to_owned(), format!("{name}={context}")]);
    }
    build.arg(folder.display().to_string())
}

/// The name of an image for a folder: its own name in the letters that a repository's name may have (`reference.go` of
/// distribution: lower case, digits, single separators between them).
fn image_name(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = whole.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let parts = name.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join("-");
    if name.is_empty() { "service".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_an_image_a_name_that_engines_take() {
        for (folder, name) in
            [("/a/My Service", "my-service"), ("/x/--a__b.c--/", "a-b-c"), ("/", "service"), ("/ü", "service")]
        {
            assert_eq!(image_name(Path::new(folder)), name, "{folder}");
        }
    }

    #[test]
    fn a_folder_and_a_dockerfile_are_found_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        assert!(Unbuilt::find(dir.path(), None).is_none());
        std::fs::write(path("api.Dockerfile"), "FROM scratch\nCOPY a /\n").unwrap();
        std::fs::write(path("a.tar"), "").unwrap();
        assert!(Unbuilt::find(dir.path(), None).is_none() && Unbuilt::find(&path("a.tar"), None).is_none());
        let named = Unbuilt::find(dir.path(), Some(&path("api.Dockerfile"))).unwrap();
        let alone = Unbuilt::find(&path("api.Dockerfile"), None).unwrap();
        assert_eq!((&named.folder, &named.dockerfile), (&alone.folder, &alone.dockerfile));
    }

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        let contexts = [("golang:1".to_owned(), "docker-image://drydock.local/golang:1".to_owned())].into();
        let line =
            build(Path::new("it's a folder"), "it's a folder/Dockerfile", "it-s-a-folder:look", &contexts).display();
        let words = shell(&line);
        assert_eq!(
            words,
            [
                "docker",
                "build",
                "--tag",
                "it-s-a-folder:look",
                "--file",
                "it's a folder/Dockerfile",
                "--build-context",
                "golang:1=docker-image://drydock.local/golang:1",
                "it's a folder",
            ]
        );
    }

    /// The words that a shell makes of a line.
    fn shell(line: &str) -> Vec<String> {
        let script = format!("printf '%s\\n' {line}");
        let output = Command::new("sh").args(["-c", &script]).output(std::time::Duration::from_mins(1)).unwrap();
        output.stdout.lines().map(str::to_owned).collect()
    }
}
