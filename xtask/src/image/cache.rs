//! What was learned of layers and images, kept between runs.
//!
//! One file each, named by digest, in a folder named by the version of their form. A file carries the digest of its own
//! content: one that does not hold is removed and counts as not there, so that the layer is read again. The folder is
//! bounded; the files longest unused go first.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use drydock_reader::{Blob, Digest, Kept, LayerFacts, ReadLayer, VERSION, Weight};

use crate::error::{Result, io};
use crate::state;

/// A layer of fifty thousand paths takes about half a million bytes.
const MOST_BYTES: u64 = 256 << 20;

/// A folder of remembered layers and images.
#[derive(Clone, Debug)]
pub struct LayerCache {
    folder: PathBuf,
}

/// The name of a kind of file.
#[derive(Clone, Copy)]
enum Ending {
    Layer,
    Blob,
    Pushed,
    Image,
}

impl LayerCache {
    /// The memory in Drydock's state folder.
    ///
    /// Errors: there is no place for state.
    pub fn open() -> Result<Self> {
        Ok(Self::below(&state::folder()?))
    }

    /// A memory below any folder, which is made when something is first kept.
    pub fn below(state: &Path) -> Self {
        Self { folder: state.join("layers").join(VERSION) }
    }

    /// What is known of a layer, by the digest of its unpacked tar.
    pub fn layer(&self, diff_id: &Digest) -> Option<LayerFacts> {
        self.read(diff_id, Ending::Layer, |facts: &LayerFacts| facts.diff_id == *diff_id)
    }

    /// Whether something is kept of a layer; it may still turn out damaged.
    pub fn has_layer(&self, diff_id: &Digest) -> bool {
        self.path(diff_id, Ending::Layer).exists()
    }

    /// Keeps what was learned of a layer.
    ///
    /// Errors: the folder or the file cannot be written.
    pub fn keep_layer(&self, read: &ReadLayer) -> Result<()> {
        self.write(&read.facts.diff_id, Ending::Layer, &read.facts)?;
        self.write(&read.blob, Ending::Blob, &read.blob())
    }

    /// What is known of a blob, by its own digest. A blob counts as known only with its layer.
    pub fn blob(&self, digest: &Digest) -> Option<Blob> {
        self.read(digest, Ending::Blob, |blob: &Blob| self.has_layer(&blob.diff_id))
    }

    /// The blob an engine pushes for a layer. Engines differ, so each has its own `engine` digest.
    pub fn pushed(&self, engine: &Digest, diff_id: &Digest) -> Option<Blob> {
        self.read(&chain(&[*engine, *diff_id]), Ending::Pushed, |blob: &Blob| blob.diff_id == *diff_id)
    }

    /// Keeps which blob an engine pushes for a layer.
    ///
    /// Errors: the folder or the file cannot be written.
    pub fn keep_pushed(&self, engine: &Digest, blob: &Blob) -> Result<()> {
        self.write(&chain(&[*engine, blob.diff_id]), Ending::Pushed, blob)
    }

    /// What an image weighed, by its layers from the lowest up.
    pub fn weight(&self, diff_ids: &[Digest]) -> Option<Weight> {
        let same = |weight: &Weight| weight.layers.iter().map(|layer| &layer.diff_id).eq(diff_ids);
        self.read(&chain(diff_ids), Ending::Image, same)
    }

    /// Keeps what an image weighed.
    ///
    /// Errors: the folder or the file cannot be written.
    pub fn keep_weight(&self, weight: &Weight) -> Result<()> {
        let diff_ids: Vec<_> = weight.layers.iter().map(|layer| layer.diff_id).collect();
        self.write(&chain(&diff_ids), Ending::Image, weight)
    }

    fn path(&self, digest: &Digest, ending: Ending) -> PathBuf {
        let ending = match ending {
            Ending::Layer => "layer",
            Ending::Blob => "blob",
            Ending::Pushed => "pushed",
            Ending::Image => "image",
        };
        self.folder.join(format!("{}.{ending}", digest.hex()))
    }

    fn read<T: Kept>(&self, digest: &Digest, ending: Ending, holds: impl Fn(&T) -> bool) -> Option<T> {
        let path = self.path(digest, ending);
        let packed = fs::read(&path).ok()?;
        let Some(value) = T::unpack(&packed).filter(holds) else {
            let _ = fs::remove_file(&path);
            return None;
        };
        // The time of the last use decides what goes first; a folder that cannot be written keeps its times.
        let _ = File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(value)
    }

    fn write(&self, digest: &Digest, ending: Ending, value: &impl Kept) -> Result<()> {
        state::write_atomically(&self.path(digest, ending), &value.pack())
    }

    /// Removes what was longest unused until the folder is within its bound, and the folders of other versions.
    ///
    /// Errors: the folder cannot be listed, or a file in it not removed.
    pub fn tidy(&self) -> Result<()> {
        self.remove_beyond(MOST_BYTES).map_err(|error| io("tidy", &self.folder, &error))
    }

    pub(super) fn remove_beyond(&self, most: u64) -> std::io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let data = entry.metadata()?;
            files.push((data.modified()?, data.len(), entry.path()));
        }
        files.sort();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in files {
            if total <= most {
                break;
            }
            fs::remove_file(path)?;
            total -= bytes;
        }
        for entry in fs::read_dir(self.folder.parent().unwrap_or(&self.folder))? {
            let path = entry?.path();
            if path != self.folder && path.is_dir() {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(())
    }
}

/// One digest for several in order: an image is its layers.
fn chain(diff_ids: &[Digest]) -> Digest {
    let all: Vec<u8> = diff_ids.iter().flat_map(|digest| digest.bytes().iter().copied()).collect();
    Digest::of(&all)
}
