//! Executes a plan and reports events. It decides nothing about how they are shown or what they mean.

mod look;
mod serve;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

pub use look::look;
pub use serve::{Served, container_of, serve, start};

use crate::engine::{Engine, bake, build, image};
use crate::error::{Problem, Result};
use crate::event::Event;
use crate::image::weigh::{self, Subject};
use crate::interrupt;
use crate::model::{Cache, Contract, Expect, Measurement, Timeline, Verdict};
use crate::plan::{self, Image};
use crate::rules;
use crate::state::ledger::{self, Run};

/// What the learner asked of a run, apart from what to run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How to build.
    pub build: bake::Options,
    /// Leave the containers running.
    pub keep: bool,
    /// Containers started at the same time; with more than the engine has processors, every one would look slow.
    pub at_once: usize,
    /// How images are weighed.
    pub weigh: weigh::Way,
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// One measurement for each image, in the order they were given in.
    pub results: Vec<Measurement>,
    /// What the expectations came to.
    pub verdicts: Vec<Verdict>,
    /// What went wrong with single containers. The others were measured all the same.
    pub problems: Vec<Problem>,
    /// Wall time of the build of all images together.
    pub built_in: Duration,
    /// When each step of the build ran.
    pub timeline: Timeline,
    /// How much was taken from the build cache.
    pub cache: Cache,
    /// Containers of this run that could not be removed.
    pub leftovers: usize,
    /// Containers left running on request: image and address.
    pub kept: Vec<(String, String)>,
}

/// All that a run needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// What to build and to run.
    pub images: &'a [Image],
    /// What must hold.
    pub expect: &'a [Expect],
    /// Where each base comes from.
    pub contexts: &'a BTreeMap<String, String>,
    /// What the services must answer.
    pub contract: &'a Contract,
    /// How.
    pub options: &'a Options,
    /// Folder of the repository.
    pub root: &'a Path,
}

impl Job<'_> {
    /// Builds, weighs, starts, asks, removes, judges.
    ///
    /// A container that is not healthy does not stop the others; a build that fails stops everything.
    ///
    /// Errors: whatever building or weighing fails with, and [`crate::error::ErrorId::Interrupted`]. The run's containers
    /// are removed in every case.
    pub fn run(&self, engine: Engine<'_>) -> Result<Outcome> {
        let swept = ledger::sweep(engine)?;
        if swept > 0 {
            let note = format!("Removed {swept} containers that an earlier run had left behind.");
            engine.sink().emit(Event::Note(note));
        }
        let run = Run::begin()?;
        interrupt::note_run(Some(run.id()));
        let outcome = self.measure(&run, engine);
        if self.options.keep && outcome.is_ok() && !interrupt::requested() {
            run.keep();
        }
        let leftovers = run.clean(engine);
        interrupt::note_run(None);
        if interrupt::requested() {
            return Err(interrupt::problem());
        }
        outcome.map(|outcome| Outcome { leftovers, ..outcome })
    }

    fn measure(&self, run: &Run, engine: Engine<'_>) -> Result<Outcome> {
        let images = self.images;
        let definition = plan::definition(images, self.contexts);
        let dockerfiles = images.iter().map(|image| (image.name.target(), image.dockerfile())).collect();
        let built = build::build("images", &definition, &self.options.build, &dockerfiles, self.root, engine)?;
        interrupt::check()?;

        let inspected = Inspected(engine.inspect_images(&images.iter().map(|i| i.name.tag()).collect::<Vec<_>>())?);
        let weights = weigh::weigh(&inspected.subjects(images), engine, self.options.weigh)?;
        interrupt::check()?;

        let stored = |image: &Image| weights.get(&image.name.tag()).map_or(0, |weight| weight.stored_bytes);
        let served = serve(images, &stored, self.contract, run, engine, self.options);
        interrupt::check()?;

        let mut kept = Vec::new();
        let mut problems = Vec::new();
        let mut results = Vec::new();
        for (image, served) in images.iter().zip(served) {
            let summary = built.summary(&image.name.target());
            let weight = weights.get(&image.name.tag()).cloned().unwrap_or_default();
            results.push(Measurement {
                app: image.name.app.clone(),
                rung: image.name.rung.clone(),
                image: image.name.tag(),
                stored_bytes: weight.stored_bytes,
                files: weight.files,
                pull_bytes: weight.pull_bytes,
                layers: inspected.of(image).map_or(0, |i| i.root_fs.layers.len()),
                build_ms: millis(summary.took),
                parallel: images.len() > 1,
                cached: summary.cached,
                ready_ms: millis(served.ready),
                health: served.health,
                user: inspected.user(image),
                hardened: image.rung.hardened,
            });
            kept.extend(served.url.filter(|_| self.options.keep).map(|url| (image.name.to_string(), url)));
            let named = |problem: Problem| Problem { fact: format!("{}: {}", image.name, problem.fact), ..problem };
            problems.extend(served.problem.map(named));
        }
        let verdicts = self.expect.iter().flat_map(|expect| rules::judge(expect, &results)).collect();
        let cache = match (built.any_cached(), results.iter().all(|m| m.cached)) {
            (_, true) => Cache::All,
            (true, false) => Cache::Some,
            (false, false) => Cache::None,
        };
        Ok(Outcome {
            results,
            verdicts,
            problems,
            built_in: built.took,
            timeline: built.timeline(),
            cache,
            leftovers: 0,
            kept,
        })
    }
}

/// What the engine says of the images that were built.
struct Inspected(Vec<image::Inspected>);

impl Inspected {
    fn of(&self, image: &Image) -> Option<&image::Inspected> {
        let tag = image.name.tag();
        self.0.iter().find(|i| i.repo_tags.contains(&tag))
    }

    fn subjects(&self, images: &[Image]) -> Vec<Subject> {
        let subject =
            |image: &Image| Some(Subject { image: image.name.tag(), layers: self.of(image)?.root_fs.layers.clone() });
        images.iter().filter_map(subject).collect()
    }

    /// An image that names no user runs as root.
    fn user(&self, image: &Image) -> String {
        let named = self.of(image).map(|i| i.config.user.clone()).filter(|user| !user.is_empty());
        named.unwrap_or_else(|| "root".to_owned())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
