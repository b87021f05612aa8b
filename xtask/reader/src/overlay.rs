//! Layers on top of each other: what of each is still to be seen in the root file system.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::facts::{LayerFacts, What};
use crate::path;

/// What of one layer is still visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// By inode: whether one of its names is visible.
    pub inodes: Vec<bool>,
    /// By path, in the layer's order: whether what the layer has there is what the root file system shows there.
    pub paths: Vec<bool>,
}

/// Every path of an image is looked up, mostly in vain. The hash is seeded: nobody can choose paths that collide.
type Set<'l> = HashSet<&'l [u8], RandomState>;

/// Which paths of each layer are visible, and which inodes therefore are.
///
/// `layers` come from the lowest to the highest. The layers are judged from the top down: a path is hidden when a higher
/// layer has something else there, removes it, or removes or replaces a folder it lies in. Paths are compared as text:
/// symbolic links are not followed.
pub fn seen<'l>(layers: &[&'l LayerFacts]) -> Vec<Seen> {
    let mut above = Above::default();
    let mut links: Vec<&'l [u8]> = Vec::new();
    let empty =
        |layer: &&LayerFacts| Seen { inodes: vec![false; layer.inodes.len()], paths: vec![false; layer.paths.len()] };
    let mut seen: Vec<_> = layers.iter().map(empty).collect();
    for (height, (layer, seen)) in layers.iter().zip(&mut seen).enumerate().rev() {
        let linked: Set<'_> = links.drain(..).collect();
        let mut found = Set::default();
        let mut folder = Folder::default();
        for (index, (path, node)) in layer.paths.iter().enumerate() {
            let by_link = linked.contains(path);
            if by_link {
                found.insert(path);
            }
            seen.paths[index] = !above.hides(path, &mut folder);
            if by_link || seen.paths[index] {
                match node.what {
                    What::File(inode) => seen.inodes[inode as usize] = true,
                    What::LinkBelow => links.extend(layer.link_below(index)),
                    _ => {}
                }
            }
        }
        links.extend(linked.difference(&found));
        // Nothing lies below the lowest.
        if height > 0 {
            above.add(layer);
        }
    }
    seen
}

/// What the layers above the current one have and remove.
#[derive(Default)]
struct Above<'l> {
    /// Everything that exists in a higher layer, folders that are only implied included.
    there: Set<'l>,
    /// Everything below these is gone: removed folders, and paths where a higher layer has something else.
    closed: Set<'l>,
    /// A higher layer removes everything below it.
    root_closed: bool,
}

/// Whether the folder last looked at is hidden: paths come sorted, and neighbours share it.
#[derive(Default)]
struct Folder<'l> {
    path: Option<&'l [u8]>,
    hidden: bool,
}

impl<'l> Above<'l> {
    /// Whether what a lower layer has at this path is hidden. Of a folder that several layers have, the highest counts.
    fn hides(&self, path: &'l [u8], folder: &mut Folder<'l>) -> bool {
        if self.root_closed || self.there.contains(path) || self.closed.contains(path) {
            return true;
        }
        let parent = path::parent(path);
        if folder.path != Some(parent) {
            folder.path = Some(parent);
            folder.hidden = !self.closed.is_empty() && ancestors(path).any(|ancestor| self.closed.contains(ancestor));
        }
        folder.hidden
    }

    fn add(&mut self, layer: &'l LayerFacts) {
        for (path, node) in layer.paths.iter() {
            self.exists(path);
            if node.what != What::Folder {
                self.closed.insert(path);
            }
        }
        for removed in &layer.whiteouts {
            self.exists(path::parent(removed));
            self.closed.insert(removed);
        }
        for folder in &layer.opaque {
            if folder.is_empty() {
                self.root_closed = true;
            } else {
                self.exists(folder);
                self.closed.insert(folder);
            }
        }
    }

    /// Something is at this path, and so the folders it lies in are there too.
    fn exists(&mut self, path: &'l [u8]) {
        for folder in std::iter::successors(Some(path), |path| Some(path::parent(path))) {
            if folder.is_empty() || !self.there.insert(folder) {
                break;
            }
        }
    }
}

/// The folders a path lies in, from the nearest up, without the root.
fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(path::parent(path)), |path| Some(path::parent(path))).take_while(|path| !path.is_empty())
}
