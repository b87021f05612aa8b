//! Builds each image as it is and with each change, and weighs what a push of it sends.

use std::collections::BTreeMap;
use std::path::Path;

use super::changed;
use super::transfer::fetched;
use crate::engine::bake::{Definition, Options};
use crate::engine::{Engine, build, docker};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::image::weigh::{Base, Subject};
use crate::image::{LayerWeight, Way, Weight, weigh};
use crate::interrupt;
use crate::model::{BaseSources, Fetched, ImageName, Together, VariantId};
use crate::plan::{self, Image};
use crate::state::runs::Run;

/// What was measured of some images.
#[derive(Debug)]
pub struct Shipment {
    /// What one node fetches for each image, in the order they were given in, and whether it is exact.
    pub images: Vec<(ImageName, Fetched, bool)>,
    /// The images of each variant together.
    pub together: Vec<Together>,
}

/// Builds and weighs, also after each of these changes where an app describes it. `sources` says where each base comes from. The
/// images of changed apps are removed again.
///
/// Errors: a change does not fit its app, a build fails, or the engine cannot push to us
/// ([`ErrorId::PullUnknown`]).
pub fn measure(
    images: &[Image],
    changes: &[String],
    sources: &BaseSources,
    way: Way,
    root: &Path,
    engine: Engine<'_>,
) -> Result<Shipment> {
    let run = Run::begin()?;
    for image in images {
        for (name, change) in changed::of(&image.app, changes) {
            changed::write(&image.app, name, change, run.id(), root)?;
        }
    }
    let definition = definition(images, changes, sources);
    let _removes = Removes { engine, tags: changed_tags(images, changes) };
    build::build("images", &definition, &Options::default(), root, engine)?;
    interrupt::check()?;

    let weights = Weights::of(images, changes, sources, way, engine)?;
    let measured = images.iter().map(|image| weights.image(image)).collect::<Result<Vec<_>>>()?;
    Ok(Shipment { images: measured, together: weights.together(images)? })
}

/// All builds in one call, so that they share what they have in common.
fn definition(images: &[Image], changes: &[String], sources: &BaseSources) -> Definition {
    let mut definition = plan::definition(images, sources);
    for image in images {
        for (change, _) in changed::of(&image.app, changes) {
            let (id, target) = changed::target(image, change, sources);
            definition.targets.insert(id, target);
        }
    }
    definition
}

fn changed_tags(images: &[Image], changes: &[String]) -> Vec<String> {
    let of =
        |image: &Image| changed::of(&image.app, changes).map(|(name, _)| changed::tag(image, name)).collect::<Vec<_>>();
    images.iter().flat_map(of).collect()
}

/// Removes images when it is dropped, however the measurement ended.
struct Removes<'e> {
    engine: Engine<'e>,
    tags: Vec<String>,
}

impl Drop for Removes<'_> {
    fn drop(&mut self) {
        // Those that were not built are not there. `clean` finds what stays behind by its label.
        if let Err(problem) = self.engine.ask(&docker(["image", "rm", "--force"]).args(self.tags.iter().cloned())) {
            let warning = format!("The images of changed apps could not be removed: {problem}");
            self.engine.sink().emit(Event::Warning(warning));
        }
    }
}

/// The tag of an image, and those of it after each change.
fn tags_of<'a>(image: &'a Image, changes: &'a [String]) -> impl Iterator<Item = String> + 'a {
    let after = changed::of(&image.app, changes).map(|(name, _)| changed::tag(image, name));
    std::iter::once(image.name.tag()).chain(after)
}

/// What every image weighs and stands on, by tag.
struct Weights<'a> {
    /// The names of the changes.
    changes: &'a [String],
    of_images: BTreeMap<String, Weight>,
    bases: BTreeMap<String, Base>,
}

impl<'a> Weights<'a> {
    fn of(
        images: &[Image],
        changes: &'a [String],
        sources: &BaseSources,
        way: Way,
        engine: Engine<'_>,
    ) -> Result<Self> {
        let tags: Vec<_> =
            images.iter().flat_map(|image| tags_of(image, changes).map(move |tag| (image, tag))).collect();
        let found = engine.inspect_images(&tags.iter().map(|(_, tag)| tag.clone()).collect::<Vec<_>>())?;
        let bases = engine.base_layers(&plan::bases(images), sources)?;
        let subject = |(image, tag): &(&Image, String)| {
            let layers = found.iter().find(|found| found.repo_tags.contains(tag))?.root_fs.layers.clone();
            Some(Subject { image: tag.clone(), base: image.base(&layers, &bases), layers })
        };
        let subjects: Vec<_> = tags.iter().filter_map(subject).collect();
        let of_images = weigh(&subjects, engine, way)?;
        Ok(Self {
            changes,
            of_images,
            bases: subjects.into_iter().map(|subject| (subject.image, subject.base)).collect(),
        })
    }

    fn layers(&self, tag: &str) -> &[LayerWeight] {
        self.of_images.get(tag).map_or(&[], |weight| &weight.layers)
    }

    fn image(&self, image: &Image) -> Result<(ImageName, Fetched, bool)> {
        let tag = image.name.tag();
        let layers = self.layers(&tag);
        let unknown = || unknown(&image.name);
        let base = match self.bases.get(&tag) {
            Some(Base::Layers(count)) => layers.get(..*count),
            Some(Base::Scratch) => Some(&[][..]),
            Some(Base::Unknown) | None => None,
        };
        let change = |name: &str| {
            let bytes = fetched(&[self.layers(&changed::tag(image, name))], layers);
            Ok((name.to_owned(), bytes.ok_or_else(unknown)?))
        };
        let changes = changed::of(&image.app, self.changes).map(|(name, _)| change(name));
        let fetched = Fetched {
            first: fetched(&[layers], &[]).ok_or_else(unknown)?,
            base_there: base.and_then(|base| fetched(&[layers], base)),
            changes: changes.collect::<Result<_>>()?,
        };
        let exact = self.of_images.get(&tag).is_some_and(|weight| weight.pull_exact);
        Ok((image.name.clone(), fetched, exact))
    }

    /// For each variant that more than one app has.
    fn together(&self, images: &[Image]) -> Result<Vec<Together>> {
        let mut variants: Vec<&VariantId> = Vec::new();
        for image in images {
            if !variants.contains(&&image.name.variant) {
                variants.push(&image.name.variant);
            }
        }
        let mut together = Vec::new();
        for variant in variants {
            let of_variant: Vec<_> = images.iter().filter(|image| image.name.variant == *variant).collect();
            if let [first, _, ..] = of_variant.as_slice() {
                let layers: Vec<_> = of_variant.iter().map(|image| self.layers(&image.name.tag())).collect();
                let unknown = || unknown(&first.name);
                let unshared: Option<u64> = layers.iter().map(|layers| fetched(&[layers], &[])).sum();
                together.push(Together {
                    variant: variant.clone(),
                    images: of_variant.len(),
                    first: fetched(&layers, &[]).ok_or_else(unknown)?,
                    unshared: unshared.ok_or_else(unknown)?,
                });
            }
        }
        Ok(together)
    }
}

fn unknown(image: &ImageName) -> Problem {
    Problem::new(ErrorId::PullUnknown, format!("How many bytes a node fetches for {image} is not known."))
        .cause("The engine did not push it to this machine's loopback address, as an engine elsewhere cannot.")
        .next("Run the command on the engine's own machine.")
}
