//! `stages-overlap`: a `RUN` of one stage and a `RUN` of another can be at work at the same time, because neither takes the
//! other's result; or, with `overlap = false`, each waits for the other stage or is waited for.
//!
//! What takes whose result is in BuildKit's own record of a build, so no clock decides. A builder may still run them in turn: on one
//! processor, or in BuildKit 0.13 to 0.15, which reads all files of a stage before a `RUN` with a secret mount
//! (<https://github.com/moby/buildkit/pull/5251>).

use serde::Deserialize;

use super::limit::NONE;
use super::{Case, Judge, Judged, Need};

/// Two stages of a build. Each needs a `RUN`: only these are compared.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StagesOverlap {
    /// Their names, as `AS` gives them.
    pub stages: [String; 2],
    /// Whether they must be able to overlap or must not.
    #[serde(default = "yes")]
    pub overlap: bool,
}

impl Judge for StagesOverlap {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Timeline]
    }

    fn fault(&self) -> Option<&'static str> {
        (self.stages[0] == self.stages[1]).then_some(NONE)
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let [one, other] = &self.stages;
        let expected = if self.overlap {
            format!("{one} and {other} can work at the same time")
        } else {
            format!("{one} and {other} never work at the same time")
        };
        let seen = case.facts.timeline.as_ref().and_then(|timeline| {
            let target = &timeline.steps.first()?.target;
            let (one, other) = (one.to_lowercase(), other.to_lowercase());
            let together = timeline.overlap_ms(target, &one, &other).unwrap_or_default();
            Some((timeline.independent(target, &one, &other)?, together))
        });
        Some(match seen {
            None => Judged::not_measured(expected),
            Some((false, _)) => Judged::new(!self.overlap, expected, "one waits for the other"),
            Some((true, 0)) => {
                Judged::new(self.overlap, expected, "neither waits for the other, and this build ran them in turn")
            }
            Some((true, ms)) => Judged::new(self.overlap, expected, format!("{ms} ms at the same time")),
        })
    }
}

fn yes() -> bool {
    true
}
