//! Layers as all kinds of tools pack them and write their headers, which engines take and we take too.

use std::io::Write as _;

use tar::EntryType;

use crate::encoding::{self, Encoding};
use crate::fault::Fault;
use crate::layer;
use crate::testing::tarball::{Tar, bzip2, gzip, header, plain, zstd};

fn tar() -> Vec<u8> {
    Tar::new().file("app", &[7; 3000]).file("etc/a", &[1; 70]).bytes()
}

fn xz(bytes: &[u8], dictionary: u32) -> Vec<u8> {
    let mut options = lzma_rust2::XzOptions::with_preset(1);
    options.lzma_options.dict_size = dictionary;
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// A frame that a reader of zstd has to skip: RFC 8878, 3.1.2.
fn skippable(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    [&[0x50 + kind, 0x2a, 0x4d, 0x18], length.as_slice(), content].concat()
}

/// Stored bytes of a layer whose packing is found out from its first bytes.
fn stored(packed: &[u8]) -> Result<u64, Fault> {
    let start = &packed[..packed.len().min(512)];
    let encoding = encoding::of(start).expect("it is taken for a layer");
    layer::read(&mut &*packed, encoding).map(|read| read.facts.stored_bytes)
}

#[test]
fn every_packing_that_engines_unpack() {
    let tar = tar();
    let parts = tar.split_at(1000);
    for (name, packed) in [
        ("plain", tar.clone()),
        ("gzip", gzip(&tar)),
        ("gzip in members", [gzip(parts.0), gzip(parts.1)].concat()),
        ("zstd", zstd(&tar)),
        (
            "zstd behind frames to skip",
            [skippable(0, b"x"), skippable(15, b""), zstd(&tar), skippable(3, b"toc")].concat(),
        ),
        ("xz", xz(&tar, 1 << 16)),
        ("xz in streams", [xz(parts.0, 1 << 16), xz(parts.1, 1 << 16)].concat()),
        ("bzip2", bzip2(&tar)),
        ("bzip2 in streams", [bzip2(parts.0), bzip2(parts.1)].concat()),
    ] {
        assert_eq!(stored(&packed), Ok(3070), "{name}");
    }
}

#[test]
fn packed_layers_that_are_damaged() {
    for packed in [xz(&tar(), 1 << 16), bzip2(&tar())] {
        let mut damaged = packed.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0x10;
        assert!(stored(&damaged).is_err());
        assert!(matches!(stored(&packed[..packed.len() - 9]), Err(Fault::Truncated | Fault::Compression(_))));
        assert!(stored(&[packed.as_slice(), b"garbage"].concat()).is_err());
    }
}

#[test]
fn an_xz_stream_that_wants_too_much_memory_is_refused() {
    let read = stored(&xz(&tar(), 1 << 29));
    assert!(matches!(&read, Err(Fault::Compression(why)) if why.contains("memory")), "{read:?}");
}

#[test]
fn a_record_may_hold_any_byte() {
    // As the kernel keeps `cap_net_raw=ep` of a ping: version and flags, then two sets of bits.
    let capability = b"\x01\0\0\x02\0 \n=\0\0\0\0\n\0\0\0\0\0\0\0";
    let records: [(&str, &[u8]); 2] =
        [("SCHILY.xattr.security.capability", capability), ("path", b"usr/bin/a\nb".as_slice())];
    let layer = Tar::new().pax(&records).file("x", &[0; 1000]).read().unwrap();
    assert_eq!(layer.stored_bytes, 1000);
    assert!(layer.paths.get(b"usr/bin/a\nb").is_some());
}

#[test]
fn a_record_without_a_value_says_nothing() {
    let records: [(&str, &[u8]); 3] = [("path", b""), ("size", b""), ("linkpath", b"")];
    let layer = Tar::new().pax(&records).file("a", b"12345").read().unwrap();
    assert_eq!((layer.stored_bytes, layer.paths.get(b"a").is_some()), (5, true));
}

#[test]
fn blank_numbers_are_zero() {
    for blank in [0, b' '] {
        let mut folder = header("a", EntryType::Directory, 0);
        folder.as_old_mut().mode = [blank; 8];
        folder.as_old_mut().size = [blank; 12];
        folder.as_old_mut().mtime = [blank; 12];
        let layer = Tar::new().raw(folder, b"").file("a/b", b"1").read().unwrap();
        assert_eq!((layer.stored_bytes, layer.paths.get(b"a").unwrap().mode), (1, 0));
    }
}

/// A tar whose checksums are sums of signed bytes, plus this.
fn signed(mut tar: Vec<u8>, plus: i64) -> Vec<u8> {
    let sum: i64 =
        (0..512).map(|at| if (148..156).contains(&at) { 32 } else { i64::from(tar[at].cast_signed()) }).sum();
    tar[148..156].copy_from_slice(format!("{:06o}\0 ", sum + plus).as_bytes());
    tar
}

#[test]
fn a_checksum_may_be_a_sum_of_signed_bytes() {
    let tar = || Tar::new().file("na\u{ef}ve", &[1; 9]).bytes();
    let packed = signed(tar(), 0);
    assert_eq!(stored(&packed), Ok(9));
    assert_ne!(packed, tar());
    assert_eq!(plain(&signed(tar(), 1)), Err(Fault::Header("its checksum is wrong")));
}

#[test]
fn what_is_written_through_a_link_of_the_layer_is_where_the_link_leads() {
    let layer = Tar::new()
        .folder("usr/lib")
        .symlink("lib", "usr/lib")
        .file("lib/libc.so", &[1; 10])
        .file("usr/lib/libc.so", &[2; 7])
        .file("lib/.wh.old", b"")
        .link("lib/libm.so", "lib/libc.so")
        .read()
        .unwrap();
    assert_eq!((layer.stored_bytes, layer.files), (7, 1));
    assert_eq!(layer.whiteouts, [b"usr/lib/old".to_vec()]);
    assert!(layer.paths.get(b"usr/lib/libm.so").is_some() && layer.paths.get(b"lib/libc.so").is_none());
    let replaced = Tar::new().symlink("a", "b").folder("a").file("a/x", &[1; 3]).read().unwrap();
    assert!(replaced.paths.get(b"a/x").is_some());
    let circle = Tar::new().symlink("a", "b").symlink("b", "a").file("a/x", b"1").read();
    assert_eq!(circle, Err(Fault::LinksInACircle("a".to_owned())));
}

#[test]
fn a_giant_hole_is_no_bomb() {
    // What `useradd` with a large number leaves: gigabytes of zeros in a small layer.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let giant = 1_500_000_000;
    let mut first = header("var/log/lastlog", EntryType::Regular, giant);
    first.set_cksum();
    encoder.write_all(first.as_bytes()).unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), giant.next_multiple_of(512)), &mut encoder).unwrap();
    let packed = encoder.finish().unwrap();
    let read = layer::read(&mut packed.as_slice(), Encoding::Gzip).unwrap();
    assert_eq!(read.facts.stored_bytes, giant);
}
