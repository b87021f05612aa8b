//! Whether two files hold the same bytes, without keeping the bytes: of each file that streams past, a short hash is kept.
//!
//! XXH64 (the xxHash specification, version 0.2.0), because it takes next to no time and the layer's own digests already guard
//! against damage. It is no proof against somebody who makes two files collide on purpose: nobody gains by that here.

use std::hash::Hasher;
use std::io::{self, Read};

use twox_hash::XxHash64;

use crate::source::PIECE;

/// Stands for the fingerprint of a file whose content was not read.
pub const UNKNOWN: u64 = 0;
/// The fingerprint of all that a reader gives: two files with as many bytes and the same fingerprint hold the same.
///
/// Errors: those of the reader.
pub fn fingerprint(content: &mut dyn Read) -> io::Result<u64> {
    Printing::new(content).finish(&mut vec![0; PIECE])
}

/// The fingerprint of several things in a row, each told apart from the next.
pub(crate) fn of(parts: &[&[u8]]) -> u64 {
    let mut hash = XxHash64::with_seed(0);
    for part in parts {
        hash.write(&(part.len() as u64).to_le_bytes());
        hash.write(part);
    }
    hash.finish()
}

/// Takes the fingerprint of what is read through it.
pub(crate) struct Printing<R> {
    inner: R,
    hash: XxHash64,
}

impl<R: Read> Printing<R> {
    /// Starts with nothing read.
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, hash: XxHash64::with_seed(0) }
    }

    /// Reads what is left by way of a buffer, and gives the fingerprint of everything.
    ///
    /// Errors: those of the reader.
    pub(crate) fn finish(mut self, buffer: &mut [u8]) -> io::Result<u64> {
        while self.read(buffer)? > 0 {}
        let print = self.hash.finish();
        Ok(if print == UNKNOWN { 1 } else { print })
    }
}

impl<R: Read> Read for Printing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.hash.write(&into[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hash_of_the_specification_in_whatever_pieces_the_bytes_come() {
        // From the test vectors of the reference implementation, for the seed 0.
        assert_eq!(fingerprint(&mut &b""[..]).unwrap(), 0xef46_db37_51d8_e999);
        assert_eq!(fingerprint(&mut &b"abc"[..]).unwrap(), 0x44bc_2cf5_ad77_0999);
        let mut printing = Printing::new(&b"abc"[..]);
        printing.read_exact(&mut [0; 2]).unwrap();
        assert_eq!(printing.finish(&mut [0; 1]).unwrap(), 0x44bc_2cf5_ad77_0999);
    }
}
