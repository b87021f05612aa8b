//! A sample service and its variants: `apps/<app>/app.toml`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::{AppId, VariantId};

/// One app, as its manifest describes it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct App {
    /// The app's folder name. Set by the loader, not in the manifest.
    #[serde(skip, default = "placeholder")]
    pub id: AppId,
    /// The language as it is shown in tables, e.g. `Go`.
    pub title: String,
    /// The language as the service reports it in `GET /`, e.g. `go`.
    pub language: String,
    /// The TCP port the service listens on inside its container.
    pub port: u16,
    /// How long the service may take from `docker run` to its first good answer, e.g. `10s`.
    #[serde(deserialize_with = "duration")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
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

/// One Dockerfile of an app: `<variant>.Dockerfile`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// What it does, one sentence.
    pub summary: String,
    /// Whether it promises to run with `--read-only --cap-drop ALL --security-opt no-new-privileges`.
    #[serde(default)]
    pub hardened: bool,
    /// Where it needs a `tmpfs` when it runs hardened.
    #[serde(default)]
    pub tmpfs: Vec<String>,
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

/// The build stage that runs the app's formatter, linter and unit tests.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The Dockerfile that holds the stage.
    pub variant: VariantId,
    /// The stage.
    pub target: String,
}

/// An honest edit of the app, e.g. what a day's work would change.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What the edit stands for, one clause.
    pub summary: String,
    /// The edits, applied in order.
    pub edits: Vec<Edit>,
}

/// Replaces one piece of text, which must occur exactly once, in one file of the context.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

impl App {
    /// Folder of the app, relative to the repository.
    pub fn folder(&self) -> String {
        format!("apps/{}", self.id)
    }
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
