//! A sample service and its variants: `apps/<app>/app.toml`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::{AppId, Contract, Platform, VariantId};

/// One app, as its manifest describes it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct App {
    /// The app's folder name. Set by the loader, not in the manifest.
    #[serde(skip, default = "placeholder")]
    pub id: AppId,
    /// Its folder, relative to the repository. Set by the loader.
    #[serde(skip)]
    pub folder: String,
    /// What its service must answer: the contract of all apps, or a small one of its own beside the manifest. Set by the loader.
    #[serde(skip)]
    pub contract: Arc<Contract>,
    /// The language as it is shown in tables, e.g. `Go`.
    pub title: String,
    /// The language as the service reports it in `GET /`, e.g. `go`.
    pub language: String,
    /// The TCP port the service listens on inside its container.
    pub port: u16,
    /// How long the service may take from `docker run` to its first good answer, e.g. `10s`.
    #[serde(deserialize_with = "duration")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub ready_within: Duration,
    /// Capabilities of the contract that no variant of this app has.
    #[serde(default)]
    pub without: Vec<String>,
    /// The Dockerfiles, by name.
    pub variant: BTreeMap<VariantId, Variant>,
    /// Environment variable that names a file of certificate authorities the service trusts.
    #[serde(default = "ssl_cert_file")]
    pub roots_variable: String,
    /// Where the app's own tests and linters run.
    pub check: Check,
    /// Edits that experiments apply to a copy of the context, by name (`source`, `dependency`). Each has `{run}` in a
    /// replacement.
    #[serde(default)]
    pub change: BTreeMap<String, Change>,
}

/// One way to build and run an app.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// What it does, one sentence.
    pub summary: String,
    /// Its Dockerfile, beside the manifest or in the lesson's folder of the app. Several variants may share one.
    /// `<variant>.Dockerfile` when left out.
    pub dockerfile: Option<String>,
    /// The stage to build; the last one when left out.
    pub target: Option<String>,
    /// Build arguments.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// Secrets that the build is given, by id. `{run}` in a value becomes something that no other run has.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Platforms to build it for, each an image of its own; the engine's own when empty.
    #[serde(default)]
    pub platforms: Vec<Platform>,
    /// A folder that is the build context in place of the app's, relative to the lesson's folder.
    pub context: Option<String>,
    /// Whether it promises to run with `--read-only --cap-drop ALL --security-opt no-new-privileges`.
    #[serde(default)]
    pub hardened: bool,
    /// Where it needs a `tmpfs` when it runs hardened.
    #[serde(default)]
    pub tmpfs: Vec<String>,
    /// How its containers run besides.
    #[serde(default)]
    pub run: RunOptions,
    /// Capabilities of the contract that this variant lacks, on top of the app's.
    #[serde(default)]
    pub without: Vec<String>,
    /// Whether one of its bases comes from a registry only. It is then listed as not run where bases are built here.
    #[serde(default)]
    pub registry_only: bool,
    /// Groups of the lesson's files that its build context has besides.
    #[serde(default)]
    pub with: Vec<String>,
    /// Paths of the app's folder that its build context does not have.
    #[serde(default)]
    pub remove: Vec<String>,
}

/// How a container runs, in the words of `docker run`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunOptions {
    /// Whether the engine's own init is PID 1: `--init`.
    #[serde(default)]
    pub init: bool,
    /// The program in place of the image's: `--entrypoint`.
    pub entrypoint: Option<String>,
    /// Arguments behind the image, in place of its `CMD`.
    #[serde(default)]
    pub command: Vec<String>,
    /// The signal that `docker stop` sends first: `--stop-signal`.
    pub stop_signal: Option<String>,
    /// Environment variables.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Further options as they stand before the image, e.g. `["--cap-add", "SYS_PTRACE"]`.
    #[serde(default)]
    pub options: Vec<String>,
}

/// A file that a build context has besides the app's own. One of `text`, `bytes` and `from` says what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtraFile {
    /// Path inside the build context.
    pub path: String,
    /// Its text. `{run}` stands for something that is new in every run.
    pub text: Option<String>,
    /// Its length, filled with bytes that do not compress. The same bytes every time.
    pub bytes: Option<u64>,
    /// A file or a folder whose content it takes, relative to the lesson's folder. The loader makes it relative to the
    /// repository.
    pub from: Option<String>,
}

/// The build stage that runs the app's formatter, linter and unit tests.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The Dockerfile that holds the stage.
    pub variant: VariantId,
    /// The stage.
    pub target: String,
}

/// An honest edit of the app, e.g. what a day's work would change.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What the edit stands for, one clause.
    pub summary: String,
    /// The edits, applied in order.
    #[serde(default)]
    pub edits: Vec<Edit>,
    /// Build arguments that are given another value. `{run}` in a value becomes something that no other run has.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// Secrets that are given another value, likewise.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
}

impl Change {
    /// What it changes: files, arguments and secrets, by name.
    pub fn changed(&self) -> impl Iterator<Item = &str> {
        let edited = self.edits.iter().map(|edit| edit.file.as_str());
        edited.chain(self.args.keys().map(String::as_str)).chain(self.secrets.keys().map(String::as_str))
    }

    /// Everything that it puts in place of something.
    pub fn replacements(&self) -> impl Iterator<Item = &str> {
        let edits = self.edits.iter().map(|edit| edit.replace.as_str());
        edits.chain(self.args.values().map(String::as_str)).chain(self.secrets.values().map(String::as_str))
    }
}

/// Replaces one piece of text, which must occur exactly once, in one file of the context.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// Path inside the app's folder.
    pub file: String,
    /// The exact text to replace.
    pub find: String,
    /// What to put in its place. `{run}` in it becomes a value that no other run has, so that the build cache cannot know
    /// the result yet.
    pub replace: String,
}

/// What OpenSSL, Go and rustls read.
fn ssl_cert_file() -> String {
    "SSL_CERT_FILE".to_owned()
}

fn placeholder() -> AppId {
    AppId::try_from("unset".to_owned()).expect("a valid name")
}

/// Reads `10s`, `1m 30s` or `500ms`.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let parsed: Result<jiff::SignedDuration, _> = text.parse();
    parsed
        .ok()
        .and_then(|signed| Duration::try_from(signed).ok())
        .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a duration like \"10s\" or \"500ms\"")))
}
