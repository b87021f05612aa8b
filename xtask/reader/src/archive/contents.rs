//! What is in an archive: layers, documents, and which name stands for which of them.

use std::collections::HashMap;
use std::io::Read;

use crate::digest::Digest;
use crate::encoding::{self, Encoding};
use crate::layer::{self, Blob, Depth, ReadLayer};
use crate::walk::Kind;
use crate::{Fault, fault, path};

/// Documents are small: a config with a long history has some ten thousand bytes.
pub(super) const LARGEST_DOCUMENT: u64 = 4 << 20;
/// All documents of an archive together.
const MOST_DOCUMENT_BYTES: u64 = 64 << 20;
/// Entries of the archive itself: two thousand images of a hundred layers are fewer.
pub(super) const MOST_ENTRIES: u64 = 200_000;
/// Paths in all layers of an archive, or of an image: three times the largest single layer. The largest images
/// have a few hundred thousand.
pub(super) const MOST_PATHS: u64 = 3_000_000;

/// Everything an archive held.
#[derive(Debug, Default)]
pub struct Contents {
    /// All layers that were read, by the digest of their unpacked tar. One may belong to no image.
    pub layers: HashMap<Digest, ReadLayer>,
    documents: HashMap<String, Vec<u8>>,
    document_bytes: u64,
    /// Which blob a name in the archive stands for. Two may hold the same layer, each packed in its own way.
    named: HashMap<String, Blob>,
    /// Links from name to name: older versions of Docker wrote a layer once and linked to it.
    links: HashMap<String, String>,
    passed_over: Vec<String>,
    /// Paths in all layers together.
    paths: u64,
    /// How closely layers that stream past are looked at.
    depth: Depth,
}

/// Whether the caller knows this layer already, so that it need not be read. Asked only where a blob is named by a digest.
pub type Known<'k> = &'k dyn Fn(&Digest) -> bool;

/// Told of every layer when it has been read.
pub type OnLayer<'o> = &'o mut dyn FnMut(&ReadLayer);

impl Contents {
    /// Nothing yet, to be read this closely.
    pub(super) fn at(depth: Depth) -> Self {
        Self { depth, ..Self::default() }
    }

    /// A document by its name in the archive.
    pub(super) fn document(&self, name: &str) -> Option<&[u8]> {
        self.documents.get(self.resolve(name)).map(Vec::as_slice)
    }

    /// Whether there is something of this name that is too large for a document.
    pub(super) fn too_large(&self, name: &str) -> bool {
        self.passed_over.iter().any(|passed| passed == name)
    }

    /// A layer by its name in the archive, with the blob it was read from.
    pub(super) fn layer(&self, name: &str) -> fault::Read<(&ReadLayer, Blob)> {
        let name = self.resolve(name);
        let found = self.named.get(name).and_then(|blob| Some((self.layers.get(&blob.diff_id)?, *blob)));
        found.ok_or_else(|| {
            let there = self.documents.contains_key(name) || self.too_large(name);
            if there { Fault::NotALayer(name.to_owned()) } else { Fault::Missing(name.to_owned()) }
        })
    }

    /// What a push would send of a layer; `None` where that takes compressing and nobody asked for it. Where it was done here,
    /// the length is about what an engine's gzip has, and the blob still counts as one that is not compressed.
    pub fn sent(&self, blob: &Blob) -> Option<Blob> {
        if blob.compressed {
            return Some(*blob);
        }
        let bytes = self.layers.get(&blob.diff_id)?.squeezed?;
        Some(Blob { bytes, ..*blob })
    }

    pub(super) fn resolve<'n>(&'n self, name: &'n str) -> &'n str {
        // One step is all that was ever written; a chain or a circle of links leads nowhere.
        self.links.get(name).map_or(name, String::as_str)
    }

    pub(super) fn blob(
        &mut self,
        name: String,
        size: u64,
        mut content: impl Read,
        known: Known,
        on_layer: OnLayer,
    ) -> fault::Read<()> {
        if digest_in(&name).is_some_and(|digest| known(&digest)) {
            return Ok(());
        }
        let (start, encoding) = sniff(&mut content)?;
        if let Some(encoding) = encoding {
            let read = layer::read_at(self.depth, &mut start.as_slice().chain(content), encoding)?;
            check(&name, read.blob)?;
            on_layer(&read);
            self.keep(name, read)
        } else {
            self.keep_document(name, size, start, content)
        }
    }

    /// Takes a layer in.
    pub(super) fn keep(&mut self, name: String, mut read: ReadLayer) -> fault::Read<()> {
        self.paths += read.facts.paths.len() as u64;
        if self.paths > MOST_PATHS {
            return Err(Fault::TooManyEntries(MOST_PATHS));
        }
        self.named.insert(name, read.blob());
        // The same layer may be there compressed, too.
        let before = self.layers.get(&read.facts.diff_id);
        read.squeezed = read.squeezed.or(before.and_then(|before| before.squeezed));
        self.layers.insert(read.facts.diff_id, read);
        Ok(())
    }

    /// Takes in what is no layer: a document, if it is small enough to be one.
    pub(super) fn keep_document(
        &mut self,
        name: String,
        size: u64,
        mut start: Vec<u8>,
        mut rest: impl Read,
    ) -> fault::Read<()> {
        if size == 0 {
            // No bytes are a tar with nothing in it: engines write some empty layers so, and take them.
            let read = layer::read(&mut std::io::empty(), Encoding::Plain)?;
            check(&name, read.blob)?;
            self.documents.insert(name.clone(), Vec::new());
            return self.keep(name, read);
        }
        if size > LARGEST_DOCUMENT {
            self.passed_over.push(name);
            return Ok(());
        }
        self.document_bytes += size;
        if self.document_bytes > MOST_DOCUMENT_BYTES {
            return Err(Fault::TooLarge(MOST_DOCUMENT_BYTES));
        }
        rest.read_to_end(&mut start)?;
        check(&name, Digest::of(&start))?;
        self.documents.insert(name, start);
        Ok(())
    }

    /// Takes in an entry that is no file: of interest are links.
    pub(super) fn other(&mut self, name: String, kind: Kind) -> fault::Read<()> {
        let target = match kind {
            Kind::Symlink(target) => [path::parent(name.as_bytes()), b"/", &target].concat(),
            Kind::Link(target) => target,
            _ => return Ok(()),
        };
        self.links.insert(name, path::lossy(&path::normal(&target)?));
        Ok(())
    }
}

/// The first 512 bytes of a blob, or the fewer there are, and how it is packed; `None` for what is no layer.
pub(super) fn sniff(content: &mut impl Read) -> fault::Read<(Vec<u8>, Option<Encoding>)> {
    let mut start = Vec::with_capacity(512);
    content.take(512).read_to_end(&mut start)?;
    let encoding = encoding::of(&start);
    Ok((start, encoding))
}

/// The digest by which a blob is called: in a layout, or in the folder that `skopeo copy … dir:` writes, where the digits alone
/// are the name.
pub(super) fn digest_in(name: &str) -> Option<Digest> {
    Digest::from_hex(name.strip_prefix("blobs/sha256/").unwrap_or(name))
}

/// A fault for an archive that is compressed as a whole: as a tar it would only look damaged.
pub(super) fn whole(start: &[u8]) -> fault::Read<()> {
    match encoding::of(start).and_then(Encoding::compression) {
        Some((with, by)) => Err(Fault::Compressed { with, by }),
        None => Ok(()),
    }
}

/// A blob that is called by a digest must have it.
pub(super) fn check(name: &str, found: Digest) -> fault::Read<()> {
    match digest_in(name) {
        Some(named) if named != found => Err(Fault::Mismatch { named, found }),
        _ => Ok(()),
    }
}
