//! For tests: archives made by hand ([`tarball`]), and the reader as a fuzzer drives it. Any bytes go in, and nothing may come out
//! but a fault or an answer that adds up. The unit tests run the same with a few bytes, so that what the fuzzer drives cannot rot.

pub mod tarball;

use std::io::Write;
use std::path::Path;

use crate::archive::{self, Contents, Image, Shelf};
use crate::encoding::Encoding;
use crate::facts::LayerFacts;
use crate::fault;
use crate::layer::{self, Depth};
use crate::ledger::{Ledger, Python};
use crate::overlay;
use crate::surface::surface;
use crate::weight::Weight;

/// Reads bytes as a layer in each packing, and works out all that is worked out of a layer.
///
/// Panics where sums do not add up.
pub fn layer(bytes: &[u8]) {
    for encoding in [Encoding::Plain, Encoding::Gzip, Encoding::Zstd, Encoding::Xz, Encoding::Bzip2] {
        if let Ok(read) = layer::read(&mut &*bytes, encoding) {
            adds_up(&[&read.facts]);
            adds_up(&[&read.facts, &read.facts]);
        }
    }
}

/// Reads bytes as an archive: as a stream, and from disk in both depths. What is read to the end comes out the same either way.
///
/// Panics where it does not, or where sums do not add up.
pub fn archive(bytes: &[u8]) {
    let streamed = archive::read_tar(&mut &*bytes, &|_| false, &mut |_| {}).and_then(|contents| contents.images());
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("room in a temporary file");
    for depth in [Depth::Everything, Depth::Headers] {
        let Ok((contents, images)) = on_disk(file.path(), depth) else { continue };
        for image in &images {
            let layers = image.layers.iter().map(|layer| &contents.layers[&layer.diff_id].facts);
            adds_up(&layers.collect::<Vec<_>>());
        }
        // A stream is refused for what no image has, too.
        if let (Depth::Everything, Ok(streamed)) = (depth, &streamed) {
            assert_eq!(*streamed, images);
        }
    }
}

/// Reads all images of an archive on disk.
///
/// Errors: as [`Shelf`] and [`Contents`].
pub fn on_disk(path: &Path, depth: Depth) -> fault::Read<(Contents, Vec<Image>)> {
    let shelf = Shelf::open(path)?;
    let described = shelf.described(None)?;
    let contents = shelf.read(&described, depth)?;
    let images = described.into_iter().map(|image| contents.assembled(image)).collect::<Result<_, _>>()?;
    Ok((contents, images))
}

/// The same bytes with the checksum of every block made to fit that could be a header: hardly any bytes would be read
/// otherwise.
pub fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for block in bytes.chunks_exact_mut(512) {
        let mut header = tar::Header::new_old();
        header.as_mut_bytes().copy_from_slice(block);
        if block[0] != 0 && (block[156] == 0 || block[156].is_ascii_alphanumeric()) {
            header.set_cksum();
            block.copy_from_slice(header.as_bytes());
        }
    }
    bytes
}

fn adds_up(layers: &[&LayerFacts]) {
    assert!(layers.iter().all(|layer| layer.holds()));
    let weight = Weight::of(layers);
    assert_eq!(weight.stored_bytes, weight.visible_bytes + weight.wasted_bytes);
    let ledger = Ledger::of(layers, &Python::of(layers.iter().map(|layer| &layer.findings), &[]));
    assert_eq!(ledger.classes.values().sum::<u64>(), weight.stored_bytes);
    assert_eq!(ledger.files.len() as u64, weight.files);
    let _ = surface(layers, &overlay::seen(layers), "");
}
