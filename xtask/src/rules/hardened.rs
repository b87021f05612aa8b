//! `hardened`: the container did its work with a read-only root, no capabilities and no new privileges.

use super::{of, verdict};
use crate::model::{Measurement, VariantId, Verdict};

pub(super) fn judge(results: &[Measurement], variant: &VariantId, why: &str) -> Vec<Verdict> {
    let judged = of(results, None, variant).map(|m| {
        let measured = match (m.hardened, m.health.ok) {
            (true, true) => "healthy under all three",
            (true, false) => "not healthy under all three",
            (false, _) => "ran without them",
        };
        let expected = "healthy with a read-only root, no capabilities, no new privileges".to_owned();
        verdict("hardened", m, m.hardened && m.health.ok, expected, measured.to_owned(), why)
    });
    judged.collect()
}
