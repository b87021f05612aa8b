//! The document of an audit: what was looked at, what was measured, and what was found.

use serde::{Deserialize, Serialize};

/// What an audit came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Audit {
    /// Version of this document's shape.
    pub schema: u32,
    /// What was looked at.
    pub subject: Subject,
    /// What was measured.
    pub figures: Figures,
    /// What should be changed, what matters most first.
    pub findings: Vec<Finding>,
    /// Rules that could not be judged, and why: nobody knows whether they hold.
    pub not_measured: Vec<NotMeasured>,
    /// Rules that found nothing.
    pub held: Vec<String>,
    /// What should be known of the run, in sentences, e.g. which base was a stand-in.
    #[serde(default)]
    pub notes: Vec<String>,
    /// A better Dockerfile, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<super::propose::model::Proposed>,
}

impl Audit {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 1;
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Subject {
    /// The folder, as it was typed; `null` where an image was named instead.
    pub folder: Option<String>,
    /// The Dockerfile as it is shown: relative to the folder, or as it was typed where it lies outside; `null` where there is none.
    pub dockerfile: Option<String>,
    /// Whether the Dockerfile lies outside of the folder.
    #[serde(default)]
    pub outside: bool,
    /// The stage that was built, where `--target` named one.
    pub target: Option<String>,
    /// The image or archive that was looked into; `null` where nothing was built.
    pub image: Option<String>,
    /// The platform, where `--platform` named one.
    pub platform: Option<String>,
}

impl Subject {
    /// What was looked at, in one path that exists, or the image's name.
    pub fn called(&self) -> String {
        match (&self.folder, &self.dockerfile) {
            (Some(folder), Some(file)) if folder == "." || self.outside => file.clone(),
            // The folder may have been named by its Dockerfile.
            (Some(folder), Some(file)) if folder == file || folder.ends_with(&format!("/{file}")) => folder.clone(),
            (Some(folder), Some(file)) => format!("{}/{file}", folder.trim_end_matches('/')),
            _ => self.image.clone().unwrap_or_default(),
        }
    }
}

/// What was measured. Each figure is `null` where it was not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Figures {
    /// Regular-file bytes of all layers as unpacked.
    pub stored_bytes: Option<u64>,
    /// Bytes that a machine fetches.
    pub pull_bytes: Option<u64>,
    /// Stored bytes that a later layer hides.
    pub wasted_bytes: Option<u64>,
    /// Installed packages, as the package managers' own lists say it.
    pub packages: Option<u64>,
    /// Files with the set-user-id or set-group-id bit that can be run.
    pub setuid_files: Option<u64>,
    /// Layers.
    pub layers: Option<u64>,
    /// Milliseconds that the RUN steps of a build take to which nothing comes from the cache; `null` where it has none.
    pub build_ms: Option<u64>,
    /// Milliseconds that the build took after one source file was touched, from call to end: more than its RUN steps.
    pub rebuild_ms: Option<u64>,
    /// Share of the RUN steps' time that ran again after that, from 0 to 1; `null` where the build has none.
    pub rebuild_share: Option<f64>,
    /// Stored bytes of the layers that were new after that.
    pub rebuild_bytes: Option<u64>,
    /// Milliseconds from `docker run` to the first good answer.
    pub ready_ms: Option<u64>,
    /// Milliseconds from the signal to the end.
    pub stop_ms: Option<u64>,
    /// Bytes of the build context.
    pub context_bytes: Option<u64>,
}

/// What kind of thing a rule is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What the image carries.
    #[default]
    Bytes,
    /// What a build repeats.
    Rebuild,
    /// Keys and passwords.
    Secrets,
    /// How the container runs.
    Runtime,
    /// Where the parts come from.
    Supply,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Bytes, Self::Rebuild, Self::Secrets, Self::Runtime, Self::Supply];

    /// The name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Rebuild => "rebuild",
            Self::Secrets => "secrets",
            Self::Runtime => "runtime",
            Self::Supply => "supply",
        }
    }
}

/// How bad it is besides bytes and seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// It costs bytes or seconds, and nothing else.
    #[default]
    None,
    /// It is good to know.
    Low,
    /// It goes wrong one day, or makes what went wrong worse.
    Medium,
    /// It is wrong now: a secret that anybody can read, a service that drops requests.
    High,
}

/// One thing that should be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// The rule's id, e.g. `single-stage`.
    pub id: String,
    /// What kind of thing it is about.
    pub kind: Kind,
    /// What is so, in one sentence, with its number.
    pub says: String,
    /// Where it was seen, and how much of it.
    pub evidence: Vec<Evidence>,
    /// Why it matters, in one or two sentences.
    pub why: String,
    /// What to write instead.
    pub fix: Fix,
    /// The lesson that teaches it, by its id; `null` where none does.
    pub lesson: Option<String>,
    /// Bytes that the fix saves; 0 where that is not the point.
    pub bytes: u64,
    /// Milliseconds that the fix saves each time; 0 where that is not the point.
    pub ms: u64,
    /// How bad it is besides.
    pub risk: Risk,
    /// The rule whose fix settles this one, too; `null` where this one needs its own.
    pub settled_by: Option<String>,
}

/// Where something was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Evidence {
    /// What was seen, in a few words; never the value of a secret.
    pub says: String,
    /// A path in the image or in the build context.
    pub path: Option<String>,
    /// The layer, counted from 1.
    pub layer: Option<usize>,
    /// The line of the Dockerfile, from 1.
    pub line: Option<usize>,
    /// How many bytes.
    pub bytes: Option<u64>,
    /// How many milliseconds.
    pub ms: Option<u64>,
}

/// What to write instead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fix {
    /// What to do, in a sentence.
    pub says: String,
    /// The lines to change, each with `-`, `+` or a space before it; empty where it cannot be said in lines.
    pub diff: Vec<String>,
    /// The file that the lines are of, e.g. `Dockerfile` or `.dockerignore`; `null` without lines.
    pub file: Option<String>,
}

/// A rule that could not be judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NotMeasured {
    /// The rule's id.
    pub rule: String,
    /// Why, as a sentence.
    pub why: String,
}

impl Finding {
    /// Adds something seen.
    #[must_use]
    pub fn with(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// Adds several.
    #[must_use]
    pub fn with_all(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// What the fix saves, in bytes.
    #[must_use]
    pub fn saves_bytes(self, bytes: u64) -> Self {
        Self { bytes, ..self }
    }

    /// What the fix saves each time, in milliseconds.
    #[must_use]
    pub fn saves_ms(self, ms: u64) -> Self {
        Self { ms, ..self }
    }

    /// How bad it is besides bytes and seconds.
    #[must_use]
    pub fn risk(self, risk: Risk) -> Self {
        Self { risk, ..self }
    }

    /// What to do.
    #[must_use]
    pub fn fix(self, says: impl Into<String>) -> Self {
        Self { fix: Fix { says: says.into(), ..self.fix }, ..self }
    }

    /// The lines that do it, of a file.
    #[must_use]
    pub fn diff(self, file: impl Into<String>, lines: Vec<String>) -> Self {
        Self { fix: Fix { diff: lines, file: Some(file.into()), ..self.fix }, ..self }
    }

    /// That the fix of another rule settles this one, too.
    #[must_use]
    pub fn settled_by(self, rule: &str) -> Self {
        Self { settled_by: Some(rule.to_owned()), ..self }
    }
}

impl Evidence {
    /// Something seen, of which more may be said.
    pub fn of(says: impl Into<String>) -> Self {
        Self { says: says.into(), ..Self::default() }
    }

    /// On this line of the Dockerfile.
    #[must_use]
    pub fn line(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }

    /// At this path.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// In this layer, counted from 1.
    #[must_use]
    pub fn layer(self, layer: usize) -> Self {
        Self { layer: Some(layer), ..self }
    }

    /// So many bytes.
    #[must_use]
    pub fn bytes(self, bytes: u64) -> Self {
        Self { bytes: Some(bytes), ..self }
    }

    /// So many milliseconds.
    #[must_use]
    pub fn ms(self, ms: u64) -> Self {
        Self { ms: Some(ms), ..self }
    }
}
