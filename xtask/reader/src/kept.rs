//! What was learned, as bytes that can be kept, and taken back only if nothing in them is damaged.
//!
//! Here and not where they are kept, because it is a lot of work: a large layer has a hundred thousand paths.

use std::io::Read;

use flate2::Compression;
use flate2::bufread::DeflateDecoder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::digest::Digest;
use crate::facts::LayerFacts;
use crate::layer::Blob;
use crate::weight::Weight;

/// The version of the form. What was kept in another is of no use.
pub const VERSION: &str = "v10";
/// Nothing of ours unpacks to more.
const LARGEST: u64 = 512 << 20;

/// Something that can be kept.
pub trait Kept: Sized {
    /// The bytes to keep: the digest of what follows it, then the value, deflated.
    fn pack(&self) -> Vec<u8>;

    /// The value in some bytes; `None` where they are damaged or hold something else.
    fn unpack(packed: &[u8]) -> Option<Self>;
}

impl Kept for LayerFacts {
    fn pack(&self) -> Vec<u8> {
        encode(self)
    }

    fn unpack(packed: &[u8]) -> Option<Self> {
        decode(packed).filter(Self::holds)
    }
}

impl Kept for Blob {
    fn pack(&self) -> Vec<u8> {
        encode(self)
    }

    fn unpack(packed: &[u8]) -> Option<Self> {
        decode(packed)
    }
}

impl Kept for Weight {
    fn pack(&self) -> Vec<u8> {
        encode(self)
    }

    fn unpack(packed: &[u8]) -> Option<Self> {
        decode(packed)
    }
}

fn encode(value: &impl Serialize) -> Vec<u8> {
    let plain = postcard::to_stdvec(value).expect("our own types have a serial form");
    let mut body = Vec::new();
    let mut deflate = flate2::bufread::DeflateEncoder::new(plain.as_slice(), Compression::fast());
    deflate.read_to_end(&mut body).expect("reading from memory does not fail");
    [Digest::of(&body).bytes().as_slice(), &body].concat()
}

fn decode<T: DeserializeOwned>(packed: &[u8]) -> Option<T> {
    let (digest, body) = packed.split_first_chunk()?;
    if Digest::of(body).bytes() != digest {
        return None;
    }
    let mut plain = Vec::new();
    DeflateDecoder::new(body).take(LARGEST).read_to_end(&mut plain).ok()?;
    postcard::from_bytes(&plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_what_is_damaged_does_not() {
        let blob = Blob { digest: Digest::of(b"y"), diff_id: Digest::of(b"x"), bytes: 7, compressed: true };
        let packed = blob.pack();
        assert_eq!(Blob::unpack(&packed), Some(blob));
        for at in 0..packed.len() {
            let mut damaged = packed.clone();
            damaged[at] ^= 1;
            assert_eq!(Blob::unpack(&damaged), None, "{at}");
        }
        assert_eq!(Blob::unpack(&packed[..10]), None);
    }
}
