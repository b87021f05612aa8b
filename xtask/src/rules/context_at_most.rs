//! `context-at-most`: a first build sends at most this many bytes of its context, or at most so many times what another
//! variant's first build sends.
//!
//! A first build, because later ones send only what changed; and what a `COPY` asks for, because `BuildKit` sends nothing else.

use serde::Deserialize;

use super::limit::Limit;
use super::{Case, Judge, Judged, Need};
use crate::model::VariantId;
use crate::units;

/// The largest context: one of `bytes` and `times … of`, or both.
///
/// A first build, because later ones send only what changed; and what a `COPY` asks for, because `BuildKit` sends nothing else.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ContextAtMost {
    /// Largest number of bytes that passes.
    pub bytes: Option<u64>,
    /// Largest multiple of another variant's context that passes.
    pub times: Option<f64>,
    /// The variant that `times` is a multiple of.
    pub of: Option<VariantId>,
}

impl ContextAtMost {
    fn limit(&self) -> Limit<'_> {
        Limit { bytes: self.bytes, times: self.times, of: self.of.as_ref() }
    }
}

impl Judge for ContextAtMost {
    fn compared_with(&self) -> Vec<&VariantId> {
        self.of.iter().collect()
    }

    fn needs(&self) -> Vec<Need> {
        vec![Need::Context]
    }

    fn fault(&self) -> Option<&'static str> {
        self.limit().fault()
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let own = case.facts.sent.as_ref().map(|sent| sent.bytes);
        let limit = self.limit().resolve(|variant| Some(case.other(variant)?.sent.as_ref()?.bytes));
        Some(match (own, limit) {
            (Some(own), Some((bytes, expected))) => Judged::new(own <= bytes, expected, units::bytes(own)),
            (_, limit) => Judged::not_measured(limit.map_or_else(|| "a comparison".to_owned(), |(_, words)| words)),
        })
    }
}
