//! How a layer is packed, told from its first bytes, and unpacking it without trusting it.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

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
    /// A tar in xz. No media type of layers has it, and engines unpack it all the same.
    Xz,
    /// A tar in bzip2; as for xz.
    Bzip2,
}

/// No layer is larger than this once unpacked.
pub const LARGEST: u64 = 64 << 30;
/// The memory for what an xz stream refers back to, in KiB: `xz -9` wants 64 MiB.
const XZ_MEMORY: u32 = 128 << 10;
/// More than this many bytes from one are out of proportion: machine code and text reach 2 to 10, deflate cannot exceed 1032.
const OUT_OF_PROPORTION: u64 = 200;
/// A layer that grows out of proportion may hold a file with a giant hole, and its owner wants to know. It is read on up to here:
/// `useradd` leaves behind a few gigabytes. A count of bytes gives every machine the same answer, however busy it is.
const SWOLLEN: u64 = 16 << 30;

/// Whether nobody waits for what is being read any more.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Makes all that is being unpacked fail with [`Fault::Stopped`], now and later: the program is about to end. A few megabytes may
/// stand for many gigabytes, and no signal ends a loop.
pub fn stop() {
    STOPPED.store(true, Ordering::Relaxed);
}

impl Encoding {
    /// The name people know, and the command that unpacks it; `None` for what is not compressed.
    pub fn compression(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Plain => None,
            Self::Gzip => Some(("gzip", "gunzip")),
            Self::Zstd => Some(("zstd", "unzstd")),
            Self::Xz => Some(("xz", "unxz")),
            Self::Bzip2 => Some(("bzip2", "bunzip2")),
        }
    }
}

/// Tells a layer by its first 512 bytes, or the fewer there are; `None` when it cannot be one.
pub fn of(start: &[u8]) -> Option<Encoding> {
    match start {
        [0x1f, 0x8b, 0x08, ..] => Some(Encoding::Gzip),
        // A frame, or one that is to be skipped (RFC 8878, 3.1.1 and 3.1.2).
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Encoding::Zstd),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Encoding::Xz),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Encoding::Bzip2),
        _ => <&[u8; 512]>::try_from(start).is_ok_and(walk::begins_a_tar).then_some(Encoding::Plain),
    }
}

/// The tar inside a packed stream.
///
/// Reading fails with [`Fault::Compression`], [`Fault::Bomb`], [`Fault::TooLarge`] or [`Fault::Stopped`] inside the [`io::Error`].
pub fn unpack<'r>(packed: impl Read + 'r, encoding: Encoding) -> Box<dyn Read + 'r> {
    let taken = Rc::new(Cell::new(0));
    let counted = Counted { inner: packed, taken: Rc::clone(&taken) };
    let buffered = |packed| BufReader::with_capacity(PIECE, packed);
    match encoding {
        Encoding::Plain => Box::new(Guarded::new(counted, taken)),
        Encoding::Gzip => Box::new(Guarded::new(MultiGzDecoder::new(buffered(counted)), taken)),
        Encoding::Zstd => Box::new(Guarded::new(Frames::new(counted), taken)),
        Encoding::Xz => Box::new(Guarded::new(XzReader::new_mem_limit(buffered(counted), true, XZ_MEMORY), taken)),
        Encoding::Bzip2 => Box::new(Guarded::new(MultiBzDecoder::new(buffered(counted)), taken)),
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
    /// What it may grow to out of proportion.
    most: u64,
}

impl<R> Guarded<R> {
    fn new(inner: R, taken: Rc<Cell<u64>>) -> Self {
        Self { inner, taken, given: 0, most: SWOLLEN }
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if STOPPED.load(Ordering::Relaxed) {
            return Err(Fault::Stopped.into());
        }
        let read = self.inner.read(into).map_err(undecodable)?;
        self.given += read as u64;
        if self.given > LARGEST {
            return Err(Fault::TooLarge(LARGEST).into());
        }
        let compressed = self.taken.get();
        if self.given > self.most && self.given / OUT_OF_PROPORTION > compressed {
            return Err(Fault::Bomb { compressed, unpacked: self.given }.into());
        }
        Ok(read)
    }
}

/// What a decoder calls invalid is a fault of the data; all else comes from the reader below.
fn undecodable(error: io::Error) -> io::Error {
    use io::ErrorKind::{InvalidData, InvalidInput, OutOfMemory, Unsupported};
    match error.kind() {
        InvalidInput | InvalidData | OutOfMemory | Unsupported => Fault::Compression(error.to_string()).into(),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads this many zeros out of no packed bytes at all.
    fn zeros(bytes: u64, most: u64) -> io::Result<u64> {
        let guarded = Guarded::new(io::repeat(0).take(bytes), Rc::default());
        io::copy(&mut BufReader::with_capacity(1 << 20, Guarded { most, ..guarded }), &mut io::sink())
    }

    #[test]
    fn a_hole_is_read_to_its_end_and_a_bomb_only_so_far() {
        assert_eq!(zeros(1 << 30, SWOLLEN).unwrap(), 1 << 30);
        let bomb = zeros(1 << 30, 1 << 20).map_err(Fault::from);
        assert!(matches!(bomb, Err(Fault::Bomb { compressed: 0, .. })), "{bomb:?}");
    }
}
