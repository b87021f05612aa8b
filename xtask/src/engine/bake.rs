//! Builds: one `docker buildx bake` call with a generated definition, so that BuildKit shares stages among images and
//! builds them in parallel.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::docker;
use crate::dockerfile;
use crate::error::Problem;
use crate::process::Command;

/// Namespace for cache mounts of builds started here. Without it `--no-cache` would empty the user's own cache mounts of
/// the same id.
pub const CACHE_MOUNT_NAMESPACE: (&str, &str) = ("BUILDKIT_CACHE_MOUNT_NS", "drydock");

/// One image to build, as bake's JSON wants it. Paths are relative to the repository's root.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Target {
    /// What a person calls it, e.g. `Go, naive`; its name in the definition where this is empty.
    #[serde(skip)]
    pub called: String,
    /// Folder sent as the build context.
    pub context: String,
    /// The Dockerfile, relative to the context.
    pub dockerfile: String,
    /// The same as it was read, where it is to be said in which line a build fails.
    #[serde(skip)]
    pub file: Option<Arc<dockerfile::File>>,
    /// The bases that only the engine may know, with what is to be said where it does not.
    #[serde(skip)]
    pub missing: BTreeMap<String, Problem>,
    /// Stage to build; the last one when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Platforms to build it for; the engine's own when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
    /// Images and folders that replace what `FROM` and `--from` name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub contexts: BTreeMap<String, String>,
    /// Build arguments.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// Labels of the image.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Tags in the engine's store.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Secrets, in the form of `--secret`.
    #[serde(rename = "secret", skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// Where the result goes, in the form of `--output`; the engine's store when empty.
    #[serde(rename = "output", skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
}

/// How a definition is built.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Ignore the build cache.
    pub no_cache: bool,
    /// Another buildx builder than the engine's own.
    pub builder: Option<String>,
    /// How long the whole build may take; for ever when `None`.
    pub limit: Option<Duration>,
}

/// A bake definition: targets by name.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Definition {
    /// The targets.
    #[serde(rename = "target")]
    pub targets: BTreeMap<String, Target>,
}

/// A file's path as seen from a folder; both are relative to the repository and without `..`.
pub fn relative(folder: &str, file: &str) -> String {
    let (mut up, mut rest) = (folder.split('/').peekable(), file.split('/').peekable());
    while up.peek().is_some() && up.peek() == rest.peek() {
        up.next();
        rest.next();
    }
    let steps = up.map(|_| "..").chain(rest);
    steps.collect::<Vec<_>>().join("/")
}

impl Definition {
    /// What a person calls the target of this name.
    pub fn called<'d>(&'d self, target: &'d str) -> &'d str {
        self.targets.get(target).map(|one| one.called.as_str()).filter(|called| !called.is_empty()).unwrap_or(target)
    }

    /// The definition as the JSON text bake reads.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("maps of strings are always JSON")
    }

    /// The bake call that builds all targets in parallel. It reads the definition from standard input and writes its
    /// progress as JSON to standard error.
    pub fn command(&self, options: &Options) -> Command {
        let mut command = docker(["buildx", "bake", "--file", "-"]);
        // It would take the place of any other output.
        if self.targets.values().all(|target| target.outputs.is_empty()) {
            command = command.arg("--load");
        }
        command = command.args(["--provenance=false", "--progress=rawjson"]);
        if let Some(builder) = &options.builder {
            command = command.args(["--builder", builder]);
        }
        if options.no_cache {
            command = command.arg("--no-cache");
        }
        command.args(self.targets.keys().cloned()).stdin(self.json())
    }
}

impl Target {
    /// The `docker buildx build` line that builds this one image by hand, from the repository's root. Labels, by which only
    /// `clean` knows it, are left out.
    pub fn by_hand(&self) -> Command {
        let mut command = docker(["buildx", "build", "--provenance=false"]);
        command = command.args(["--file".to_owned(), resolved(&self.context, &self.dockerfile)]);
        if let Some(target) = &self.target {
            command = command.args(["--target", target]);
        }
        for platform in &self.platforms {
            command = command.args(["--platform", platform]);
        }
        for secret in &self.secrets {
            command = command.args(["--secret", secret]);
        }
        for (name, value) in &self.contexts {
            command = command.args(["--build-context".to_owned(), format!("{name}={value}")]);
        }
        for (name, value) in &self.args {
            command = command.args(["--build-arg".to_owned(), format!("{name}={value}")]);
        }
        for tag in &self.tags {
            command = command.args(["--tag", tag]);
        }
        command.arg(self.context.clone())
    }
}

/// The way back of [`relative`].
fn resolved(folder: &str, file: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in file.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_outside_its_context_is_found_from_there_and_back() {
        for (folder, file, seen) in [
            ("apps/go", "apps/go/naive.Dockerfile", "naive.Dockerfile"),
            ("apps/go", "lessons/03-x/go/bad.Dockerfile", "../../lessons/03-x/go/bad.Dockerfile"),
            ("target/drydock/contexts/go-mine", "my/x/go/Dockerfile", "../../../../my/x/go/Dockerfile"),
        ] {
            assert_eq!(relative(folder, file), seen);
            assert_eq!(resolved(folder, seen), file);
        }
    }

    fn target() -> Target {
        Target {
            context: "apps/go".into(),
            dockerfile: "naive.Dockerfile".into(),
            contexts: BTreeMap::from([(
                "golang:1.27-trixie".into(),
                "docker-image://drydock.local/golang:1.27-trixie".into(),
            )]),
            tags: vec!["drydock.local/app/go:naive".into()],
            ..Target::default()
        }
    }

    #[test]
    fn the_definition_holds_only_what_is_set() {
        let definition = Definition { targets: BTreeMap::from([("go-naive".into(), target())]) };
        let json: serde_json::Value = serde_json::from_str(&definition.json()).unwrap();
        let keys: Vec<_> = json["target"]["go-naive"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["context", "contexts", "dockerfile", "tags"]);
    }

    #[test]
    fn the_line_for_the_hand_is_plain_buildx() {
        assert_eq!(
            target().by_hand().display(),
            "docker buildx build --provenance=false --file apps/go/naive.Dockerfile \
             --build-context golang:1.27-trixie=docker-image://drydock.local/golang:1.27-trixie \
             --tag drydock.local/app/go:naive apps/go"
        );
    }
}
