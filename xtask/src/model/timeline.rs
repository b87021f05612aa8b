//! When each step of a build ran, as BuildKit's own record tells.

use serde::Serialize;

use super::block::{Bar, Group, Lane, Lanes, Sign};
use crate::units;

/// A build of one or several images.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Timeline {
    /// From the first start to the last end of the steps below, in milliseconds.
    pub took_ms: u64,
    /// The steps in the order the builder first spoke of them.
    pub steps: Vec<BuildStep>,
}

/// One step. A step that several images share appears once, under the image the builder shows it under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BuildStep {
    /// The image it belongs to, as a bake target, e.g. `go-multi-stage`.
    pub target: String,
    /// The same as a person calls it, e.g. `Go, multi-stage`.
    pub image: String,
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

/// The name of a stage that is the only one of its Dockerfile.
const ONLY: &str = "only stage";

impl Timeline {
    /// One group an image, one lane a stage, one bar a step. Images are sorted by name, stages by when they began.
    pub fn lanes(&self, title: &str) -> Lanes {
        let mut groups: Vec<Group> = Vec::new();
        for step in &self.steps {
            let group = find(
                &mut groups,
                |group| group.name == step.image,
                || Group { name: step.image.clone(), lanes: Vec::new() },
            );
            let stage = if step.stage.is_empty() { ONLY } else { &step.stage };
            let lane = find(
                &mut group.lanes,
                |lane| lane.name == stage,
                || Lane { name: stage.to_owned(), bars: Vec::new(), value: String::new() },
            );
            lane.bars.push(step.bar());
        }
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        for lanes in groups.iter_mut().map(|group| &mut group.lanes) {
            lanes.sort_by_key(|lane| lane.bars.iter().filter_map(|bar| bar.start_ms).min());
            for lane in lanes {
                let took = lane.bars.iter().map(|bar| bar.took_ms).sum();
                let cached = lane.bars.iter().all(|bar| bar.cached);
                lane.value = if cached { "cached".to_owned() } else { units::millis(took) };
            }
        }
        let [group, lane, bar] = ["image", "stage", "instruction"].map(str::to_owned);
        Lanes { title: title.to_owned(), group, lane, bar, took_ms: self.took_ms, groups }
    }
}

impl BuildStep {
    fn bar(&self) -> Bar {
        // A step from the cache takes the time of looking it up, which says nothing.
        let took_ms = if self.cached { 0 } else { self.took_ms };
        Bar {
            name: self.instruction.clone(),
            start_ms: self.start_ms,
            took_ms,
            cached: self.cached,
            sign: Sign::Neutral,
        }
    }
}

/// The entry that fits, added where there is none.
fn find<T>(all: &mut Vec<T>, fits: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> &mut T {
    let at = all.iter().position(fits).unwrap_or_else(|| {
        all.push(new());
        all.len() - 1
    });
    &mut all[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(stage: &str, instruction: &str, start_ms: Option<u64>, took_ms: u64) -> BuildStep {
        let (target, stage) = ("t".to_owned(), stage.to_owned());
        BuildStep {
            image: target.clone(),
            target,
            stage,
            instruction: instruction.to_owned(),
            start_ms,
            took_ms,
            cached: false,
        }
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
