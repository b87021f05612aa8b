//! A layer as the engine would unpack it into an empty folder, entry by entry.

use std::collections::BTreeMap;

use serde_bytes::ByteBuf;

use crate::digest::Digest;
use crate::facts::{LayerFacts, Node, Paths, What};
use crate::findings::Findings;
use crate::fingerprint::UNKNOWN;
use crate::symlinks::Symlinks;
use crate::walk::{Entry, Kind};
use crate::{Fault, encoding, fault, fingerprint, path};

/// Real layers stay below a fifth of this; a million entries take a few seconds and some hundred megabytes.
const MOST_ENTRIES: u64 = 1_000_000;
/// Bytes of all names of a layer together.
const MOST_NAMES: u64 = 256 << 20;

/// A layer being read.
#[derive(Default)]
pub(crate) struct Building {
    entries: u64,
    name_bytes: u64,
    file_bytes: u64,
    paths: BTreeMap<Vec<u8>, Node>,
    inodes: Vec<Inode>,
    whiteouts: Vec<Vec<u8>>,
    opaque: Vec<Vec<u8>>,
    links_below: BTreeMap<Vec<u8>, Vec<u8>>,
    symlinks: Symlinks,
    /// The sum of the fingerprints of all entries: their order says nothing.
    content: u64,
    /// Whether a file's content was not read.
    unread: bool,
    pub(crate) findings: Findings,
}

struct Inode {
    bytes: u64,
    print: Option<u64>,
    names: u32,
}

impl Building {
    /// Where an entry of this name ends up: engines follow the symbolic links that the layer has made of its folders.
    ///
    /// Errors: a name that is no path, or links in a circle.
    pub(crate) fn place(&mut self, name: &[u8]) -> fault::Read<Vec<u8>> {
        self.symlinks.place(path::normal(name)?)
    }

    /// Adds one entry at its place.
    ///
    /// Errors: an entry that no layer may have, or one too many.
    pub(crate) fn add(&mut self, path: Vec<u8>, entry: Entry) -> fault::Read<()> {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            return Err(Fault::TooManyEntries(MOST_ENTRIES));
        }
        self.name_bytes += path.len() as u64;
        if self.name_bytes > MOST_NAMES {
            return Err(Fault::TooManyNames(MOST_NAMES));
        }
        self.note(&path, &entry);
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
                self.inodes.push(Inode { bytes: entry.size, print: entry.print, names: 0 });
                What::File(index(self.inodes.len() - 1))
            }
            Kind::Link(target) => self.link(&path, &target)?,
            Kind::Folder => What::Folder,
            Kind::Symlink(target) => {
                self.put(path.clone(), Node { what: What::Symlink, mode: entry.mode });
                self.symlinks.add(path, target);
                return Ok(());
            }
            Kind::Special => What::Special,
        };
        self.put(path, Node { what, mode: entry.mode });
        Ok(())
    }

    /// Takes an entry into the fingerprint of the whole layer.
    fn note(&mut self, path: &[u8], entry: &Entry) {
        let target: &[u8] = match &entry.kind {
            Kind::Link(target) | Kind::Symlink(target) => target,
            Kind::File | Kind::Folder | Kind::Special => b"",
        };
        self.unread |= entry.kind == Kind::File && entry.print.is_none();
        let numbers = [u64::from(entry.mode), entry.owner, entry.size, entry.print.unwrap_or(UNKNOWN)];
        let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.content = self.content.wrapping_add(fingerprint::of(&[path, target, &numbers]));
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
        let target = self.place(target)?;
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
        self.findings.forget(&path);
        self.symlinks.remove(&path);
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
            self.findings.forget(&path);
            self.symlinks.remove(&path);
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

    /// The layer as it is when all entries have been added.
    pub(crate) fn facts(mut self, diff_id: Digest) -> LayerFacts {
        self.findings.settle();
        let bytes = self.paths.keys().map(Vec::len).sum();
        let mut paths = Paths { names: ByteBuf::with_capacity(bytes), nodes: Vec::with_capacity(self.paths.len()) };
        let mut links_below = Vec::new();
        for (path, node) in self.paths {
            if node.what == What::LinkBelow {
                let target = self.links_below.get(&path).cloned().unwrap_or_default();
                links_below.push((index(paths.nodes.len()), ByteBuf::from(target)));
            }
            paths.names.extend_from_slice(&path);
            paths.nodes.push((index(paths.names.len()), node));
        }
        let kept = |inode: &&Inode| inode.names > 0;
        let pack = |list: Vec<Vec<u8>>| list.into_iter().map(ByteBuf::from).collect();
        LayerFacts {
            diff_id,
            stored_bytes: self.inodes.iter().filter(kept).map(|inode| inode.bytes).sum(),
            files: self.inodes.iter().filter(kept).count() as u64,
            paths,
            inodes: self.inodes.iter().map(|inode| if inode.names > 0 { inode.bytes } else { 0 }).collect(),
            prints: self.inodes.iter().map(|inode| inode.print.unwrap_or(UNKNOWN)).collect(),
            content: if self.unread { UNKNOWN } else { self.content.max(UNKNOWN + 1) },
            whiteouts: pack(self.whiteouts),
            opaque: pack(self.opaque),
            links_below,
            findings: self.findings,
        }
    }
}

/// Counts and lengths are bounded far below 2³² while a layer is read.
fn index(count: usize) -> u32 {
    u32::try_from(count).expect("bounded by MOST_ENTRIES and MOST_NAMES")
}
