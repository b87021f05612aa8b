//! `ready-at-most`: a service of one variant gives its first good answer after at most so many times the time that the same service
//! takes on another variant.
//!
//! Each is started at least five times in a new container, the two in turn and nothing else of ours at the same time, from
//! `docker run` to the answer; the medians are compared. Where the starts differ so much that the medians may lie on either side of
//! the limit, both are started more often, and in the end nothing was measured. Most of what they take is the engine's work, the
//! same for both, so that a limit below 1.5 says more about the machine than about the images.

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};
use crate::model::{ImageFacts, VariantId};
use crate::units;

/// How long a service may take to be ready.
///
/// The two services start at least five times each, in turn and in new containers. The time goes from `docker run` to the first good
/// answer, and the medians are compared. Where the starts differ too much to tell on which side of the limit the medians lie, both
/// start up to fifteen times; if that does not help, the verdict is *not measured*. Most of the time is the engine's work, the same
/// for both, so a limit below 1.5 says more about the machine than about the images.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReadyAtMost {
    /// Largest multiple of another variant's time that passes.
    pub times: f64,
    /// The variant that `times` is a multiple of.
    pub of: VariantId,
}

impl Judge for ReadyAtMost {
    fn compared_with(&self) -> Vec<&VariantId> {
        vec![&self.of]
    }

    fn needs(&self) -> Vec<Need> {
        vec![Need::Ready]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let started = |facts: &'_ ImageFacts| {
            let started = facts.started.as_ref()?;
            Some((started.median_ms()?, started.between_ms()?, started.ready_ms.len()))
        };
        let expected = format!("ready in at most {} × the time of {}", self.times, self.of);
        let (Some((ms, own, starts)), Some((other, others, _))) =
            (started(case.facts), case.other(&self.of).and_then(started))
        else {
            return Some(Judged::not_measured(expected));
        };
        let quotient = units::times(ms, other);
        let seen = format!("{}: {ms} ms against {other} ms, medians of {starts} starts", units::factor(quotient));
        let (least, most) = (units::times(own.0, others.1), units::times(own.1, others.0));
        Some(if least > self.times || most <= self.times {
            Judged::new(quotient <= self.times, expected, seen)
        } else {
            let [least, most] = [least, most].map(units::factor);
            Judged::unclear(expected, format!("{seen}, which differ too much: from {least} to {most} is possible"))
        })
    }
}
