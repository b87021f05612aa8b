//! `read-only`: the service gives its health endpoint's answer when it runs with a read-only root file system, no
//! capabilities and no new privileges, and a `tmpfs` only where its manifest asks for one.

use super::{UNKNOWN, of, verdict};
use crate::model::{Facts, VariantId, Verdict};

pub(super) fn judge(facts: &Facts, variant: &VariantId, why: &str) -> Vec<Verdict> {
    let judged = of(&facts.results, None, variant).map(|m| {
        let ran = facts.read_only.iter().find(|ran| ran.app == m.app && ran.variant == m.variant);
        let measured = match ran {
            None => UNKNOWN.to_owned(),
            Some(ran) => ran.problem.clone().unwrap_or_else(|| "answered".to_owned()),
        };
        let pass = ran.is_some_and(|ran| ran.problem.is_none());
        let expected = "an answer with a read-only root, no capabilities, no new privileges".to_owned();
        verdict("read-only", m, pass, expected, measured, why)
    });
    judged.collect()
}
