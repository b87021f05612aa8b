//! One layer: what is in it, as the engine would unpack it into an empty folder.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use serde::{Deserialize, Serialize};

use super::digest::{Digest, Hashing};
use super::encoding::{self, Encoding, PIECE};
use super::walk::{Entry, Kind, Walk};
use super::{Fault, fault, path};

/// Real layers stay below a fifth of this; a million entries take a few seconds and some hundred megabytes.
const MOST_ENTRIES: u64 = 1_000_000;
/// Bytes of all names of a layer together.
const MOST_NAMES: u64 = 256 << 20;

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
}

/// A sorted list of paths with what is there, close together in memory: an image may have a hundred thousand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paths {
    /// All paths, one behind the other.
    names: serde_bytes::ByteBuf,
    /// Where each path ends in `names`, and what it is.
    nodes: Vec<(u32, Node)>,
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

/// Reads a layer blob to its end. Nothing is unpacked to disk.
///
/// Errors: anything that makes the blob other than a layer the engine would unpack; see [`Fault`].
pub fn read(blob: impl Read, encoding: Encoding) -> fault::Read<ReadLayer> {
    let mut blob = Hashing::new(blob);
    if encoding == Encoding::Plain {
        // One hash serves for both digests.
        let (contents, tar) = read_tar(encoding::unpack(&mut blob, encoding))?;
        let (digest, bytes) = tar.finish()?;
        return Ok(ReadLayer { facts: contents.facts(digest), blob: digest, blob_bytes: bytes, encoding });
    }
    let (contents, tar) = read_tar(encoding::unpack(&mut blob, encoding))?;
    let (diff_id, _) = tar.finish()?;
    let (digest, bytes) = blob.finish()?;
    Ok(ReadLayer { facts: contents.facts(diff_id), blob: digest, blob_bytes: bytes, encoding })
}

fn read_tar<R: Read>(tar: R) -> fault::Read<(Contents, Hashing<R>)> {
    let mut buffered = BufReader::with_capacity(PIECE, Hashing::new(tar));
    let mut contents = Contents::default();
    let mut walk = Walk::new(&mut buffered);
    while let Some(entry) = walk.advance()? {
        contents.add(entry)?;
    }
    Ok((contents, buffered.into_inner()))
}

/// A layer being read.
#[derive(Default)]
struct Contents {
    entries: u64,
    name_bytes: u64,
    file_bytes: u64,
    paths: BTreeMap<Vec<u8>, Node>,
    inodes: Vec<Inode>,
    whiteouts: Vec<Vec<u8>>,
    opaque: Vec<Vec<u8>>,
    links_below: BTreeMap<Vec<u8>, Vec<u8>>,
}

struct Inode {
    bytes: u64,
    names: u32,
}

impl Contents {
    fn add(&mut self, entry: Entry) -> fault::Read<()> {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            return Err(Fault::TooManyEntries(MOST_ENTRIES));
        }
        let path = path::normal(&entry.name)?;
        self.name_bytes += path.len() as u64;
        if self.name_bytes > MOST_NAMES {
            return Err(Fault::TooManyNames(MOST_NAMES));
        }
        if let Some(hidden) = path::file_name(&path).strip_prefix(b".wh.") {
            return self.whiteout(&path, hidden);
        }
        if path.is_empty() {
            // The root itself; a file cannot be there.
            return if entry.kind == Kind::Folder { Ok(()) } else { Err(Fault::Name(path::lossy(&entry.name))) };
        }
        let what = match entry.kind {
            Kind::File => {
                // A sparse file only claims its size; nothing else bounds the sum.
                self.file_bytes += entry.size;
                if self.file_bytes > encoding::LARGEST {
                    return Err(Fault::TooLarge(encoding::LARGEST));
                }
                self.inodes.push(Inode { bytes: entry.size, names: 0 });
                What::File(index(self.inodes.len() - 1))
            }
            Kind::Link(target) => self.link(&path, &target)?,
            Kind::Folder => What::Folder,
            Kind::Symlink(_) => What::Symlink,
            Kind::Special => What::Special,
        };
        self.put(path, Node { what, mode: entry.mode });
        Ok(())
    }

    /// An entry named `.wh.NAME` removes NAME of lower layers; `.wh..wh..opq` all a folder has in them. Other names that
    /// begin with `.wh..wh.` are notes of an old storage driver, which the engine passes over.
    fn whiteout(&mut self, path: &[u8], hidden: &[u8]) -> fault::Read<()> {
        let folder = path::parent(path);
        if hidden == b".wh..opq" {
            self.opaque.push(folder.to_vec());
        } else if !hidden.starts_with(b".wh.") {
            if matches!(hidden, b"" | b"." | b"..") {
                return Err(Fault::Whiteout(path::lossy(path)));
            }
            let separator: &[u8] = if folder.is_empty() { b"" } else { b"/" };
            self.whiteouts.push([folder, separator, hidden].concat());
        }
        Ok(())
    }

    fn link(&mut self, path: &[u8], target: &[u8]) -> fault::Read<What> {
        let target = path::normal(target)?;
        if target == path {
            return Err(Fault::LinkToItself(path::lossy(path)));
        }
        Ok(match self.paths.get(&target) {
            // A link to a symbolic link or a device is one more of the same, and costs as little.
            Some(node) if node.what != What::LinkBelow => node.what,
            _ => {
                let target = self.links_below.get(&target).cloned().unwrap_or(target);
                self.links_below.insert(path.to_vec(), target);
                What::LinkBelow
            }
        })
    }

    fn put(&mut self, path: Vec<u8>, node: Node) {
        if let What::File(inode) = node.what {
            self.inodes[inode as usize].names += 1;
        }
        if node.what != What::LinkBelow {
            self.links_below.remove(&path);
        }
        // Also where the folder has no entry of its own, and is there because something lies in it.
        if node.what != What::Folder {
            self.remove_below(&path);
        }
        if let Some(before) = self.paths.insert(path, node) {
            self.forget(before);
        }
    }

    /// What replaces a folder removes what was in it.
    fn remove_below(&mut self, folder: &[u8]) {
        let first = [folder, b"/"].concat();
        // The byte after `/` is `0`: between the two lie exactly the paths below the folder.
        let behind = [folder, b"0"].concat();
        let below: Vec<_> = self.paths.range(first..behind).map(|(path, _)| path.clone()).collect();
        for path in below {
            self.links_below.remove(&path);
            if let Some(node) = self.paths.remove(&path) {
                self.forget(node);
            }
        }
    }

    fn forget(&mut self, node: Node) {
        if let What::File(inode) = node.what {
            self.inodes[inode as usize].names -= 1;
        }
    }

    fn facts(self, diff_id: Digest) -> LayerFacts {
        let mut paths = Paths::default();
        let mut links_below = Vec::new();
        for (path, node) in self.paths {
            if node.what == What::LinkBelow {
                let target = self.links_below.get(&path).cloned().unwrap_or_default();
                links_below.push((index(paths.nodes.len()), serde_bytes::ByteBuf::from(target)));
            }
            paths.names.extend_from_slice(&path);
            paths.nodes.push((index(paths.names.len()), node));
        }
        let kept = |inode: &&Inode| inode.names > 0;
        let pack = |list: Vec<Vec<u8>>| list.into_iter().map(serde_bytes::ByteBuf::from).collect();
        LayerFacts {
            diff_id,
            stored_bytes: self.inodes.iter().filter(kept).map(|inode| inode.bytes).sum(),
            files: self.inodes.iter().filter(kept).count() as u64,
            paths,
            inodes: self.inodes.iter().map(|inode| if inode.names > 0 { inode.bytes } else { 0 }).collect(),
            whiteouts: pack(self.whiteouts),
            opaque: pack(self.opaque),
            links_below,
        }
    }
}

/// Counts and lengths are bounded far below 2³² while a layer is read.
fn index(count: usize) -> u32 {
    u32::try_from(count).expect("bounded by MOST_ENTRIES and MOST_NAMES")
}
