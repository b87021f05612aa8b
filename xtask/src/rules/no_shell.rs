//! `no-shell`: no layer of the image holds a program that is a shell, so that nobody who gets into the container finds one.

use super::{inspected, places};
use crate::model::{Facts, VariantId, Verdict};

pub(super) fn judge(facts: &Facts, variant: &VariantId, why: &str) -> Vec<Verdict> {
    inspected(facts, (None, variant), ("no-shell", "no shell", why), |inspection| {
        let shells: Vec<String> = inspection.surface.shells.iter().cloned().collect();
        let measured = if shells.is_empty() { "none".to_owned() } else { places(&shells) };
        (shells.is_empty(), measured, None)
    })
}
