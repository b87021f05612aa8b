//! How a layer is packed, told from its first bytes, and unpacking it without trusting it.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use crate::source::PIECE;
use crate::zstd::Frames;
use crate::{Fault, walk};

/// How a blob is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A tar as it is.
    Plain,
    /// A tar in gzip.
    Gzip,
    /// A tar in zstd.
    Zstd,
}

/// No layer is larger than this once unpacked.
pub const LARGEST: u64 = 64 << 30;
/// Up to here data may grow as they like: a small layer of zeros is no danger.
const HARMLESS: u64 = 1 << 30;
/// Beyond that, at most this many bytes from one. Machine code and text reach 2 to 10; deflate cannot exceed 1032.
const LARGEST_RATIO: u64 = 200;

/// Tells a layer by its first 512 bytes, or the fewer there are; `None` when it cannot be one.
pub fn of(start: &[u8]) -> Option<Encoding> {
    if start.starts_with(&[0x1f, 0x8b, 0x08]) {
        Some(Encoding::Gzip)
    } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Some(Encoding::Zstd)
    } else {
        <&[u8; 512]>::try_from(start).is_ok_and(walk::begins_a_tar).then_some(Encoding::Plain)
    }
}

/// The tar inside a packed stream.
///
/// Reading fails with [`Fault::Compression`], [`Fault::Bomb`] or [`Fault::TooLarge`] inside the [`io::Error`].
pub fn unpack<'r>(packed: impl Read + 'r, encoding: Encoding) -> Box<dyn Read + 'r> {
    let taken = Rc::new(Cell::new(0));
    let counted = Counted { inner: packed, taken: Rc::clone(&taken) };
    match encoding {
        Encoding::Plain => Box::new(Guarded { inner: counted, taken, given: 0 }),
        Encoding::Gzip => {
            let inner = MultiGzDecoder::new(BufReader::with_capacity(PIECE, counted));
            Box::new(Guarded { inner, taken, given: 0 })
        }
        Encoding::Zstd => Box::new(Guarded { inner: Frames::new(counted), taken, given: 0 }),
    }
}

/// Counts what is read from the packed stream; the counter is shared with the guard on the other side.
struct Counted<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.taken.set(self.taken.get() + read as u64);
        Ok(read)
    }
}

/// Watches how much comes out for what went in.
struct Guarded<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
    given: u64,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into).map_err(undecodable)?;
        self.given += read as u64;
        let compressed = self.taken.get();
        if self.given > LARGEST {
            return Err(Fault::TooLarge(LARGEST).into());
        }
        if self.given > HARMLESS && self.given / LARGEST_RATIO > compressed {
            return Err(Fault::Bomb { compressed, unpacked: self.given }.into());
        }
        Ok(read)
    }
}

/// What the gzip decoder calls invalid is a fault of the data; all else comes from the reader below.
fn undecodable(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Fault::Compression(error.to_string()).into(),
        _ => error,
    }
}
