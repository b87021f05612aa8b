//! `pushes-at-most`: a push moves at most so many compressed bytes, or at most so many times what another variant's does.

use serde::Deserialize;

use super::travel::Most;
use super::{Case, Judge, Judged, Need};
use crate::model::VariantId;

/// The most bytes that a push moves. The receiving side is a registry.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PushesAtMost(pub Most);

impl Judge for PushesAtMost {
    fn compared_with(&self) -> Vec<&VariantId> {
        self.0.compared_with()
    }

    fn needs(&self) -> Vec<Need> {
        vec![Need::Push(self.0.delivery())]
    }

    fn fault(&self) -> Option<&'static str> {
        self.0.fault()
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        Some(self.0.judge(case, "push", |facts| &facts.pushed))
    }
}
