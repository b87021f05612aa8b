//! `engine-health`: the engine runs the image's `HEALTHCHECK` and comes to this state. Kubernetes ignores it.

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};
use crate::model::HealthState;

/// A state of health.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EngineHealthIs {
    /// Which.
    pub is: HealthState,
}

impl Judge for EngineHealthIs {
    fn needs(&self) -> Vec<Need> {
        vec![Need::EngineHealth]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = format!("the engine finds it {}", self.is.name());
        Some(match &case.facts.health {
            None => Judged::not_measured(expected),
            Some(health) => Judged::new(health.state() == self.is, expected, health.state().name()),
        })
    }
}
