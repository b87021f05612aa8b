//! One layer: read to its end, as the engine would unpack it into an empty folder.

use std::io::{BufReader, Read};

use serde::{Deserialize, Serialize};

use crate::building::Building;
use crate::digest::{Digest, Hashing};
use crate::encoding::{self, Encoding};
use crate::facts::LayerFacts;
use crate::fingerprint::Printing;
use crate::program::Told;
use crate::source::{PIECE, Part, Source};
use crate::squeeze::Squeezing;
use crate::walk::{Kind, Walk};
use crate::{fault, findings, program};

/// A buffer larger than this is given back.
const LARGE: usize = 1 << 20;

/// How closely a layer is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// Every byte is read, and every digest checked.
    #[default]
    Everything,
    /// As [`Self::Everything`]. A layer that is not compressed is compressed besides, to know what a push would send.
    Squeezed,
    /// Headers, lists of packages, and small files that may hold a secret. Programs are not searched for modules. Digests are
    /// taken as they stand in the archive, except where a layer is not named by one.
    Headers,
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
    /// Bytes in gzip of a blob that is not compressed; `None` where nobody asked ([`Depth::Squeezed`]), and where it is.
    pub squeezed: Option<u64>,
}

/// The digests of a layer as an archive gives them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claimed {
    /// Of the unpacked tar.
    pub diff_id: Digest,
    /// Of the blob as it lies there, compressed or not.
    pub blob: Digest,
}

/// What a registry is sent for a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// Its own digest.
    pub digest: Digest,
    /// Digest of the tar inside.
    pub diff_id: Digest,
    /// Bytes of the blob.
    pub bytes: u64,
    /// Whether it is compressed. One that is not tells nothing about what a registry would keep.
    pub compressed: bool,
}

impl ReadLayer {
    /// What a registry would be sent, as far as it goes by the blob this layer was read from.
    pub fn blob(&self) -> Blob {
        let compressed = self.encoding != Encoding::Plain;
        Blob { digest: self.blob, diff_id: self.facts.diff_id, bytes: self.blob_bytes, compressed }
    }
}

/// Reads a layer blob to its end. Nothing is unpacked to disk.
///
/// Errors: anything that makes the blob other than a layer the engine would unpack; see [`crate::Fault`].
pub fn read(blob: &mut dyn Read, encoding: Encoding) -> fault::Read<ReadLayer> {
    if encoding == Encoding::Plain {
        // One hash serves for both digests.
        let (contents, tar) = read_tar(encoding::unpack(blob, encoding))?;
        let (digest, blob_bytes) = tar.finish()?;
        return Ok(ReadLayer { facts: contents.facts(digest), blob: digest, blob_bytes, encoding, squeezed: None });
    }
    let mut blob = Hashing::new(blob);
    let (contents, tar) = read_tar(encoding::unpack(&mut blob, encoding))?;
    let (diff_id, _) = tar.finish()?;
    let (digest, bytes) = blob.finish()?;
    Ok(ReadLayer { facts: contents.facts(diff_id), blob: digest, blob_bytes: bytes, encoding, squeezed: None })
}

/// As [`read`]; a blob that is not compressed is compressed besides where `depth` asks for that.
///
/// Errors: as [`read`].
pub(crate) fn read_at(depth: Depth, blob: &mut dyn Read, encoding: Encoding) -> fault::Read<ReadLayer> {
    if depth != Depth::Squeezed || encoding != Encoding::Plain {
        return read(blob, encoding);
    }
    let mut squeezing = Squeezing::new(blob);
    let read = read(&mut squeezing, encoding)?;
    Ok(ReadLayer { squeezed: Some(squeezing.finish()?), ..read })
}

/// Reads a layer of an archive on disk without its digests: contents that nobody asks about are stepped over where the layer is
/// not compressed. What the archive says of it is taken as true.
///
/// Errors: as [`read`], as far as they can be seen.
pub(crate) fn skim(blob: Part, encoding: Encoding, claimed: Claimed) -> fault::Read<ReadLayer> {
    let Claimed { diff_id, blob: digest } = claimed;
    let blob_bytes = blob.left();
    let contents = match encoding {
        Encoding::Plain => contents_of(blob, Depth::Headers)?,
        _ => contents_of(BufReader::with_capacity(PIECE, encoding::unpack(blob, encoding)), Depth::Headers)?,
    };
    Ok(ReadLayer { facts: contents.facts(diff_id), blob: digest, blob_bytes, encoding, squeezed: None })
}

fn read_tar<R: Read>(tar: R) -> fault::Read<(Building, Hashing<R>)> {
    let mut buffered = BufReader::with_capacity(PIECE, Hashing::new(tar));
    let contents = contents_of(&mut buffered, Depth::Everything)?;
    Ok((contents, buffered.into_inner()))
}

fn contents_of(tar: impl Source, depth: Depth) -> fault::Read<Building> {
    let mut contents = Building::default();
    let mut walk = Walk::new(tar);
    let mut content = Vec::new();
    let mut search = program::Search::new();
    let mut piece = vec![0; PIECE];
    while let Some(mut entry) = walk.advance()? {
        let path = contents.place(&entry.name)?;
        if entry.kind != Kind::File || !entry.whole {
            contents.add(path, entry)?;
            continue;
        }
        // A large list is not kept for the small files behind it.
        if content.capacity() > LARGE {
            content = Vec::new();
        }
        content.clear();
        let mut printing = Printing::new(walk.content());
        if depth == Depth::Everything {
            printing.by_ref().take(program::START).read_to_end(&mut content)?;
        }
        let is_program = program::is_one(&content);
        let interest = findings::interest(&path, entry.size);
        if interest.is_some() {
            printing.read_to_end(&mut content)?;
        }
        let told = if is_program { search.look(content.as_slice().chain(&mut printing))? } else { Told::default() };
        if depth == Depth::Everything {
            entry.print = Some(printing.finish(&mut piece)?);
        }
        // What is written anew forgets what was found there before.
        contents.add(path.clone(), entry)?;
        if let Some(interest) = interest {
            contents.findings.look(&path, interest, &content);
        }
        contents.findings.told(&path, told);
    }
    Ok(contents)
}
