//! What each instruction costs in a build without cache: from an earlier build where one is known, else from a build now.

use std::collections::BTreeMap;

use super::{Lab, Turn, millis};
use crate::dockerfile::{Dockerfile, Source};
use crate::engine::instructions::{self, Place, Ran};
use crate::error::Result;
use crate::image::Digest;
use crate::plan::Image;
use crate::state::costs::Costs;

/// A build of the image without the build cache.
pub(super) struct Cold {
    /// Wall time in milliseconds.
    pub ms: u64,
    /// When it was, where it was not now.
    pub from: Option<String>,
    /// Milliseconds of each instruction.
    pub steps: Vec<u64>,
}

/// The names under which the costs of a build are kept.
pub(super) struct Keys {
    /// Of each instruction, whichever Dockerfile it was built for: the latest build that ran it counts.
    pub steps: Vec<String>,
    /// Of the whole build.
    whole: String,
    /// Of each instruction in that build.
    of_whole: Vec<String>,
}

impl Lab<'_> {
    pub(super) fn cold(&self, image: &Image, places: &[Place], keys: &Keys, costs: &mut Costs) -> Result<Cold> {
        if let Some(known) = self.known(keys, costs) {
            costs.clone().save()?;
            return Ok(known);
        }
        let item = self.item(image, "without cache");
        let built = self.build(image, &image.context, &image.name.tag(), Turn::Cold, &item)?;
        self.done(item, built.took);
        let ran = instructions::ran(places, built.steps());
        note(costs, &keys.steps, &ran, true);
        let (ms, date) = (millis(built.took), now());
        costs.put(keys.whole.clone(), ms, &date);
        for (key, ran) in keys.of_whole.iter().zip(&ran) {
            costs.put(key.clone(), ran.ms, &date);
        }
        costs.clone().save()?;
        Ok(Cold { ms, from: None, steps: ran.iter().map(|ran| ran.ms).collect() })
    }

    /// The cold build that an earlier run measured, as far as it is needed.
    pub(super) fn known(&self, keys: &Keys, costs: &Costs) -> Option<Cold> {
        if self.options.no_cache {
            return None;
        }
        let known = |keys: &[String]| keys.iter().map(|key| costs.get(key)).collect::<Option<Vec<_>>>();
        // The whole and its parts come from one build: another was on a machine that had more to do, or less.
        if let (Some(whole), Some(steps)) = (costs.get(&keys.whole), known(&keys.of_whole)) {
            let steps = steps.iter().map(|cost| cost.ms).collect();
            return Some(Cold { ms: whole.ms, from: Some(whole.date.clone()), steps });
        }
        let steps = known(&keys.steps).filter(|_| !self.told)?;
        let from = steps.iter().map(|cost| cost.date.clone()).min();
        let steps: Vec<u64> = steps.iter().map(|cost| cost.ms).collect();
        Some(Cold { ms: steps.iter().sum(), from, steps })
    }

    pub(super) fn keys(&self, image: &Image, file: &Dockerfile, places: &[Place]) -> Keys {
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
        let whole = format!("{} {bases:?} {all:?}", image.name.app);
        let of_whole = (0..places.len()).map(|index| key(&format!("{whole} {index}")));
        Keys { steps, of_whole: of_whole.collect(), whole: key(&whole) }
    }
}

/// Notes what steps cost that ran. A step that comes from the cache even in a build without one costs nothing: the builder
/// does not run a `WORKDIR` again whose folder it has made before.
pub(super) fn note(costs: &mut Costs, keys: &[String], ran: &[Ran], cold: bool) {
    for (key, ran) in keys.iter().zip(ran) {
        if !ran.cached {
            costs.put(key.clone(), ran.ms, &now());
        } else if cold && costs.get(key).is_none() {
            costs.put(key.clone(), 0, &now());
        }
    }
}

fn key(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

fn now() -> String {
    jiff::Timestamp::now().round(jiff::Unit::Second).map_or_else(|_| String::new(), |now| now.to_string())
}
