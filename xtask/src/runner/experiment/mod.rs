//! Experiments: build, change the app, build again, and read from the builder's own record what ran.
//!
//! What an experiment finds must not depend on what was built before it. [`rebuild`] says how it sees to that.

mod costs;
mod graph;
mod holds;
mod kept;
mod rebuild;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::prepare;
use crate::context::RUN;
use crate::engine::build::Announced;
use crate::engine::instructions;
use crate::engine::{Engine, bake, build, docker};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::interrupt;
use crate::model::block::Sign;
use crate::model::{BaseSources, Change, Experiment, SentContext, StepCost};
use crate::plan::Image;
use crate::state::costs::Costs;
use crate::units;

/// Where experiments take place. Its builds run one after the other, so their times compare.
#[derive(Clone, Copy)]
pub(super) struct Lab<'a> {
    pub sources: &'a BaseSources,
    pub options: &'a bake::Options,
    pub weigh: crate::image::Way,
    /// Whether the experiment is told: the time of a whole cold build with it, and each build as an item of the phase. Where only
    /// shares count, the costs of the steps are enough, and the builds are work on one item.
    pub told: bool,
    /// Milliseconds that builds have taken so far.
    pub building: &'a AtomicU64,
    pub run: &'a str,
    pub root: &'a Path,
    pub engine: Engine<'a>,
}

/// One of the builds of an experiment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn<'c> {
    /// With whatever is in the cache.
    Cached,
    /// Without the cache.
    Cold,
    /// With the cache, after the change of this name, which gives these arguments another value.
    After(&'c str, &'c BTreeMap<String, String>),
    /// With the cache, after an edit of the same files that changes nothing.
    Control(&'c str),
}

impl Lab<'_> {
    /// Builds the image, and again after each change, which is new in every run: no build cache can hold its result.
    ///
    /// A cold build is made only where the costs of its steps are not known from an earlier one, or `no_cache` asks for it.
    ///
    /// Errors: whatever building or weighing fails with.
    pub fn experiment(&self, image: &Image, changes: &[(&str, &Change)]) -> Result<Experiment> {
        prepare::contexts([image], self.run, self.root)?;
        let file = image.stages()?;
        let places = instructions::places(&file, None);
        let keys = self.keys(image, &file, &places);
        // What is compared with must be in the cache; from an earlier build it costs a moment.
        let item = self.item(image, "as it is");
        let before = self.build(image, &image.context, &image.name.tag(), Turn::Cached, &item)?;
        self.done(item, before.took);
        let mut costs = Costs::load()?;
        costs::note(&mut costs, &keys.steps, &instructions::ran(&places, before.steps()), false);
        let cold = self.cold(image, &places, &keys, &mut costs)?;
        if cold.from.is_none() {
            // What the builder made without its cache is not in every case what it takes from the cache afterwards: where it
            // had the same step before, it may go on with the earlier layer. The rebuilds stand on what it takes.
            let item = self.item(image, "from the cache");
            let again = self.build(image, &image.context, &image.name.tag(), Turn::Cached, &item)?;
            self.done(item, again.took);
        }
        let beside = self.beside(image, &file, &places)?;
        let mut rebuilds = Vec::new();
        for (name, change) in changes {
            rebuilds.push(self.rebuild(&beside, (name, change))?);
            interrupt::check()?;
        }
        let steps = places.into_iter().zip(cold.steps).map(|(place, cold_ms)| StepCost {
            line: Some(place.line),
            stage: place.stage_name,
            instruction: crate::names::printable(&place.text),
            cold_ms,
        });
        Ok(Experiment {
            app: image.name.app.clone(),
            variant: image.name.variant.clone(),
            cold_ms: cold.ms,
            cold_from: cold.from,
            steps: steps.collect(),
            rebuilds,
        })
    }

    /// Builds an image once after a change. Returns its tag, and what the builder did; the caller removes the image.
    ///
    /// Errors: whatever building fails with; an edit that fits no longer.
    pub fn after(&self, image: &Image, change: (&str, &Change)) -> Result<(String, build::Built)> {
        self.after_with(image, change, "shipped", &BTreeMap::new())
    }

    /// As [`Self::after`], with build arguments besides. `named` is what the build is for.
    ///
    /// Errors: as [`Self::after`].
    pub fn after_with(
        &self,
        image: &Image,
        change: (&str, &Change),
        named: &str,
        args: &BTreeMap<String, String>,
    ) -> Result<(String, build::Built)> {
        let tag = format!("{}-{named}", image.name.tag());
        let token = format!("{}-{}-{named}", self.run, image.name.variant);
        let built = self.build_after(image, change, &token, &tag, args, &image.called());
        prepare::secrets(image, &BTreeMap::new(), self.run, self.root)?;
        built.map(|built| (tag, built))
    }

    /// Builds an image after a change, which `token` makes one that no build cache knows, with these arguments besides its own.
    fn build_after(
        &self,
        image: &Image,
        (name, change): (&str, &Change),
        token: &str,
        tag: &str,
        besides: &BTreeMap<String, String>,
        item: &str,
    ) -> Result<build::Built> {
        let context = prepare::changed(image, change, token, self.root)?;
        prepare::secrets(image, &change.secrets, token, self.root)?;
        let args = change.args.iter().map(|(name, value)| (name.clone(), value.replace(RUN, token)));
        let besides = besides.iter().map(|(name, value)| (name.clone(), value.clone()));
        self.build(image, &context, tag, Turn::After(name, &args.chain(besides).collect()), item)
    }

    /// What a first build sends of its context: from a folder that no builder has seen.
    ///
    /// Errors: whatever building fails with.
    pub fn sent(&self, image: &Image) -> Result<SentContext> {
        let context = prepare::afresh(image, self.run, self.root)?;
        let tag = format!("{}-sent", image.name.tag());
        let built = self.build(image, &context, &tag, Turn::Cached, &image.called());
        // Each is as large as the app's folder, and used once.
        let _ = std::fs::remove_dir_all(self.root.join(&context));
        let _ = self.engine.ask(&docker(["image", "rm", &tag]));
        let bytes = built?.steps().iter().map(|step| step.transferred).sum();
        Ok(SentContext { app: image.name.app.clone(), variant: image.name.variant.clone(), bytes })
    }

    /// What a build of an experiment is called while it runs.
    fn item(&self, image: &Image, when: &str) -> String {
        if self.told { format!("{}, {when}", image.called()) } else { image.called() }
    }

    fn done(&self, item: String, took: Duration) {
        if self.told {
            self.engine.sink().emit(Event::Done { item, remark: units::seconds(took), sign: Sign::Held });
        }
    }

    /// How many builds [`Self::experiment`] makes of an image and so many changes; a rebuild that is repeated counts once, and a control
    /// not at all.
    ///
    /// Errors: [`ErrorId::Dockerfile`] where our own reader cannot read the file; the costs of earlier builds cannot be read.
    pub fn builds(&self, image: &Image, changes: usize) -> Result<usize> {
        let file = image.stages()?;
        let keys = self.keys(image, &file, &instructions::places(&file, None));
        let cold = if self.known(&keys, &Costs::load()?).is_some() { 0 } else { 2 };
        Ok(1 + cold + changes)
    }

    fn build(&self, image: &Image, context: &str, tag: &str, turn: Turn<'_>, item: &str) -> Result<build::Built> {
        let mut target = image.target(self.sources);
        context.clone_into(&mut target.context);
        target.dockerfile = bake::relative(context, &image.dockerfile.path);
        target.tags = vec![tag.to_owned()];
        // The same image is built several times in a row; by its name one sees which of them it is.
        let name = match turn {
            Turn::Cached => image.name.target(),
            Turn::Cold => format!("{}-cold", image.name.target()),
            Turn::After(change, args) => {
                target.args.extend(args.clone());
                format!("{}-after-{change}", image.name.target())
            }
            Turn::Control(change) => format!("{}-control-{change}", image.name.target()),
        };
        let definition = bake::Definition { targets: BTreeMap::from([(name, target)]) };
        let options = bake::Options { no_cache: turn == Turn::Cold, ..self.options.clone() };
        let began = Instant::now();
        let built = build::build(Announced::Item(item), &definition, &options, self.root, self.engine);
        self.took(began);
        built
    }

    /// Adds the time since `began` to what builds took.
    pub(super) fn took(&self, began: Instant) {
        self.building.fetch_add(millis(began.elapsed()), Ordering::Relaxed);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The changes with these names, of the lesson or else of the app.
///
/// Errors: [`ErrorId::Manifest`] for a name that neither knows.
pub(super) fn changes<'c>(
    names: impl IntoIterator<Item = &'c String>,
    of_lesson: &'c BTreeMap<String, Change>,
    image: &'c Image,
) -> Result<Vec<(&'c str, &'c Change)>> {
    let find = |name: &'c String| {
        let change = of_lesson.get(name).or_else(|| image.app.change.get(name));
        change.map(|change| (name.as_str(), change)).ok_or_else(|| {
            let fact = format!("{}/app.toml and the lesson know no change `{name}`.", image.app.folder);
            Problem::new(ErrorId::Manifest, fact)
        })
    };
    names.into_iter().map(find).collect()
}
