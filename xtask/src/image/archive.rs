//! Images in an archive: what `docker save` writes (before and since Docker 25) and OCI layouts, in a tar or in a folder.
//!
//! Blobs may come before the document that names them, so each is judged by its content: what is a tar, gzip or zstd is read
//! as a layer as it streams past, what is small and neither is kept as a possible document. At the end the documents say
//! which layers make which image. One stream may hold several images; a layer they share is in it once.

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::path::Path;

use super::digest::Digest;
use super::encoding::{self, PIECE};
use super::layer::{self, ReadLayer};
use super::walk::{Kind, Walk};
use super::{Fault, fault, index, path};

/// Documents are small: a config with a long history has some ten thousand bytes.
const LARGEST_DOCUMENT: u64 = 4 << 20;
/// All documents of an archive together.
const MOST_DOCUMENT_BYTES: u64 = 64 << 20;
/// Entries of the archive itself: two thousand images of a hundred layers are fewer.
const MOST_ENTRIES: u64 = 200_000;

/// One image of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Names and tags it is given, if any.
    pub names: Vec<String>,
    /// The image's config document.
    pub config: serde_json::Value,
    /// Its layers, lowest first.
    pub layers: Vec<Layer>,
}

/// One layer of an image, as the archive has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Digest of the unpacked tar.
    pub diff_id: Digest,
    /// Digest of the blob.
    pub blob: Digest,
    /// Bytes of the blob, where it is compressed: what a registry would be sent.
    pub compressed_bytes: Option<u64>,
}

/// Everything an archive held.
#[derive(Debug, Default)]
pub struct Contents {
    /// All layers that were read, by the digest of their unpacked tar. One may belong to no image.
    pub layers: HashMap<Digest, ReadLayer>,
    documents: HashMap<String, Vec<u8>>,
    document_bytes: u64,
    /// Which layer a name in the archive stands for.
    named: HashMap<String, Digest>,
    /// Links from name to name: older versions of Docker wrote a layer once and linked to it.
    links: HashMap<String, String>,
    passed_over: Vec<String>,
}

/// Whether the caller knows this layer already, so that it need not be read. Asked only where a blob is named by a digest.
pub type Known<'k> = &'k dyn Fn(&Digest) -> bool;

/// Told of every layer when it has been read.
pub type OnLayer<'o> = &'o mut dyn FnMut(&ReadLayer);

/// Reads a tar stream to its end.
///
/// Blobs named by a digest are checked against it, unless `known` says they need not be read.
///
/// Errors: anything that makes a layer unreadable, or the tar itself; see [`Fault`].
pub fn read_tar(stream: impl Read, known: Known, on_layer: OnLayer) -> fault::Read<Contents> {
    let mut contents = Contents::default();
    let mut buffered = BufReader::with_capacity(PIECE, stream);
    let mut walk = Walk::new(&mut buffered);
    let mut entries = 0;
    while let Some(entry) = walk.advance()? {
        entries += 1;
        if entries > MOST_ENTRIES {
            return Err(Fault::TooManyEntries(MOST_ENTRIES));
        }
        let name = path::lossy(&path::normal(&entry.name)?);
        match entry.kind {
            Kind::File if entry.whole => contents.blob(name, entry.size, walk.content(), known, on_layer)?,
            Kind::Symlink(target) => contents.link(name, &target)?,
            Kind::Link(target) => {
                contents.links.insert(name, path::lossy(&path::normal(&target)?));
            }
            _ => {}
        }
    }
    // The program that writes the stream waits until all is read.
    std::io::copy(&mut buffered, &mut std::io::sink())?;
    Ok(contents)
}

/// Reads an OCI layout in a folder.
///
/// Errors: as [`read_tar`]; a symbolic link in the folder is not followed.
pub fn read_folder(folder: &Path, known: Known, on_layer: OnLayer) -> fault::Read<Contents> {
    let mut contents = Contents::default();
    for name in ["index.json", "manifest.json"] {
        contents.file(folder, name, known, on_layer)?;
    }
    let blobs = folder.join("blobs").join("sha256");
    for entry in std::fs::read_dir(blobs)? {
        if let Some(name) = entry?.file_name().to_str() {
            contents.file(folder, &format!("blobs/sha256/{name}"), known, on_layer)?;
        }
    }
    Ok(contents)
}

impl Contents {
    /// The images, in the order in which the archive names them.
    ///
    /// Errors: a document that cannot be understood, or a blob that is named and not there.
    pub fn images(&self) -> fault::Read<Vec<Image>> {
        index::images(self)
    }

    /// A document by its name in the archive.
    pub(super) fn document(&self, name: &str) -> Option<&[u8]> {
        self.documents.get(self.resolve(name)).map(Vec::as_slice)
    }

    /// A layer by its name in the archive.
    pub(super) fn layer(&self, name: &str) -> fault::Read<&ReadLayer> {
        let name = self.resolve(name);
        let found = self.named.get(name).and_then(|diff_id| self.layers.get(diff_id));
        found.ok_or_else(|| {
            let there = self.documents.contains_key(name) || self.passed_over.iter().any(|passed| passed == name);
            if there { Fault::NotALayer(name.to_owned()) } else { Fault::Missing(name.to_owned()) }
        })
    }

    fn resolve<'n>(&'n self, name: &'n str) -> &'n str {
        // One step is all that was ever written; a chain or a circle of links leads nowhere.
        self.links.get(name).map_or(name, String::as_str)
    }

    fn blob(
        &mut self,
        name: String,
        size: u64,
        mut content: impl Read,
        known: Known,
        on_layer: OnLayer,
    ) -> fault::Read<()> {
        let digest = name.strip_prefix("blobs/sha256/").and_then(Digest::from_hex);
        if digest.is_some_and(|digest| known(&digest)) {
            return Ok(());
        }
        let mut start = Vec::with_capacity(512);
        content.by_ref().take(512).read_to_end(&mut start)?;
        if let Some(encoding) = encoding::of(&start) {
            let read = layer::read(start.as_slice().chain(content), encoding)?;
            check(digest, read.blob)?;
            on_layer(&read);
            self.named.insert(name, read.facts.diff_id);
            self.layers.insert(read.facts.diff_id, read);
        } else if size <= LARGEST_DOCUMENT {
            self.document_bytes += size;
            if self.document_bytes > MOST_DOCUMENT_BYTES {
                return Err(Fault::TooLarge(MOST_DOCUMENT_BYTES));
            }
            content.read_to_end(&mut start)?;
            check(digest, Digest::of(&start))?;
            self.documents.insert(name, start);
        } else {
            self.passed_over.push(name);
        }
        Ok(())
    }

    fn link(&mut self, name: String, target: &[u8]) -> fault::Read<()> {
        let beside = [path::parent(name.as_bytes()), b"/", target].concat();
        self.links.insert(name, path::lossy(&path::normal(&beside)?));
        Ok(())
    }

    fn file(&mut self, folder: &Path, name: &str, known: Known, on_layer: OnLayer) -> fault::Read<()> {
        let path = folder.join(name);
        match path.symlink_metadata() {
            Ok(data) if data.is_file() => {
                self.blob(name.to_owned(), data.len(), std::fs::File::open(path)?, known, on_layer)
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn check(named: Option<Digest>, found: Digest) -> fault::Read<()> {
    match named {
        Some(named) if named != found => Err(Fault::Mismatch { named, found }),
        _ => Ok(()),
    }
}
