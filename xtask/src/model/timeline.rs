//! When each step of a build ran, as BuildKit's own record tells.

use std::collections::BTreeSet;

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
    /// The steps it cannot start before, as positions in the list of steps: those whose results it takes itself. Steps of the
    /// builder's own, which are not in the list, are looked through.
    pub after: Vec<usize>,
}

impl Timeline {
    /// From when to when each `RUN` of a stage of a target was at work, in milliseconds from the build's first step; none that
    /// came from the cache. Other steps do not count: a `WORKDIR` is done before a stage waits for another, and the time in between
    /// is no work.
    fn runs(&self, target: &str, stage: &str) -> Vec<(u64, u64)> {
        let of_stage = |step: &&BuildStep| step.target == target && step.stage == stage && !step.cached;
        let runs = self.steps.iter().filter(of_stage).filter(|step| step.is_run());
        runs.filter_map(|step| step.start_ms.map(|start| (start, start + step.took_ms))).collect()
    }

    /// How long a `RUN` of one stage of a target and a `RUN` of another were at work at the same time, in milliseconds; `None`
    /// where one of the stages ran nothing.
    pub fn overlap_ms(&self, target: &str, one: &str, other: &str) -> Option<u64> {
        let (ones, others) = (self.runs(target, one), self.runs(target, other));
        let both = |one: &(u64, u64), other: &(u64, u64)| one.1.min(other.1).saturating_sub(one.0.max(other.0));
        let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| both(one, other)));
        (!ones.is_empty() && !others.is_empty()).then(|| pairs.sum())
    }

    /// Whether a `RUN` of one stage of a target and a `RUN` of another can be at work at the same time: neither takes, on whatever
    /// way, the other's result. `None` where one of the stages has no `RUN`, or the record does not say what a step takes.
    pub fn independent(&self, target: &str, one: &str, other: &str) -> Option<bool> {
        let runs = |stage: &str| {
            let of_stage = |step: &BuildStep| step.target == target && step.stage == stage && step.is_run();
            let positions = self.steps.iter().enumerate().filter(|(_, step)| of_stage(step));
            positions.map(|(at, _)| at).collect::<Vec<_>>()
        };
        let (ones, others) = (runs(one), runs(other));
        let told = self.steps.iter().any(|step| !step.after.is_empty());
        let free = |one: usize, other: usize| !self.waits(one, other) && !self.waits(other, one);
        let any = ones.iter().any(|&one| others.iter().any(|&other| free(one, other)));
        (told && !ones.is_empty() && !others.is_empty()).then_some(any)
    }

    /// Whether a step takes the result of another, itself or by way of others.
    fn waits(&self, step: usize, other: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = vec![step];
        while let Some(step) = next.pop() {
            if seen.insert(step) {
                next.extend(self.steps.get(step).into_iter().flat_map(|step| &step.after));
            }
        }
        step != other && seen.contains(&other)
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
    /// Whether its instruction is a `RUN`, however it is written.
    fn is_run(&self) -> bool {
        self.instruction.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("RUN"))
    }

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
            after: Vec::new(),
        }
    }

    /// As `step`, below others.
    fn below(after: &[usize], stage: &str, instruction: &str) -> BuildStep {
        BuildStep { after: after.to_vec(), ..step(stage, instruction, Some(0), 1) }
    }

    #[test]
    fn stages_are_independent_by_what_they_take_and_not_by_when_they_ran() {
        let of = |steps| Timeline { took_ms: 1, steps };
        // Both have a WORKDIR of their own, and the second COPY of the last stage takes from both.
        let apart = of(vec![
            below(&[], "a", "WORKDIR /a"),
            below(&[0], "a", "RUN one"),
            below(&[], "b", "WORKDIR /b"),
            below(&[2], "b", "RUN two"),
            below(&[1, 3], "stage-2", "COPY --from=a --from=b"),
        ]);
        assert_eq!(apart.overlap_ms("t", "a", "b"), Some(1));
        assert_eq!(apart.independent("t", "a", "b"), Some(true));
        let chain = of(vec![
            below(&[], "a", "RUN one"),
            below(&[0], "b", "COPY --from=a /a /a"),
            below(&[1], "b", "RUN two"),
            below(&[2], "b", "RUN three"),
        ]);
        assert_eq!((chain.independent("t", "a", "b"), chain.independent("t", "b", "a")), (Some(false), Some(false)));
        // Where the first RUN of a stage waits for nothing, it is at work beside the other stage.
        let late = of(vec![
            below(&[], "a", "RUN one"),
            below(&[], "b", "RUN two"),
            below(&[0, 1], "b", "COPY --from=a /a /a"),
            below(&[2], "b", "RUN three"),
        ]);
        assert_eq!(late.independent("t", "a", "b"), Some(true));
        assert_eq!(late.independent("t", "a", "c"), None);
        let silent = of(vec![below(&[], "a", "RUN one"), below(&[], "b", "RUN two")]);
        assert_eq!(silent.independent("t", "a", "b"), None);
    }

    #[test]
    fn stages_overlap_by_what_they_ran() {
        let steps = vec![
            step("a", "FROM x", Some(0), 50),
            step("a", "RUN one", Some(50), 100),
            step("a", "RUN two", Some(160), 40),
            step("b", "run --mount=type=cache,target=/x three", Some(120), 500),
            step("c", "RUN four", Some(700), 10),
            BuildStep { cached: true, ..step("d", "RUN five", Some(0), 0) },
            step("e", "RUN never", None, 0),
        ];
        let timeline = Timeline { took_ms: 710, steps };
        assert_eq!(timeline.runs("t", "a"), [(50, 150), (160, 200)]);
        assert_eq!(timeline.overlap_ms("t", "a", "b"), Some(30 + 40));
        assert_eq!(timeline.overlap_ms("t", "c", "a"), Some(0));
        assert_eq!((timeline.overlap_ms("t", "a", "d"), timeline.overlap_ms("t", "a", "e")), (None, None));
        assert_eq!(timeline.overlap_ms("other", "a", "b"), None);
    }

    #[test]
    fn a_folder_that_is_made_early_is_no_work_beside_another_stage() {
        // As BuildKit recorded it: the WORKDIR is done at once, and all below it waits for the COPY from the other stage.
        let chain = Timeline {
            took_ms: 4291,
            steps: vec![
                step("tides", "WORKDIR /tides", Some(108), 70),
                step("dependencies", "WORKDIR /app", Some(108), 74),
                step("tides", "RUN sleep 2 && echo x > /tides/a", Some(185), 2444),
                step("dependencies", "COPY --from=tides /tides /tides", Some(2882), 67),
                step("dependencies", "RUN sleep 1 && echo y > /app/b", Some(2950), 1251),
            ],
        };
        assert_eq!(chain.overlap_ms("t", "dependencies", "tides"), Some(0));
        assert_eq!(chain.overlap_ms("t", "dependencies", "other"), None);
    }
}
