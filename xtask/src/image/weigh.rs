//! Weighing images: stored, visible and wasted bytes, from memory where the layers are known.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;

use serde::{Deserialize, Serialize};

use super::Fault;
use super::archive;
use super::digest::Digest;
use super::layer::LayerFacts;
use super::memory::Memory;
use super::overlay;
use crate::engine::{Engine, docker};
use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::units::bytes;

/// An image to weigh.
#[derive(Clone, Debug)]
pub struct Subject {
    /// How the engine knows it: a tag or an id.
    pub image: String,
    /// Digests of its unpacked layers (`RootFS.Layers` of `docker image inspect`), lowest first.
    pub layers: Vec<String>,
}

/// The same, its digests parsed.
struct Wanted<'s> {
    image: &'s str,
    diff_ids: Vec<Digest>,
}

/// What an image weighs. All sizes are bytes of regular files, each inode once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// In all layers, as unpacked.
    pub stored_bytes: u64,
    /// In the root file system the layers make together.
    pub visible_bytes: u64,
    /// Stored and not visible: overwritten or removed by a higher layer.
    pub wasted_bytes: u64,
    /// Number of regular files in all layers.
    pub files: u64,
    /// Compressed bytes of all layers, as this engine would push them; `None` where no push has measured them.
    pub pull_bytes: Option<u64>,
    /// Lowest first.
    pub layers: Vec<LayerWeight>,
}

/// What one layer of an image weighs there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerWeight {
    /// Digest of the unpacked tar.
    pub diff_id: Digest,
    /// Bytes of its regular files.
    pub stored_bytes: u64,
    /// Those that higher layers of this image hide.
    pub wasted_bytes: u64,
    /// Number of its regular files.
    pub files: u64,
}

impl Weight {
    /// Weighs layers on top of each other, given from the lowest up.
    pub fn of(layers: &[&LayerFacts]) -> Self {
        let seen = overlay::seen(layers);
        let layers: Vec<_> = layers
            .iter()
            .zip(&seen)
            .map(|(layer, seen)| {
                let visible: u64 = layer.inodes.iter().zip(seen).filter(|(_, seen)| **seen).map(|(size, _)| size).sum();
                LayerWeight {
                    diff_id: layer.diff_id,
                    stored_bytes: layer.stored_bytes,
                    wasted_bytes: layer.stored_bytes - visible,
                    files: layer.files,
                }
            })
            .collect();
        let stored_bytes = layers.iter().map(|layer| layer.stored_bytes).sum();
        let wasted_bytes = layers.iter().map(|layer| layer.wasted_bytes).sum();
        Self {
            stored_bytes,
            visible_bytes: stored_bytes - wasted_bytes,
            wasted_bytes,
            files: layers.iter().map(|layer| layer.files).sum(),
            pull_bytes: None,
            layers,
        }
    }
}

/// Weighs images of the engine, and returns what they weigh by the name they were given with.
///
/// An image whose layers were weighed together before is answered from memory. For the others the engine is asked for one
/// stream (`docker save`) of those that have a layer nobody has read yet; what is learned is kept.
///
/// Errors: the engine cannot send the images, or what it sends is no image ([`ErrorId::ImageStream`]).
pub fn weigh(subjects: &[Subject], engine: Engine<'_>) -> Result<BTreeMap<String, Weight>> {
    weigh_from(subjects, &Memory::open()?, engine.sink(), &|images, take| save(images, engine, take))
}

/// Streams images into a reader.
pub(super) type Source<'s> = &'s dyn Fn(&[&str], &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()>;

pub(super) fn weigh_from(
    subjects: &[Subject],
    memory: &Memory,
    sink: &dyn Sink,
    source: Source,
) -> Result<BTreeMap<String, Weight>> {
    let mut weights = BTreeMap::new();
    let mut open = Vec::new();
    for Subject { image, layers } in subjects {
        let diff_ids = layers.iter().map(|layer| layer.parse()).collect::<std::result::Result<Vec<_>, _>>();
        let diff_ids = diff_ids.map_err(|fault| broken(&fault))?;
        match memory.weight(&diff_ids) {
            Some(weight) => drop(weights.insert(image.clone(), weight)),
            None => open.push(Wanted { image, diff_ids }),
        }
    }
    let wanted: BTreeSet<&Digest> = open.iter().flat_map(|wanted| &wanted.diff_ids).collect();
    let mut known: HashMap<Digest, LayerFacts> =
        wanted.into_iter().filter_map(|digest| Some((*digest, memory.layer(digest)?))).collect();

    let is_unknown = |wanted: &&Wanted| wanted.diff_ids.iter().any(|digest| !known.contains_key(digest));
    let images: Vec<_> = open.iter().filter(is_unknown).map(|wanted| wanted.image).collect();
    if !images.is_empty() {
        let learned = learn(&images, &known, memory, sink, source)?;
        known.extend(learned);
    }
    for Wanted { image, diff_ids } in open {
        let layers: Option<Vec<_>> = diff_ids.iter().map(|digest| known.get(digest)).collect();
        let Some(layers) = layers else {
            let fact = format!("The engine left layers out when it was asked for `{image}`.");
            return Err(Problem::new(ErrorId::ImageStream, fact)
                .cause("The image was replaced or removed while it was being weighed.")
                .next("Run the command again."));
        };
        let weight = Weight::of(&layers);
        keep(memory.keep_weight(&weight), sink);
        weights.insert(image.to_owned(), weight);
    }
    Ok(weights)
}

fn learn(
    images: &[&str],
    known: &HashMap<Digest, LayerFacts>,
    memory: &Memory,
    sink: &dyn Sink,
    source: Source,
) -> Result<HashMap<Digest, LayerFacts>> {
    let mut learned = HashMap::new();
    source(images, &mut |stream| {
        let is_known = |digest: &Digest| {
            known.contains_key(digest) || memory.blob(digest).is_some_and(|blob| known.contains_key(&blob.diff_id))
        };
        let mut on_layer = |read: &super::layer::ReadLayer| {
            sink.emit(Event::Progress {
                item: format!("layer {}", read.facts.diff_id.short()),
                doing: format!("{} in {} files", bytes(read.facts.stored_bytes), read.facts.files),
            });
            keep(memory.keep_layer(read), sink);
        };
        let contents = archive::read_tar(stream, &is_known, &mut on_layer).map_err(|fault| broken(&fault))?;
        learned.extend(contents.layers.into_iter().map(|(digest, read)| (digest, read.facts)));
        Ok(())
    })?;
    keep(memory.tidy(), sink);
    Ok(learned)
}

fn broken(fault: &Fault) -> Problem {
    Problem::new(ErrorId::ImageStream, format!("What the engine sent cannot be read as an image: {fault}."))
}

/// A result that cannot be kept is still a result; that the next run will be slower is worth saying.
fn keep(kept: Result<()>, sink: &dyn Sink) {
    if let Err(problem) = kept {
        sink.emit(Event::Warning(format!("What was learned of a layer could not be kept. {problem}")));
    }
}

fn save(images: &[&str], engine: Engine<'_>, take: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()> {
    let command = docker(["save"]).args(images.iter().copied());
    engine.announce(&command);
    let (taken, output) = command.stream(|stream| take(stream))?;
    if output.success() {
        return taken;
    }
    // Where the engine fails, the stream ends early too; its own words tell more than that.
    let complaint: Vec<_> = output.stderr.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    match taken {
        Err(problem) if complaint.is_empty() => Err(problem),
        _ => {
            let fact = format!("`{}` ended with status {}.", command.display(), output.status);
            Err(Problem::new(ErrorId::ImageStream, fact).evidence(complaint))
        }
    }
}
