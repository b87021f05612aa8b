//! What a layer would weigh in gzip: it is compressed as it streams past, and only the length is kept.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Reads through, and compresses what it has read as engines compress a layer for a push: gzip at its usual level. Another
/// program's gzip comes out a little longer or shorter.
pub struct Squeezing<R> {
    inner: R,
    gzip: GzEncoder<Count>,
}

impl<R: Read> Squeezing<R> {
    /// Begins with nothing read.
    pub fn new(inner: R) -> Self {
        Self { inner, gzip: GzEncoder::new(Count(0), Compression::default()) }
    }

    /// Bytes in gzip of all that was read.
    ///
    /// Errors: none that a count of bytes could have.
    pub fn finish(self) -> io::Result<u64> {
        Ok(self.gzip.finish()?.0)
    }
}

impl<R: Read> Read for Squeezing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.gzip.write_all(&into[..read])?;
        Ok(read)
    }
}

/// Counts what is written and keeps none of it.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
