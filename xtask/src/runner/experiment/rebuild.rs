//! The build after a change, compared with the build before it.
//!
//! A builder's cache may hold several results of one `RUN`: each build without cache adds one, and so does a step whose result
//! garbage collection had taken. `pip install` writes other bytes each time, so the layers above differ although nothing that
//! decides them has changed. The build before may have been put together from one result, and the build after from another. Two
//! things keep that out of what is told: a build that had to make a lost result again only fills the cache, and the next one
//! counts; and where it may matter, a control is built. A control is the app with edits in the same places that change nothing, so
//! the builder does the same work with the same results. What the control has was not made by the change.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::graph::Graph;
use super::{Lab, Turn, millis};
use crate::dockerfile::Dockerfile;
use crate::engine::instructions::{self, Place, Ran};
use crate::engine::{Engine, docker};
use crate::error::{ErrorId, Result};
use crate::event::Within;
use crate::image::origin;
use crate::image::weigh::{self, Subject};
use crate::interrupt;
use crate::model::{Change, Rebuild};
use crate::plan::Image;
use crate::runner::prepare;

/// A rebuild that is quick is repeated, and the median told, until this much time has passed or it was built three times.
const PATIENCE: Duration = Duration::from_secs(6);
const TURNS: usize = 3;
/// How many builds may go by that only fill the cache.
const FILLING: usize = 2;

/// What a rebuild is compared with.
pub(super) struct Beside<'b> {
    pub image: &'b Image,
    file: &'b Dockerfile,
    pub places: &'b [Place],
    graph: Graph<'b>,
    /// The layers of the build before the change.
    before: &'b [String],
}

/// The layers of an image, and the line of the Dockerfile that made each, where that is known.
struct Layers(Vec<(String, Option<usize>)>);

impl Layers {
    fn line(&self, layer: &str) -> Option<usize> {
        self.0.iter().find(|(one, _)| one == layer)?.1
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

impl<'b> Beside<'b> {
    pub fn of(image: &'b Image, file: &'b Dockerfile, places: &'b [Place], before: &'b [String]) -> Self {
        Self { image, file, places, graph: Graph::of(file, places), before }
    }

    fn at(&self, line: Option<usize>) -> Option<usize> {
        self.places.iter().position(|place| Some(place.line) == line)
    }

    /// Whether layers may be new for another reason than the change. One new layer is always the change's: it must show somewhere.
    fn in_doubt(&self, layers: &Layers, ran: &[Ran]) -> bool {
        let new: Vec<_> = layers.0.iter().filter(|(layer, _)| !self.before.contains(layer)).collect();
        let stands = |line| self.at(line).is_none_or(|index| self.graph.stands_on_cached_run(index, ran));
        new.len() > 1 && new.iter().any(|(_, line)| stands(*line))
    }

    /// The instructions that ran because of the change: those that the builder ran, without copies whose layer is `known`; and
    /// those whose layer is not. The builder takes some of these from its cache, where an earlier turn or an earlier run left
    /// them; a builder that sees this change for the first time has nothing to take.
    fn because(&self, layers: &Layers, ran: &[Ran], known: &BTreeSet<String>) -> Vec<usize> {
        let made = |is_known: bool| {
            let of = layers.0.iter().filter(move |(layer, _)| known.contains(layer) == is_known);
            of.filter_map(|(_, line)| self.at(*line)).collect::<BTreeSet<usize>>()
        };
        let (new, old) = (made(false), made(true));
        let copied = |index: &usize| self.graph.copies_from_stage(*index) && old.contains(index);
        (0..ran.len()).filter(|index| new.contains(index) || (!ran[*index].cached && !copied(index))).collect()
    }
}

impl Lab<'_> {
    pub(super) fn rebuild(&self, beside: &Beside<'_>, change: (&str, &Change)) -> Result<Rebuild> {
        let tag = format!("{}-changed", beside.image.name.tag());
        let item = self.item(beside.image, &format!("after the {} change", change.0));
        let compared = self.turns(beside, change, &tag, &item).and_then(|(took, ran)| {
            let layers = self.made(beside, &tag)?;
            let mut known: BTreeSet<String> = beside.before.iter().cloned().collect();
            if beside.in_doubt(&layers, &ran) {
                known.extend(self.control_layers(beside.image, change)?);
            }
            let ran = beside.because(&layers, &ran, &known);
            let new = self.weigh_new(beside.image, &tag, &known)?;
            let largest_new = new.largest.and_then(|(layer, bytes)| Some((beside.at(layers.line(&layer))?, bytes)));
            self.done(item, Duration::from_millis(took[took.len() / 2]));
            Ok(Rebuild {
                change: change.0.to_owned(),
                summary: change.1.summary.clone(),
                took_ms: took[took.len() / 2],
                turns: took.len(),
                ran,
                new_layers: new.layers,
                new_stored_bytes: new.stored_bytes,
                new_pull_bytes: new.pull_bytes,
                largest_new,
                stored_bytes: new.of_all,
            })
        });
        // An image of a context that is gone serves nobody.
        let _ = self.engine.ask(&docker(["image", "rm", &tag]));
        prepare::secrets(beside.image, &BTreeMap::new(), self.run, self.root)?;
        compared
    }

    /// Builds after the change, until that was quick and often or long enough. Returns what each turn took in milliseconds, sorted,
    /// and what the last one did with each instruction.
    fn turns(
        &self,
        beside: &Beside<'_>,
        change: (&str, &Change),
        tag: &str,
        item: &str,
    ) -> Result<(Vec<u64>, Vec<Ran>)> {
        let began = Instant::now();
        let (mut took, mut ran, mut filling) = (Vec::new(), Vec::new(), 0);
        while took.is_empty() || (took.len() < TURNS && began.elapsed() < PATIENCE) {
            // A mark of its own for each Dockerfile: where two begin alike, the second would find the first one's work.
            let token = format!("{}-{}-{}", self.run, beside.image.name.variant, took.len() + filling);
            let built = self.build_after(beside.image, change, &token, tag, &BTreeMap::new(), item)?;
            interrupt::check()?;
            let again = instructions::ran(beside.places, built.steps());
            // Other arguments make a step run although all it stands on is the same.
            if change.1.args.is_empty() && filling < FILLING && beside.graph.lost(&again) {
                filling += 1;
                continue;
            }
            took.push(millis(built.took));
            ran = again;
        }
        took.sort_unstable();
        Ok((took, ran))
    }

    /// Builds an image after a change, to be shipped. Returns its tag and, where layers of it may be new for another reason than the
    /// change, that of its control. The caller removes both.
    ///
    /// Errors: whatever building fails with; an edit that fits no longer.
    pub fn shipped(&self, image: &Image, change: (&str, &Change)) -> Result<(String, Option<String>)> {
        let before = self.layers(&image.name.tag())?;
        let (tag, built) = self.after(image, change)?;
        // What our own reader cannot read, it has no doubts about.
        let Ok(file) = image.stages() else { return Ok((tag, None)) };
        let places = instructions::places(&file, None);
        let beside = Beside::of(image, &file, &places, &before);
        let doubt = self.made(&beside, &tag)?;
        let doubt = beside.in_doubt(&doubt, &instructions::ran(&places, built.steps()));
        let control = if doubt { self.control(image, change)? } else { None };
        Ok((tag, control))
    }

    fn control_layers(&self, image: &Image, change: (&str, &Change)) -> Result<Vec<String>> {
        let Some(tag) = self.control(image, change)? else { return Ok(Vec::new()) };
        let layers = self.layers(&tag);
        let _ = self.engine.ask(&docker(["image", "rm", &tag]));
        layers
    }

    /// Builds the control of a change, and returns its tag; `None` where it does not build. The caller removes it.
    ///
    /// Errors: whatever else building fails with.
    fn control(&self, image: &Image, (name, change): (&str, &Change)) -> Result<Option<String>> {
        let token = format!("{}-{}-control", self.run, image.name.variant);
        let tag = format!("{}-control", image.name.tag());
        let context = prepare::control(image, change, &token, self.root)?;
        prepare::secrets(image, &BTreeMap::new(), self.run, self.root)?;
        match self.build(image, &context, &tag, Turn::Control(name), &image.called()) {
            Ok(_) => Ok(Some(tag)),
            // A build may refuse empty lines, as a linter does.
            Err(problem) if problem.id == ErrorId::BuildFailed => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    fn made(&self, beside: &Beside<'_>, tag: &str) -> Result<Layers> {
        let layers = self.layers(tag)?;
        let origins = origin::origins(&self.engine.history(tag)?, layers.len(), Some(beside.file)).layers;
        Ok(Layers(layers.into_iter().zip(origins.into_iter().map(|origin| origin.line)).collect()))
    }

    /// The layers of an image that are not `known`.
    fn weigh_new(&self, image: &Image, tag: &str, known: &BTreeSet<String>) -> Result<New> {
        let layers = self.layers(tag)?;
        let bases = self.engine.base_layers(&image.bases, self.sources)?;
        let subject = Subject { image: tag.to_owned(), base: weigh::Base::among(&bases, &layers), layers };
        // The builds of the experiment are counted; weighing is a part of one.
        let within = Within(self.engine.sink());
        let mut weights = weigh::weigh(std::slice::from_ref(&subject), Engine::new(&within), self.weigh)?;
        let weight = weights.remove(tag).unwrap_or_default();
        let new: Vec<_> = weight.layers.iter().filter(|layer| !known.contains(&layer.diff_id.to_string())).collect();
        let largest = new.iter().max_by_key(|layer| layer.stored_bytes);
        Ok(New {
            layers: new.len(),
            stored_bytes: new.iter().map(|layer| layer.stored_bytes).sum(),
            pull_bytes: new.iter().map(|layer| layer.pull_bytes).sum(),
            largest: largest.map(|layer| (layer.diff_id.to_string(), layer.stored_bytes)),
            of_all: weight.stored_bytes,
        })
    }

    /// The layers of an image, lowest first.
    pub(super) fn layers(&self, tag: &str) -> Result<Vec<String>> {
        let images = self.engine.inspect_images(&[tag.to_owned()])?;
        Ok(images.into_iter().next().map(|image| image.root_fs.layers).unwrap_or_default())
    }
}
