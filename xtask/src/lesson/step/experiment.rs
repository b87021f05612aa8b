//! `experiment`: builds, changes the app, builds again.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// Builds, changes the app, builds again, for each variant and each change.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExperimentStep {
    /// Which Dockerfiles.
    pub variants: Vec<VariantId>,
    /// Which changes, of the lesson or of the app.
    pub changes: Vec<String>,
    /// The variant whose rebuild after the first change the learner predicts first.
    pub predict: Option<VariantId>,
}

impl Kind for ExperimentStep {
    fn names(&self) -> Names<'_> {
        Names {
            dockerfiles: self.variants.iter().collect(),
            among: self.predict.iter().collect(),
            changes: self.changes.iter().map(String::as_str).collect(),
            ..Names::default()
        }
    }
}
