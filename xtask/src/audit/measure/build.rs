//! One build of somebody's Dockerfile, with what it took.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Lab, slug};
use crate::audit::job::Job;
use crate::audit::read::Place;
use crate::audit::seen::Written;
use crate::dockerfile::File;
use crate::engine::build::{self, Announced};
use crate::engine::instructions::{self, Place as Step, Ran};
use crate::engine::labels::IMAGES;
use crate::engine::{bake, docker};
use crate::error::{self, ErrorId, Problem, Result};

/// Where a builder gets another reader of Dockerfiles from: a registry.
const SYNTAX: &str = "syntax";

/// What is built.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The build context.
    pub folder: PathBuf,
    /// The Dockerfile, as it can be opened from here.
    pub dockerfile: PathBuf,
    /// The stage to build.
    pub target: Option<String>,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// Secrets, in the form of `--secret`.
    pub secrets: Vec<String>,
    /// The platform.
    pub platform: Option<String>,
    /// The name that the image gets.
    pub image: String,
    /// Whether the build cache is left aside.
    pub cold: bool,
}

/// What a build came to.
#[derive(Clone, Debug)]
pub struct Made {
    /// The image's name.
    pub image: String,
    /// How long the call took.
    pub took: Duration,
    /// The instructions that the build needed, in the file's order.
    pub steps: Vec<Step>,
    /// What the build did with each.
    pub ran: Vec<Ran>,
}

impl Recipe {
    /// What the command line asks for.
    pub fn of(job: &Job, place: &Place) -> Self {
        Self {
            folder: place.folder.clone(),
            dockerfile: place.dockerfile.clone(),
            target: job.target.clone(),
            args: job.build_args.clone(),
            secrets: job.secrets.clone(),
            platform: job.platform.clone(),
            image: format!("{IMAGES}audit/{}:now", slug(job)),
            cold: false,
        }
    }

    /// The same under another tag.
    #[must_use]
    pub fn tagged(&self, tag: &str) -> Self {
        let name = self.image.rsplit_once(':').map_or(self.image.as_str(), |(name, _)| name);
        Self { image: format!("{name}:{tag}"), ..self.clone() }
    }
}

impl Lab<'_> {
    /// Builds. `written` is the Dockerfile as our reader reads it, where it can.
    ///
    /// Errors: [`ErrorId::BuildFailed`] and what else a build fails with; a base cannot be had.
    pub fn build(&self, recipe: &Recipe, written: Option<&Written>, notes: &mut Vec<String>) -> Result<Made> {
        let text = fs::read_to_string(&recipe.dockerfile).unwrap_or_default();
        let contexts = self.bases(written, &text, notes)?;
        let dockerfile = self.without_syntax(recipe, &text, notes)?.unwrap_or_else(|| recipe.dockerfile.clone());
        let paths = Paths::of(&recipe.folder, &dockerfile)?;
        let file = written.map(|written| Arc::clone(&written.file));
        let target = bake::Target {
            called: self.called(),
            context: paths.context,
            dockerfile: paths.dockerfile,
            file: file.clone().or_else(|| Some(Arc::new(File::of("Dockerfile", text.clone())))),
            target: recipe.target.clone(),
            platforms: recipe.platform.iter().cloned().collect(),
            contexts,
            args: recipe
                .args
                .clone()
                .into_iter()
                .chain([(bake::CACHE_MOUNT_NAMESPACE.0.to_owned(), bake::CACHE_MOUNT_NAMESPACE.1.to_owned())])
                .collect(),
            tags: vec![recipe.image.clone()],
            secrets: recipe.secrets.iter().map(|secret| absolute(secret)).collect(),
            ..bake::Target::default()
        };
        let definition = bake::Definition { targets: BTreeMap::from([("audit".to_owned(), target)]) };
        let options = self.session.options().build;
        let options = bake::Options { no_cache: recipe.cold, limit: self.job.timeout.or(options.limit), ..options };
        let item = self.called();
        let built = build::build(Announced::Item(&item), &definition, &options, &paths.root, self.session.engine)
            .map_err(|problem| registry_login(problem, &text))?;
        let steps = written.map(|written| instructions::places(&written.parsed, None)).unwrap_or_default();
        let ran = instructions::ran(&steps, built.steps());
        Ok(Made { image: recipe.image.clone(), took: built.took, steps, ran })
    }

    /// Removes an image of this audit.
    pub fn remove_image(&self, image: &str) {
        let _ = self.session.engine.ask(&docker(["image", "rm", image]));
    }

    /// A copy of the Dockerfile without its `# syntax=` line, where no registry could bring what that names. Its lines keep their
    /// numbers.
    ///
    /// Errors: the copy cannot be written.
    fn without_syntax(&self, recipe: &Recipe, text: &str, notes: &mut Vec<String>) -> Result<Option<PathBuf>> {
        let Some((line, named)) = syntax(text) else { return Ok(None) };
        if self.session.bases.are_pulled() || self.has(named) {
            return Ok(None);
        }
        let folder = self.copies();
        fs::create_dir_all(&folder).map_err(|e| error::io("create", &folder, &e))?;
        let copy = folder.join("Dockerfile");
        let lines = text.lines().enumerate().map(|(at, old)| if at == line { "#" } else { old });
        let text = lines.collect::<Vec<_>>().join("\n") + "\n";
        fs::write(&copy, text).map_err(|e| error::io("write", &copy, &e))?;
        let mut beside = recipe.dockerfile.clone().into_os_string();
        beside.push(".dockerignore");
        let list = folder.join("Dockerfile.dockerignore");
        let _ = fs::remove_file(&list);
        if Path::new(&beside).is_file() {
            fs::copy(&beside, &list).map_err(|e| error::io("write", &list, &e))?;
        }
        let note = "The `# syntax=` line was left aside: it needs a registry, and none is used here.".to_owned();
        if !notes.contains(&note) {
            notes.push(note);
        }
        Ok(Some(copy))
    }
}

/// The line, from 0, that names another reader of Dockerfiles, and its name. Only comments may stand before it.
fn syntax(text: &str) -> Option<(usize, &str)> {
    let comments = text.lines().enumerate().take_while(|(_, line)| line.trim_start().starts_with('#'));
    let directive = |line: &'_ str| -> Option<(String, usize)> {
        let (name, value) = line.trim_start().strip_prefix('#')?.split_once('=')?;
        Some((name.trim().to_ascii_lowercase(), line.len() - value.len()))
    };
    for (at, line) in comments {
        // Another comment ends the directives.
        let (name, value) = directive(line)?;
        if name == SYNTAX {
            return Some((at, line[value..].trim()));
        }
    }
    None
}

/// The paths of a build as bake wants them: the context from a root, the Dockerfile from the context.
struct Paths {
    root: PathBuf,
    context: String,
    dockerfile: String,
}

impl Paths {
    /// Newer versions of bake read nothing outside of the folder they work in, so that is one that holds both.
    fn of(folder: &Path, dockerfile: &Path) -> Result<Self> {
        let real = |path: &Path| path.canonicalize().map_err(|e| error::io("find", path, &e));
        let (folder, dockerfile) = (real(folder)?, real(dockerfile)?);
        let root: PathBuf =
            folder.components().zip(dockerfile.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
        let below = |path: &Path| path.strip_prefix(&root).map(slashes).unwrap_or_default();
        let (context, file) = (below(&folder), below(&dockerfile));
        let up = context.split('/').filter(|part| !part.is_empty()).map(|_| "..");
        let dockerfile = up.chain([file.as_str()]).collect::<Vec<_>>().join("/");
        Ok(Self { root, context: if context.is_empty() { ".".to_owned() } else { context }, dockerfile })
    }
}

fn slashes(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A secret whose file is named from here, for a builder that works elsewhere.
fn absolute(secret: &str) -> String {
    let part = |part: &str| match part.split_once('=') {
        Some((key @ ("src" | "source"), path)) => {
            let path = Path::new(path).canonicalize().unwrap_or_else(|_| PathBuf::from(path));
            format!("{key}={}", path.display())
        }
        _ => part.to_owned(),
    };
    secret.split(',').map(part).collect::<Vec<_>>().join(",")
}

/// A registry that wants a login is no fault of the file: what to type.
fn registry_login(problem: Problem, text: &str) -> Problem {
    let said = problem.evidence.join("\n").to_lowercase();
    let refused = ["authentication required", "401 unauthorized", "403 forbidden", "no basic auth credentials"];
    if problem.id != ErrorId::Registry && !refused.iter().any(|words| said.contains(words)) {
        return problem;
    }
    let hosts = crate::dockerfile::mentioned(text);
    let host =
        hosts.iter().filter_map(|name| name.split_once('/')).map(|(host, _)| host).find(|host| host.contains('.'));
    match host {
        Some(host) => problem.next(format!(
            "docker login {}    where that registry wants to know who asks",
            crate::names::printable(host)
        )),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_line_is_found_among_directives_only() {
        assert_eq!(syntax("# syntax=docker/dockerfile:1\nFROM a\n"), Some((0, "docker/dockerfile:1")));
        assert_eq!(syntax("# check=skip=all\n#Syntax = x\nFROM a\n"), Some((1, "x")));
        assert_eq!(syntax("# words\n# syntax=x\nFROM a\n"), None);
        assert_eq!(syntax("FROM a\n# syntax=x\n"), None);
    }

    #[test]
    fn bake_gets_paths_below_one_root() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        for path in ["api/Dockerfile", "docker/x.Dockerfile"] {
            fs::create_dir_all(top.join(path).parent().unwrap()).unwrap();
            fs::write(top.join(path), "").unwrap();
        }
        let own = Paths::of(&top.join("api"), &top.join("api/Dockerfile")).unwrap();
        assert_eq!((own.root, own.context.as_str(), own.dockerfile.as_str()), (top.join("api"), ".", "Dockerfile"));
        let beside = Paths::of(&top.join("api"), &top.join("docker/x.Dockerfile")).unwrap();
        assert_eq!(
            (beside.root, beside.context.as_str(), beside.dockerfile.as_str()),
            (top, "api", "../docker/x.Dockerfile")
        );
    }
}
