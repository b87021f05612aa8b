//! One layer: what is in it, as the engine would unpack it into an empty folder.

use std::cmp::Ordering;
use std::io::{BufReader, Read};

use serde::{Deserialize, Serialize};

use super::archive::Depth;
use super::building::Contents;
use super::digest::{Digest, Hashing};
use super::encoding::{self, Encoding, PIECE};
use super::findings::{self, Findings};
use super::memory::Blob;
use super::source::{Part, Source};
use super::walk::{Kind, Walk};
use super::{fault, path, program};

/// A buffer larger than this is given back.
const LARGE: usize = 1 << 20;

/// What one layer contains. Answers every question about bytes and paths without the layer.
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
    pub(super) names: serde_bytes::ByteBuf,
    /// Where each path ends in `names`, and what it is.
    pub(super) nodes: Vec<(u32, Node)>,
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

/// A layer as it was read: its facts, and what it was packed in.
#[derive(Clone, Debug)]
pub struct ReadLayer {
    /// What is in it.
    pub facts: LayerFacts,
    /// Digest of the blob as it came, compressed or not.
    pub blob: Digest,
    /// Bytes of the blob as it came.
    pub blob_bytes: u64,
    /// How it was packed.
    pub encoding: Encoding,
}

/// The digests of a layer as an archive gives them.
#[derive(Clone, Copy, Debug)]
pub struct Claimed {
    /// Of the unpacked tar.
    pub diff_id: Digest,
    /// Of the blob as it lies there, compressed or not.
    pub blob: Digest,
}

impl ReadLayer {
    /// What a registry would be sent, as far as it goes by this blob.
    pub fn blob(&self) -> Blob {
        Blob::of(self)
    }
}

/// Reads a layer blob to its end. Nothing is unpacked to disk.
///
/// Errors: anything that makes the blob other than a layer the engine would unpack; see [`super::Fault`].
pub fn read(blob: impl Read, encoding: Encoding) -> fault::Read<ReadLayer> {
    if encoding == Encoding::Plain {
        // One hash serves for both digests.
        let (contents, tar) = read_tar(encoding::unpack(blob, encoding))?;
        let (digest, bytes) = tar.finish()?;
        return Ok(ReadLayer { facts: contents.facts(digest), blob: digest, blob_bytes: bytes, encoding });
    }
    let mut blob = Hashing::new(blob);
    let (contents, tar) = read_tar(encoding::unpack(&mut blob, encoding))?;
    let (diff_id, _) = tar.finish()?;
    let (digest, bytes) = blob.finish()?;
    Ok(ReadLayer { facts: contents.facts(diff_id), blob: digest, blob_bytes: bytes, encoding })
}

/// Reads a layer of an archive on disk without its digests: contents that nobody asks about are stepped over where the layer is
/// not compressed. What the archive says of it is taken as true.
///
/// Errors: as [`read`], as far as they can be seen.
pub fn skim(blob: Part, encoding: Encoding, claimed: Claimed) -> fault::Read<ReadLayer> {
    let Claimed { diff_id, blob: digest } = claimed;
    let blob_bytes = blob.left();
    let contents = match encoding {
        Encoding::Plain => contents_of(blob, Depth::Headers)?,
        _ => contents_of(BufReader::with_capacity(PIECE, encoding::unpack(blob, encoding)), Depth::Headers)?,
    };
    Ok(ReadLayer { facts: contents.facts(diff_id), blob: digest, blob_bytes, encoding })
}

fn read_tar<R: Read>(tar: R) -> fault::Read<(Contents, Hashing<R>)> {
    let mut buffered = BufReader::with_capacity(PIECE, Hashing::new(tar));
    let contents = contents_of(&mut buffered, Depth::Everything)?;
    Ok((contents, buffered.into_inner()))
}

fn contents_of(tar: impl Source, depth: Depth) -> fault::Read<Contents> {
    let mut contents = Contents::default();
    let mut walk = Walk::new(tar);
    let mut content = Vec::new();
    let mut search = program::Search::new();
    while let Some(entry) = walk.advance()? {
        let path = path::normal(&entry.name)?;
        if entry.kind != Kind::File || !entry.whole {
            contents.add(path, entry)?;
            continue;
        }
        // A large list is not kept for the small files behind it.
        if content.capacity() > LARGE {
            content = Vec::new();
        }
        content.clear();
        if depth == Depth::Everything {
            walk.content().take(program::START).read_to_end(&mut content)?;
        }
        let is_program = program::is_one(&content);
        let interest = findings::interest(&path, entry.size);
        if interest.is_some() {
            walk.content().read_to_end(&mut content)?;
        }
        let packages = if is_program { search.packages(content.as_slice().chain(walk.content()))? } else { Vec::new() };
        // What is written anew forgets what was found there before.
        contents.add(path.clone(), entry)?;
        if let Some(interest) = interest {
            contents.findings.look(&path, interest, &content);
        }
        contents.findings.built_from(&path, packages);
    }
    Ok(contents)
}
