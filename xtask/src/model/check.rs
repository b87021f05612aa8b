//! What came of an exercise, and the JSON document that says it.

use serde::{Deserialize, Serialize};

use super::{AppId, Environment, LessonRef, Measurement, VariantId, Verdict};

/// The document `cargo xtask check --json` prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CheckReport {
    /// Version of this document's shape.
    pub schema: u32,
    /// The lesson the exercise belongs to.
    pub lesson: LessonRef,
    /// The app.
    pub app: AppId,
    /// The learner's Dockerfile, relative to the repository.
    pub file: String,
    /// Where it was judged.
    pub environment: Environment,
    /// Whether everything held.
    pub solved: bool,
    /// What was measured; `null` where the image could not be built.
    pub result: Option<Measurement>,
    /// One entry an expectation; empty where the image could not be built.
    pub expectations: Vec<Verdict>,
    /// Rules that could not be judged, since they are about a service that answers.
    #[serde(default)]
    pub not_judged: Vec<String>,
    /// Why the image could not be built or its container is not healthy.
    pub trouble: Option<Trouble>,
    /// The folder that the image was built from, relative to the repository; left out where nothing was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// What its size is compared with.
    pub marks: Marks,
    /// The fewest stored bytes of a right answer so far, this one included.
    pub best_bytes: Option<u64>,
    /// Wall time of the whole check, in milliseconds.
    pub took_ms: u64,
    /// Wall time of all builds in it, those after a change of the app included. The rest is starting, asking, weighing and judging.
    pub build_ms: u64,
}

impl CheckReport {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 2;
}

/// A problem as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trouble {
    /// Its stable name: `cargo xtask explain` tells more.
    pub id: String,
    /// What was observed.
    pub fact: String,
    /// Log lines, a snippet of the file at fault.
    pub evidence: Vec<String>,
    /// The likely cause, where it can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What to do next.
    pub next: Vec<String>,
}

/// The sizes a learner's image is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Marks {
    /// What an expert ships.
    pub par: Option<Mark>,
    /// How far it goes when size is the only goal.
    pub record: Option<Mark>,
}

/// The size of one variant of the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Mark {
    /// The variant.
    pub variant: VariantId,
    /// Its stored bytes.
    pub stored_bytes: u64,
    /// Whether it was measured on this machine; else it comes from the recorded run.
    pub here: bool,
}
