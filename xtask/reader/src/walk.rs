//! The walk over a tar stream, entry by entry, within bounds.
//!
//! What a header's bytes mean is the `tar` library's business. The sequence is ours, because a layer is judged as the engine
//! would unpack it: an entry that is only a header (a folder, a link) has no content whatever size it claims, a name may be
//! given by the entry before it, and no claimed length is believed before it is bounded.

use std::io::Read;

use tar::{EntryType, Header};

use crate::pax::{Extended, number};
use crate::source::Source;
use crate::{Fault, fault, fingerprint, path};

/// The unit in which a tar is written.
pub(crate) const BLOCK: usize = 512;
/// Extended headers carry a name, a link name and a few numbers; attributes (capabilities) are small too.
const LONGEST_EXTENDED: u64 = 1 << 20;

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A hard link to this name.
    Link(Vec<u8>),
    /// A folder.
    Folder,
    /// A symbolic link to this name.
    Symlink(Vec<u8>),
    /// A device or a named pipe.
    Special,
}

/// One entry, its content not yet read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name as it stands in the archive.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// Bytes of the file once unpacked; differs from the bytes in the archive where the file is sparse. 0 for all but files.
    pub size: u64,
    /// Permission bits, with set-user-id, set-group-id and sticky.
    pub mode: u16,
    /// The fingerprint of its owner, its attributes and, for a device, its numbers.
    pub owner: u64,
    /// Whether the content in the archive is the file as it is, without holes left out.
    pub whole: bool,
    /// The fingerprint of the content, once somebody has read it; see [`crate::fingerprint`].
    pub print: Option<u64>,
}

/// A tar stream being read.
pub struct Walk<R> {
    reader: R,
    /// Content bytes of the current entry that have not been read.
    left: u64,
    /// Zeros behind the content, up to the next block.
    padding: u64,
    ended: bool,
}

impl<R: Source> Walk<R> {
    /// Begins at the first header.
    pub fn new(reader: R) -> Self {
        Self { reader, left: 0, padding: 0, ended: false }
    }

    /// The next entry, or `None` at the end of the archive. What was left of the entry before is passed over.
    ///
    /// Errors: a header that does not hold, a length out of bounds, or a stream that ends too early.
    pub fn advance(&mut self) -> fault::Read<Option<Entry>> {
        let mut extended = Extended::default();
        loop {
            self.pass_over()?;
            let Some(header) = self.header()? else { return Ok(None) };
            let claimed = field(&header.as_old().size, header.entry_size())?;
            match header.entry_type() {
                EntryType::XHeader => extended.read(&self.extended(claimed)?)?,
                EntryType::XGlobalHeader => drop(self.extended(claimed)?),
                EntryType::GNULongName => extended.name = Some(until_zero(self.extended(claimed)?)),
                EntryType::GNULongLink => extended.link = Some(until_zero(self.extended(claimed)?)),
                _ => return self.entry(&header, claimed, extended).map(Some),
            }
        }
    }

    /// The content of the current entry.
    pub fn content(&mut self) -> Content<'_, R> {
        Content(self)
    }

    /// What is read from.
    pub fn source(&self) -> &R {
        &self.reader
    }

    fn entry(&mut self, header: &Header, claimed: u64, mut extended: Extended) -> fault::Read<Entry> {
        let name = extended
            .sparse_name
            .take()
            .or_else(|| extended.name.take())
            .unwrap_or_else(|| header.path_bytes().into_owned());
        if name.len() > path::LONGEST {
            return Err(Fault::NameTooLong(name.len() as u64));
        }
        let mode = field(&header.as_old().mode, header.mode().map(u64::from))?;
        let mode = u16::try_from(mode & 0o7777).unwrap_or(0);
        let in_archive = extended.size.unwrap_or(claimed);
        let owner = owner(header, &extended);
        let mut entry = Entry { name, kind: Kind::Special, size: 0, mode, owner, whole: true, print: None };
        let kind = header.entry_type();
        entry.kind = match kind {
            // A file of the oldest format whose name ends in a slash is a folder.
            EntryType::Regular if header.as_old().linkflag[0] == 0 && entry.name.ends_with(b"/") => Kind::Folder,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Kind::File,
            EntryType::Link => Kind::Link(extended.target(header)?),
            EntryType::Symlink => Kind::Symlink(extended.target(header)?),
            EntryType::Directory => Kind::Folder,
            EntryType::Char | EntryType::Block | EntryType::Fifo => Kind::Special,
            other => return Err(Fault::EntryType(other.as_byte())),
        };
        if entry.kind == Kind::File {
            entry.size = in_archive;
            if kind == EntryType::GNUSparse {
                entry.size = self.sparse(header)?;
                entry.whole = false;
            } else if let Some(size) = extended.sparse_size {
                entry.size = size;
                entry.whole = false;
            }
            self.left = in_archive;
            self.padding = in_archive.next_multiple_of(BLOCK as u64) - in_archive;
        }
        Ok(entry)
    }

    /// The unpacked size of a file in GNU's old sparse format, after passing over the rest of its map.
    fn sparse(&mut self, header: &Header) -> fault::Read<u64> {
        let Some(gnu) = header.as_gnu() else { return Err(Fault::Header("a sparse file without a map")) };
        let mut more = gnu.is_extended();
        let mut blocks = 0;
        while more {
            blocks += 1;
            if blocks > LONGEST_EXTENDED / BLOCK as u64 {
                return Err(Fault::ExtendedHeaderTooLong(LONGEST_EXTENDED));
            }
            let mut map = [0; BLOCK];
            self.reader.read_exact(&mut map)?;
            // 21 pairs of 24 bytes, then the flag that says whether another block of the map follows.
            more = map[504] != 0;
        }
        field(&gnu.realsize, gnu.real_size())
    }

    fn header(&mut self) -> fault::Read<Option<Header>> {
        if self.ended {
            return Ok(None);
        }
        let mut header = Header::new_old();
        if !self.block(&mut header)? {
            // An archive may end without the two blocks of zeros, but not in the middle of a block.
            self.ended = true;
            return Ok(None);
        }
        if is_zero(header.as_bytes()) {
            if self.block(&mut header)? && !is_zero(header.as_bytes()) {
                return Err(Fault::Header("a block of zeros between entries"));
            }
            self.ended = true;
            return Ok(None);
        }
        if !sums_up(&header) {
            return Err(Fault::Header("its checksum is wrong"));
        }
        Ok(Some(header))
    }

    /// Fills one block; `false` when the stream has ended before its first byte.
    fn block(&mut self, header: &mut Header) -> fault::Read<bool> {
        if self.reader.fill_buf()?.is_empty() {
            return Ok(false);
        }
        self.reader.read_exact(header.as_mut_bytes())?;
        Ok(true)
    }

    fn extended(&mut self, length: u64) -> fault::Read<Vec<u8>> {
        if length > LONGEST_EXTENDED {
            return Err(Fault::ExtendedHeaderTooLong(length));
        }
        self.left = length;
        self.padding = length.next_multiple_of(BLOCK as u64) - length;
        let mut bytes = Vec::new();
        self.content().read_to_end(&mut bytes)?;
        if self.left > 0 { Err(Fault::Truncated) } else { Ok(bytes) }
    }

    fn pass_over(&mut self) -> fault::Read<()> {
        let left = std::mem::take(&mut self.left);
        if left > 0 {
            self.reader.pass(left)?;
        }
        let mut padding = usize::try_from(std::mem::take(&mut self.padding)).unwrap_or(BLOCK);
        while padding > 0 && !self.ended {
            let there = self.reader.fill_buf()?.len().min(padding);
            // Engines take a tar that ends right behind the last content (Go's `archive/tar`), and umoci 0.4 writes such layers.
            self.ended = there == 0;
            self.reader.consume(there);
            padding -= there;
        }
        Ok(())
    }
}

/// The content of one entry. A stream that ends too early is an error here, never a short file.
pub struct Content<'w, R>(&'w mut Walk<R>);

impl<R: Source> Read for Content<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let want = usize::try_from(self.0.left).unwrap_or(usize::MAX).min(into.len());
        if want == 0 {
            return Ok(0);
        }
        let read = self.0.reader.read(&mut into[..want])?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.0.left -= read as u64;
        Ok(read)
    }
}

/// Whether a block reads as the first header of a tar stream, or as the end of an empty one.
pub fn begins_a_tar(block: &[u8; BLOCK]) -> bool {
    is_zero(block) || sums_up(Header::from_byte_slice(block))
}

fn is_zero(block: &[u8; BLOCK]) -> bool {
    *block == [0; BLOCK]
}

/// Whether the checksum holds. The library does the sum: it is compiled with optimisation, and there are many headers.
/// Some old programs added the bytes up as signed numbers; POSIX tells readers to take both sums (pax, "ustar Interchange
/// Format"), and engines do. The two differ only where a header has bytes beyond ASCII.
fn sums_up(header: &Header) -> bool {
    let Ok(claimed) = header.cksum() else { return false };
    let mut copy = header.clone();
    copy.set_cksum();
    copy.cksum().is_ok_and(|sum| sum == claimed) || signed_sum(header) == i64::from(claimed)
}

/// The sum of all bytes as signed numbers, those of the checksum itself taken as spaces.
fn signed_sum(header: &Header) -> i64 {
    const CHECKSUM: std::ops::Range<usize> = 148..156;
    let bytes = header.as_bytes().iter().enumerate();
    bytes.map(|(at, &byte)| if CHECKSUM.contains(&at) { i64::from(b' ') } else { i64::from(byte.cast_signed()) }).sum()
}

/// The fingerprint of what a header says of an entry besides its name, kind, size, mode and times.
fn owner(header: &Header, extended: &Extended) -> u64 {
    let old = header.as_old();
    let device = |number: std::io::Result<Option<u32>>| number.ok().flatten().unwrap_or_default().to_le_bytes();
    let (major, minor) = (device(header.device_major()), device(header.device_minor()));
    fingerprint::of(&[&[old.linkflag[0]], &old.uid, &old.gid, &major, &minor, &extended.others.to_le_bytes()])
}

/// A number in a header. One that was left blank is 0, as every engine reads it.
fn field<E>(bytes: &[u8], parsed: Result<u64, E>) -> fault::Read<u64> {
    if bytes.iter().all(|byte| matches!(byte, 0 | b' ')) { Ok(0) } else { number(parsed) }
}

fn until_zero(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(end) = bytes.iter().position(|&b| b == 0) {
        bytes.truncate(end);
    }
    bytes
}
