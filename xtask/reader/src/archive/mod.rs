//! Images in an archive: what `docker save` writes (before and since Docker 25) and OCI layouts, in a tar or in a folder, and
//! the folders of `skopeo copy … dir:`.
//!
//! Blobs may come before the document that names them, so each is judged by its content: what is a tar, packed or not, is read
//! as a layer as it streams past, what is small and no tar is kept as a possible document. At the end the documents say
//! which layers make which image. One stream may hold several images; a layer they share is in it once.
//!
//! An archive on disk is read in two steps ([`Shelf`]): the documents first, then the layers that the images have.

mod contents;
mod disk;
mod documents;
mod folder;
mod index;

use std::io::{BufReader, Read};

pub use contents::{Contents, Known, OnLayer};
pub use disk::Shelf;
pub use folder::holds_an_image;
pub use index::{Described, Image, Layer};

use crate::source::PIECE;
use crate::walk::{BLOCK, Kind, Walk};
use crate::{Depth, Fault, fault, path};
use contents::MOST_ENTRIES;

/// Reads a tar stream to its end.
///
/// Blobs named by a digest are checked against it, unless `known` says they need not be read.
///
/// Errors: anything that makes a layer unreadable, or the tar itself; see [`Fault`].
pub fn read_tar(stream: &mut dyn Read, known: Known, on_layer: OnLayer) -> fault::Read<Contents> {
    read(Contents::default(), stream, known, on_layer)
}

/// As [`read_tar`], for an archive of which nothing is known. What streams past cannot be stepped over: every byte is read.
///
/// Errors: as [`read_tar`].
pub fn read_pipe(stream: &mut dyn Read, depth: Depth) -> fault::Read<Contents> {
    read(Contents::at(depth), stream, &|_| false, &mut |_| {})
}

fn read(mut contents: Contents, stream: &mut dyn Read, known: Known, on_layer: OnLayer) -> fault::Read<Contents> {
    let mut start = Vec::with_capacity(BLOCK);
    (&mut *stream).take(BLOCK as u64).read_to_end(&mut start)?;
    contents::whole(&start)?;
    let mut buffered = BufReader::with_capacity(PIECE, start.as_slice().chain(stream));
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
            kind => contents.other(name, kind)?,
        }
    }
    // The program that writes the stream waits until all is read.
    std::io::copy(&mut buffered, &mut std::io::sink())?;
    Ok(contents)
}
