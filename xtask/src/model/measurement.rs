//! What was observed, with units, and the JSON document it goes into.

use serde::{Deserialize, Serialize};

use super::{AppId, Environment, ImageKey, LessonId, Platform, Shown, Told, VariantId, Verdict};

/// Everything a lesson observed of one image. Sizes are bytes, durations milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Measurement {
    /// The app.
    pub app: AppId,
    /// The variant.
    pub variant: VariantId,
    /// The platform it was built for; left out for the engine's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// The image's tag in the engine's store.
    pub image: String,
    /// Regular-file bytes of all layers as unpacked.
    pub stored_bytes: u64,
    /// Number of regular files in all layers.
    pub files: u64,
    /// Compressed bytes a node would fetch; `null` where no push has measured it.
    pub pull_bytes: Option<u64>,
    /// Number of layers.
    pub layers: usize,
    /// How long this image's own steps took to build, in wall time from the first to the last.
    pub build_ms: u64,
    /// Whether other images were built at the same time: then `build_ms` compares with nothing.
    pub parallel: bool,
    /// Whether every step came from the build cache.
    pub cached: bool,
    /// From `docker run` to the first good answer.
    pub ready_ms: u64,
    /// What its health endpoint said.
    pub health: Health,
    /// The user the container runs as, as the image's config names it; `root` where it names none.
    pub user: String,
    /// Whether it ran with a read-only root, no capabilities and no new privileges.
    pub hardened: bool,
    /// Why it was not started, where this machine cannot run its platform: then nothing is known of its service. Left out
    /// elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_run: Option<String>,
}

impl Measurement {
    /// Which image that is.
    pub fn key(&self) -> ImageKey {
        ImageKey { app: self.app.clone(), variant: self.variant.clone(), platform: self.platform.clone() }
    }
}

/// How much of a build came from the build cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cache {
    /// No step.
    #[default]
    None,
    /// Some steps.
    Some,
    /// Every step.
    All,
}

/// The answer of a health endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Health {
    /// Whether the answer was the contract's.
    pub ok: bool,
    /// HTTP status of the last answer; 0 when there was none.
    pub status: u16,
    /// How many requests it took.
    pub attempts: u32,
}

/// Which lesson a report is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LessonRef {
    /// Permanent id.
    pub id: LessonId,
    /// Place in the teaching order.
    pub number: u32,
    /// Title.
    pub title: String,
}

/// The document `cargo xtask lesson N --json` prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LessonReport {
    /// Version of this document's shape.
    pub schema: u32,
    /// The lesson.
    pub lesson: LessonRef,
    /// Where it ran.
    pub environment: Environment,
    /// Wall time of the build of all images together.
    pub build_ms: u64,
    /// One entry an image.
    pub results: Vec<Measurement>,
    /// What came of the lesson's steps.
    #[serde(default)]
    pub told: Vec<Told>,
    /// Variants that were not run because they need a registry: `app/variant`.
    #[serde(default)]
    pub not_run: Vec<String>,
    /// One entry a judged expectation.
    pub expectations: Vec<Verdict>,
    /// Containers of this run that could not be removed. Always 0 unless something went wrong.
    pub leftovers: usize,
}

impl LessonReport {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 2;

    /// The report as it is kept for pages: without lists of packages, which are most of its bytes and stand on none, and without
    /// what somebody predicted, which is nobody else's.
    #[must_use]
    pub fn to_keep(&self) -> Self {
        let mut kept = self.clone();
        for told in &mut kept.told {
            told.guessed = None;
            match &mut told.shown {
                Shown::MadeOf { images } => images.iter_mut().for_each(|made| made.inspection.packages.clear()),
                Shown::Experiment { prediction, .. } => *prediction = None,
                _ => {}
            }
        }
        kept
    }
}

/// A build without cache, for comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cold {
    /// Wall time of the whole build, in milliseconds.
    pub ms: u64,
    /// How many images it built.
    pub images: usize,
    /// When, RFC 3339.
    pub date: String,
}
