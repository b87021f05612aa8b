//! The commands of pages: run in a copy of the repository, as a reader would type them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use drydock::error::{self, ErrorId, Problem, Result};
use drydock::host;
use drydock::model::Environment;
use drydock::names::printable;
use drydock::process::Command;
use serde::{Deserialize, Serialize};

/// How long one block may take.
const LONG: Duration = Duration::from_mins(20);

/// What a copy's memory shares with the one it begins with.
const SHARED: [&str; 3] = ["layers", "looks", "costs.json"];

/// A block of commands on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The lines as they stand on the page.
    pub lines: String,
    /// The status that the block ends with.
    pub exit: i32,
    /// Whether what it prints is left out of the page.
    pub quiet: bool,
    /// Whether what it says on standard error is shown too.
    pub stderr: bool,
    /// How many lines of it are shown; all when `None`.
    pub shown: Option<usize>,
    /// Whether it needs a registry, so that it is not run.
    pub registry: bool,
}

/// What a block printed when it was recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Printed {
    /// The commands that printed it.
    pub commands: String,
    /// What they printed.
    pub output: String,
    /// Where and when.
    pub environment: Environment,
}

impl Block {
    /// A block from what stands behind `run` and between the fences.
    ///
    /// Errors: what is not an option.
    pub fn parse(options: &str, lines: &str) -> std::result::Result<Self, String> {
        let lines = lines.trim_end().to_owned();
        let mut block = Self { lines, exit: 0, quiet: false, stderr: false, shown: None, registry: false };
        for option in options.split_whitespace() {
            match option.split_once('=') {
                Some(("exit", status)) => block.exit = number(option, status)?,
                Some(("lines", lines)) => block.shown = Some(number(option, lines)?),
                None if option == "quiet" => block.quiet = true,
                None if option == "stderr" => block.stderr = true,
                None if option == "registry" => block.registry = true,
                _ => return Err(format!("`{option}` is not among exit=N, lines=N, quiet, stderr and registry")),
            }
        }
        if block.lines.is_empty() { Err("the block has no command".to_owned()) } else { Ok(block) }
    }
}

fn number<N: std::str::FromStr>(option: &str, value: &str) -> std::result::Result<N, String> {
    value.parse().map_err(|_| format!("`{option}` has no number behind its equals sign"))
}

/// A copy of the repository with a memory of its own, in which the blocks of one page run.
pub struct Copy {
    folder: tempfile::TempDir,
    runner: PathBuf,
}

impl Copy {
    /// Copies what git knows of the repository, and what it does not ignore. `runner` is the compiled `xtask`, which stands in
    /// for `cargo xtask`: compiling it again in every copy would take most of the time. `memory` is a state folder to begin
    /// with, so that layers that were weighed need not be weighed again.
    ///
    /// Errors: this is no git checkout, or a file cannot be copied.
    pub fn new(root: &Path, runner: &Path, memory: &Path) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(|e| error::io("create", &std::env::temp_dir(), &e))?;
        let copy = Self { folder, runner: runner.to_owned() };
        let list = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .dir(root)
            .output(Duration::from_mins(1))?;
        if !list.success() {
            return Err(Problem::new(ErrorId::Page, "The pages' commands run in a copy of what git knows.")
                .evidence(list.stderr.lines()));
        }
        for path in list.stdout.split('\0').filter(|path| !path.is_empty()) {
            copy_file(&root.join(path), &copy.root().join(path))?;
        }
        copy.remember(memory)?;
        Ok(copy)
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("drydock")
    }

    /// What was learned of layers and of the cost of builds is shared; what is remembered of a person is not.
    fn remember(&self, memory: &Path) -> Result<()> {
        let state = self.state();
        fs::create_dir_all(&state).map_err(|e| error::io("create", &state, &e))?;
        for name in SHARED {
            let (from, to) = (memory.join(name), state.join(name));
            if from.exists() {
                host::link(&from, &to).map_err(|e| error::io("link", &to, &e))?;
            }
        }
        Ok(())
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Runs a block. Returns what it printed.
    ///
    /// Errors: [`ErrorId::Page`] where it ended with another status than the page says.
    pub fn run(&self, block: &Block) -> Result<String> {
        let runner = self.runner.display();
        let cargo = format!(
            "cargo() {{ [ \"$1\" = xtask ] || {{ command cargo \"$@\"; return; }}; shift; '{runner}' \"$@\"; }}\n"
        );
        let joined = if block.stderr { "exec 2>&1\n" } else { "" };
        let root = self.root().display().to_string();
        let command = Command::new("sh")
            .args(["-euc", &format!("{cargo}{joined}{}", block.lines)])
            .env("DRYDOCK_STATE", self.state().display().to_string())
            .env("CARGO_MANIFEST_DIR", root.clone())
            .env("NO_COLOR", "1")
            .dir(self.root());
        let output = command.output(LONG)?;
        if output.status != block.exit {
            let fact =
                format!("`{}` ended with status {}, and {} was expected.", block.lines, output.status, block.exit);
            return Err(Problem::new(ErrorId::Page, fact)
                .evidence(output.stdout.lines().chain(output.stderr.lines()).map(str::to_owned)));
        }
        let lines: Vec<String> = output.stdout.lines().map(|line| printable(line).trim_end().to_owned()).collect();
        Ok(anybodys(&lines.join("\n").replace(&root, "drydock")).trim_end().to_owned())
    }
}

/// The output without what is only true of the machine that recorded it: names of certificate files that were added to it by
/// hand, and the address of its name server.
fn anybodys(output: &str) -> String {
    let mut out = String::new();
    for line in output.lines() {
        let mut words: Vec<&str> = Vec::new();
        for word in line.split(' ') {
            let (bare, end) = word.strip_suffix([',', '.']).map_or((word, ""), |bare| (bare, &word[bare.len()..]));
            let word = match bare {
                _ if bare.starts_with(CERTIFICATES) && end == "," => "/usr/local/share/ca-certificates/company.crt,",
                _ if bare.starts_with(CERTIFICATES) && end == "." => "/usr/local/share/ca-certificates/company.crt.",
                _ if bare.starts_with(CERTIFICATES) => "/usr/local/share/ca-certificates/company.crt",
                _ if bare.strip_suffix(":53:").is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok()) => {
                    "192.0.2.1:53:"
                }
                _ => word,
            };
            words.push(word);
        }
        out.push_str(&words.join(" "));
        out.push('\n');
    }
    // Several certificates became one name.
    let twice = |between: &str| format!("{CERTIFICATES}company.crt{between}{CERTIFICATES}company.crt");
    out.replace(&twice(" and "), &format!("{CERTIFICATES}company.crt"))
        .replace(&twice(", "), &format!("{CERTIFICATES}company.crt"))
}

/// Where certificates lie that were added to a Debian machine by hand.
const CERTIFICATES: &str = "/usr/local/share/ca-certificates/";

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    // A file that git knows may have been removed since.
    if !from.is_file() {
        return Ok(());
    }
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(|e| error::io("create", folder, &e))?;
    fs::copy(from, to).map(drop).map_err(|e| error::io("copy", from, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_true_of_one_machine_is_left_out() {
        let said = "trust /usr/local/share/ca-certificates/a.crt and /usr/local/share/ca-certificates/b.crt as well";
        assert_eq!(anybodys(said), "trust /usr/local/share/ca-certificates/company.crt as well\n");
        let said = "lookup r.example on 10.1.2.3:53: no such host";
        assert_eq!(anybodys(said), "lookup r.example on 192.0.2.1:53: no such host\n");
        let said = "in /usr/local/share/ca-certificates/a.crt, /usr/local/share/ca-certificates/b.crt.";
        assert_eq!(anybodys(said), "in /usr/local/share/ca-certificates/company.crt.\n");
    }

    #[test]
    fn options_say_how_a_block_is_run_and_shown() {
        let block = Block::parse("exit=1 lines=3 stderr", "ls\n").unwrap();
        assert_eq!(
            (block.exit, block.shown, block.stderr, block.quiet, block.registry),
            (1, Some(3), true, false, false)
        );
        assert_eq!(block.lines, "ls");
        for wrong in ["exit=", "lines=x", "loud", "quiet=1"] {
            assert!(Block::parse(wrong, "ls").is_err(), "{wrong}");
        }
        assert!(Block::parse("", "\n").is_err());
    }
}
