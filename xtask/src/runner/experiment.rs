//! Experiments: build, change the app, build again, and read from the builder's own record what ran.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use super::prepare;
use crate::context::RUN;
use crate::dockerfile::{Dockerfile, Source};
use crate::engine::build::Announced;
use crate::engine::instructions::{self, Place, Ran};
use crate::engine::{Engine, bake, build, docker};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::image::Digest;
use crate::image::origin;
use crate::image::weigh::{self, Subject};
use crate::interrupt;
use crate::model::block::Sign;
use crate::model::{BaseSources, Change, Experiment, Rebuild, SentContext, StepCost};
use crate::plan::Image;
use crate::state::costs::Costs;
use crate::units;

/// A rebuild that is quick is repeated, and the median told, until this much time has passed or it was built three times.
const PATIENCE: Duration = Duration::from_secs(6);
const TURNS: usize = 3;

/// Where experiments take place. Its builds run one after the other, so their times compare.
#[derive(Clone, Copy)]
pub(super) struct Lab<'a> {
    pub sources: &'a BaseSources,
    pub options: &'a bake::Options,
    pub weigh: crate::image::Way,
    /// Whether the experiment is told: the time of a whole cold build with it, and each build as an item of the phase. Where only
    /// shares count, the costs of the steps are enough, and the builds are work on one item.
    pub told: bool,
    pub run: &'a str,
    pub root: &'a Path,
    pub engine: Engine<'a>,
}

/// A build of the image without the build cache.
struct Cold {
    ms: u64,
    from: Option<String>,
    steps: Vec<u64>,
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
        note(&mut costs, &keys.steps, &instructions::ran(&places, before.steps()), false);
        let cold = self.cold(image, &places, &keys, &mut costs)?;
        if cold.from.is_none() {
            // What the builder made without its cache is not in every case what it takes from the cache afterwards: where it
            // had the same step before, it may go on with the earlier layer. The rebuilds stand on what it takes.
            let item = self.item(image, "from the cache");
            let again = self.build(image, &image.context, &image.name.tag(), Turn::Cached, &item)?;
            self.done(item, again.took);
        }
        // The builder keeps several results of a step that ran twice, and may take another one after the change: what any image
        // has already was not made by the change.
        let old = self.layers(&self.engine.tags()?)?;
        let mut rebuilds = Vec::new();
        for (name, change) in changes {
            rebuilds.push(self.rebuild(image, &file, &places, (name, change), &old)?);
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

    fn cold(&self, image: &Image, places: &[Place], keys: &Keys, costs: &mut Costs) -> Result<Cold> {
        if let Some(known) = self.known(keys, costs) {
            costs.clone().save()?;
            return Ok(known);
        }
        let item = self.item(image, "without cache");
        let built = self.build(image, &image.context, &image.name.tag(), Turn::Cold, &item)?;
        self.done(item, built.took);
        let ran = instructions::ran(places, built.steps());
        note(costs, &keys.steps, &ran, true);
        let ms = millis(built.took);
        costs.put(keys.whole.clone(), ms, &now());
        costs.clone().save()?;
        Ok(Cold { ms, from: None, steps: ran.iter().map(|ran| ran.ms).collect() })
    }

    /// The cold build that an earlier run measured, as far as it is needed.
    fn known(&self, keys: &Keys, costs: &Costs) -> Option<Cold> {
        let steps: Vec<_> = keys.steps.iter().map(|key| costs.get(key)).collect::<Option<_>>()?;
        let ms = steps.iter().map(|cost| cost.ms);
        match costs.get(&keys.whole) {
            _ if self.options.no_cache => None,
            Some(whole) => Some(Cold { ms: whole.ms, from: Some(whole.date.clone()), steps: ms.collect() }),
            None if self.told => None,
            None => {
                let from = steps.iter().map(|cost| cost.date.clone()).min();
                Some(Cold { ms: ms.clone().sum(), from, steps: ms.collect() })
            }
        }
    }

    fn rebuild(
        &self,
        image: &Image,
        file: &Dockerfile,
        places: &[Place],
        (name, change): (&str, &Change),
        old: &BTreeSet<String>,
    ) -> Result<Rebuild> {
        let tag = format!("{}-changed", image.name.tag());
        let item = self.item(image, &format!("after the {name} change"));
        let began = Instant::now();
        let mut took = Vec::new();
        let mut ran = Vec::new();
        while took.is_empty() || (took.len() < TURNS && began.elapsed() < PATIENCE) {
            // A mark of its own for each Dockerfile: where two begin alike, the second would find the first one's work.
            let token = format!("{}-{}-{}", self.run, image.name.variant, took.len());
            let built = self.build_after(image, (name, change), &token, &tag, &BTreeMap::new(), &item)?;
            took.push(millis(built.took));
            let again = instructions::ran(places, built.steps());
            ran = (0..again.len()).filter(|&index| !again[index].cached).collect();
            interrupt::check()?;
        }
        prepare::secrets(image, &BTreeMap::new(), self.run, self.root)?;
        let weighed = self.made_by(file, places, &tag).and_then(|made_by| {
            // The builder says of some that they came from its cache: what an earlier turn or an earlier run left there, which a
            // builder that sees this change for the first time does not have.
            ran.extend(made_by.iter().filter(|(layer, _)| !old.contains(*layer)).map(|(_, step)| *step));
            self.weigh_new(image, &tag, old).map(|new| (new, made_by))
        });
        ran.sort_unstable();
        ran.dedup();
        // An image of a context that is gone serves nobody.
        let _ = self.engine.ask(&docker(["image", "rm", &tag]));
        let (New { layers: new_layers, stored_bytes: new_stored_bytes, pull_bytes, largest, of_all }, made_by) =
            weighed?;
        let largest_new = largest.and_then(|(layer, bytes)| Some((*made_by.get(&layer)?, bytes)));
        took.sort_unstable();
        self.done(item, Duration::from_millis(took[took.len() / 2]));
        Ok(Rebuild {
            change: name.to_owned(),
            summary: change.summary.clone(),
            took_ms: took[took.len() / 2],
            turns: took.len(),
            ran,
            new_layers,
            new_stored_bytes,
            new_pull_bytes: pull_bytes,
            largest_new,
            stored_bytes: of_all,
        })
    }

    /// Builds an image once after a change. Returns its tag; the caller removes it.
    ///
    /// Errors: whatever building fails with; an edit that fits no longer.
    pub fn after(&self, image: &Image, change: (&str, &Change)) -> Result<String> {
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
    ) -> Result<String> {
        let tag = format!("{}-{named}", image.name.tag());
        let token = format!("{}-{}-{named}", self.run, image.name.variant);
        let built = self.build_after(image, change, &token, &tag, args, &image.called());
        prepare::secrets(image, &BTreeMap::new(), self.run, self.root)?;
        built.map(|_| tag)
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

    /// The step that made each layer of an image, where it can be told.
    fn made_by(&self, file: &Dockerfile, places: &[Place], tag: &str) -> Result<BTreeMap<String, usize>> {
        let layers = self.inspect(tag)?;
        let origins = origin::origins(&self.engine.history(tag)?, layers.len(), Some(file));
        let step = |line: usize| places.iter().position(|place| place.line == line);
        let made = layers.into_iter().zip(origins);
        Ok(made.filter_map(|(layer, origin)| Some((layer, step(origin.line?)?))).collect())
    }

    /// The layers an image has and no image had before.
    fn weigh_new(&self, image: &Image, tag: &str, old: &BTreeSet<String>) -> Result<New> {
        let layers = self.inspect(tag)?;
        let bases = self.engine.base_layers(&image.bases, self.sources)?;
        let subject = Subject { image: tag.to_owned(), base: weigh::Base::among(&bases, &layers), layers };
        let mut weights = weigh::weigh(std::slice::from_ref(&subject), self.engine, self.weigh)?;
        let weight = weights.remove(tag).unwrap_or_default();
        let new: Vec<_> = weight.layers.iter().filter(|layer| !old.contains(&layer.diff_id.to_string())).collect();
        let stored = new.iter().map(|layer| layer.stored_bytes).sum();
        let pull_bytes = new.iter().map(|layer| layer.pull_bytes).sum();
        let largest = new.iter().max_by_key(|layer| layer.stored_bytes);
        let largest = largest.map(|layer| (layer.diff_id.to_string(), layer.stored_bytes));
        Ok(New { layers: new.len(), stored_bytes: stored, pull_bytes, largest, of_all: weight.stored_bytes })
    }

    fn layers(&self, tags: &[String]) -> Result<BTreeSet<String>> {
        Ok(self.engine.inspect_images(tags)?.into_iter().flat_map(|image| image.root_fs.layers).collect())
    }

    fn inspect(&self, tag: &str) -> Result<Vec<String>> {
        let images = self.engine.inspect_images(&[tag.to_owned()])?;
        Ok(images.into_iter().next().map(|image| image.root_fs.layers).unwrap_or_default())
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

    /// How many builds [`Self::experiment`] makes of an image and so many changes; a rebuild that is repeated counts once.
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
        };
        let definition = bake::Definition { targets: BTreeMap::from([(name, target)]) };
        let options = bake::Options { no_cache: turn == Turn::Cold, ..self.options.clone() };
        build::build(Announced::Item(item), &definition, &options, self.root, self.engine)
    }

    /// The names under which the costs of a build are kept.
    fn keys(&self, image: &Image, file: &Dockerfile, places: &[Place]) -> Keys {
        let mut before: BTreeMap<usize, String> = BTreeMap::new();
        let mut steps = Vec::new();
        for place in places {
            let base = match &file.stages[place.stage].base {
                Source::Stage(stage) => before.get(stage).cloned().unwrap_or_default(),
                Source::Image(name) => format!("{name}={}", self.sources.context(name).unwrap_or_default()),
                Source::Scratch => "scratch".to_owned(),
            };
            let chain = before.entry(place.stage).or_insert(base);
            *chain = format!("{chain}\n{}", place.text);
            steps.push(key(&format!("{}\n{chain}", image.name.app)));
        }
        let all: Vec<&str> = places.iter().map(|place| place.text.as_str()).collect();
        let bases: Vec<_> = image.bases.iter().map(|base| (base, self.sources.context(base))).collect();
        Keys { steps, whole: key(&format!("{} {bases:?} {all:?}", image.name.app)) }
    }
}

/// Notes what steps cost that ran. A step that comes from the cache even in a build without one costs nothing: the builder
/// does not run a `WORKDIR` again whose folder it has made before.
fn note(costs: &mut Costs, keys: &[String], ran: &[Ran], cold: bool) {
    for (key, ran) in keys.iter().zip(ran) {
        if !ran.cached {
            costs.put(key.clone(), ran.ms, &now());
        } else if cold && costs.get(key).is_none() {
            costs.put(key.clone(), 0, &now());
        }
    }
}

/// What the new layers of an image come to.
struct New {
    layers: usize,
    stored_bytes: u64,
    pull_bytes: Option<u64>,
    /// The one that stores most, by its digest, and what it stores.
    largest: Option<(String, u64)>,
    /// Stored bytes of the whole image.
    of_all: u64,
}

struct Keys {
    steps: Vec<String>,
    whole: String,
}

fn key(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

fn now() -> String {
    jiff::Timestamp::now().round(jiff::Unit::Second).map_or_else(|_| String::new(), |now| now.to_string())
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
