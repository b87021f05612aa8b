//! Programs that tell what they are made of, written by the tests as a linker would.

use std::io::Write;
use std::time::{Duration, Instant};

use object::write::{Object, StandardSegment};
use object::{Architecture, BinaryFormat, Endianness, SectionKind};
use proptest::prelude::*;

use crate::LayerFacts;
use crate::Package;
use crate::look::{Files, Subject, look};
use crate::overlay;
use crate::program::Search;
use crate::testing::tarball::Tar;

fn packages(program: &[u8]) -> Vec<Package> {
    Search::new().look(program).unwrap().packages
}

/// A program with one section.
fn program(section: &str, content: &[u8]) -> Vec<u8> {
    program_behind(&[], section, content)
}

/// A program with some code in front of a section.
fn program_behind(code: &[u8], section: &str, content: &[u8]) -> Vec<u8> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let segment = object.segment_name(StandardSegment::Data).to_vec();
    let text = object.add_section(segment.clone(), b".text".to_vec(), SectionKind::Text);
    object.append_section_data(text, code, 16);
    let id = object.add_section(segment, section.as_bytes().to_vec(), SectionKind::ReadOnlyData);
    object.append_section_data(id, content, 16);
    object.write().unwrap()
}

fn string(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut left = text.len();
    while left >= 0x80 {
        bytes.push(u8::try_from(left & 0x7f).unwrap() | 0x80);
        left >>= 7;
    }
    bytes.push(u8::try_from(left).unwrap());
    [&bytes, text].concat()
}

/// Go's build information, as a section holds it.
fn go(flags: u8, modules: &str) -> Vec<u8> {
    let modules = if modules.is_empty() { Vec::new() } else { format!("{0}{modules}{0}", "0123456789abcde\n").into() };
    let head = [b"\xff Go buildinf:".as_slice(), &[8, flags], &[0; 16]].concat();
    [head, string(b"go1.27.3"), string(&modules)].concat()
}

const MODULES: &str = "path\texample.org/clock\nmod\texample.org/clock\t(devel)\t\ndep\texample.org/a\tv1.2.3\th1:x=\n\
                       dep\texample.org/b\tv0.1.0\n=>\texample.org/fork\tv0.2.0\th1:y=\nbuild\tCGO_ENABLED=0\n";

fn told(program: &[u8]) -> Vec<String> {
    packages(program).iter().map(|p| format!("{} {} {}", p.ecosystem, p.name, p.version)).collect()
}

fn auditable(json: &str) -> Vec<u8> {
    program(".dep-v0", &deflated(json))
}

fn deflated(json: &str) -> Vec<u8> {
    let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    deflate.write_all(json.as_bytes()).unwrap();
    deflate.finish().unwrap()
}

const CRATES: &str = r#"{"packages": [
    {"name": "cc", "version": "1.0.0", "source": "crates.io", "kind": "build"},
    {"name": "clock", "version": "0.3.0", "source": "local", "dependencies": [0, 2], "root": true},
    {"name": "serde", "version": "1.0.2", "source": "crates.io"}]}"#;

#[test]
fn a_go_program_names_its_modules() {
    let expected =
        ["go stdlib 1.27.3", "go example.org/clock (devel)", "go example.org/a v1.2.3", "go example.org/fork v0.2.0"];
    assert_eq!(told(&program(".go.buildinfo", &go(2, MODULES))), expected);
}

#[test]
fn a_go_program_without_modules_names_the_library_in_every_one() {
    assert_eq!(told(&program(".go.buildinfo", &go(2, ""))), ["go stdlib 1.27.3"]);
}

#[test]
fn an_auditable_rust_program_names_what_is_in_it_and_not_what_built_it() {
    assert_eq!(told(&auditable(CRATES)), ["cargo clock 0.3.0", "cargo serde 1.0.2"]);
}

#[test]
fn what_does_not_hold_tells_nothing() {
    let whole = go(2, MODULES);
    for program in [
        // Only what a section begins with counts: a program may quote another.
        program(".data", &[&[0; 16], whole.as_slice()].concat()),
        program(".rodata", &[b"quoted: ", deflated(CRATES).as_slice()].concat()),
        program(".go.buildinfo", b""),
        program(".go.buildinfo", &whole[..33]),
        // From before Go 1.18: pointers, not strings.
        program(".go.buildinfo", &go(0, MODULES)),
        // A length beyond the section.
        program(".go.buildinfo", &[&whole[..32], &[0xff, 0xff, 0xff, 0xff, 0x7f]].concat()),
        program(".dep-v0", b"not deflated"),
        auditable("{}"),
    ] {
        assert_eq!(told(&program), [""; 0]);
    }
}

/// A reader that gives a few bytes at a time.
struct Slow<'b>(&'b [u8]);

impl std::io::Read for Slow<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(1000);
        self.0.read(&mut into[..most])
    }
}

#[test]
fn a_large_program_is_searched_as_it_streams_past() {
    let mut search = Search::new();
    // Around the places where one piece ends and the next begins.
    for bytes in (0..4).map(|n| n * 65_536).flat_map(|piece| (piece..piece + 1200).step_by(37)) {
        let code = vec![0x78; bytes];
        for (program, modules) in [
            (program_behind(&code, ".go.buildinfo", &go(2, MODULES)), 4),
            (program_behind(&code, ".dep-v0", &deflated(CRATES)), 2),
        ] {
            assert_eq!(search.look(Slow(&program)).unwrap().packages.len(), modules, "{bytes}");
        }
    }
}

#[test]
fn a_program_that_looks_like_lists_everywhere_is_given_up() {
    let list = deflated(CRATES);
    let begun = Instant::now();
    // None of these stands where a section begins.
    let many = [b"x".as_slice(), &list.repeat(20 << 20 >> 8)].concat();
    assert_eq!(told(&program_behind(&many, ".dep-v0", &list)), [""; 0]);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

fn layer(path: &str, content: &[u8]) -> LayerFacts {
    Tar::new().file(path, content).read().unwrap()
}

fn names(layers: &[&LayerFacts]) -> Vec<String> {
    let seen = overlay::seen(layers);
    let subject = Subject { layers, seen: &seen, user: "", environment: &[], started: &[], words: &[] };
    let packages = look(&subject, Files { most: 0, class: None }).packages;
    assert!(packages.iter().all(|package| package.bytes.is_none()), "a list of modules knows nothing of bytes");
    packages.into_iter().map(|package| package.name).collect()
}

#[test]
fn programs_are_read_as_their_layer_streams_past() {
    let (old, new) = (layer("app/clock", &auditable(CRATES)), layer("app/clock", &program(".text", b"")));
    assert_eq!(names(&[&old]), ["clock", "serde"]);
    assert_eq!(names(&[&old, &new]), [""; 0], "a program that was replaced is not there any more");
    let (gone, beside) = (layer("app/.wh.clock", b""), layer("app/other", &program(".go.buildinfo", &go(2, ""))));
    assert_eq!(names(&[&old, &gone]), [""; 0]);
    assert_eq!(names(&[&old, &beside]), ["clock", "serde", "stdlib"]);
}

proptest! {
    #[test]
    fn no_bytes_bring_the_reader_down(at in 0_usize..600, byte: u8, rust: bool) {
        let mut bytes = if rust { auditable(CRATES) } else { program(".go.buildinfo", &go(2, MODULES)) };
        let at = at % bytes.len();
        bytes[at] = byte;
        packages(&bytes);
        packages(&bytes[..at]);
    }
}

#[test]
fn a_program_with_symbols_and_one_without_sections_are_told_apart() {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let segment = object.segment_name(StandardSegment::Text).to_vec();
    object.add_section(segment, b".text".to_vec(), SectionKind::Text);
    let with_symbols = object.write().unwrap();
    let made = |program: &[u8]| Search::new().look(program).unwrap().made;
    assert!(made(&with_symbols).symbols && !made(&with_symbols).packed);
    // A header as UPX leaves it: of a program that starts (ET_EXEC), at byte 16, with no place of a table of sections, at 40.
    let mut packed = with_symbols.clone();
    packed[16..18].copy_from_slice(&2_u16.to_le_bytes());
    assert!(!made(&packed).packed, "its table is there");
    packed[40..48].fill(0);
    packed[60..62].fill(0);
    // `strip --strip-section-headers` takes the table away too: what it leaves is as it was.
    let mut bare = packed.clone();
    bare.resize(8192, 0);
    assert!(!made(&bare).packed && !made(&bare).loader);
    // Compressed bytes are like random ones (Numerical Recipes, a quick generator).
    let random = std::iter::successors(Some(1_u32), |x| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)));
    packed.extend(random.map(|x| x.to_be_bytes()[0]).take(200_000));
    assert!(made(&packed).packed && !made(&packed).symbols);
    let mut marked = bare.clone();
    marked[1000..1004].copy_from_slice(b"UPX!");
    assert!(made(&marked).packed);
    // A segment: its kind at byte 64, where PT_INTERP is 3.
    bare[32..40].copy_from_slice(&64_u64.to_le_bytes());
    bare[54..58].copy_from_slice(&[56, 0, 1, 0]);
    bare[64..120].fill(0);
    let mut linked = bare;
    linked[64] = 3;
    assert!(made(&linked).loader, "PT_INTERP");
    // What is no program and only linked into one has sections or is nothing.
    let mut object_file = with_symbols;
    object_file[40..48].fill(0);
    assert!(!made(&object_file).packed);
}

#[test]
fn a_shell_is_known_by_what_it_holds_wherever_it_lies() {
    let shells = |content: &[u8]| {
        let helper = layer("tools/helper", content);
        let layers = [&helper];
        let seen = overlay::seen(&layers);
        let subject = Subject { layers: &layers, seen: &seen, user: "", environment: &[], started: &[], words: &[] };
        look(&subject, Files { most: 0, class: None }).surface.shells.into_iter().collect::<Vec<_>>()
    };
    let code = [b"OPTIND=1\0".as_slice(), &vec![b'x'; 200 << 10]].concat();
    assert_eq!(shells(&program_behind(&code, ".rodata", b"PS4=+ \0CDPATH\0")), ["tools/helper"]);
    assert!(shells(&program(".rodata", b"PS4=+ \0CDPATH\0")).is_empty(), "as an editor has it that knows shells");
    assert_eq!(shells(&program_behind(&code, ".rodata", b"onintr\0foreach\0breaksw\0")), ["tools/helper"], "a C shell");
    assert!(shells(&program(".rodata", b"onintr\0foreach\0CDPATH\0PS4\0")).is_empty(), "a part of two families");
    assert!(shells(b"#!/bin/tool\nOPTIND PS4 CDPATH\n").is_empty(), "a text is no program");
}
