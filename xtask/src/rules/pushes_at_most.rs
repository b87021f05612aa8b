//! `pushes-at-most`: a push moves at most so many compressed bytes, or at most so many times what another variant's does.

use serde::Deserialize;

use super::limit::Limit;
use super::{Case, Judge, Judged, Need, travel};
use crate::model::{Delivery, VariantId};

/// The most bytes that a push moves: one of `bytes` and `times … of`, or both. Layers, config and manifest count.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PushesAtMost {
    /// Largest number of bytes that passes.
    pub bytes: Option<u64>,
    /// Largest multiple of another variant's bytes that passes.
    pub times: Option<f64>,
    /// The variant that `times` is a multiple of.
    pub of: Option<VariantId>,
    /// A change of the lesson or the app: then the registry has the image as it was, and what was built after the change moves.
    pub change: Option<String>,
    /// Variants that the registry has already.
    #[serde(default)]
    pub has: Vec<VariantId>,
}

impl PushesAtMost {
    fn limit(&self) -> Limit<'_> {
        Limit { bytes: self.bytes, times: self.times, of: self.of.as_ref() }
    }

    fn delivery(&self) -> Delivery {
        travel::delivery(&self.has, self.change.as_ref())
    }
}

impl Judge for PushesAtMost {
    fn compared_with(&self) -> Vec<&VariantId> {
        self.of.iter().chain(&self.has).collect()
    }

    fn needs(&self) -> Vec<Need> {
        vec![Need::Push(self.delivery())]
    }

    fn fault(&self) -> Option<&'static str> {
        if self.change.is_some() && !self.has.is_empty() {
            return Some("with a `change` the image itself is there, and `has` says nothing");
        }
        self.limit().fault()
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        Some(travel::judge(case, &self.limit(), &self.delivery(), "push", |facts| &facts.pushed))
    }
}
