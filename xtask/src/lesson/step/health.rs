//! `health`: the state that the engine itself comes to, from the image's `HEALTHCHECK`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::{HealthState, VariantId};

/// Containers whose health the engine watches.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HealthStep {
    /// What the engine finds of each variant in the end.
    pub becomes: BTreeMap<VariantId, HealthState>,
}

impl Kind for HealthStep {
    fn names(&self) -> Names<'_> {
        Names { images: self.becomes.keys().collect(), ..Names::default() }
    }

    fn fault(&self) -> Option<(String, String)> {
        let unsettled = self.becomes.iter().find(|(_, state)| **state == HealthState::Starting);
        unsettled.map(|(variant, _)| (variant.to_string(), "no container stays at `starting` in the end".to_owned()))
    }
}
