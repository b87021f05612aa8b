//! `times-smaller-than`: the stored bytes of one variant go at least so many times into those of another variant of the same app.
//!
//! A quotient of two measurements of one run: it holds on another architecture, where both sides differ in bytes.

use super::{of, verdict};
use crate::model::{AppId, Measurement, VariantId, Verdict};
use crate::units;

pub(super) fn judge(
    results: &[Measurement],
    app: Option<&AppId>,
    variant: &VariantId,
    than: &VariantId,
    at_least: f64,
    why: &str,
) -> Vec<Verdict> {
    let judged = of(results, app, variant).filter_map(|small| {
        let large = results.iter().find(|m| m.app == small.app && m.variant == *than)?;
        let times = units::times(large.stored_bytes, small.stored_bytes);
        let expected = format!("at least {} smaller than {than}", units::factor(at_least));
        let measured = format!(
            "{} smaller: {} against {}",
            units::factor(times),
            units::bytes(small.stored_bytes),
            units::bytes(large.stored_bytes)
        );
        Some(verdict("times-smaller-than", small, times >= at_least, expected, measured, why))
    });
    judged.collect()
}
