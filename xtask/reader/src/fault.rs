//! What can be wrong with a layer or an archive.

use std::fmt;
use std::io;

use crate::digest::{Digest, NotADigest};
use crate::text::printable;

/// The result of reading a layer or an archive.
pub type Read<T> = Result<T, Fault>;

/// One way in which a layer or an archive is not what it should be. Archives are hostile until read to the end: every
/// count, length and size in them is a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The stream ends in the middle of something.
    Truncated,
    /// Reading failed for a reason outside the archive.
    Io(String),
    /// Reading was given up, because the program ends.
    Stopped,
    /// A tar header whose checksum or numbers do not hold.
    Header(&'static str),
    /// A compressed stream that does not decode.
    Compression(String),
    /// More entries than any real layer has.
    TooManyEntries(u64),
    /// A name longer than a Linux path can be.
    NameTooLong(u64),
    /// Names that together take more memory than we give them.
    TooManyNames(u64),
    /// An extended header longer than any real one.
    ExtendedHeaderTooLong(u64),
    /// Compressed data that grows out of all proportion: a decompression bomb.
    Bomb {
        /// Compressed bytes read so far.
        compressed: u64,
        /// What they have grown to.
        unpacked: u64,
    },
    /// A layer larger than we read.
    TooLarge(u64),
    /// A path that leads out of the root.
    Outside(String),
    /// A name that cannot be a path: empty, or with a zero byte in it.
    Name(String),
    /// A hard link to itself.
    LinkToItself(String),
    /// Symbolic links through which a path leads back to itself.
    LinksInACircle(String),
    /// A whiteout that names no file.
    Whiteout(String),
    /// A kind of tar entry that no layer may contain.
    EntryType(u8),
    /// A blob whose content is not what its name promises.
    Mismatch {
        /// What it is called.
        named: Digest,
        /// What its bytes hash to.
        found: Digest,
    },
    /// Something that calls itself a digest and is none.
    Digest(NotADigest),
    /// A document of the archive (manifest, index, config) that cannot be understood.
    Document {
        /// Which one.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The archive refers to a blob it does not contain.
    Missing(String),
    /// Something that is named as a layer and is no tar, packed or not.
    NotALayer(String),
    /// An archive that is compressed as a whole.
    Compressed {
        /// What it is compressed with.
        with: &'static str,
        /// The command that unpacks it.
        by: &'static str,
    },
    /// Neither `manifest.json` nor `index.json`: not an image at all.
    NotAnImage,
    /// A document that lists no image.
    NoImages {
        /// Which one.
        document: &'static str,
        /// What it lists instead, such as a signature; may be empty.
        instead: Vec<String>,
    },
    /// Images for other machines than those asked for.
    OtherPlatforms {
        /// Asked for.
        asked: String,
        /// Those there are images for.
        there: Vec<String>,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("it ends in the middle"),
            Self::Io(why) => write!(f, "reading it failed: {why}"),
            Self::Stopped => f.write_str("it was not read to its end"),
            Self::Header(why) => write!(f, "a tar header in it is not valid: {why}"),
            Self::Compression(why) => write!(f, "its compressed data do not decode: {why}"),
            Self::TooManyEntries(limit) => write!(f, "a layer in it has more than {limit} entries"),
            Self::NameTooLong(length) => write!(f, "a name in it has {length} bytes, more than a path can have"),
            Self::TooManyNames(limit) => write!(f, "the names in a layer take more than {limit} bytes"),
            Self::ExtendedHeaderTooLong(length) => write!(f, "an extended header in it claims {length} bytes"),
            Self::Bomb { compressed, unpacked } => {
                write!(f, "{compressed} compressed bytes in it grew to more than {unpacked}, and we read no further")
            }
            Self::TooLarge(limit) => write!(f, "a layer in it has more than {limit} bytes"),
            Self::Outside(path) => write!(f, "the path {:?} leads out of the image", printable(path)),
            Self::Name(name) => write!(f, "{:?} is not a path", printable(name)),
            Self::LinkToItself(path) => write!(f, "{:?} is a hard link to itself", printable(path)),
            Self::LinksInACircle(path) => write!(f, "the symbolic links in {:?} lead in a circle", printable(path)),
            Self::Whiteout(path) => write!(f, "the whiteout {:?} names no file", printable(path)),
            Self::EntryType(kind) => write!(f, "it has a tar entry of type {kind:#04x}, which no layer may have"),
            Self::Mismatch { named, found } => write!(f, "a blob is called {named} and its bytes hash to {found}"),
            Self::Digest(text) => text.fmt(f),
            Self::Document { name, why } => write!(f, "its {} cannot be understood: {why}", printable(name)),
            Self::Missing(name) => write!(f, "it refers to {} and does not contain it", printable(name)),
            Self::NotALayer(name) => {
                write!(f, "{} is named as a layer and is not tar, gzip, zstd, xz or bzip2", printable(name))
            }
            Self::Compressed { with, by } => write!(f, "it is compressed as a whole, with {with}; {by} unpacks it"),
            Self::NotAnImage => f.write_str("it has neither a manifest.json nor an index.json"),
            Self::OtherPlatforms { asked, there } => {
                let (asked, there) = (printable(asked), printable(&there.join(", ")));
                write!(f, "it has no image for {asked}; it has {there}")
            }
            Self::NoImages { document, instead } if instead.is_empty() => write!(f, "its {document} lists no image"),
            Self::NoImages { document, instead } => {
                write!(f, "its {document} lists no image, only {}", printable(&instead.join(", ")))
            }
        }
    }
}

impl std::error::Error for Fault {}

impl From<io::Error> for Fault {
    /// Our own readers pass a fault through [`io::Error`] and get it back here.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return Self::Truncated;
        }
        match error.downcast::<Self>() {
            Ok(fault) => fault,
            Err(error) => Self::Io(error.to_string()),
        }
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

impl From<NotADigest> for Fault {
    fn from(text: NotADigest) -> Self {
        Self::Digest(text)
    }
}
