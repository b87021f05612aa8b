//! Weighing images: stored, visible and wasted bytes, from memory where the layers are known.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use serde::{Deserialize, Serialize};

use super::Fault;
use super::archive;
use super::digest::Digest;
use super::layer::LayerFacts;
use super::memory::Memory;
use super::overlay;
use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::process::Command;
use crate::units::bytes;

/// An image to weigh.
#[derive(Clone, Debug)]
pub struct Subject {
    /// How the engine knows it: a tag or an id.
    pub reference: String,
    /// Its layers as the engine names them (`RootFS.Layers` of `docker image inspect`), lowest first.
    pub diff_ids: Vec<Digest>,
}

/// What an image weighs. All sizes are bytes of regular files, each inode once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// In all layers, as unpacked.
    pub stored_bytes: u64,
    /// In the root file system the layers make together.
    pub visible_bytes: u64,
    /// Stored and not visible: overwritten or removed by a higher layer.
    pub wasted_bytes: u64,
    /// Number of regular files in all layers.
    pub files: u64,
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
                let visible: u64 =
                    layer.inodes.iter().zip(seen).filter(|(_, seen)| **seen).map(|(size, _)| size).sum();
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
            layers,
        }
    }
}

/// Weighs images of the engine, in the order given.
///
/// An image whose layers were weighed together before is answered from `memory`. For the others the engine is asked for
/// one stream (`docker save`) of those that have a layer nobody has read yet; what is learned is kept.
///
/// Errors: the engine cannot send the images, or what it gives is no image ([`ErrorId::ImageStream`]).
pub fn weigh(subjects: &[Subject], memory: &Memory, sink: &dyn Sink) -> Result<Vec<Weight>> {
    weigh_from(subjects, memory, sink, &save)
}

/// Streams images into a reader.
type Source<'s> = &'s dyn Fn(&[&str], &dyn Sink, &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()>;

fn weigh_from(subjects: &[Subject], memory: &Memory, sink: &dyn Sink, source: Source) -> Result<Vec<Weight>> {
    let mut weights: Vec<_> = subjects.iter().map(|subject| memory.weight(&subject.diff_ids)).collect();
    let open: Vec<_> = subjects.iter().zip(&weights).filter(|(_, weight)| weight.is_none()).map(|(s, _)| s).collect();
    let wanted: BTreeSet<Digest> = open.iter().flat_map(|subject| subject.diff_ids.iter().copied()).collect();
    let mut known: HashMap<Digest, LayerFacts> =
        wanted.into_iter().filter_map(|digest| memory.layer(&digest).map(|facts| (digest, facts))).collect();

    let unknown = |subject: &&&Subject| subject.diff_ids.iter().any(|digest| !known.contains_key(digest));
    let references: Vec<_> = open.iter().filter(unknown).map(|subject| subject.reference.as_str()).collect();
    if !references.is_empty() {
        let learned = learn(&references, &known, memory, sink, source)?;
        known.extend(learned);
    }
    for (subject, weight) in subjects.iter().zip(&mut weights) {
        if weight.is_some() {
            continue;
        }
        let layers: Option<Vec<_>> = subject.diff_ids.iter().map(|digest| known.get(digest)).collect();
        let Some(layers) = layers else {
            let fact = format!("The engine left layers out when it was asked for `{}`.", subject.reference);
            return Err(Problem::new(ErrorId::ImageStream, fact)
                .cause("The image was replaced or removed while it was being weighed.")
                .next("Run the command again."));
        };
        let new = Weight::of(&layers);
        keep(memory.keep_weight(&new), sink);
        *weight = Some(new);
    }
    Ok(weights.into_iter().flatten().collect())
}

fn learn(
    references: &[&str],
    known: &HashMap<Digest, LayerFacts>,
    memory: &Memory,
    sink: &dyn Sink,
    source: Source,
) -> Result<HashMap<Digest, LayerFacts>> {
    let mut learned = HashMap::new();
    source(references, sink, &mut |stream| {
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

fn save(references: &[&str], sink: &dyn Sink, take: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()> {
    let command = Command::new("docker").arg("save").args(references.iter().copied());
    sink.emit(Event::Command(command.display()));
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
