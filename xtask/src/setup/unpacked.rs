//! Packages of another Debian release, unpacked into a folder: programs that are tried here without being installed.
//!
//! apt fetches them with an index of its own below that folder, from the mirror this machine uses and by the keys it trusts,
//! and so checks signatures and hashes as it does for everything else. The system's own packages and sources stay as they are.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::platform::Platform;
use super::source;
use crate::error::{self, ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::process::Command;
use crate::{host, interrupt};

/// An index of a whole release and some hundred megabytes, over a slow line.
const FETCH: Duration = Duration::from_mins(15);
const QUESTION: Duration = Duration::from_secs(30);

/// The file beside unpacked packages that names them with their versions.
const CONTENTS: &str = "contents";

/// Unpacks these packages of a release into `folder`, and returns the root they lie in. What an earlier call has unpacked stays
/// as long as the release has nothing newer, and is used where no mirror answers.
///
/// Errors: [`ErrorId::SetupUnsupported`] where there is no apt; [`ErrorId::SetupFailed`] where a package cannot be had.
pub fn unpacked(packages: &[&str], release: &str, folder: &Path, sink: &dyn Sink) -> Result<PathBuf> {
    let platform = Platform::observe()?;
    let root = folder.join("root");
    let contents = folder.join(CONTENTS);
    let before = std::fs::read_to_string(&contents).unwrap_or_default();
    let apt = Apt::prepare(&platform, release, &folder.join("apt"))?;
    sink.emit(Event::Note(format!("Fetching {} of Debian {release}, to be unpacked only.", packages.join(", "))));
    if let Err(problem) = apt.run("apt-get", &["update", "--error-on=any"]) {
        interrupt::check()?;
        if before.is_empty() {
            return Err(problem);
        }
        sink.emit(Event::Warning(format!("No mirror answers; what was unpacked earlier is used: {problem}")));
        return Ok(root);
    }
    // One line a package: `'address' file size hash`, and the file's name holds the version.
    let now = apt.run("apt-get", &[&["download", "--print-uris"], packages].concat())?;
    if now == before && root.is_dir() {
        return Ok(root);
    }
    let fresh = tempfile::tempdir_in(folder).map_err(|e| error::io("create a folder in", folder, &e))?;
    apt.fetch(packages, fresh.path())?;
    let _ = std::fs::remove_file(&contents);
    if root.exists() {
        std::fs::remove_dir_all(&root).map_err(|e| error::io("remove", &root, &e))?;
    }
    for file in std::fs::read_dir(fresh.path()).map_err(|e| error::io("read", fresh.path(), &e))? {
        let file = file.map_err(|e| error::io("read", fresh.path(), &e))?.path();
        must(&Command::new("dpkg-deb").args(["--extract".to_owned(), shown(&file), shown(&root)]), QUESTION)?;
    }
    std::fs::write(&contents, now).map_err(|e| error::io("write", &contents, &e))?;
    Ok(root)
}

/// apt with sources, index and state of its own.
struct Apt {
    config: PathBuf,
}

impl Apt {
    /// Writes what apt reads, below `folder`.
    fn prepare(platform: &Platform, release: &str, folder: &Path) -> Result<Self> {
        let targets = Command::new("apt-get").args(["indextargets", "Created-By: Packages"]).env("LC_ALL", "C.UTF-8");
        let mirror = source::mirror(&targets.output(QUESTION)?.stdout, &platform.codename).ok_or_else(|| {
            Problem::new(
                ErrorId::SetupFailed,
                format!("No package source of this machine names {}.", platform.codename),
            )
            .next("apt-get indextargets    shows the sources apt knows")
        })?;
        let file = std::fs::read_to_string(&mirror.file).unwrap_or_default();
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(|e| error::io("write", &path, &e))
        };
        for made in ["state/lists/partial", "cache/archives/partial", "none"] {
            let made = folder.join(made);
            std::fs::create_dir_all(&made).map_err(|e| error::io("create", &made, &e))?;
        }
        let keys = source::signed_by(&file, &mirror.uri);
        write("release.sources", &source::deb822(&mirror.uri, release, keys.as_deref()))?;
        write("status", "")?;
        write("apt.conf", &config(folder))?;
        Ok(Self { config: folder.join("apt.conf") })
    }

    fn command(&self, program: &str, words: &[&str]) -> Command {
        let command = Command::new(program).args(words.iter().copied()).env("LC_ALL", "C.UTF-8");
        command.env("APT_CONFIG", shown(&self.config))
    }

    /// Runs a command of apt that must succeed, and returns what it printed.
    fn run(&self, program: &str, words: &[&str]) -> Result<String> {
        must(&self.command(program, words), FETCH)
    }

    /// Downloads packages into a folder.
    fn fetch(&self, packages: &[&str], folder: &Path) -> Result<()> {
        must(&self.command("apt-get", &[&["download"], packages].concat()).dir(folder), FETCH).map(drop)
    }
}

/// What apt is told. The check of an index's age is off as on machines whose mirror stands still on purpose; its signature is
/// checked all the same (`apt.conf(5)`).
fn config(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "Dir::State \"{folder}/state\";\nDir::State::status \"{folder}/status\";\nDir::Cache \"{folder}/cache\";\n\
         Dir::Etc::sourcelist \"{folder}/release.sources\";\nDir::Etc::sourceparts \"{folder}/none\";\n\
         Dir::Etc::preferences \"{folder}/none/preferences\";\nDir::Etc::preferencesparts \"{folder}/none\";\n\
         Acquire::Languages \"none\";\nAcquire::Check-Valid-Until \"false\";\n{}",
        // As root, apt fetches as a user of its own, who need not be able to enter this folder.
        if host::is_root() { "APT::Sandbox::User \"root\";\n" } else { "" }
    )
}

fn must(command: &Command, limit: Duration) -> Result<String> {
    let output = command.output(limit)?;
    if output.success() {
        return Ok(output.stdout);
    }
    let lines: Vec<&str> = output.stderr.lines().collect();
    Err(Problem::new(ErrorId::SetupFailed, format!("`{}` failed with status {}.", command.display(), output.status))
        .evidence(lines[lines.len().saturating_sub(8)..].iter().copied()))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_is_told_of_no_folder_of_the_system() {
        let config = config(Path::new("/kept"));
        let folders = config.lines().filter(|line| line.starts_with("Dir::"));
        assert!(folders.clone().count() >= 6 && folders.clone().all(|line| line.contains(" \"/kept/")), "{config}");
    }
}
