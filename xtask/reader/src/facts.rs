//! What is known of a layer once it has been read. Answers every question about bytes and paths without the layer.

use std::cmp::Ordering;
use std::collections::HashSet;

use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::findings::Findings;
use crate::path;

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
    /// The fingerprint of each inode's content; [`crate::fingerprint::UNKNOWN`] where the content was not read.
    pub prints: Vec<u64>,
    /// The fingerprint of all that the layer has but times: of each entry its path, kind, permissions, owner, attributes, what it
    /// links to and its bytes. [`crate::fingerprint::UNKNOWN`] where a content was not read. By these BuildKit tells, too, whether a
    /// `COPY` brings the same as before (moby/buildkit, `cache/contenthash/tarsum.go`).
    pub content: u64,
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

/// Paths below which a layer takes away what lower layers have.
pub struct Removals<'l>(HashSet<&'l [u8], RandomState>);

impl Removals<'_> {
    /// Whether a whiteout takes away what lower layers have at a path. Looks at the folders the path lies in, however many
    /// whiteouts there are: a layer may have a hundred thousand.
    pub fn cover(&self, path: &[u8]) -> bool {
        let mut folders = std::iter::successors(Some(path), |path| (!path.is_empty()).then(|| path::parent(path)));
        !self.0.is_empty() && folders.any(|folder| self.contains(folder))
    }

    fn contains(&self, folder: &[u8]) -> bool {
        #[cfg(test)]
        tests::LOOKED_UP.with(|count| count.set(count.get() + 1));
        self.0.contains(folder)
    }
}

impl LayerFacts {
    /// What a hard link at this index of `paths` links to in a lower layer.
    pub fn link_below(&self, index: usize) -> Option<&[u8]> {
        let found = self.links_below.binary_search_by_key(&index, |(at, _)| *at as usize).ok()?;
        Some(self.links_below[found].1.as_slice())
    }

    /// What this layer takes away of lower layers, made ready for many questions.
    pub fn removals(&self) -> Removals<'_> {
        Removals(self.whiteouts.iter().chain(&self.opaque).map(|path| path.as_slice()).collect())
    }

    /// Whether every index lies inside what it points into: what was read back from a file is checked before it is used.
    pub fn holds(&self) -> bool {
        let ends = &self.paths.nodes;
        let inode_holds = |node: &Node| !matches!(node.what, What::File(inode) if inode as usize >= self.inodes.len());
        self.prints.len() == self.inodes.len()
            && ends.is_sorted_by_key(|&(end, _)| end)
            && ends.last().map_or(0, |&(end, _)| end as usize) == self.paths.names.len()
            && ends.iter().all(|(_, node)| inode_holds(node))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::testing::tarball::Tar;

    thread_local! {
        /// Questions that were put to the set of removed paths.
        pub(super) static LOOKED_UP: Cell<u64> = const { Cell::new(0) };
    }

    #[test]
    fn what_is_removed_is_the_path_and_what_lies_below_it() {
        let layer = Tar::new().file("a/.wh.b", b"").file("c/.wh..wh..opq", b"").read().unwrap();
        let removals = layer.removals();
        for (path, removed) in
            [("a/b", true), ("a/b/c", true), ("c/d", true), ("a", false), ("a/bc", false), ("b", false), ("cd", false)]
        {
            assert_eq!(removals.cover(path.as_bytes()), removed, "{path}");
        }
        let root = Tar::new().file(".wh..wh..opq", b"").read().unwrap();
        assert!(root.removals().cover(b"x/y"));
        assert!(!Tar::new().read().unwrap().removals().cover(b"x"));
    }

    /// Questions that are asked for this many lists of packages below this many whiteouts.
    fn asked(lists: usize, whiteouts: usize) -> u64 {
        let below = (0..lists).fold(Tar::new(), |tar, n| {
            tar.file(&format!("var/lib/dpkg/status.d/{n}"), format!("Package: p{n}\nVersion: 1\n").as_bytes())
        });
        let above = (0..whiteouts).fold(Tar::new(), |tar, n| tar.file(&format!("x/.wh.{n}"), b""));
        let (below, above) = (below.read().unwrap(), above.read().unwrap());
        let layers = [&below, &above];
        let seen = crate::overlay::seen(&layers);
        let subject =
            crate::Subject { layers: &layers, seen: &seen, user: "", environment: &[], started: &[], words: &[] };
        LOOKED_UP.with(|count| count.set(0));
        let look = crate::look(&subject, crate::Files { most: 0, class: None });
        assert_eq!(look.packages.len(), lists);
        LOOKED_UP.with(Cell::get)
    }

    #[test]
    fn twice_the_lists_and_twice_the_whiteouts_are_twice_the_work() {
        let once = asked(200, 2000);
        assert!(once > 0);
        assert_eq!(asked(400, 4000), 2 * once);
        assert_eq!(asked(200, 8000), once, "whiteouts alone cost nothing here");
    }
}
