//! `ready-at-most`: a service of one variant gives its first good answer after at most so many times the time that the same service
//! takes on another variant.
//!
//! Each is started five times in a new container, the two in turn and nothing else at the same time, from `docker run` to the
//! answer; the medians are compared. Most of what they take is the engine's work, the same for both, so that a limit below
//! 1.5 says more about the machine than about the images.

use super::{UNKNOWN, of, verdict};
use crate::model::{AppId, Facts, Measurement, VariantId, Verdict};
use crate::units;

pub(super) fn judge(
    facts: &Facts,
    app: Option<&AppId>,
    variant: &VariantId,
    (times, than): (f64, &VariantId),
    why: &str,
) -> Vec<Verdict> {
    let median = |m: &Measurement, variant: &VariantId| {
        let started = facts.starts.iter().find(|start| start.app == m.app && start.variant == *variant)?;
        started.median_ms().map(|ms| (ms, started.ready_ms.len()))
    };
    let judged = of(&facts.results, app, variant).map(|m| {
        let expected = format!("ready in at most {times} × the time of {than}");
        let (pass, measured) = match (median(m, variant), median(m, than)) {
            (Some((ms, starts)), Some((other, _))) => {
                let quotient = units::times(ms, other);
                let measured =
                    format!("{}: {ms} ms against {other} ms, medians of {starts} starts", units::factor(quotient));
                (quotient <= times, measured)
            }
            _ => (false, UNKNOWN.to_owned()),
        };
        verdict("ready-at-most", m, pass, expected, measured, why)
    });
    judged.collect()
}
