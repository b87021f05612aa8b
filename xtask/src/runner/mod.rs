//! Executes a plan and reports events. It decides nothing about how they are shown or what they mean.

mod asked;
mod experiment;
mod facts;
mod gate;
mod look;
mod offline;
mod once;
pub mod prepare;
mod running;
mod serve;
mod ship;
mod story;
mod traces;
mod watched;
mod withheld;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

pub use look::Looker;
pub use serve::{Served, container_of, serve, start};
pub use story::{Ahead, Guess, Magnitude, Mute, Narrator, Question};

use running::{Running, Starter};

use crate::engine::{Engine, bake, build, image, sweep};
use crate::error::{Problem, Result};
use crate::event::Event;
use crate::image::weigh::{self, Subject};
use crate::interrupt;
use crate::lesson::Step;
use crate::model::{BaseSources, Cache, Change, Facts, Measurement, Timeline, Told, Verdict};
use crate::plan::{self, Image};
use crate::rules::Expect;
use crate::state::runs::Run;

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
    pub weigh: crate::image::Way,
    /// Whether the engine's store can hold one image for several platforms: then such an index is built besides.
    pub index: bool,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All that was measured; the results are in the order the images were given in.
    pub facts: Facts,
    /// What came of the lesson's steps.
    pub told: Vec<Told>,
    /// What the expectations came to, those of the steps first.
    pub verdicts: Vec<Verdict>,
    /// What went wrong with single containers. The others were measured all the same.
    pub problems: Vec<Problem>,
    /// Wall time of the build of all images together.
    pub built_in: Duration,
    /// Wall time of all other builds: those of steps, and of what expectations need.
    pub built_besides: Duration,
    /// When each step of the build of all images ran.
    pub timeline: Timeline,
    /// How much was taken from the build cache.
    pub cache: Cache,
    /// Containers of this run that could not be removed.
    pub leftovers: usize,
    /// Containers left running on request: image and address.
    pub kept: Vec<(String, String)>,
    /// The ids of the images that were measured, by their tags.
    pub ids: BTreeMap<String, String>,
}

/// All that a run needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// What to build, to run and to measure.
    pub images: &'a [Image],
    /// What to build besides, for steps.
    pub others: &'a [Image],
    /// What steps build themselves, or only show.
    pub dockerfiles: &'a [Image],
    /// What happens when the images are measured.
    pub steps: &'a [Step],
    /// Changes that experiments may make, besides the apps' own.
    pub changes: &'a BTreeMap<String, Change>,
    /// What must hold.
    pub expect: &'a [Expect],
    /// Where builds find their bases.
    pub sources: &'a BaseSources,
    /// How.
    pub options: &'a Options,
    /// Folder of the repository.
    pub root: &'a Path,
}

/// A run at work: what it is about, and what has come of it so far.
struct Underway<'a> {
    job: Job<'a>,
    run: &'a Run,
    engine: Engine<'a>,
    /// The ids of the images that were measured, by their tags.
    ids: &'a BTreeMap<String, String>,
    /// The containers that serve several questions.
    running: Running,
    facts: Facts,
    told: Vec<Told>,
    verdicts: Vec<Verdict>,
    /// A prediction that was asked for before its step.
    asked: Option<story::Asked>,
    /// Milliseconds that builds took besides that of all images.
    building: AtomicU64,
}

/// The changes of a job that has none of its own.
pub static NO_CHANGES: BTreeMap<String, Change> = BTreeMap::new();

impl<'a> Job<'a> {
    /// Every image and Dockerfile of the job.
    fn everything(&self) -> impl Iterator<Item = &'a Image> + use<'a> {
        self.images.iter().chain(self.others).chain(self.dockerfiles)
    }

    /// Builds, weighs, starts, asks, removes; then tells the steps, gathers what else is needed, and judges.
    ///
    /// A container that is not healthy does not stop the others; a build that fails stops everything.
    ///
    /// Errors: whatever building or weighing fails with, and [`crate::error::ErrorId::Interrupted`]. The run's containers
    /// are removed in every case.
    pub fn run(&self, narrator: &mut dyn Narrator, engine: Engine<'_>) -> Result<Outcome> {
        let swept = sweep::sweep(engine)?;
        if swept > 0 {
            let note = format!("Removed {swept} containers that an earlier run had left behind.");
            engine.sink().emit(Event::Note(note));
        }
        let run = Run::begin()?;
        interrupt::note_run(Some(run.id()));
        let outcome = self.measure(narrator, &run, engine);
        if self.options.keep && outcome.is_ok() && !interrupt::requested() {
            run.keep();
        }
        engine.sink().emit(Event::Quiet);
        let leftovers = sweep::end(&run, engine);
        interrupt::note_run(None);
        if interrupt::requested() {
            return Err(interrupt::problem());
        }
        outcome.map(|outcome| Outcome { leftovers, ..outcome })
    }

    fn measure(&self, narrator: &mut dyn Narrator, run: &Run, engine: Engine<'_>) -> Result<Outcome> {
        let images = self.images;
        let to_build: Vec<&Image> = images.iter().chain(self.others).collect();
        let mut outcome = Outcome::default();
        let mut built = None;
        if !to_build.is_empty() {
            prepare::contexts(to_build.iter().copied(), run.id(), self.root)?;
            let mut definition = plan::definition(to_build.iter().copied(), self.sources);
            if self.options.index {
                definition.targets.extend(plan::indexes(&to_build, self.sources));
            }
            let done = build::build("images", &definition, &self.options.build, self.root, engine)?;
            outcome.built_in = done.took;
            outcome.timeline = done.timeline();
            built = Some(done);
            interrupt::check()?;
        }
        let tags: Vec<String> = images.iter().map(|i| i.name.tag()).collect();
        let inspected = Inspected(if tags.is_empty() { Vec::new() } else { engine.inspect_images(&tags)? });
        let bases = engine.base_layers(&plan::bases(images), self.sources)?;
        let weights = weigh::weigh(&inspected.subjects(images, &bases), engine, self.options.weigh)?;
        interrupt::check()?;

        let stored = |image: &Image| weights.get(&image.name.tag()).map_or(0, |weight| weight.stored_bytes);
        let running = Running::default();
        let starter = Starter { run, engine, keep: self.options.keep };
        let served = serve(images, &self.asked_later(), &stored, &running, starter, self.options.at_once);
        interrupt::check()?;

        let mut facts = Facts::default();
        for (image, served) in images.iter().zip(served) {
            let weight = weights.get(&image.name.tag()).cloned().unwrap_or_default();
            let summary = built.as_ref().map(|built| built.summary(&image.name.target()));
            facts.entry(image.name.key()).measurement = Some(Measurement {
                app: image.name.app.clone(),
                variant: image.name.variant.clone(),
                platform: image.name.platform.clone(),
                image: image.name.tag(),
                stored_bytes: weight.stored_bytes,
                files: weight.files,
                pull_bytes: weight.pull_bytes,
                layers: inspected.of(image).map_or(0, |i| i.root_fs.layers.len()),
                build_ms: summary.map_or(0, |summary| millis(summary.took)),
                parallel: to_build.len() > 1,
                cached: summary.is_some_and(|summary| summary.cached),
                ready_ms: millis(served.ready),
                health: served.health,
                user: inspected.user(image),
                hardened: image.variant.hardened,
                not_run: served.not_run,
            });
            outcome.kept.extend(served.url.filter(|_| self.options.keep).map(|url| (image.name.to_string(), url)));
            let named = |problem: Problem| Problem { fact: format!("{}: {}", image.name, problem.fact), ..problem };
            outcome.problems.extend(served.problem.map(named));
        }
        outcome.cache = match (built.is_some_and(|built| built.any_cached()), facts.measured().all(|(_, m)| m.cached)) {
            (_, true) => Cache::All,
            (true, false) => Cache::Some,
            (false, false) => Cache::None,
        };
        let ids = inspected.ids();
        let mut underway = Underway {
            job: *self,
            run,
            engine,
            ids: &ids,
            running,
            facts,
            told: Vec::new(),
            verdicts: Vec::new(),
            asked: None,
            building: AtomicU64::new(0),
        };
        if outcome.problems.is_empty() {
            underway.start_again()?;
        }
        engine.sink().emit(Event::Quiet);
        // A service that does not run has no steps to show; what failed is told first.
        if outcome.problems.is_empty() {
            underway.tell(narrator)?;
            underway.gather(self.expect)?;
        }
        if self.options.keep {
            underway.leave_only(images);
        }
        let Underway { facts, told, mut verdicts, building, .. } = underway;
        outcome.built_besides = Duration::from_millis(building.into_inner());
        verdicts.extend(self.expect.iter().flat_map(|expect| expect.judge(&facts)));
        Ok(Outcome { facts, told, verdicts, ids, ..outcome })
    }
}

/// What the engine says of the images that were built.
struct Inspected(Vec<image::Inspected>);

impl Inspected {
    fn of(&self, image: &Image) -> Option<&image::Inspected> {
        let tag = image.name.tag();
        self.0.iter().find(|i| i.repo_tags.contains(&tag))
    }

    fn ids(&self) -> BTreeMap<String, String> {
        self.0.iter().flat_map(|i| i.repo_tags.iter().map(|tag| (tag.clone(), i.id.clone()))).collect()
    }

    fn subjects(&self, images: &[Image], bases: &[Vec<String>]) -> Vec<Subject> {
        let subject = |image: &Image| {
            let layers = self.of(image)?.root_fs.layers.clone();
            Some(Subject { image: image.name.tag(), base: image.base(&layers, bases), layers })
        };
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
