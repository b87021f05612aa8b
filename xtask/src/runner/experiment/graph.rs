//! What each instruction of a build is built on, and what a build's record means in its light.

use std::collections::BTreeSet;

use crate::dockerfile::{Dockerfile, Source};
use crate::engine::instructions::{Place, Ran};

/// The instructions of a build, and for each those whose result it takes directly.
pub(super) struct Graph<'p> {
    places: &'p [Place],
    inputs: Vec<Vec<usize>>,
    /// Whether it copies or mounts from a stage or an image of the file.
    takes: Vec<bool>,
}

impl<'p> Graph<'p> {
    pub fn of(file: &Dockerfile, places: &'p [Place]) -> Self {
        let inputs = places.iter().enumerate().map(|(index, place)| {
            let before = index.checked_sub(1).filter(|&before| places[before].stage == place.stage);
            let below = before.or_else(|| base(file, places, place.stage));
            below.into_iter().chain(taken(file, place).filter_map(|from| result(file, places, from))).collect()
        });
        let takes = places.iter().map(|place| taken(file, place).next().is_some());
        Self { places, inputs: inputs.collect(), takes: takes.collect() }
    }

    /// Whether a builder ran an instruction again for want of its earlier result: all it is built on came from the cache, and it
    /// reads nothing of the context. Garbage collection takes single results, and the next build that needs one makes it again.
    pub fn lost(&self, ran: &[Ran]) -> bool {
        (0..self.places.len()).any(|index| {
            !ran[index].cached && !self.reads_context(index) && self.below(index).iter().all(|&below| ran[below].cached)
        })
    }

    /// Whether an instruction, or what it copies from, stands on a `RUN` that came from the cache. Such a `RUN` may have several
    /// results in there.
    pub fn stands_on_cached_run(&self, index: usize, ran: &[Ran]) -> bool {
        let is_cached_run = |index: usize| is(&self.places[index], "RUN") && ran[index].cached;
        is_cached_run(index) || (self.takes[index] && self.below(index).into_iter().any(is_cached_run))
    }

    /// Whether an instruction and all it is built on came from the cache.
    pub fn all_cached(&self, index: usize, ran: &[Ran]) -> bool {
        ran[index].cached && self.below(index).into_iter().all(|below| ran[below].cached)
    }

    /// Whether it only moves files or makes a folder: then what comes of it depends on nothing but these.
    pub fn moves_files(&self, index: usize) -> bool {
        !is(&self.places[index], "RUN")
    }

    /// Whether it copies what another stage has, or an image: then only the content it copies decides whether it runs.
    pub fn copies_from_stage(&self, index: usize) -> bool {
        self.takes[index] && !is(&self.places[index], "RUN")
    }

    /// All that it is built on.
    fn below(&self, index: usize) -> BTreeSet<usize> {
        let (mut seen, mut waiting) = (BTreeSet::new(), self.inputs[index].clone());
        while let Some(next) = waiting.pop() {
            if seen.insert(next) {
                waiting.extend(&self.inputs[next]);
            }
        }
        seen
    }

    fn reads_context(&self, index: usize) -> bool {
        let place = &self.places[index];
        // A mount without a source is of the context. One of a cache is not, and a needless look costs only a build.
        let mounts = is(place, "RUN") && place.text.contains("--mount=") && !self.takes[index];
        mounts || (!self.takes[index] && (is(place, "COPY") || is(place, "ADD")))
    }
}

fn is(place: &Place, keyword: &str) -> bool {
    place.text.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(keyword))
}

/// What an instruction takes with `--from` or a mount.
fn taken<'f>(file: &'f Dockerfile, place: &Place) -> impl Iterator<Item = &'f Source> {
    let line = place.line;
    file.stages[place.stage].takes.iter().filter(move |take| take.line == line).map(|take| &take.from)
}

/// The last instruction of a stage, or of what it is built on.
fn result(file: &Dockerfile, places: &[Place], source: &Source) -> Option<usize> {
    let Source::Stage(stage) = source else { return None };
    places.iter().rposition(|place| place.stage == *stage).or_else(|| base(file, places, *stage))
}

/// The instruction below the first one of a stage.
fn base(file: &Dockerfile, places: &[Place], stage: usize) -> Option<usize> {
    match &file.stages[stage].base {
        Source::Stage(below) if *below < stage => result(file, places, &Source::Stage(*below)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::instructions::places;

    const FILE: &str = "\
FROM python:3 AS dependencies
WORKDIR /app
COPY requirements.txt .
RUN pip install --target packages -r requirements.txt
FROM dependencies AS build
COPY . .
RUN python -m compileall clock
FROM python:3-slim
RUN apt-get install curl
COPY --from=build /app/packages packages
COPY --from=build /app/clock clock
RUN --mount=from=build,target=/b cp /b/x /x
";

    /// What a build did, by the lines it ran.
    fn ran(places: &[Place], lines: &[usize]) -> Vec<Ran> {
        places.iter().map(|place| Ran { ms: 5, cached: !lines.contains(&place.line) }).collect()
    }

    fn graph(check: impl Fn(&Graph<'_>, &[Place])) {
        let file = crate::dockerfile::parse(FILE, "f").unwrap();
        let places = places(&file, None);
        check(&Graph::of(&file, &places), &places);
    }

    #[test]
    fn what_an_instruction_is_built_on_leads_through_stages() {
        graph(|graph, places| {
            let at = |line| places.iter().position(|place| place.line == line).unwrap();
            let below = |line| graph.below(at(line)).into_iter().map(|index| places[index].line).collect::<Vec<_>>();
            assert_eq!(below(6), [2, 3, 4]);
            assert_eq!(below(10), [2, 3, 4, 6, 7, 9]);
            assert_eq!(below(2), [] as [usize; 0]);
        });
    }

    #[test]
    fn a_step_that_runs_on_nothing_new_had_lost_its_result() {
        graph(|graph, places| {
            let lost = |lines: &[usize]| graph.lost(&ran(places, lines));
            assert!(!lost(&[6, 7, 10, 11, 12]));
            assert!(!lost(&[3, 4, 6, 7, 10, 11, 12]));
            assert!(lost(&[4, 6, 7, 10, 11, 12]), "pip ran, and its list is the same");
            assert!(lost(&[6, 7, 9, 10, 11, 12]), "apt-get depends on nothing");
            assert!(!lost(&[]));
        });
    }

    #[test]
    fn a_cached_run_may_have_several_results() {
        graph(|graph, places| {
            let at = |line| places.iter().position(|place| place.line == line).unwrap();
            let again = ran(places, &[6, 7, 10, 11, 12]);
            assert!(graph.stands_on_cached_run(at(10), &again) && graph.stands_on_cached_run(at(9), &again));
            let all = ran(places, &[3, 4, 6, 7, 9, 10, 11, 12]);
            assert!(!graph.stands_on_cached_run(at(10), &all) && !graph.stands_on_cached_run(at(12), &all));
            assert!(
                graph.copies_from_stage(at(10)) && !graph.copies_from_stage(at(12)) && !graph.copies_from_stage(at(6))
            );
        });
    }
}
