//! `leaks`: the image holds secrets in at least so many places. It proves in every run that a lesson on leaks shows a real
//! one, and that the search finds it.

use super::{inspected, places};
use crate::model::{Facts, VariantId, Verdict};

pub(super) fn judge(facts: &Facts, variant: &VariantId, at_least: usize, why: &str) -> Vec<Verdict> {
    let expected = format!("a secret in at least {at_least} places");
    inspected(facts, (None, variant), ("leaks", &expected, why), |inspection| {
        let found: Vec<String> =
            inspection.secrets.iter().map(|secret| format!("{} in {}", secret.rule, secret.path)).collect();
        let measured = if found.is_empty() { "none found".to_owned() } else { places(&found) };
        (found.len() >= at_least, measured, None)
    })
}
