//! `stages-overlap`: in a build without cache a `RUN` of one stage was at work at the same time as a `RUN` of another, as
//! BuildKit's own record tells; or, with `overlap = false`, the stages ran one after the other.
//!
//! Times within one build and of one clock: whether they overlap says how the stages depend on each other, not how fast the
//! machine is. A machine with one processor runs them in turn, and then nothing was measured.

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
    /// Whether they must overlap or must not.
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
        let expected =
            format!("{one} and {other} {} at the same time", if self.overlap { "work" } else { "never work" });
        let overlap = case.facts.timeline.as_ref().and_then(|timeline| {
            let target = &timeline.steps.first()?.target;
            timeline.overlap_ms(target, &one.to_lowercase(), &other.to_lowercase())
        });
        Some(match overlap {
            None => Judged::not_measured(expected),
            Some(0) => Judged::new(!self.overlap, expected, "one after the other"),
            Some(ms) => Judged::new(self.overlap, expected, format!("{ms} ms at the same time")),
        })
    }
}

fn yes() -> bool {
    true
}
