//! Tar streams for tests, valid ones and others. What they are made of must be valid for `tar`; anything else panics.

use std::io::{Read as _, Write};

use tar::{Builder, EntryType, Header};

use crate::encoding::Encoding;
use crate::facts::LayerFacts;
use crate::fault::Read;
use crate::layer;

/// A tar being written; headers are exactly what is asked for.
#[must_use]
pub struct Tar(Builder<Vec<u8>>);

impl Default for Tar {
    fn default() -> Self {
        Self::new()
    }
}

impl Tar {
    /// Nothing in it.
    pub fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    /// A regular file.
    pub fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(name, EntryType::Regular, None, content)
    }

    /// A folder.
    pub fn folder(self, name: &str) -> Self {
        self.entry(name, EntryType::Directory, None, b"")
    }

    /// A hard link.
    pub fn link(self, name: &str, target: &str) -> Self {
        self.entry(name, EntryType::Link, Some(target), b"")
    }

    /// A symbolic link.
    pub fn symlink(self, name: &str, target: &str) -> Self {
        self.entry(name, EntryType::Symlink, Some(target), b"")
    }

    /// Any entry; the name may be any nonsense of up to a hundred bytes.
    pub fn entry(self, name: &str, kind: EntryType, target: Option<&str>, content: &[u8]) -> Self {
        let mut header = header(name, kind, content.len() as u64);
        if let Some(target) = target {
            header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        }
        self.raw(header, content)
    }

    /// Any header, its checksum made to fit, and any content.
    pub fn raw(mut self, mut header: Header, content: &[u8]) -> Self {
        header.set_cksum();
        self.0.append(&header, content).unwrap();
        self
    }

    /// A PAX header for the entry that follows.
    pub fn pax(mut self, records: &[(&str, &[u8])]) -> Self {
        self.0.append_pax_extensions(records.iter().copied()).unwrap();
        self
    }

    /// The finished stream.
    pub fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }

    /// What the reader says of it.
    pub fn read(self) -> Read<LayerFacts> {
        plain(&self.bytes())
    }
}

/// A header in the POSIX format; the name is written as it is, so that it may be any nonsense.
pub fn header(name: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header
}

/// Reads a layer that is not compressed.
pub fn plain(mut bytes: &[u8]) -> Read<LayerFacts> {
    layer::read(&mut bytes, Encoding::Plain).map(|read| read.facts)
}

/// The same bytes in gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The same bytes in zstd.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// The same bytes in bzip2.
pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    bzip2::bufread::BzEncoder::new(bytes, bzip2::Compression::fast()).read_to_end(&mut packed).unwrap();
    packed
}

impl Tar {
    /// Gives the entry that follows a name of any length.
    pub fn named(self, name: &str) -> Self {
        self.pax(&[("path", name.as_bytes())])
    }

    /// Gives the link that follows a name and a target of any length.
    pub fn named_link(self, name: &str, target: &str) -> Self {
        self.pax(&[("path", name.as_bytes()), ("linkpath", target.as_bytes())])
    }
}
