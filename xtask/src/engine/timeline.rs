//! From BuildKit's record to the times of its steps.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::record::{Part, Step};
use crate::model::{BuildStep, Timeline};
use crate::names::printable;

/// The times of the steps that do the work of a build: instructions, sending the context, writing the image. What the
/// builder does for itself, such as reading the Dockerfile, is left out. `called` says what a person calls each target.
pub(super) fn of(steps: &[Step], called: &BTreeMap<String, String>) -> Timeline {
    let shown: Vec<_> = steps.iter().filter_map(|step| Some((step, place(step)?))).collect();
    let inputs = Inputs::of(steps, &shown);
    let first = shown.iter().filter_map(|(step, _)| step.started).min();
    let since = |time: Timestamp| first.map_or(0, |first| millis(first, time));
    let steps: Vec<_> = shown
        .iter()
        .map(|(step, (stage, instruction))| BuildStep {
            target: step.target.clone(),
            image: called.get(&step.target).unwrap_or(&step.target).clone(),
            stage: printable(stage),
            instruction: printable(instruction),
            start_ms: step.started.map(since),
            took_ms: step.started.zip(step.completed).map_or(0, |(start, end)| millis(start, end)),
            cached: step.cached,
            after: inputs.shown(step),
        })
        .collect();
    let ends = steps.iter().map(|step| step.start_ms.unwrap_or_default() + step.took_ms);
    Timeline { took_ms: ends.max().unwrap_or_default(), steps }
}

/// What steps take from one another, by digest.
struct Inputs<'s> {
    all: BTreeMap<&'s str, &'s Step>,
    /// Positions among the steps that are shown.
    shown: BTreeMap<&'s str, usize>,
}

impl<'s> Inputs<'s> {
    fn of<P>(steps: &'s [Step], shown: &[(&'s Step, P)]) -> Self {
        let all = steps.iter().map(|step| (step.digest.as_str(), step)).collect();
        Self { all, shown: shown.iter().enumerate().map(|(at, (step, _))| (step.digest.as_str(), at)).collect() }
    }

    /// The nearest shown steps whose results a step takes, sorted: a step of the builder's own stands for what it takes itself.
    fn shown(&self, step: &Step) -> Vec<usize> {
        let mut seen = BTreeSet::new();
        let mut found = BTreeSet::new();
        let mut next: Vec<&str> = step.inputs.iter().map(String::as_str).collect();
        while let Some(digest) = next.pop() {
            match self.shown.get(digest) {
                Some(&at) => drop(found.insert(at)),
                None if seen.insert(digest) => {
                    next.extend(self.all.get(digest).into_iter().flat_map(|step| &step.inputs).map(String::as_str));
                }
                None => {}
            }
        }
        found.into_iter().collect()
    }
}

/// The stage a step belongs to, and its words; `None` for the builder's own steps.
fn place(step: &Step) -> Option<(&str, &str)> {
    match &step.part {
        _ if step.target.is_empty() => None,
        Part::Instruction(numbered) => Some((numbered.stage.as_deref().unwrap_or_default(), &numbered.words)),
        Part::Context => Some(("context", "load build context")),
        Part::Export => Some(("export", &step.name)),
        Part::Internal => None,
    }
}

fn millis(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(target: &str, name: &str, times: Option<(i64, i64)>) -> Step {
        let at = |ms| Timestamp::from_millisecond(1_000_000 + ms).unwrap();
        let (started, completed) = (times.map(|(from, _)| at(from)), times.map(|(_, to)| at(to)));
        Step { started, completed, ..Step::named(target, name) }
    }

    #[test]
    fn times_count_from_the_first_step_that_is_shown() {
        let timeline = of(
            &[
                step("", "[internal] load local bake definitions", Some((0, 1))),
                step("a", "[internal] load .dockerignore", Some((5, 9))),
                step("a", "[internal] load build context", Some((10, 40))),
                step("a", "[build 2/3] RUN make", Some((40, 140))),
                step("a", "[stage-1 2/2] COPY x y", Some((30, 31))),
                step("a", "exporting to image", Some((140, 200))),
            ],
            &BTreeMap::from([("a".to_owned(), "Go, naive".to_owned())]),
        );
        assert!(timeline.steps.iter().all(|step| step.target == "a" && step.image == "Go, naive"));
        let seen: Vec<_> = timeline.steps.iter().map(|s| (s.stage.as_str(), s.start_ms, s.took_ms)).collect();
        assert_eq!(
            seen,
            [("context", Some(0), 30), ("build", Some(30), 100), ("stage-1", Some(20), 1), ("export", Some(130), 60)]
        );
        assert_eq!(timeline.took_ms, 190);
    }

    #[test]
    fn a_step_comes_after_those_it_takes_from_also_behind_a_step_of_the_builders_own() {
        let step = |name: &str, digest: &str, inputs: &[&str]| Step {
            digest: digest.to_owned(),
            inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
            ..Step::named("t", name)
        };
        let timeline = of(
            &[
                step("[a 1/1] RUN one", "1", &["unknown"]),
                step("merging", "2", &["1"]),
                step("[b 1/2] COPY --from=a x y", "3", &["2", "1"]),
                step("[b 2/2] RUN two", "4", &["3"]),
            ],
            &BTreeMap::new(),
        );
        let after: Vec<_> = timeline.steps.iter().map(|step| step.after.as_slice()).collect();
        assert_eq!(after, [[].as_slice(), &[0], &[1]]);
    }

    #[test]
    fn a_step_without_times_is_kept_and_says_so() {
        let timeline = of(&[Step { cached: true, ..step("a", "[2/2] RUN \u{1b}[31mmake", None) }], &BTreeMap::new());
        let [only] = timeline.steps.as_slice() else { panic!("{timeline:?}") };
        assert_eq!((only.stage.as_str(), only.instruction.as_str()), ("", "RUN [31mmake"));
        assert_eq!((only.start_ms, only.took_ms, only.cached, timeline.took_ms), (None, 0, true, 0));
    }
}
