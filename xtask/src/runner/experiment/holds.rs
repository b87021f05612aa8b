//! What the images of an experiment have in their layers, and what new layers weigh.

use std::collections::{BTreeMap, BTreeSet};

use drydock_reader::UNKNOWN;

use super::Lab;
use super::kept::Layers;
use crate::engine::Engine;
use crate::error::Result;
use crate::event::Within;
use crate::image::weigh::{self, Subject};
use crate::plan::Image;

/// What the new layers of an image come to.
pub(super) struct New {
    pub layers: usize,
    pub stored_bytes: u64,
    pub pull_bytes: Option<u64>,
    /// The one that stores most, by its digest, and what it stores.
    pub largest: Option<(String, u64)>,
    /// Stored bytes of the whole image.
    pub of_all: u64,
}

impl Lab<'_> {
    /// Takes in what the layers of an image hold.
    pub(super) fn read(
        &self,
        image: &Image,
        tag: &str,
        layers: &Layers,
        contents: &mut BTreeMap<String, u64>,
    ) -> Result<()> {
        let layers = layers.0.iter().map(|(layer, _)| layer.clone()).collect();
        let within = Within(self.engine.sink());
        let weighed = weigh::weigh_closely(&self.subject(image, tag, layers)?, Engine::new(&within), self.weigh)?;
        let read = weighed.facts.into_iter().filter(|(_, facts)| facts.content != UNKNOWN);
        contents.extend(read.map(|(layer, facts)| (layer.to_string(), facts.content)));
        Ok(())
    }

    fn subject(&self, image: &Image, tag: &str, layers: Vec<String>) -> Result<Subject> {
        let bases = self.engine.base_layers(&image.bases, self.sources)?;
        Ok(Subject { image: tag.to_owned(), base: weigh::Base::among(&bases, &layers), layers })
    }

    /// What the `new` layers of an image weigh.
    pub(super) fn weigh_new(&self, image: &Image, tag: &str, new: &BTreeSet<String>) -> Result<New> {
        let subject = self.subject(image, tag, self.layers(tag)?)?;
        // The builds of the experiment are counted; weighing is a part of one.
        let within = Within(self.engine.sink());
        let mut weights = weigh::weigh(std::slice::from_ref(&subject), Engine::new(&within), self.weigh)?;
        let weight = weights.remove(tag).unwrap_or_default();
        let new: Vec<_> = weight.layers.iter().filter(|layer| new.contains(&layer.diff_id.to_string())).collect();
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
