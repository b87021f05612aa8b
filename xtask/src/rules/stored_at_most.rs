//! `stored-at-most`: the image's layers hold at most this many bytes of regular files, unpacked; or at most so many times
//! what another variant of the same app holds, measured in the same run, which is fair to every architecture.

use serde::Deserialize;

use super::limit::Limit;
use super::{Case, Judge, Judged};
use crate::model::VariantId;
use crate::units;

/// The largest size: one of `bytes` and `times … of`, or both.
///
/// Bytes are those of regular files, unpacked. A multiple of another variant is measured in the same run, which is fair to every
/// architecture.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StoredAtMost {
    /// Largest number of stored bytes that passes.
    pub bytes: Option<u64>,
    /// Largest multiple of another variant's stored bytes that passes.
    pub times: Option<f64>,
    /// The variant that `times` is a multiple of.
    pub of: Option<VariantId>,
}

impl StoredAtMost {
    fn limit(&self) -> Limit<'_> {
        Limit { bytes: self.bytes, times: self.times, of: self.of.as_ref() }
    }
}

impl Judge for StoredAtMost {
    fn compared_with(&self) -> Vec<&VariantId> {
        self.of.iter().collect()
    }

    fn fault(&self) -> Option<&'static str> {
        self.limit().fault()
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let other = |variant: &VariantId| Some(case.other(variant)?.measurement.as_ref()?.stored_bytes);
        let stored = case.measured.stored_bytes;
        Some(match self.limit().resolve(other) {
            Some((bytes, expected)) => Judged::new(stored <= bytes, expected, units::bytes(stored)),
            None => Judged::not_measured("a comparison"),
        })
    }
}
