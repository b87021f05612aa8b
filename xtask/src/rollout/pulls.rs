//! How long an engine that has nothing takes to pull each image, from a registry on this machine.

use std::path::Path;

use crate::engine::empty::EmptyEngine;
use crate::engine::registry::Registry;
use crate::engine::{Engine, sweep};
use crate::error::Result;
use crate::event::Event;
use crate::interrupt;
use crate::model::block::Sign;
use crate::model::{BaseSources, ImageName, Pulled, Store};
use crate::state::runs::Run;
use crate::units;

/// Pushes the images to a registry, starts an engine, and lets it pull one after the other; before each it has nothing.
/// `sources` says where the registry's bases are. What was started is ended and removed.
///
/// Errors: as [`Registry::start`], [`EmptyEngine::start`]; a pull that fails ([`crate::error::ErrorId::ImageStream`]).
pub fn measure(
    images: &[ImageName],
    sources: &BaseSources,
    store: Store,
    root: &Path,
    engine: Engine<'_>,
) -> Result<Vec<Pulled>> {
    sweep::sweep(engine)?;
    let run = Run::begin()?;
    interrupt::note_run(Some(run.id()));
    let pulled = with_registry(images, sources, store, root, &run, engine);
    sweep::end(&run, engine);
    interrupt::note_run(None);
    interrupt::check()?;
    pulled
}

fn with_registry(
    images: &[ImageName],
    sources: &BaseSources,
    store: Store,
    root: &Path,
    run: &Run,
    engine: Engine<'_>,
) -> Result<Vec<Pulled>> {
    let registry = Registry::start(sources, run, engine)?;
    engine.sink().emit(Event::Phase { name: "Pushing", total: images.len(), of: "images" });
    for image in images {
        interrupt::check()?;
        let took = registry.push(&image.tag(), &name(image), engine)?;
        engine.sink().emit(Event::Done { item: image.to_string(), remark: units::seconds(took), sign: Sign::Held });
    }
    let node = EmptyEngine::start(registry.pid, store, &root.join("target/drydock"))?;
    engine.sink().emit(Event::Phase { name: "Pulling", total: images.len(), of: "images" });
    images.iter().map(|image| one(image, &node, engine)).collect()
}

/// Pulls one image and forgets it again, so that no layer of it helps the next.
fn one(image: &ImageName, node: &EmptyEngine, engine: Engine<'_>) -> Result<Pulled> {
    interrupt::check()?;
    let place = Registry::inside(&name(image));
    let took = node.pull(&place, engine)?;
    node.forget(&place, engine)?;
    engine.sink().emit(Event::Done { item: image.to_string(), remark: units::seconds(took), sign: Sign::Held });
    Ok(Pulled { ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX) })
}

fn name(image: &ImageName) -> String {
    format!("{}:{}", image.app, image.variant)
}
