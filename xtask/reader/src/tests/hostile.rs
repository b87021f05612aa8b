//! Archives that lie. Each must end in the fault that names its lie, in bounded time and memory.

use tar::EntryType;

use crate::LayerFacts;
use crate::encoding::{self, Encoding};
use crate::fault::{Fault, Read};
use crate::layer;
use crate::testing::tarball::{Tar, gzip, header, plain, zstd};

fn packed(bytes: &[u8], encoding: Encoding) -> Read<LayerFacts> {
    layer::read(&mut &*bytes, encoding).map(|read| read.facts)
}

#[test]
fn paths_that_lead_out_of_the_image() {
    for name in ["../etc/passwd", "/../a", "a/../../b"] {
        let folder = Tar::new().folder(name).read();
        assert!(matches!(folder, Err(Fault::Outside(_))), "{name}: {folder:?}");
        let link = Tar::new().link("a", name).read();
        assert!(matches!(link, Err(Fault::Outside(_))), "{name}: {link:?}");
    }
    let long = Tar::new().named("../b").file("a", b"").read();
    assert!(matches!(long, Err(Fault::Outside(_))), "{long:?}");
}

#[test]
fn links_to_themselves() {
    assert_eq!(Tar::new().link("a", "a").read(), Err(Fault::LinkToItself("a".to_owned())));
    assert_eq!(Tar::new().link("a", "./b/../a").read(), Err(Fault::LinkToItself("a".to_owned())));
    // A circle of links names no file, and costs nothing.
    let circle = Tar::new().link("a", "b").link("b", "a").read().unwrap();
    assert_eq!((circle.stored_bytes, circle.files), (0, 0));
}

#[test]
fn whiteouts_of_nothing() {
    for name in [".wh.", "a/.wh..", ".wh..."] {
        assert!(matches!(Tar::new().file(name, b"").read(), Err(Fault::Whiteout(_))), "{name}");
    }
}

#[test]
fn names_that_are_none() {
    assert!(matches!(Tar::new().file("", b"x").read(), Err(Fault::Name(_))));
    assert!(matches!(Tar::new().file("./", b"x").read(), Err(Fault::Name(_))));
    assert!(matches!(Tar::new().named("a\0b").file("x", b"").read(), Err(Fault::Name(_))));
    let long = "n".repeat(5000);
    assert_eq!(Tar::new().named(&long).file("x", b"").read(), Err(Fault::NameTooLong(5000)));
}

#[test]
fn sizes_larger_than_the_stream() {
    let lie = header("a", EntryType::Regular, 1 << 30);
    assert_eq!(Tar::new().raw(lie, b"short").read(), Err(Fault::Truncated));
    let by_pax = Tar::new().pax(&[("size", b"99999999")]).file("a", b"short").read();
    assert_eq!(by_pax, Err(Fault::Truncated));
}

#[test]
fn numbers_out_of_range() {
    for size in [&b"-1"[..], b"+1", b"1e9", b" ", b"18446744073709551616", b"9223372036854775808"] {
        let read = Tar::new().pax(&[("size", size)]).file("a", b"").read();
        assert_eq!(read, Err(Fault::Header("a number is out of range")), "{}", String::from_utf8_lossy(size));
    }
    let mut binary = header("a", EntryType::Regular, 0);
    binary.as_old_mut().size = *b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    assert!(matches!(Tar::new().raw(binary, b"").read(), Err(Fault::Header(_))));
    let mut text = header("a", EntryType::Regular, 0);
    text.as_old_mut().size = *b"nonsense!!!!";
    assert!(matches!(Tar::new().raw(text, b"").read(), Err(Fault::Header(_))));
}

#[test]
fn extended_headers_that_claim_gigabytes() {
    for kind in [EntryType::XHeader, EntryType::XGlobalHeader, EntryType::GNULongName, EntryType::GNULongLink] {
        let claim = header("x", kind, 4 << 30);
        assert_eq!(Tar::new().raw(claim, b"").read(), Err(Fault::ExtendedHeaderTooLong(4 << 30)), "{kind:?}");
    }
}

#[test]
fn an_endless_map_of_a_sparse_file() {
    let mut sparse = tar::Header::new_gnu();
    sparse.set_entry_type(EntryType::GNUSparse);
    sparse.as_old_mut().name[0] = b'a';
    sparse.set_size(0);
    sparse.set_mode(0);
    sparse.as_gnu_mut().unwrap().isextended = [1];
    let read = Tar::new().raw(sparse, &vec![1; 4 << 20]).read();
    assert!(matches!(read, Err(Fault::ExtendedHeaderTooLong(_))), "{read:?}");
}

#[test]
fn sparse_files_that_claim_more_than_any_layer() {
    let records: [(&str, &[u8]); 1] = [("GNU.sparse.realsize", b"999999999999")];
    assert_eq!(Tar::new().pax(&records).file("a", b"").read(), Err(Fault::TooLarge(encoding::LARGEST)));
}

#[test]
fn extended_records_that_do_not_parse() {
    let records = b"notanumber path=a\n";
    let broken = header("x", EntryType::XHeader, records.len() as u64);
    let read = Tar::new().raw(broken, records).file("a", b"").read();
    assert!(matches!(read, Err(Fault::Header(_))), "{read:?}");
}

#[test]
fn entry_types_no_layer_may_have() {
    let odd = header("a", EntryType::new(b'D'), 0);
    assert_eq!(Tar::new().raw(odd, b"").read(), Err(Fault::EntryType(b'D')));
}

#[test]
fn headers_whose_checksum_is_wrong() {
    let mut bytes = Tar::new().file("a", b"1").bytes();
    bytes[0] = b'b';
    assert_eq!(plain(&bytes), Err(Fault::Header("its checksum is wrong")));
    assert_eq!(plain(&[b'x'; 2048]), Err(Fault::Header("its checksum is wrong")));
}

#[test]
fn entries_behind_a_block_of_zeros() {
    // Tools disagree about what such an archive contains.
    let file = Tar::new().file("a", b"1").bytes();
    let bytes = [&[0; 512], file.as_slice()].concat();
    assert_eq!(plain(&bytes), Err(Fault::Header("a block of zeros between entries")));
}

#[test]
fn streams_that_end_early() {
    let whole = Tar::new().file("a", &[1; 3000]).file("b", &[2; 3000]).bytes();
    for length in [1, 511, 513, 2000, 3600, 4100] {
        assert_eq!(plain(&whole[..length]), Err(Fault::Truncated), "{length}");
    }
    // Behind the last content nothing is missing but zeros. What umoci 0.4 inserts ends there, and engines take it.
    let content = 512 + 3072 + 512 + 3000;
    assert_eq!(plain(&whole[..content - 1]), Err(Fault::Truncated));
    for length in [content, content + 1, content + 71, content + 72] {
        let facts = plain(&whole[..length]).unwrap();
        assert_eq!((facts.stored_bytes, facts.files), (6000, 2), "{length}");
    }
    let gz = gzip(&whole);
    assert_eq!(packed(&gz[..gz.len() - 9], Encoding::Gzip), Err(Fault::Truncated));
    let zst = zstd(&whole);
    assert!(matches!(packed(&zst[..zst.len() - 9], Encoding::Zstd), Err(Fault::Compression(_))));
}

#[test]
fn compressed_data_that_do_not_decode() {
    let mut gz = gzip(&Tar::new().file("a", &[1; 3000]).bytes());
    let end = gz.len() - 8;
    gz[end] ^= 1;
    assert!(matches!(packed(&gz, Encoding::Gzip), Err(Fault::Compression(_))), "checksum");
    assert!(matches!(
        packed(&[0x1f, 0x8b, 8, 0xff, 0xff, 0xff], Encoding::Gzip),
        Err(Fault::Compression(_) | Fault::Truncated)
    ));
    let mut trailing = gzip(&Tar::new().bytes());
    trailing.extend_from_slice(b"garbage behind it");
    assert!(matches!(packed(&trailing, Encoding::Gzip), Err(Fault::Compression(_))), "garbage");
    assert!(matches!(packed(&[0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff], Encoding::Zstd), Err(Fault::Compression(_))));
}

#[test]
fn more_entries_than_any_layer_has() {
    let mut one = header("a", EntryType::Directory, 0);
    one.set_cksum();
    let read = layer::read(&mut Endless(one, 0), Encoding::Plain);
    assert!(matches!(read, Err(Fault::TooManyEntries(1_000_000))), "{read:?}");
}

/// One header over and over, from a reader that needs no memory for it.
struct Endless(tar::Header, usize);

impl std::io::Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let block = &self.0.as_bytes()[self.1..];
        let length = block.len().min(into.len());
        into[..length].copy_from_slice(&block[..length]);
        self.1 = (self.1 + length) % 512;
        Ok(length)
    }
}
