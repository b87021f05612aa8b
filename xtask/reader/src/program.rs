//! What a program says of the modules it was built from: Go's build information, and the list `cargo auditable` leaves in
//! Rust programs. Both lie in a section of the ELF file that no `strip` takes away.
//!
//! Programs stream past and have any size, so what may be such a section is noted as it passes; the table of sections, which
//! most linkers put last, then says whether a section begins there. Names of sections are not asked for: they lie anywhere.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;
use flate2::{Decompress, FlushDecompress};
use memchr::{memchr_iter, memmem};
use object::elf::{ET_DYN, ET_EXEC, FileHeader32, FileHeader64, PT_INTERP, SHT_NOBITS, SHT_SYMTAB, SectionType};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::{Endianness, pod};
use serde::{Deserialize, Serialize};

use crate::package::Package;

const ELF: &[u8] = b"\x7fELF";
/// How many bytes tell whether a file is a program.
pub const START: u64 = ELF.len() as u64;
/// Bytes that hold an ELF header and the table of segments, which every linker puts right behind it.
const HEADER: u64 = 4096;

/// By this Go's build information is known. It lies at a multiple of 16.
const GO: &[u8] = b"\xff Go buildinf:";
/// A zlib stream with a window of 32 kB, which all writers use, starts with this and one of [`ZLIB_LEVELS`].
const ZLIB: u8 = 0x78;
const ZLIB_LEVELS: [u8; 4] = [0x01, 0x5e, 0x9c, 0xda];
/// How the list of `cargo auditable` starts, spaces left out.
const LIST: &[u8] = br#"{"packages":["#;

/// Bytes that are searched at a time.
const PIECE: usize = 64 << 10;
/// So many bytes tell whether a zlib stream holds [`LIST`]: its tables may take three hundred.
const LOOK: usize = 512;
/// Of a section no more is kept: five thousand modules of Go.
const LONGEST: usize = 512 << 10;
/// A list of ten thousand packages is shorter, unpacked.
const LONGEST_LIST: u64 = 8 << 20;
/// Places in one program that may be such a section. Most have one, a linker or a debugger two or three.
const MOST_PLACES: usize = 8;
/// Among random bytes every 16,384th place looks like the start of a zlib stream. No more of them are tried than one in so many
/// bytes: a program made to look like nothing else shall not keep us.
const BYTES_A_TRIAL: u64 = 1024;
/// A small program has this many all the same.
const TRIALS: u64 = 64;

/// What a program tells of itself.
#[derive(Debug, Default)]
pub struct Told {
    /// The packages that it says it is made of.
    pub packages: Vec<Package>,
    /// How it was left by what made it.
    pub made: Made,
}

/// How a program was left by what made it, as far as that costs bytes or time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "findings that do not depend on each other, each a key of the document"
)]
pub struct Made {
    /// It has the table of symbols that linkers write for debuggers (`SHT_SYMTAB`), which `strip` takes away.
    pub symbols: bool,
    /// It is unpacked into memory at each start: it has no table of sections, which linkers write and packers such as UPX do not,
    /// and its bytes are compressed, or it carries the mark of UPX. `strip --strip-section-headers` takes that table away, too;
    /// such a program starts as it lies there.
    pub packed: bool,
    /// It asks for a dynamic loader (`PT_INTERP`), and for the libraries that this loads. A static program does not.
    #[serde(default)]
    pub loader: bool,
    /// It is a shell, whatever its name: it holds the names of the variables that every POSIX shell has and nothing else sets, or the
    /// words of a C shell's language.
    #[serde(default)]
    pub shell: bool,
    /// The processor it is compiled for, as ELF numbers them (`e_machine`: 62 is amd64, 183 arm64); 0 where it does not say.
    #[serde(default)]
    pub machine: u16,
}

/// What a shell holds, a family a row; one row is enough.
///
/// The first has names that all of a POSIX shell's variables are among (IEEE Std 1003.1, "Shell Variables" and `getopts`). Bash, dash,
/// busybox, ksh, mksh, posh and zsh of Debian have all of them. Of the programs of a Debian with compilers, Perl and Vim no other has.
/// The second has words of the language of csh, which csh and tcsh have (tcsh(1), "Builtin commands").
const SHELLS: [[&[u8]; 3]; 2] = [[b"OPTIND", b"PS4", b"CDPATH"], [b"onintr", b"breaksw", b"foreach"]];
/// Bits a byte above which a whole program counts as compressed. Programs of Go and C on Debian have 6.1 to 6.3, and 7.99 once they
/// are deflated.
const DENSE: f64 = 7.3;
/// How UPX marks what it packed, near the start (`l_magic` in UPX's `linker.h`).
const UPX: &[u8] = b"UPX!";

/// Whether a file that starts with these bytes is looked into.
pub fn is_one(start: &[u8]) -> bool {
    start.starts_with(ELF)
}

/// Searches programs, one after the other.
pub struct Search {
    buffer: Vec<u8>,
    inflate: Decompress,
}

impl Search {
    /// Nothing is searched yet.
    pub fn new() -> Self {
        Self { buffer: Vec::with_capacity(PIECE + LOOK), inflate: Decompress::new(true) }
    }

    /// What a program tells. Nothing where it does not tell, or is not the program it claims to be; then not all of it may have
    /// been read.
    ///
    /// Errors: those of the reader.
    pub fn look(&mut self, mut program: impl Read) -> io::Result<Told> {
        self.buffer.clear();
        program.by_ref().take(HEADER).read_to_end(&mut self.buffer)?;
        let bare = starts_without_sections(&self.buffer);
        let loader = has_loader(&self.buffer);
        let packed = bare && (memmem::find(&self.buffer, UPX).is_some() || self.is_dense(&mut program)?);
        let machine = machine(&self.buffer);
        let mut made = Made { packed, loader, machine, ..Made::default() };
        let Some(mut table) = Table::named_in(&self.buffer).filter(|_| !packed) else {
            return Ok(Told { made, ..Told::default() });
        };
        let mut words = [[false; SHELLS[0].len()]; SHELLS.len()];
        let mut places: Vec<Kept> = Vec::new();
        let (mut at, mut trials) = (0, 0);
        loop {
            let room = (PIECE + LOOK - self.buffer.len()) as u64;
            let ended = program.by_ref().take(room).read_to_end(&mut self.buffer)? == 0;
            table.kept.take(at, &self.buffer);
            for place in &mut places {
                place.take(at, &self.buffer);
            }
            // What begins close to the end is looked at with what follows it.
            let searched = if ended { self.buffer.len() } else { self.buffer.len().saturating_sub(LOOK) };
            for place in self.starts(searched, at, &mut trials) {
                if places.len() < MOST_PLACES {
                    let mut kept = Kept::new(at + place as u64, LONGEST);
                    kept.take(at, &self.buffer);
                    places.push(kept);
                }
            }
            for (found, word) in words.as_flattened_mut().iter_mut().zip(SHELLS.as_flattened()) {
                *found = *found || memmem::find(&self.buffer, word).is_some();
            }
            if ended {
                break;
            }
            self.buffer.drain(..searched);
            at += searched as u64;
        }
        let sections = (table.sections)(&table.kept.bytes, table.endian);
        let inside = |kept: &Kept| {
            // An empty section begins where the next one does.
            let bytes = sections.iter().filter(|section| section.at == kept.at).map(|section| section.bytes).max()?;
            Some(usize::try_from(bytes).unwrap_or(usize::MAX).min(kept.bytes.len()))
        };
        made.symbols = sections.iter().any(|section| section.kind == SHT_SYMTAB);
        made.shell = words.iter().any(|family| family.iter().all(|found| *found));
        let sections: Vec<_> = places.iter().filter_map(|kept| Some(&kept.bytes[..inside(kept)?])).collect();
        let mut packages = sections.iter().find_map(|section| go(section)).unwrap_or_default();
        packages.extend(sections.iter().find_map(|section| cargo(section)).into_iter().flatten());
        Ok(Told { packages, made })
    }

    /// Whether the bytes of a program are compressed: what is in the buffer, and the rest, which is read to its end.
    fn is_dense(&self, rest: &mut impl Read) -> io::Result<bool> {
        let mut counts = [0_u32; 256];
        let mut piece = vec![0; PIECE];
        let mut count = |bytes: &[u8]| {
            for byte in bytes {
                let of_value = &mut counts[usize::from(*byte)];
                *of_value = of_value.saturating_add(1);
            }
        };
        count(&self.buffer);
        loop {
            let read = rest.read(&mut piece)?;
            if read == 0 {
                break;
            }
            count(&piece[..read]);
        }
        Ok(entropy(&counts) > DENSE)
    }

    /// Where in the buffer, before `end`, a section that tells may begin. `at` is the buffer's place in the program.
    fn starts(&mut self, end: usize, at: u64, trials: &mut u64) -> Vec<usize> {
        let Self { buffer, inflate } = self;
        let begins = |place: &usize| *place < end && (at + *place as u64).is_multiple_of(16);
        let mut starts: Vec<_> = memmem::find_iter(buffer, GO).filter(begins).collect();
        for place in memchr_iter(ZLIB, &buffer[..end]) {
            let stream = &buffer[place..];
            if stream.get(1).is_some_and(|level| ZLIB_LEVELS.contains(level))
                && *trials < TRIALS + (at + place as u64) / BYTES_A_TRIAL
            {
                *trials += 1;
                if is_list(&stream[..stream.len().min(LOOK)], inflate) {
                    starts.push(place);
                }
            }
        }
        starts
    }
}

/// A part of a program that is kept as the program streams past.
struct Kept {
    at: u64,
    most: usize,
    bytes: Vec<u8>,
}

impl Kept {
    fn new(at: u64, most: usize) -> Self {
        Self { at, most, bytes: Vec::new() }
    }

    /// Takes what it lacks from a piece at this place. Pieces may overlap.
    fn take(&mut self, at: u64, piece: &[u8]) {
        let next = self.at + self.bytes.len() as u64;
        let rest = next.checked_sub(at).and_then(|from| piece.get(usize::try_from(from).ok()?..)).unwrap_or_default();
        self.bytes.extend_from_slice(&rest[..rest.len().min(self.most - self.bytes.len())]);
    }
}

/// A section that has bytes in the file: where they begin, and how many they are.
struct Section {
    kind: SectionType,
    at: u64,
    bytes: u64,
}

/// Reads the sections of a table.
type Sections = fn(&[u8], Endianness) -> Vec<Section>;

/// The table of sections, as the header of a program announces it.
struct Table {
    kept: Kept,
    endian: Endianness,
    sections: Sections,
}

impl Table {
    fn named_in(header: &[u8]) -> Option<Self> {
        Self::of::<FileHeader64<Endianness>>(header).or_else(|| Self::of::<FileHeader32<Endianness>>(header))
    }

    fn of<Elf: FileHeader<Endian = Endianness>>(header: &[u8]) -> Option<Self> {
        let header = Elf::parse(header).ok()?;
        let endian = header.endian().ok()?;
        let each = size_of::<Elf::SectionHeader>();
        if usize::from(header.e_shentsize(endian)) != each {
            return None;
        }
        let kept = Kept::new(header.e_shoff(endian).into(), usize::from(header.e_shnum(endian)) * each);
        Some(Self { kept, endian, sections: sections::<Elf> })
    }
}

fn sections<Elf: FileHeader<Endian = Endianness>>(table: &[u8], endian: Endianness) -> Vec<Section> {
    let sections = pod::slice_from_all_bytes::<Elf::SectionHeader>(table).unwrap_or_default();
    let in_file = sections.iter().filter(|section| section.sh_type(endian) != SHT_NOBITS);
    let section = |section: &Elf::SectionHeader| Section {
        kind: section.sh_type(endian),
        at: section.sh_offset(endian).into(),
        bytes: section.sh_size(endian).into(),
    };
    in_file.map(section).collect()
}

/// Whether the table of segments, by which the system starts a program, names a dynamic loader.
fn has_loader(start: &[u8]) -> bool {
    fn of<Elf: FileHeader<Endian = Endianness>>(start: &[u8]) -> Option<bool> {
        let header = Elf::parse(start).ok()?;
        let endian = header.endian().ok()?;
        let segments = header.program_headers(endian, start).ok()?;
        Some(segments.iter().any(|segment| segment.p_type(endian) == PT_INTERP))
    }
    of::<FileHeader64<Endianness>>(start).or_else(|| of::<FileHeader32<Endianness>>(start)).unwrap_or(false)
}

/// The processor that a program is compiled for, as its header says; 0 where it has none that can be read.
fn machine(start: &[u8]) -> u16 {
    fn of<Elf: FileHeader<Endian = Endianness>>(start: &[u8]) -> Option<u16> {
        let header = Elf::parse(start).ok()?;
        Some(header.e_machine(header.endian().ok()?).0)
    }
    of::<FileHeader64<Endianness>>(start).or_else(|| of::<FileHeader32<Endianness>>(start)).unwrap_or_default()
}

/// Shannon's entropy of so many bytes of each value, in bits a byte, from 0 to 8.
fn entropy(counts: &[u32; 256]) -> f64 {
    let all: f64 = counts.iter().copied().map(f64::from).sum();
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / all);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}

/// Whether this is the header of a program that can be started and names no table of sections.
fn starts_without_sections(header: &[u8]) -> bool {
    fn of<Elf: FileHeader<Endian = Endianness>>(header: &[u8]) -> Option<bool> {
        let header = Elf::parse(header).ok()?;
        let endian = header.endian().ok()?;
        let starts = matches!(header.e_type(endian), ET_EXEC | ET_DYN);
        Some(starts && header.e_shoff(endian).into() == 0)
    }
    of::<FileHeader64<Endianness>>(header).or_else(|| of::<FileHeader32<Endianness>>(header)).unwrap_or(false)
}

/// Whether a zlib stream of which this is the start holds a list of `cargo auditable`.
fn is_list(stream: &[u8], inflate: &mut Decompress) -> bool {
    let mut text = [0; 64];
    inflate.reset(true);
    // What is cut off in the middle is no error: the output tells how far it went.
    if inflate.decompress(stream, &mut text, FlushDecompress::None).is_err() {
        return false;
    }
    let text = &text[..usize::try_from(inflate.total_out()).unwrap_or(0).min(text.len())];
    text.iter().filter(|byte| !byte.is_ascii_whitespace()).take(LIST.len()).eq(LIST)
}

/// What `cargo auditable` left there; what only the build needed is not in the program, and left out. Of the list's keys, which
/// the repository of `cargo auditable` describes in its `cargo-auditable.schema.json`, these are asked for.
fn cargo(section: &[u8]) -> Option<Vec<Package>> {
    #[derive(Deserialize)]
    struct List {
        packages: Vec<Listed>,
    }
    #[derive(Deserialize)]
    struct Listed {
        name: String,
        version: String,
        #[serde(default)]
        kind: Kind,
    }
    #[derive(Default, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Build,
        #[default]
        Runtime,
    }
    let mut json = Vec::new();
    ZlibDecoder::new(section).take(LONGEST_LIST).read_to_end(&mut json).ok()?;
    let list: List = serde_json::from_slice(&json).ok()?;
    let built_in = list.packages.iter().filter(|package| package.kind == Kind::Runtime);
    Some(built_in.map(|one| Package::named("cargo", &one.name, &one.version)).collect())
}

/// What the Go linker wrote: the version of Go, whose standard library is in every program, and the modules.
fn go(section: &[u8]) -> Option<Vec<Package>> {
    // The header: 14 bytes by which it is known, the size of a pointer, flags. Since Go 1.18 two strings follow it at byte
    // 32; before, there were pointers to them. See the Go source, debug/buildinfo.
    let flags = section.strip_prefix(GO)?.get(1)?;
    if flags & 2 == 0 {
        return None;
    }
    let (version, rest) = string(section.get(32..)?)?;
    let version = String::from_utf8_lossy(version);
    let mut packages = vec![Package::named("go", "stdlib", version.strip_prefix("go").unwrap_or(&version))];
    // A program built without modules has the first string only. Around the second are 16 bytes by which debuggers find it.
    if let Some(text) = string(rest).and_then(|(text, _)| text.get(16..text.len().checked_sub(16)?)) {
        modules(&String::from_utf8_lossy(text), &mut packages);
    }
    Some(packages)
}

/// Lines of words with tabs between them: `mod` is the program itself, `dep` a module in it, `=>` what the line before was
/// replaced by.
fn modules(text: &str, packages: &mut Vec<Package>) {
    for line in text.lines() {
        let mut words = line.split('\t');
        let kind = words.next().unwrap_or_default();
        let Some(name) = words.next() else { continue };
        // What was replaced by a folder has no version, nor has a program built outside a repository in older releases.
        let module = Package::named("go", name, words.next().unwrap_or_default());
        match kind {
            "mod" | "dep" => packages.push(module),
            "=>" => drop(packages.pop().map(|_| packages.push(module))),
            _ => {}
        }
    }
}

/// A string behind its length, which is a number of 7 bits a byte, lowest first; and what follows it.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return bytes[index + 1..].split_at_checked(length);
        }
    }
    None
}
