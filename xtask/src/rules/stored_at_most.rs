//! `stored-at-most`: the image's layers hold at most this many bytes of regular files, unpacked; or at most so many times
//! what another variant of the same app holds, measured in the same run, which is fair to every architecture.

use super::{Limit, UNKNOWN, of, verdict};
use crate::model::{AppId, Measurement, VariantId, Verdict};
use crate::units;

pub(super) fn judge(
    results: &[Measurement],
    app: Option<&AppId>,
    variant: &VariantId,
    limit: &Limit<'_>,
    why: &str,
) -> Vec<Verdict> {
    let judged = of(results, app, variant).map(|m| {
        let other = |variant: &VariantId| of(results, Some(&m.app), variant).next().map(|m| m.stored_bytes);
        match limit.resolve(other) {
            Some((bytes, expected)) => {
                verdict("stored-at-most", m, m.stored_bytes <= bytes, expected, units::bytes(m.stored_bytes), why)
            }
            None => verdict("stored-at-most", m, false, "a comparison".to_owned(), UNKNOWN.to_owned(), why),
        }
    });
    judged.collect()
}
