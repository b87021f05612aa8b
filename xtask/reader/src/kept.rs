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
    use crate::facts::{Node, Paths, What};
    use crate::findings::Findings;
    use crate::package::Package;
    use crate::program::Made;
    use crate::weight::LayerWeight;
    use serde_bytes::ByteBuf;

    /// The version of the form, and the digest of a sample in it.
    const FORM: (&str, &str) = ("v10", "08e1079049536293");

    /// One of everything, without defaults, so that a field more has to be named here.
    fn sample() -> (LayerFacts, Blob, Weight) {
        let of = |text: &str| Digest::of(text.as_bytes());
        let kinds = [What::File(0), What::LinkBelow, What::Folder, What::Symlink, What::Special];
        let package = Package {
            ecosystem: "npm".to_owned(),
            name: "tides".to_owned(),
            version: "1.0.0".to_owned(),
            bytes: Some(7),
            folder: Some("app".to_owned()),
            dev: true,
        };
        let made = Made { symbols: true, packed: false, loader: true, shell: false, machine: 62 };
        let findings = Findings {
            packages: [("list".to_owned(), vec![package])].into(),
            secrets: [("key".to_owned(), "private-key".to_owned())].into(),
            dev_folders: ["app/dev".to_owned()].into(),
            places: [("record".to_owned(), vec!["app/a.py".to_owned()])].into(),
            built_here: ["origin".to_owned()].into(),
            programs: [("app/clock".to_owned(), made)].into(),
        };
        let facts = LayerFacts {
            diff_id: of("layer"),
            stored_bytes: 300,
            files: 1,
            paths: Paths {
                names: ByteBuf::from(b"abcde".as_slice()),
                nodes: (1..).zip(kinds.map(|what| Node { what, mode: 0o4755 })).collect(),
            },
            inodes: vec![300],
            prints: vec![70_000],
            content: 1 << 40,
            whiteouts: vec![ByteBuf::from(b"gone".as_slice())],
            opaque: vec![ByteBuf::from(b"emptied".as_slice())],
            links_below: vec![(1, ByteBuf::from(b"below".as_slice()))],
            findings,
        };
        let blob = Blob { digest: of("blob"), diff_id: of("layer"), bytes: 200, compressed: true };
        let layer =
            LayerWeight { diff_id: of("layer"), stored_bytes: 300, wasted_bytes: 4, files: 1, pull_bytes: Some(200) };
        let weight = Weight {
            stored_bytes: 300,
            visible_bytes: 296,
            wasted_bytes: 4,
            files: 1,
            pull_bytes: Some(200),
            pull_exact: true,
            layers: vec![layer],
        };
        (facts, blob, weight)
    }

    /// A form that changes under an old version is read as if nothing had: a rule that asks for what is new would find it in no layer
    /// that was read before.
    #[test]
    fn another_form_has_another_version() {
        let digest = Digest::of(&postcard::to_stdvec(&sample()).unwrap()).hex()[..16].to_owned();
        let found = (VERSION, digest.as_str());
        assert_eq!(found, FORM, "the form of what is kept has changed: raise VERSION, then write both here");
    }

    #[test]
    fn one_of_everything_comes_back() {
        let (facts, blob, weight) = sample();
        assert_eq!(Blob::unpack(&blob.pack()), Some(blob));
        assert_eq!(Weight::unpack(&weight.pack()), Some(weight));
        assert_eq!(decode::<LayerFacts>(&encode(&facts)), Some(facts));
    }

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
