//! `stored-at-most`: the image's layers hold at most this many bytes of regular files, unpacked.

use super::{of, verdict};
use crate::model::{AppId, Measurement, RungId, Verdict};
use crate::units;

pub(super) fn judge(
    results: &[Measurement],
    app: Option<&AppId>,
    rung: &RungId,
    bytes: u64,
    why: &str,
) -> Vec<Verdict> {
    let judged = of(results, app, rung).map(|m| {
        let expected = format!("at most {}", units::bytes(bytes));
        verdict("stored-at-most", m, m.stored_bytes <= bytes, expected, units::bytes(m.stored_bytes), why)
    });
    judged.collect()
}
