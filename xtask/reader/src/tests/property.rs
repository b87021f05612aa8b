//! Any layers at all weigh what the naive reference says.

use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;

use super::reference::{Op, Unpacked};
use crate::LayerFacts;
use crate::Weight;
use crate::encoding::{self, Encoding};
use crate::layer;
use crate::ledger::{Ledger, Python};
use crate::testing;
use crate::testing::tarball::{Tar, gzip, zstd};

/// Few names and shallow folders, so that entries meet. One name needs more than the hundred bytes of a plain header.
fn path() -> impl Strategy<Value = PathBuf> {
    let long = "l".repeat(120);
    let part = prop_oneof![8 => Just("a".to_owned()), 8 => Just("b".to_owned()), 4 => Just("ab".to_owned()),
                           4 => Just("é".to_owned()), 1 => Just(long)];
    vec(part, 1..4).prop_map(|parts| parts.iter().collect())
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (path(), 0_u16..2000).prop_map(|(path, size)| Op::File(path, size)),
        2 => path().prop_map(Op::Folder),
        3 => (path(), path()).prop_map(|(path, target)| Op::Link(path, target)),
        1 => path().prop_map(Op::Symlink),
        2 => path().prop_map(Op::Whiteout),
        1 => path().prop_map(Op::Opaque),
        1 => Just(Op::Opaque(PathBuf::new())),
    ]
}

fn tar(ops: &[Op]) -> Vec<u8> {
    let text = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let beside = |path: &PathBuf, prefix: &str| {
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        text(&path.with_file_name(name))
    };
    let mut tar = Tar::new();
    for op in ops {
        tar = match op {
            Op::File(path, size) => tar.named(&text(path)).file("x", &vec![7; usize::from(*size)]),
            Op::Folder(path) => tar.named(&text(path)).folder("x"),
            Op::Link(path, target) => tar.named_link(&text(path), &text(target)).link("x", "y"),
            Op::Symlink(path) => tar.named(&text(path)).symlink("x", "nowhere"),
            Op::Whiteout(path) => tar.named(&beside(path, ".wh.")).file("x", b""),
            Op::Opaque(path) => tar.named(&text(&path.join(".wh..wh..opq"))).file("x", b""),
        };
    }
    tar.bytes()
}

fn read(bytes: &[u8]) -> LayerFacts {
    let encoding = encoding::of(&bytes[..bytes.len().min(512)]).expect("told from its first bytes");
    layer::read(&mut &*bytes, encoding).expect("a valid layer").facts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn weights_are_what_a_file_system_says(image in vec(vec(op(), 0..14), 1..5)) {
        let mut unpacked = Unpacked::new();
        let layers: Vec<_> = image.into_iter().map(|ops| read(&tar(&unpacked.layer(ops)))).collect();
        let weight = Weight::of(&layers.iter().collect::<Vec<_>>());
        let (stored, visible) = unpacked.sums();
        let own: Vec<_> = weight.layers.iter().map(|layer| (layer.stored_bytes, layer.files)).collect();
        prop_assert_eq!(own, stored);
        prop_assert_eq!(weight.visible_bytes, visible, "{:#?}", unpacked.listing());
        prop_assert_eq!(weight.stored_bytes, weight.visible_bytes + weight.wasted_bytes);
        let ledger = Ledger::of(&layers.iter().collect::<Vec<_>>(), &Python::default());
        prop_assert_eq!(ledger.classes.values().sum::<u64>(), weight.stored_bytes);
        prop_assert_eq!(ledger.files.len() as u64, weight.files);
    }

    #[test]
    fn packing_changes_nothing(ops in vec(op(), 0..14)) {
        let plain = tar(&ops.into_iter().filter(|op| !matches!(op, Op::Link(..))).collect::<Vec<_>>());
        prop_assert_eq!(read(&plain), read(&gzip(&plain)));
        prop_assert_eq!(read(&plain), read(&zstd(&plain)));
    }

    #[test]
    fn damaged_layers_are_refused_or_read_but_never_a_crash(
        ops in vec(op(), 1..8), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = tar(&ops);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(cut.index(bytes.len()) + 1);
        for packed in [bytes.clone(), gzip(&bytes)] {
            for encoding in [Encoding::Plain, Encoding::Gzip, Encoding::Zstd] {
                let _ = layer::read(&mut packed.as_slice(), encoding);
            }
        }
    }

    /// What the fuzzer does, with a few bytes: any, and honest ones with a bit of nonsense in them.
    #[test]
    fn what_the_fuzzer_drives_works(noise in vec(any::<u8>(), 0..3000), ops in vec(op(), 0..6), at in any::<prop::sample::Index>()) {
        let mut bytes = tar(&ops);
        let start = at.index(bytes.len());
        for (byte, noise) in bytes[start..].iter_mut().zip(noise.iter().take(24)) {
            *byte = *noise;
        }
        for bytes in [&noise, &bytes] {
            for bytes in [bytes, &testing::with_checksums(bytes)] {
                testing::layer(bytes);
                testing::archive(bytes);
            }
        }
    }
}
