//! Programs for another processor, run by QEMU's emulator for as long as a run needs it.
//!
//! Linux starts a program that it cannot run itself with the interpreter that is registered for its first bytes
//! (`Documentation/admin-guide/binfmt-misc.rst` of the kernel). A registration counts for the whole machine, so it is lent: made for one
//! run, under a name that says whose it is, and taken back when the run ends. One that a killed run left is taken back by the next.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::platform::Platform;
use super::power::Power;
use super::unpacked::unpacked;
use crate::engine::{Engine, docker};
use crate::error::{self, ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::{host, state};

const QUESTION: Duration = Duration::from_secs(30);

/// Where systems mount what the kernel keeps of registrations.
const USUAL: &str = "/proc/sys/fs/binfmt_misc";

/// How a registration of ours is called: this, the number of the process that made it, and the processor.
const OURS: &str = "drydock-";

/// Releases whose emulator without libraries is in a package of its own; later ones have no other.
const STATIC_APART: [&str; 5] = ["bullseye", "bookworm", "focal", "jammy", "noble"];

/// A kind of processor that lessons build for.
#[derive(Debug)]
struct Processor {
    /// As Docker calls it.
    docker: &'static str,
    /// As QEMU and Rust call it.
    qemu: &'static str,
    /// Its number in the head of a program (`e_machine` of `elf(5)`).
    machine: u8,
}

impl Processor {
    /// What its emulator is called.
    fn program(&self) -> String {
        format!("qemu-{}", self.qemu)
    }
}

const PROCESSORS: [Processor; 2] = [
    Processor { docker: "amd64", qemu: "x86_64", machine: 0x3e },
    Processor { docker: "arm64", qemu: "aarch64", machine: 0xb7 },
];

/// The head of a program for Linux with 64 bits, the lower byte first: what every such program has, and at [`KIND`] and [`MACHINE`]
/// what tells them apart.
const HEAD: [u8; 20] = [0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0];
/// Which system's conventions it keeps: compilers write 0 or 3 for Linux.
const CONVENTIONS: usize = 7;
/// 2 for a program at a fixed address, 3 for one at any.
const KIND: usize = 16;
const MACHINE: usize = 18;

/// An emulator that the kernel knows of until this is dropped.
#[derive(Debug)]
pub struct Lent {
    place: Place,
    names: Vec<String>,
}

/// Lets programs for these platforms run, where nothing does yet. `None` where there is nothing to do: they are this machine's own, it
/// runs them already, or no emulator for them is known here. With `setup`, an emulator is fetched and a password may be asked for;
/// without, one that was fetched earlier is lent where that asks nobody anything.
///
/// Errors: [`ErrorId::SetupUnsupported`] without the rights of root or the packages of Debian; [`ErrorId::SetupFailed`].
pub fn lend<'p>(platforms: impl IntoIterator<Item = &'p str>, setup: bool, sink: &dyn Sink) -> Result<Option<Lent>> {
    let mut wanted = foreign(platforms, std::env::consts::ARCH);
    let folder = folder()?;
    wanted.retain(|processor| setup || folder.join(processor.program()).is_file());
    if wanted.is_empty() {
        return Ok(None);
    }
    let power = if setup { Some(Power::find(sink)?) } else { Power::at_hand() };
    let Some(power) = power else { return Ok(None) };
    let mut lent = Lent { place: Place::open(power)?, names: Vec::new() };
    lent.place.sweep();
    for processor in wanted {
        if lent.place.entries().iter().any(|entry| entry.runs(processor)) {
            continue;
        }
        let program = program(processor, sink)?;
        let name = format!("{OURS}{}-{}", std::process::id(), processor.qemu);
        lent.place.register(&line(&name, processor, &program)?)?;
        lent.names.push(name);
        let note = format!(
            "Lending this machine an emulator for linux/{} ({}); it is taken back when this run ends.",
            processor.docker,
            program.display()
        );
        sink.emit(Event::Note(note));
    }
    Ok((!lent.names.is_empty()).then_some(lent))
}

impl Drop for Lent {
    fn drop(&mut self) {
        for name in &self.names {
            self.place.forget(name);
        }
    }
}

/// The platforms whose programs the engine can run, as its builder finds them out by trying; `None` where it does not say.
pub fn runnable(engine: Engine<'_>) -> Option<Vec<String>> {
    let output = engine.ask(&docker(["buildx", "inspect"])).ok()?;
    let listed = platforms(&output.stdout);
    (!listed.is_empty()).then_some(listed)
}

/// The processor that lessons build for besides this one, as Docker calls platforms.
pub fn other_than(arch: &str) -> Option<String> {
    PROCESSORS.iter().any(|one| one.docker == arch).then_some(())?;
    PROCESSORS.iter().find(|one| one.docker != arch).map(|one| format!("linux/{}", one.docker))
}

/// Reads the line of `docker buildx inspect` that lists platforms. A star marks those that somebody prefers.
fn platforms(printed: &str) -> Vec<String> {
    let line = printed.lines().find_map(|line| line.strip_prefix("Platforms:")).unwrap_or_default();
    line.split(',').map(|one| one.trim().trim_end_matches('*').to_owned()).filter(|one| !one.is_empty()).collect()
}

/// The processors of these platforms that are known, and are not `own`.
fn foreign<'p>(platforms: impl IntoIterator<Item = &'p str>, own: &str) -> Vec<&'static Processor> {
    let named: Vec<&str> = platforms.into_iter().filter_map(|platform| platform.split('/').nth(1)).collect();
    PROCESSORS.iter().filter(|one| one.qemu != own && named.contains(&one.docker)).collect()
}

/// The line that registers an emulator. The kernel opens the program at once (flag `F`), so that it is there in every container.
///
/// Errors: [`ErrorId::SetupFailed`] where the program's path has the character that separates fields.
fn line(name: &str, processor: &Processor, program: &Path) -> Result<String> {
    let program = program.display().to_string();
    if program.contains(':') {
        return Err(Problem::new(ErrorId::SetupFailed, format!("The kernel takes no emulator at {program:?}."))
            .cause("A colon ends a field of a registration.")
            .next("Set DRYDOCK_STATE to a folder without a colon in its path."));
    }
    let (mut head, mut mask) = (HEAD, [0xff; HEAD.len()]);
    head[MACHINE] = processor.machine;
    (mask[CONVENTIONS], mask[KIND]) = (0, 0xfe);
    let escaped = |bytes: [u8; HEAD.len()]| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "\\x{byte:02x}");
            text
        })
    };
    Ok(format!(":{name}:M::{}:{}:{program}:F", escaped(head), escaped(mask)))
}

/// The folder that keeps emulators.
fn folder() -> Result<PathBuf> {
    Ok(state::folder()?.join("emulator"))
}

/// The emulator of a processor, unpacked from the distribution's package into our state folder.
fn program(processor: &Processor, sink: &dyn Sink) -> Result<PathBuf> {
    let folder = folder()?;
    let kept = folder.join(processor.program());
    if kept.is_file() {
        return Ok(kept);
    }
    std::fs::create_dir_all(&folder).map_err(|e| error::io("create", &folder, &e))?;
    let names = [format!("{}-static", processor.program()), processor.program()];
    let release = Platform::observe()?.codename;
    let package = if STATIC_APART.contains(&release.as_str()) { "qemu-user-static" } else { "qemu-user" };
    // The package has an emulator for each of thirty processors; one of them stays.
    let all = tempfile::tempdir_in(&folder).map_err(|e| error::io("create a folder in", &folder, &e))?;
    let root = unpacked(&[package], &release, all.path(), sink)?;
    let found = names.iter().map(|name| root.join("usr/bin").join(name)).find(|path| path.is_file());
    let found = found.ok_or_else(|| {
        Problem::new(ErrorId::SetupFailed, format!("The package {package} of {release} has no {}.", names[1]))
    })?;
    std::fs::rename(&found, &kept).map_err(|e| error::io("write", &kept, &e))?;
    Ok(kept)
}

/// The folder that stands for the kernel's registrations.
#[derive(Debug)]
struct Place {
    folder: PathBuf,
    power: Power,
    /// Whether it was mounted for us.
    mounted: bool,
}

impl Place {
    /// Where the system has it, else a mount of our own.
    fn open(power: Power) -> Result<Self> {
        let usual = PathBuf::from(USUAL);
        if is_mounted(&usual) {
            return Ok(Self { folder: usual, power, mounted: false });
        }
        let folder = state::folder()?.join("binfmt_misc");
        std::fs::create_dir_all(&folder).map_err(|e| error::io("create", &folder, &e))?;
        let place = Self { folder, power, mounted: true };
        if !is_mounted(&place.folder) {
            place.run(&["mount", "-t", "binfmt_misc", "binfmt_misc", &place.shown()])?;
        }
        Ok(place)
    }

    fn entries(&self) -> Vec<Entry> {
        let files = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let named = files.map(|file| (file.file_name().to_string_lossy().into_owned(), file.path()));
        let entries = named.filter(|(name, _)| name != "register" && name != "status");
        entries.filter_map(|(name, path)| Some(Entry::of(name, &std::fs::read_to_string(path).ok()?))).collect()
    }

    /// Takes back what killed runs left.
    fn sweep(&self) {
        let is_dead = |entry: &&Entry| entry.lender().is_some_and(|process| host::process_name(process).is_none());
        for entry in self.entries().iter().filter(is_dead) {
            self.forget(&entry.name);
        }
    }

    fn register(&self, line: &str) -> Result<()> {
        // What the kernel reads it has to get in one piece, and no shell may read the escapes.
        self.run(&["sh", "-c", "printf %s \"$1\" > \"$2\"", "sh", line, &self.file("register")])
    }

    /// Takes a registration back. What fails is no reason to fail: the next run tries again.
    fn forget(&self, name: &str) {
        let _ = self.run(&["sh", "-c", "echo -1 > \"$1\"", "sh", &self.file(name)]);
    }

    fn run(&self, words: &[&str]) -> Result<()> {
        let command = self.power.command(words.iter().copied());
        let output = command.output(QUESTION)?;
        if output.success() {
            return Ok(());
        }
        Err(Problem::new(
            ErrorId::SetupFailed,
            format!("`{}` failed with status {}.", command.display(), output.status),
        )
        .evidence(output.stderr.lines()))
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn shown(&self) -> String {
        self.folder.display().to_string()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Another run that still lends one would lose it with the last mount.
        if self.mounted && !self.entries().iter().any(|entry| entry.name.starts_with(OURS)) {
            let _ = self.run(&["umount", &self.shown()]);
        }
    }
}

fn is_mounted(folder: &Path) -> bool {
    folder.join("register").exists()
}

/// A registration, as the kernel shows it.
#[derive(Debug)]
struct Entry {
    name: String,
    enabled: bool,
    /// The first bytes of the programs it is for, in hexadecimal.
    magic: String,
}

impl Entry {
    fn of(name: String, text: &str) -> Self {
        let magic = text.lines().find_map(|line| line.strip_prefix("magic ")).unwrap_or_default().to_owned();
        Self { name, enabled: text.lines().next() == Some("enabled"), magic }
    }

    /// Whether programs for this processor are started with it.
    fn runs(&self, processor: &Processor) -> bool {
        let is_program = self.magic.starts_with("7f454c46");
        let machine = self.magic.get(2 * MACHINE..2 * MACHINE + 2);
        self.enabled && is_program && machine == Some(&format!("{:02x}", processor.machine))
    }

    /// The process that lent it, where it is ours.
    fn lender(&self) -> Option<u32> {
        self.name.strip_prefix(OURS)?.split_once('-')?.0.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel shows of a registration of Debian's.
    const KNOWN: &str = "enabled\ninterpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\nflags: POCF\noffset 0\n\
        magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n";

    fn entry(name: &str, text: &str) -> Entry {
        Entry::of(name.to_owned(), text)
    }

    #[test]
    fn only_processors_that_are_not_this_one_need_an_emulator() {
        let of = |platforms: &[&str], own: &str| -> Vec<&str> {
            foreign(platforms.iter().copied(), own).iter().map(|one| one.docker).collect()
        };
        assert_eq!(of(&["linux/amd64", "linux/arm64/v8"], "x86_64"), ["arm64"]);
        assert_eq!(of(&["linux/amd64", "linux/arm64"], "aarch64"), ["amd64"]);
        assert_eq!(of(&["linux/amd64"], "x86_64"), [""; 0]);
        assert_eq!(of(&["linux/s390x"], "x86_64"), [""; 0]);
        assert_eq!((other_than("amd64").as_deref(), other_than("s390x")), (Some("linux/arm64"), None));
    }

    #[test]
    fn the_kernel_is_told_the_head_of_such_programs_and_what_runs_them() {
        let line = line("drydock-7-aarch64", &PROCESSORS[1], Path::new("/kept/qemu-aarch64")).unwrap();
        let fields: Vec<&str> = line.split(':').collect();
        assert_eq!((fields[1], fields[2], fields[3]), ("drydock-7-aarch64", "M", ""));
        let plain = |text: &str| text.replace("\\x", "");
        let known = |what: &str| KNOWN.lines().find_map(|line| line.strip_prefix(what)).unwrap().to_owned();
        assert_eq!((plain(fields[4]), plain(fields[5])), (known("magic "), known("mask ")));
        assert_eq!((fields[6], fields[7]), ("/kept/qemu-aarch64", "F"));
        assert!(super::line("x", &PROCESSORS[1], Path::new("/a:b/qemu")).is_err());
    }

    #[test]
    fn a_registration_counts_for_its_processor_while_it_is_enabled() {
        let [amd64, arm64] = &PROCESSORS;
        assert!(entry("qemu-aarch64", KNOWN).runs(arm64) && !entry("qemu-aarch64", KNOWN).runs(amd64));
        assert!(!entry("qemu-aarch64", &KNOWN.replace("enabled", "disabled")).runs(arm64));
        assert!(!entry("jar", "enabled\ninterpreter /usr/bin/jexec\nflags:\noffset 0\nmagic 504b0304\n").runs(arm64));
        assert!(!entry("python", "enabled\ninterpreter /usr/bin/python3\nflags:\nextension .pyc\n").runs(arm64));
    }

    #[test]
    fn only_a_registration_of_ours_has_a_lender() {
        assert_eq!(entry("drydock-4711-aarch64", KNOWN).lender(), Some(4711));
        for other in ["qemu-aarch64", "drydock-x-aarch64", "drydock-4711"] {
            assert_eq!(entry(other, KNOWN).lender(), None, "{other}");
        }
    }

    #[test]
    fn the_builder_lists_what_it_can_run() {
        let printed =
            "Name: default\n\nNodes:\nName: default\nPlatforms:        linux/amd64*, linux/amd64/v2, linux/arm64\n";
        assert_eq!(platforms(printed), ["linux/amd64", "linux/amd64/v2", "linux/arm64"]);
        assert_eq!(platforms("ERROR: no builder"), [""; 0]);
    }
}
