//! `context-at-most`: a first build sends at most this many bytes of its context, or at most so many times what another
//! variant's first build sends.
//!
//! A first build, because later ones send only what changed; and what a `COPY` asks for, because `BuildKit` sends nothing else.

use super::{Limit, UNKNOWN, of, verdict};
use crate::model::{AppId, Facts, SentContext, VariantId, Verdict};
use crate::units;

pub(super) fn judge(
    facts: &Facts,
    app: Option<&AppId>,
    variant: &VariantId,
    limit: &Limit<'_>,
    why: &str,
) -> Vec<Verdict> {
    let judged = of(&facts.results, app, variant).map(|m| {
        let sent = |variant: &VariantId| -> Option<&SentContext> {
            facts.sent.iter().find(|sent| sent.app == m.app && sent.variant == *variant)
        };
        let own = sent(&m.variant).map(|sent| sent.bytes);
        let limit = limit.resolve(|variant| sent(variant).map(|sent| sent.bytes));
        let (pass, expected, measured) = match (own, limit) {
            (Some(own), Some((bytes, expected))) => (own <= bytes, expected, units::bytes(own)),
            (_, limit) => (false, limit.map(|limit| limit.1).unwrap_or_default(), UNKNOWN.to_owned()),
        };
        verdict("context-at-most", m, pass, expected, measured, why)
    });
    judged.collect()
}
