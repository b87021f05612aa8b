//! The byte ledger: every byte of an image belongs to exactly one class. Which, say the rules in `rules.toml`.

mod python;

use std::collections::BTreeMap;

use crate::class::Class;
use crate::facts::{LayerFacts, What};
use crate::fingerprint::UNKNOWN;
use crate::rules::{CLASSES, Folder};

pub use python::Python;

/// The bytes of an image, by class and by file.
#[derive(Clone, Debug, Default)]
pub struct Ledger<'l> {
    /// Stored bytes of each class; they sum to the image's stored bytes.
    pub classes: BTreeMap<Class, u64>,
    /// Every regular file of every layer, once: of several hard links the one with the most telling class.
    pub files: Vec<Entry<'l>>,
}

/// One file of one layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'l> {
    /// Path from the root.
    pub path: &'l [u8],
    /// Which layer, counted from the lowest.
    pub layer: usize,
    /// Its class.
    pub class: Class,
    /// Its bytes.
    pub bytes: u64,
    /// The fingerprint of its content, where that was read.
    pub print: Option<u64>,
}

impl<'l> Ledger<'l> {
    /// Sorts all bytes of these layers into their classes. `python` is what is noted in all layers of the image.
    pub fn of(layers: &[&'l LayerFacts], python: &Python) -> Self {
        // Each inode that has a name is one file.
        let files = layers.iter().map(|layer| usize::try_from(layer.files).unwrap_or(0)).sum();
        let mut ledger = Self { files: Vec::with_capacity(files), ..Self::default() };
        for (index, layer) in layers.iter().enumerate() {
            for (path, class, inode) in inodes(layer, python) {
                let bytes = layer.inodes[inode];
                let print = Some(layer.prints[inode]).filter(|print| *print != UNKNOWN);
                *ledger.classes.entry(class).or_default() += bytes;
                ledger.files.push(Entry { path, layer: index, class, bytes, print });
            }
        }
        ledger
    }
}

/// Each inode of a layer, with one of its names and its class. A program that its compiler linked into a cache as well is the program:
/// the classes are in the order in which they win.
fn inodes<'l>(layer: &'l LayerFacts, python: &Python) -> impl Iterator<Item = (&'l [u8], Class, usize)> {
    let mut best: Vec<Option<(Class, &'l [u8])>> = vec![None; layer.inodes.len()];
    let mut folder = Folder::default();
    for (path, node) in layer.paths.iter() {
        let What::File(inode) = node.what else { continue };
        let class = class(layer, python, path, &mut folder);
        let best = &mut best[inode as usize];
        if best.is_none_or(|(other, _)| class < other) {
            *best = Some((class, path));
        }
    }
    let named = best.into_iter().enumerate();
    named.filter_map(|(inode, best)| best.map(|(class, path)| (path, class, inode)))
}

fn class(layer: &LayerFacts, python: &Python, path: &[u8], folder: &mut Folder) -> Class {
    layer.findings.known_class(path).unwrap_or_else(|| {
        let source = python.source(path);
        python.class(&source, CLASSES.class(&source, folder))
    })
}
