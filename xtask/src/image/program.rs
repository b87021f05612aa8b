//! What a program says of the modules it was built from: Go's build information, and the list `cargo auditable` leaves in
//! Rust programs. Both lie in a section of the ELF file that no `strip` takes away.

use object::{Object, ObjectSection};

use super::findings::{Package, package};

/// Larger programs are not looked into. A compiler with all its targets linked in takes some 200 million bytes.
const LARGEST: u64 = 256 << 20;
/// A list of ten thousand packages is shorter.
const LONGEST_LIST: usize = 8 << 20;
const ELF: &[u8] = b"\x7fELF";
/// How many bytes tell whether a file is a program.
pub const START: u64 = ELF.len() as u64;

/// Whether a file of this size that starts with these bytes is looked into.
pub fn is_one(start: &[u8], bytes: u64) -> bool {
    start.starts_with(ELF) && bytes <= LARGEST
}

/// The packages that a program says it is made of. None where it does not tell, or is not the program it claims to be.
pub fn packages(program: &[u8]) -> Vec<Package> {
    let mut packages = go(program).unwrap_or_default();
    packages.extend(cargo(program));
    packages
}

/// What `cargo auditable` left there; what only the build needed is not in the program, and left out.
fn cargo(program: &[u8]) -> Vec<Package> {
    use auditable_info::audit_info_from_slice;
    let list = audit_info_from_slice(program, LONGEST_LIST).map(|info| info.packages).unwrap_or_default();
    let built_in = list.iter().filter(|package| package.kind == auditable_serde::DependencyKind::Runtime);
    built_in.map(|one| package("cargo", &one.name, &one.version.to_string())).collect()
}

/// What the Go linker wrote: the version of Go, whose standard library is in every program, and the modules.
fn go(program: &[u8]) -> Option<Vec<Package>> {
    let file = object::File::parse(program).ok()?;
    let section = file.section_by_name(".go.buildinfo")?.data().ok()?;
    // The header: 14 bytes by which it is known, the size of a pointer, flags. Since Go 1.18 two strings follow it at byte
    // 32; before, there were pointers to them. See the Go source, debug/buildinfo.
    let flags = section.strip_prefix(b"\xff Go buildinf:")?.get(1)?;
    if flags & 2 == 0 {
        return None;
    }
    let (version, rest) = string(section.get(32..)?)?;
    let version = String::from_utf8_lossy(version);
    let mut packages = vec![package("go", "stdlib", version.strip_prefix("go").unwrap_or(&version))];
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
        let module = package("go", name, words.next().unwrap_or_default());
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
