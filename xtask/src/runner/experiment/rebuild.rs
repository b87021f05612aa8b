//! The build after a change, compared with the build before it.
//!
//! A builder's cache may hold several results of one step: each build without cache adds one, and so does a step whose result
//! garbage collection had taken. `pip install` writes other bytes each time, so the layers above differ although nothing that
//! decides them has changed. The build before may have been put together from one result, and the build after from another. Three
//! things keep that out of what is told. Layers are compared by what they hold ([`super::kept`]). Where that may not be enough, a
//! control is built: the app with edits in the same places that change nothing, so the builder does the same work; what it takes
//! from the cache does not depend on the change, and what it makes was not made by the change. And a build that had to make a lost
//! result again only fills the cache: the next one counts, with a control of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::graph::Graph;
use super::kept::{Control, Known, Layers};
use super::{Lab, Turn, millis};
use crate::dockerfile::Dockerfile;
use crate::engine::docker;
use crate::engine::instructions::{self, Place, Ran};
use crate::error::{ErrorId, Result};
use crate::image::{Digest, origin};
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
    before: Layers,
}

/// The build after a change.
struct After {
    /// What each turn took in milliseconds, sorted.
    took: Vec<u64>,
    /// What the last turn did with each instruction.
    ran: Vec<Ran>,
    layers: Layers,
    /// Whether the change leaves each layer as it was.
    kept: Vec<bool>,
}

impl Beside<'_> {
    fn at(&self, line: Option<usize>) -> Option<usize> {
        self.places.iter().position(|place| Some(place.line) == line)
    }

    /// Whether layers may be new for another reason than the change. One that is new and ran is always the change's: it must show
    /// somewhere.
    fn in_doubt(&self, after: &After) -> bool {
        let new: Vec<_> = after.new_layers().map(|(_, maker)| maker).collect();
        let stands = |maker: &&Option<usize>| maker.is_none_or(|i| self.graph.stands_on_cached_run(i, &after.ran));
        let cached = |maker: &&Option<usize>| maker.is_some_and(|i| self.graph.all_cached(i, &after.ran));
        new.iter().any(stands) && (new.len() > 1 || new.iter().any(cached))
    }

    /// The instructions that ran because of the change: those that the builder ran, without copies whose layer stays; and those whose
    /// layer does not. The builder takes some of these from its cache, where an earlier turn or an earlier run left them; a builder
    /// that sees this change for the first time has nothing to take.
    fn because(&self, after: &After) -> Vec<usize> {
        let made = |stays: bool| -> BTreeSet<usize> {
            let of = after.layers.0.iter().zip(&after.kept).filter(move |(_, kept)| **kept == stays);
            of.filter_map(|((_, maker), _)| *maker).collect()
        };
        let (new, old) = (made(false), made(true));
        let copied = |index: &usize| self.graph.copies_from_stage(*index) && old.contains(index);
        (0..after.ran.len())
            .filter(|index| new.contains(index) || (!after.ran[*index].cached && !copied(index)))
            .collect()
    }
}

impl After {
    fn new_layers(&self) -> impl Iterator<Item = &(String, Option<usize>)> {
        self.layers.0.iter().zip(&self.kept).filter(|(_, kept)| !**kept).map(|(layer, _)| layer)
    }
}

impl Lab<'_> {
    /// Lays what was built of an image beside its Dockerfile.
    ///
    /// Errors: the engine does not answer.
    pub(super) fn beside<'b>(&self, image: &'b Image, file: &'b Dockerfile, places: &'b [Place]) -> Result<Beside<'b>> {
        let graph = Graph::of(file, places);
        let mut beside = Beside { image, file, places, graph, before: Layers::default() };
        beside.before = self.made(&beside, &image.name.tag())?;
        Ok(beside)
    }

    pub(super) fn rebuild(&self, beside: &Beside<'_>, change: (&str, &Change)) -> Result<Rebuild> {
        let tag = format!("{}-changed", beside.image.name.tag());
        let item = self.item(beside.image, &format!("after the {} change", change.0));
        let compared = self.rounds(beside, change, &tag, &item).and_then(|after| {
            let new = after.new_layers().map(|(layer, _)| layer.clone()).collect();
            let new = self.weigh_new(beside.image, &tag, &new)?;
            let largest_new = new.largest.and_then(|(layer, bytes)| Some((after.layers.maker(&layer)?, bytes)));
            let took_ms = after.took[after.took.len() / 2];
            self.done(item, Duration::from_millis(took_ms));
            Ok(Rebuild {
                change: change.0.to_owned(),
                summary: change.1.summary.clone(),
                took_ms,
                turns: after.took.len(),
                ran: beside.because(&after),
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

    /// Builds after the change, and again where the control shows that a result was lost between the two.
    fn rounds(&self, beside: &Beside<'_>, change: (&str, &Change), tag: &str, item: &str) -> Result<After> {
        let mut round = 0;
        loop {
            let (after, lost) = self.round(beside, change, tag, item, round)?;
            if !lost || round == FILLING {
                return Ok(after);
            }
            round += 1;
        }
    }

    fn round(
        &self,
        beside: &Beside<'_>,
        change: (&str, &Change),
        tag: &str,
        item: &str,
        round: usize,
    ) -> Result<(After, bool)> {
        let (took, ran) = self.turns(beside, change, tag, item, round)?;
        let mut after = After { took, ran, layers: self.made(beside, tag)?, kept: Vec::new() };
        let lost = self.compare(beside, change, tag, &mut after, round)?;
        Ok((after, lost))
    }

    /// Finds the layers that the change leaves as they were. Returns whether the control had to make a lost result again: then it may
    /// stand on another one than the rebuild.
    fn compare(
        &self,
        beside: &Beside<'_>,
        change: (&str, &Change),
        tag: &str,
        after: &mut After,
        round: usize,
    ) -> Result<bool> {
        let mut contents = BTreeMap::new();
        if after.layers.0.iter().any(|(layer, _)| !beside.before.has(layer)) {
            self.read(beside.image, &beside.image.name.tag(), &beside.before, &mut contents)?;
            self.read(beside.image, tag, &after.layers, &mut contents)?;
        }
        let only_files = change.1.args.is_empty() && change.1.secrets.is_empty();
        let known = Known { before: &beside.before, control: None, only_files, contents: &contents };
        after.kept = known.keeps(&beside.graph, &after.layers, &after.ran);
        if !beside.in_doubt(after) {
            return Ok(false);
        }
        let Some(control) = self.control(beside, change, round, &mut contents)? else { return Ok(false) };
        let known = Known { before: &beside.before, control: Some(&control), only_files, contents: &contents };
        after.kept = known.keeps(&beside.graph, &after.layers, &after.ran);
        Ok(beside.graph.lost(&control.ran))
    }

    /// Builds after the change, until that was quick and often or long enough. Returns what each turn took in milliseconds, sorted,
    /// and what the last one did with each instruction.
    fn turns(
        &self,
        beside: &Beside<'_>,
        change: (&str, &Change),
        tag: &str,
        item: &str,
        round: usize,
    ) -> Result<(Vec<u64>, Vec<Ran>)> {
        let began = Instant::now();
        let (mut took, mut ran, mut filling) = (Vec::new(), Vec::new(), 0);
        while took.is_empty() || (took.len() < TURNS && began.elapsed() < PATIENCE) {
            // A mark of its own for each Dockerfile: where two begin alike, the second would find the first one's work.
            let token = format!("{}-{}-{round}-{}", self.run, beside.image.name.variant, took.len() + filling);
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

    /// Builds an image after a change, to be shipped. Returns its tag, and for each layer whether the change leaves it as it was; of
    /// none, where our own reader cannot read the Dockerfile. The caller removes the image.
    ///
    /// Errors: whatever building fails with; an edit that fits no longer.
    pub fn shipped(&self, image: &Image, change: (&str, &Change)) -> Result<(String, Vec<bool>)> {
        let (tag, built) = self.after(image, change)?;
        let Ok(file) = image.stages() else { return Ok((tag, Vec::new())) };
        let places = instructions::places(&file, None);
        let beside = self.beside(image, &file, &places)?;
        let ran = instructions::ran(&places, built.steps());
        let mut after = After { took: Vec::new(), ran, layers: self.made(&beside, &tag)?, kept: Vec::new() };
        self.compare(&beside, change, &tag, &mut after, 0)?;
        Ok((tag, after.kept))
    }

    /// Builds the control of a change, and reads what its layers hold; `None` where it does not build.
    ///
    /// Errors: whatever else building fails with.
    fn control(
        &self,
        beside: &Beside<'_>,
        (name, change): (&str, &Change),
        round: usize,
        contents: &mut BTreeMap<String, u64>,
    ) -> Result<Option<Control>> {
        let image = beside.image;
        // Another for each change: two that edit one file would find each other's work.
        let of = &Digest::of(name.as_bytes()).hex()[..8];
        let token = format!("{}-{}-control-{of}-{round}", self.run, image.name.variant);
        let tag = format!("{}-control", image.name.tag());
        let context = prepare::control(image, change, &token, self.root)?;
        prepare::secrets(image, &BTreeMap::new(), self.run, self.root)?;
        let built = match self.build(image, &context, &tag, Turn::Control(name), &image.called()) {
            Ok(built) => built,
            // A build may refuse empty lines, as a linter does.
            Err(problem) if problem.id == ErrorId::BuildFailed => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let layers = self.made(beside, &tag).and_then(|layers| {
            self.read(image, &tag, &layers, contents)?;
            Ok(layers)
        });
        let _ = self.engine.ask(&docker(["image", "rm", &tag]));
        Ok(Some(Control { ran: instructions::ran(beside.places, built.steps()), layers: layers? }))
    }

    fn made(&self, beside: &Beside<'_>, tag: &str) -> Result<Layers> {
        let layers = self.layers(tag)?;
        let origins = origin::origins(&self.engine.history(tag)?, layers.len(), Some(beside.file)).layers;
        Ok(Layers(layers.into_iter().zip(origins.into_iter().map(|origin| beside.at(origin.line))).collect()))
    }
}
