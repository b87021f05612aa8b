//! What an image weighs: arithmetic on what its layers contain.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::facts::LayerFacts;
use crate::layer::Blob;
use crate::overlay::{self, Seen};

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
    /// Bytes of all layers as this engine pushes them, and as a node therefore fetches them; `None` where no push has
    /// measured them.
    pub pull_bytes: Option<u64>,
    /// Whether `pull_bytes` are what a registry would have: an engine may keep and push a layer uncompressed that it was
    /// given so; and of a layer that was pulled, the classic store pushes its own compression, not the registry's.
    pub pull_exact: bool,
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
    /// Bytes of its blob as this engine pushes it, where a push has measured them.
    pub pull_bytes: Option<u64>,
}

impl Weight {
    /// Weighs layers on top of each other, given from the lowest up.
    pub fn of(layers: &[&LayerFacts]) -> Self {
        Self::of_seen(layers, &overlay::seen(layers))
    }

    /// The same where it is known already what of them is visible.
    pub fn of_seen(layers: &[&LayerFacts], seen: &[Seen]) -> Self {
        let layers: Vec<_> = layers
            .iter()
            .zip(seen)
            .map(|(layer, seen)| {
                let visible: u64 =
                    layer.inodes.iter().zip(&seen.inodes).filter(|(_, seen)| **seen).map(|(size, _)| size).sum();
                LayerWeight {
                    diff_id: layer.diff_id,
                    stored_bytes: layer.stored_bytes,
                    wasted_bytes: layer.stored_bytes - visible,
                    files: layer.files,
                    pull_bytes: None,
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
            pull_exact: false,
            layers,
        }
    }

    /// Adds what is known of the layers' blobs, in the order of the layers. A blob that is there twice travels once; two blobs
    /// with the same tar inside travel both.
    #[must_use]
    pub fn with_pull(mut self, blobs: &[Option<Blob>]) -> Self {
        for (layer, blob) in self.layers.iter_mut().zip(blobs) {
            layer.pull_bytes = blob.map(|blob| blob.bytes);
        }
        let mut travelling = HashSet::new();
        let fetched = |blob: Blob| if travelling.insert(blob.digest) { blob.bytes } else { 0 };
        self.pull_bytes =
            blobs.iter().copied().collect::<Option<Vec<_>>>().map(|blobs| blobs.into_iter().map(fetched).sum());
        self.pull_exact = blobs.iter().all(|blob| blob.is_some_and(|blob| blob.compressed));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blob_travels_once() {
        let blob = |digest: &[u8], bytes| {
            Some(Blob { digest: Digest::of(digest), diff_id: Digest::of(b"x"), bytes, compressed: true })
        };
        let pull = |blobs: &[Option<Blob>]| Weight::default().with_pull(blobs).pull_bytes;
        assert_eq!(pull(&[blob(b"a", 7), blob(b"b", 8)]), Some(15));
        assert_eq!(pull(&[blob(b"a", 7), blob(b"a", 7)]), Some(7));
        assert_eq!(pull(&[blob(b"a", 7), None]), None);
        assert_eq!(pull(&[]), Some(0));
    }
}
