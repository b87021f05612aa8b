//! Looks into the images of a run, after they were measured.

use std::collections::BTreeMap;

use drydock_reader::parallel;

use crate::engine::Engine;
use crate::error::Result;
use crate::image::looks::Looks;
use crate::image::{Depth, Dockerfiles, Way, gather};
use crate::model::{Inspection, Measurement};

/// What looking into images takes.
#[derive(Clone, Copy)]
pub struct Looker<'a> {
    /// The engine.
    pub engine: Engine<'a>,
    /// How images are weighed.
    pub way: Way,
    /// How many are looked into at the same time: it is work for processors, since weighing has left all that is asked for in
    /// memory.
    pub at_once: usize,
    /// Finds the Dockerfile of an image, from which its layers' stages are told.
    pub dockerfiles: Dockerfiles<'a>,
    /// The ids of the images that were measured, by their tags.
    pub ids: &'a BTreeMap<String, String>,
    /// What was measured.
    pub results: &'a [Measurement],
}

impl Looker<'_> {
    /// What these images are made of, with every file, in their order.
    ///
    /// Errors: whatever looking into the first image that cannot be read fails with.
    pub fn whole(&self, images: &[String]) -> Result<Vec<Inspection>> {
        let look = |image: &String| gather(image, Depth::Everything, self.engine, &|| Ok(self.way), self.dockerfiles);
        let found = parallel::map(images, self.at_once, look).into_iter().collect::<Result<Vec<_>>>()?;
        let looks = Looks::open()?;
        for (image, inspection) in images.iter().zip(&found) {
            if let Some(key) = self.key(image) {
                // Not to be kept costs time and nothing else.
                let _ = looks.put(&key, inspection);
            }
        }
        Ok(found)
    }

    /// Whether [`Self::briefly`] would have to read an image.
    ///
    /// Errors: there is no place for state.
    pub fn has_to_look(&self, images: &[String], known: &[Inspection]) -> Result<bool> {
        Ok(self.found(images, known)?.iter().any(Option::is_none))
    }

    /// As [`Self::whole`], with the largest files only, and from `known` or an earlier run where it has been found already.
    ///
    /// Errors: as [`Self::whole`].
    pub fn briefly(&self, images: &[String], known: &[Inspection]) -> Result<Vec<Inspection>> {
        let found = self.found(images, known)?;
        let missing = images.iter().zip(&found).filter(|(_, found)| found.is_none());
        let missing: Vec<String> = missing.map(|(image, _)| image.clone()).collect();
        let mut looked = self.whole(&missing)?.into_iter();
        Ok(found.into_iter().filter_map(|found| found.or_else(|| looked.next())).collect())
    }

    /// What is known of these images without reading them, in their order.
    fn found(&self, images: &[String], known: &[Inspection]) -> Result<Vec<Option<Inspection>>> {
        let looks = Looks::open()?;
        let of = |image: &String| {
            let here = known.iter().find(|inspection| inspection.image == *image).cloned();
            here.or_else(|| looks.get(&self.key(image)?))
        };
        Ok(images.iter().map(of).collect())
    }

    /// The name under which a look at an image is kept; `None` for one that was not measured.
    fn key(&self, image: &str) -> Option<String> {
        let id = self.ids.get(image)?;
        let measured = self.results.iter().find(|m| m.image == image)?;
        let dockerfile = format!("{:?}", (self.dockerfiles)(image));
        Some(Looks::key(&[id, image, &format!("{:?}", measured.pull_bytes), &dockerfile]))
    }
}
