//! `healthy`: every container gave the answer its health endpoint must give.

use super::verdict;
use crate::model::{Measurement, Verdict};

pub(super) fn judge(results: &[Measurement], why: &str) -> Vec<Verdict> {
    let judged = results.iter().map(|m| {
        let measured = match m.health.status {
            0 => "no answer".to_owned(),
            status => format!("{status} after {} ms", m.ready_ms),
        };
        verdict("healthy", m, m.health.ok, "the contract's answer to its health request".to_owned(), measured, why)
    });
    judged.collect()
}
