//! Where bytes come from: a stream, in which content has to be read to get past it, or a part of a file, in which one can step
//! over it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;

/// Bytes that are read at once: large enough that hashing and inflating see large pieces, small enough to stay in the cache.
pub const PIECE: usize = 128 * 1024;

/// A reader that can be told to leave bytes out.
pub trait Source: BufRead {
    /// Leaves out this many bytes.
    ///
    /// Errors: [`io::ErrorKind::UnexpectedEof`] where there are fewer, and those of the reader.
    fn pass(&mut self, mut bytes: u64) -> io::Result<()> {
        while bytes > 0 {
            let there = self.fill_buf()?.len();
            if there == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let step = usize::try_from(bytes).unwrap_or(usize::MAX).min(there);
            self.consume(step);
            bytes -= step as u64;
        }
        Ok(())
    }
}

impl<R: Read> Source for BufReader<R> {}

impl<S: Source> Source for &mut S {
    fn pass(&mut self, bytes: u64) -> io::Result<()> {
        (**self).pass(bytes)
    }
}

/// A part of a file on disk, not yet opened.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Where the part begins.
    pub at: u64,
    /// Its length in bytes.
    pub bytes: u64,
}

impl Place {
    /// Opens the file at the beginning of the part. What is read at once has about this many bytes.
    ///
    /// Errors: the file cannot be opened.
    pub fn open(&self, piece: usize) -> io::Result<Part> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(self.at))?;
        Ok(Part { file: BufReader::with_capacity(piece, file), left: self.bytes })
    }
}

/// A part of a file being read. To pass over bytes is a matter of moving on.
pub struct Part {
    file: BufReader<File>,
    left: u64,
}

impl Part {
    /// Bytes that have not been read or passed over.
    pub fn left(&self) -> u64 {
        self.left
    }
}

impl Read for Part {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let read = self.file.read(&mut into[..want])?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl BufRead for Part {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let there = self.file.fill_buf()?;
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(there.len());
        Ok(&there[..most])
    }

    fn consume(&mut self, bytes: usize) {
        self.file.consume(bytes);
        self.left -= bytes as u64;
    }
}

impl Source for Part {
    fn pass(&mut self, bytes: u64) -> io::Result<()> {
        if bytes > self.left {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // No file is longer than what a signed number can say.
        self.file.seek_relative(i64::try_from(bytes).map_err(io::Error::other)?)?;
        self.left -= bytes;
        Ok(())
    }
}
