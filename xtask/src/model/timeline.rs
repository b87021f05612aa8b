//! When each step of a build ran, as BuildKit's own record tells.

use serde::Serialize;

/// A build of one or several images.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timeline {
    /// From the first start to the last end of the steps below, in milliseconds.
    pub took_ms: u64,
    /// The steps in the order the builder first spoke of them.
    pub steps: Vec<BuildStep>,
}

/// One step. A step that several images share appears once, under the image the builder shows it under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildStep {
    /// The image it belongs to, as a bake target, e.g. `go-multi-stage`.
    pub target: String,
    /// The stage as the builder names it, e.g. `build` or `stage-1`; `context` for sending the build context, `export` for
    /// writing the image, empty for the only stage of a Dockerfile.
    pub stage: String,
    /// The instruction.
    pub instruction: String,
    /// Milliseconds from the build's first step to this one's start; `null` where the record has no times.
    pub start_ms: Option<u64>,
    /// How long it ran, in milliseconds; 0 where it was not run or the record has no times.
    pub took_ms: u64,
    /// Whether its result came from the build cache.
    pub cached: bool,
}

impl Timeline {
    /// From when to when a stage of a target was at work, in milliseconds from the build's first step. Fetching the base does
    /// not count, and neither do steps from the cache; `None` where nothing else ran.
    pub fn at_work(&self, target: &str, stage: &str) -> Option<(u64, u64)> {
        let of_stage = |step: &&BuildStep| step.target == target && step.stage == stage;
        let ran = |step: &&BuildStep| !step.cached && !step.instruction.starts_with("FROM ");
        let steps = self.steps.iter().filter(of_stage).filter(ran);
        let spans = steps.filter_map(|step| step.start_ms.map(|start| (start, start + step.took_ms)));
        spans.reduce(|whole, span| (whole.0.min(span.0), whole.1.max(span.1)))
    }

    /// How long two stages of a target were at work at the same time, in milliseconds; `None` where one of them did nothing.
    pub fn overlap_ms(&self, target: &str, one: &str, other: &str) -> Option<u64> {
        let (one, other) = (self.at_work(target, one)?, self.at_work(target, other)?);
        Some(one.1.min(other.1).saturating_sub(one.0.max(other.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(stage: &str, instruction: &str, start_ms: Option<u64>, took_ms: u64) -> BuildStep {
        let (target, stage) = ("t".to_owned(), stage.to_owned());
        BuildStep { target, stage, instruction: instruction.to_owned(), start_ms, took_ms, cached: false }
    }

    #[test]
    fn stages_overlap_by_what_they_ran() {
        let steps = vec![
            step("a", "FROM x", Some(0), 50),
            step("a", "RUN one", Some(50), 100),
            step("a", "RUN two", Some(160), 40),
            step("b", "RUN three", Some(120), 500),
            step("c", "RUN four", Some(700), 10),
            BuildStep { cached: true, ..step("d", "RUN five", Some(0), 0) },
            step("e", "RUN never", None, 0),
        ];
        let timeline = Timeline { took_ms: 710, steps };
        assert_eq!(timeline.at_work("t", "a"), Some((50, 200)));
        assert_eq!(timeline.overlap_ms("t", "a", "b"), Some(80));
        assert_eq!(timeline.overlap_ms("t", "c", "a"), Some(0));
        assert_eq!((timeline.overlap_ms("t", "a", "d"), timeline.overlap_ms("t", "a", "e")), (None, None));
        assert_eq!(timeline.at_work("other", "a"), None);
    }
}
