//! Everything a lesson's page shows, and the JSON document beside it.

use serde::Serialize;

use super::{Inspection, LessonReport, Timeline};

/// The document `report.json`: a lesson's report, and what its pictures are drawn from.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FullReport {
    /// What `cargo xtask lesson N --json` prints.
    #[serde(flatten)]
    pub report: LessonReport,
    /// The command line that does the same again.
    pub command: String,
    /// When each step of the build ran.
    pub build: Timeline,
    /// What each image is made of, in the order of the results.
    pub images: Vec<Inspection>,
}

impl FullReport {
    /// What an image is made of, by its tag.
    pub fn image(&self, tag: &str) -> Option<&Inspection> {
        self.images.iter().find(|image| image.image == tag)
    }
}
