//! What is known of a layer once it has been read. Answers every question about bytes and paths without the layer.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::findings::Findings;

/// What one layer contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerFacts {
    /// Digest of the unpacked tar, as the image's config names it.
    pub diff_id: Digest,
    /// Regular-file bytes as unpacked. A hard link costs nothing; of two entries of one path the last counts.
    pub stored_bytes: u64,
    /// Regular files, each inode once.
    pub files: u64,
    /// Every path, in order.
    pub paths: Paths,
    /// Bytes of each inode; [`What::File`] points in here. An inode that lost its last name has 0 bytes.
    pub inodes: Vec<u64>,
    /// Paths of lower layers that this one removes, with everything below them.
    pub whiteouts: Vec<serde_bytes::ByteBuf>,
    /// Folders whose content in lower layers this one removes.
    pub opaque: Vec<serde_bytes::ByteBuf>,
    /// Hard links to files of lower layers: index of the path, and what it links to.
    pub links_below: Vec<(u32, serde_bytes::ByteBuf)>,
    /// What the content of some files tells.
    pub findings: Findings,
}

/// A sorted list of paths with what is there, close together in memory: an image may have a hundred thousand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paths {
    /// All paths, one behind the other.
    pub(crate) names: serde_bytes::ByteBuf,
    /// Where each path ends in `names`, and what it is.
    pub(crate) nodes: Vec<(u32, Node)>,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The kind.
    pub what: What,
    /// Permission bits, with set-user-id, set-group-id and sticky.
    pub mode: u16,
}

/// The kinds of things a layer can have at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// A regular file: index of its inode in the same layer. Hard links to one file share it.
    File(u32),
    /// A hard link to a file that is not in this layer.
    LinkBelow,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// A device or a named pipe.
    Special,
}

impl Paths {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What is at a path.
    pub fn get(&self, path: &[u8]) -> Option<Node> {
        let name = |index: usize| {
            let start = index.checked_sub(1).map_or(0, |before| self.nodes[before].0 as usize);
            &self.names[start..self.nodes[index].0 as usize]
        };
        let (mut low, mut high) = (0, self.nodes.len());
        while low < high {
            let middle = low.midpoint(high);
            match name(middle).cmp(path) {
                Ordering::Equal => return Some(self.nodes[middle].1),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The paths in order, with what is there.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Node)> {
        let mut start = 0;
        self.nodes.iter().map(move |&(end, node)| {
            let name = &self.names[start..end as usize];
            start = end as usize;
            (name, node)
        })
    }
}

impl LayerFacts {
    /// What a hard link at this index of `paths` links to in a lower layer.
    pub fn link_below(&self, index: usize) -> Option<&[u8]> {
        let found = self.links_below.binary_search_by_key(&index, |(at, _)| *at as usize).ok()?;
        Some(self.links_below[found].1.as_slice())
    }

    /// Whether a whiteout of this layer takes away what lower layers have at a path.
    pub fn removes(&self, path: &[u8]) -> bool {
        let lies_in = |folder: &[u8]| {
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
        };
        self.whiteouts.iter().chain(&self.opaque).any(|folder| lies_in(folder))
    }

    /// Whether every index lies inside what it points into: what was read back from a file is checked before it is used.
    pub fn holds(&self) -> bool {
        let ends = &self.paths.nodes;
        let inode_holds = |node: &Node| !matches!(node.what, What::File(inode) if inode as usize >= self.inodes.len());
        ends.is_sorted_by_key(|&(end, _)| end)
            && ends.last().map_or(0, |&(end, _)| end as usize) == self.paths.names.len()
            && ends.iter().all(|(_, node)| inode_holds(node))
    }
}
