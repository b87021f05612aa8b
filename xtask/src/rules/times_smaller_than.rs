//! `times-smaller-than`: the stored bytes of one variant go at least so many times into those of another variant of the same app.
//!
//! A quotient of two measurements of one run: it holds on another architecture, where both sides differ in bytes.

use serde::Deserialize;

use super::{Case, Judge, Judged};
use crate::model::VariantId;
use crate::units;

/// How much smaller an image is.
///
/// A quotient of two measurements of one run: it holds on another architecture, where both sides differ in bytes.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TimesSmallerThan {
    /// Compared with which variant of the same app.
    pub than: VariantId,
    /// The smallest quotient that passes.
    pub at_least: f64,
}

impl Judge for TimesSmallerThan {
    fn compared_with(&self) -> Vec<&VariantId> {
        vec![&self.than]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let large = case.other(&self.than)?.measurement.as_ref()?.stored_bytes;
        let small = case.measured.stored_bytes;
        let times = units::times(large, small);
        let expected = format!("at least {} smaller than {}", units::factor(self.at_least), self.than);
        let (factor, small, large) = (units::factor(times), units::bytes(small), units::bytes(large));
        Some(Judged::new(times >= self.at_least, expected, format!("{factor} smaller: {small} against {large}")))
    }
}
