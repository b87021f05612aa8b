//! Installing packages with apt: without questions, without removing anything, with everything it says in a log.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Part;
use super::platform::Platform;
use super::power::Power;
use super::source;
use crate::error::{self, ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::printed::last_lines;
use crate::process::Command;
use crate::state;

/// How much of what apt printed is shown.
const LINES: usize = 8;
const QUESTION: Duration = Duration::from_secs(30);

/// Installs parts of Docker from the packages this system has for them.
///
/// Errors: [`ErrorId::SetupFailed`], [`ErrorId::SetupUnsupported`] where there are no such packages.
pub(super) fn install_parts(parts: &[Part], platform: &Platform, power: Power, sink: &dyn Sink) -> Result<()> {
    let log = Log::open(power, sink)?;
    log.run(["apt-get", "update"])?;
    let own = is_installed("docker-ce") || is_installed("docker-ce-cli");
    if !own && !has_candidate("docker-buildx")? {
        if platform.codename != source::LACKING {
            return Err(no_packages());
        }
        add_source(platform, &log)?;
    }
    let packages = packages(parts, own, has_candidate("docker-cli")?);
    log.install(&packages)
}

/// Installs packages.
///
/// Errors: [`ErrorId::SetupFailed`], with the last lines apt printed.
pub(super) fn install(packages: &[&str], _platform: &Platform, power: Power, sink: &dyn Sink) -> Result<()> {
    let log = Log::open(power, sink)?;
    log.run(["apt-get", "update"])?;
    log.install(packages)
}

/// The packages that bring parts of Docker. Where Docker's own are in use (`own`), the distribution's would push them out.
fn packages(parts: &[Part], own: bool, separate_command: bool) -> Vec<&'static str> {
    let package = |part: &Part| match (part, own) {
        (Part::Command, false) if separate_command => "docker-cli",
        // Before Debian 13 and in Ubuntu the engine's package holds the command.
        (Part::Engine | Part::Command, false) => "docker.io",
        (Part::Buildx, false) => "docker-buildx",
        (Part::Engine, true) => "docker-ce",
        (Part::Command, true) => "docker-ce-cli",
        (Part::Buildx, true) => "docker-buildx-plugin",
    };
    let mut packages: Vec<&str> = parts.iter().map(package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

fn no_packages() -> Problem {
    Problem::new(ErrorId::SetupUnsupported, "This system's package sources have no package docker-buildx.")
        .cause("Debian has it since release 13 (12 gets it from there), Ubuntu in the section universe.")
        .next("sudo add-apt-repository universe    on Ubuntu, where that section is off")
        .next("Or install Docker's own packages: docker-ce, docker-ce-cli and docker-buildx-plugin.")
}

/// Adds Debian 13 as a source for Docker's packages only, from the mirror this machine uses already.
fn add_source(platform: &Platform, log: &Log) -> Result<()> {
    let targets = ask(&["apt-get", "indextargets", "Created-By: Packages"])?;
    let mirror = source::mirror(&targets, &platform.codename).ok_or_else(|| {
        Problem::new(ErrorId::SetupFailed, format!("No package source of this machine names {}.", platform.codename))
            .cause("Drydock takes Debian 13's packages from the mirror that brought this machine its own.")
            .next("apt-get indextargets    shows the sources apt knows")
    })?;
    let file = std::fs::read_to_string(&mirror.file).unwrap_or_default();
    let text = source::source(&mirror.uri, source::signed_by(&file, &mirror.uri).as_deref());
    log.note(&format!(
        "This release has no buildx package: adding Debian 13 as a source for Docker's packages only ({}, {}).",
        source::SOURCE,
        source::PIN
    ));
    // The pin goes first: were the source there alone, the next upgrade would take all of Debian 13.
    log.write(Path::new(source::PIN), source::PINNED)?;
    log.write(Path::new(source::SOURCE), &text)?;
    log.run(["apt-get", "update"])
}

/// Whether apt could install a package.
fn has_candidate(package: &str) -> Result<bool> {
    let policy = ask(&["apt-cache", "policy", package])?;
    let candidate = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate:"));
    Ok(candidate.is_some_and(|version| version.trim() != "(none)"))
}

fn is_installed(package: &str) -> bool {
    ask(&["dpkg-query", "--show", "--showformat=${db:Status-Status}", package])
        .is_ok_and(|status| status == "installed")
}

fn ask(words: &[&str]) -> Result<String> {
    let command = Command::new(words[0]).args(words[1..].iter().copied()).env("LC_ALL", "C.UTF-8");
    Ok(command.output(QUESTION)?.stdout)
}

/// Runs commands with the administrator's rights and writes down what they say.
struct Log<'a> {
    path: PathBuf,
    power: Power,
    sink: &'a dyn Sink,
}

impl<'a> Log<'a> {
    fn open(power: Power, sink: &'a dyn Sink) -> Result<Self> {
        Ok(Self { path: state::folder()?.join("setup.log"), power, sink })
    }

    fn note(&self, text: &str) {
        self.sink.emit(Event::Note(text.to_owned()));
    }

    fn install(&self, packages: &[&str]) -> Result<()> {
        self.note(&format!("Installing with apt: {} (log: {}).", packages.join(", "), self.path.display()));
        let options = [
            "apt-get",
            "install",
            "--yes",
            "--no-install-recommends",
            // What is here already was put here by someone: rather fail than push it out.
            "--no-remove",
            "--option=DPkg::Lock::Timeout=120",
            "--option=Dpkg::Options::=--force-confold",
        ];
        self.run(options.into_iter().chain(packages.iter().copied()))
    }

    /// Runs one command to its end. Errors: [`ErrorId::SetupFailed`] with its last lines.
    fn run<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Result<()> {
        let command = self.power.command(words);
        self.sink.emit(Event::Command(command.display()));
        let mut said = format!("$ {}\n", command.display());
        let status = command.lines(|line| {
            let _ = writeln!(said, "{line}");
            self.sink.emit(Event::Progress { item: "setup".into(), doing: crate::names::printable(line) });
        })?;
        self.append(&said)?;
        crate::interrupt::check()?;
        if status == 0 {
            return Ok(());
        }
        let id = if said.contains("No space left on device") { ErrorId::DiskFull } else { ErrorId::SetupFailed };
        Err(Problem::new(id, format!("`{}` failed with status {status}.", command.display()))
            .evidence(last_lines(&said, LINES))
            .next(format!("Read the whole log: {}", self.path.display())))
    }

    /// Writes a file of the system, unless it says the same already.
    fn write(&self, path: &Path, text: &str) -> Result<()> {
        if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        let file = tempfile::NamedTempFile::new().map_err(|e| error::io("write in", &std::env::temp_dir(), &e))?;
        std::fs::write(file.path(), text).map_err(|e| error::io("write", file.path(), &e))?;
        self.run(["install", "-m", "644", &file.path().to_string_lossy(), &path.to_string_lossy()])
    }

    fn append(&self, text: &str) -> Result<()> {
        use std::io::Write as _;
        let mut options = std::fs::OpenOptions::new();
        let file = options.create(true).append(true).open(&self.path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|e| error::io("write", &self.path, &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Part] = &[Part::Engine, Part::Command, Part::Buildx];

    #[test]
    fn parts_are_named_as_each_distribution_names_them() {
        assert_eq!(packages(ALL, false, true), ["docker-buildx", "docker-cli", "docker.io"]);
        assert_eq!(packages(ALL, false, false), ["docker-buildx", "docker.io"]);
        assert_eq!(packages(&[Part::Buildx], false, true), ["docker-buildx"]);
    }

    #[test]
    fn packages_of_docker_itself_are_completed_not_replaced() {
        assert_eq!(packages(&[Part::Buildx], true, true), ["docker-buildx-plugin"]);
    }
}
