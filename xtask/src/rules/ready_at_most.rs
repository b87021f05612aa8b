//! `ready-at-most`: a service of one variant gives its first good answer after at most so many times the time that the same service
//! takes on another variant.
//!
//! Each is started five times in a new container, the two in turn and nothing else at the same time, from `docker run` to the
//! answer; the medians are compared. Most of what they take is the engine's work, the same for both, so that a limit below
//! 1.5 says more about the machine than about the images.

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};
use crate::model::{ImageFacts, VariantId};
use crate::units;

/// How long a service may take to be ready.
///
/// The two services start five times each, in turn, in new containers and with nothing else running. The time goes from
/// `docker run` to the first good answer, and the medians are compared. Most of it is the engine's work, the same for both, so a
/// limit below 1.5 says more about the machine than about the images.
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
        let median = |facts: &ImageFacts| {
            let started = facts.started.as_ref()?;
            started.median_ms().map(|ms| (ms, started.ready_ms.len()))
        };
        let expected = format!("ready in at most {} × the time of {}", self.times, self.of);
        Some(match (median(case.facts), case.other(&self.of).and_then(median)) {
            (Some((ms, starts)), Some((other, _))) => {
                let quotient = units::times(ms, other);
                let factor = units::factor(quotient);
                let measured = format!("{factor}: {ms} ms against {other} ms, medians of {starts} starts");
                Judged::new(quotient <= self.times, expected, measured)
            }
            _ => Judged::not_measured(expected),
        })
    }
}
