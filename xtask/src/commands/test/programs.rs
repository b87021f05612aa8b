//! The test programs: compiled once, all by one call of cargo, and then run as often as parts ask for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::printed::last_lines;
use crate::process::Command;

/// What is compiled: unit tests of the members, and every program in `tests/`.
const COMPILE: [&str; 8] = ["test", "--no-run", "--workspace", "--lib", "--test", "*", "--message-format", FORMAT];
const FORMAT: &str = "json-render-diagnostics";
/// How many of cargo's last lines are shown when it fails.
const SHOWN: usize = 60;

/// The compiled test programs.
#[derive(Debug)]
pub(super) struct Programs {
    root: PathBuf,
    /// Each with the folder it runs in, by the name of its target.
    compiled: Option<BTreeMap<String, Program>>,
}

#[derive(Clone, Debug)]
struct Program {
    executable: PathBuf,
    folder: PathBuf,
    /// Whether it holds unit tests.
    unit: bool,
}

/// What cargo says of something it has compiled, as far as it is read.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    profile: Profile,
    manifest_path: PathBuf,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

impl Programs {
    /// Nothing is compiled yet.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), compiled: None }
    }

    /// Compiles all of them, unless that was done.
    ///
    /// Errors: [`ErrorId::TestFailed`] with what the compiler says.
    pub fn compile(&mut self, sink: &dyn Sink) -> Result<()> {
        if self.compiled.is_some() {
            return Ok(());
        }
        let mut compiled = BTreeMap::new();
        let mut said = String::new();
        let status = cargo(&self.root, &COMPILE).lines(|line| match serde_json::from_str::<Artifact>(line) {
            Ok(artifact) => compiled.extend(program(artifact)),
            // Cargo's other messages to programs.
            Err(_) if line.starts_with('{') => {}
            Err(_) => {
                sink.emit(Event::Progress { item: "cargo".to_owned(), doing: line.trim().to_owned() });
                said.push_str(line);
                said.push('\n');
            }
        })?;
        if status != 0 {
            let last = last_lines(&said, SHOWN);
            return Err(Problem::new(ErrorId::TestFailed, "The tests do not compile.").evidence(last));
        }
        self.compiled = Some(compiled);
        Ok(())
    }

    /// Runs a program with its output going straight to the terminal.
    ///
    /// Errors: [`ErrorId::TestFailed`]; what compiling fails with.
    pub fn run(&mut self, name: &str, arguments: &[&str], sink: &dyn Sink) -> Result<()> {
        self.compile(sink)?;
        let mut compiled = self.compiled.iter().flatten();
        let Some((_, program)) = compiled.find(|(known, program)| *known == name && !program.unit) else {
            return Err(crate::bug(&format!("There is no test program `{name}`")));
        };
        program.run(name, arguments)
    }

    /// Runs the unit tests of every member.
    ///
    /// Errors: as [`Self::run`].
    pub fn units(&mut self, arguments: &[&str], sink: &dyn Sink) -> Result<()> {
        self.compile(sink)?;
        let mut units = self.compiled.iter().flatten().filter(|(_, program)| program.unit);
        units.try_for_each(|(name, program)| program.run(name, arguments))
    }
}

impl Program {
    fn run(&self, name: &str, arguments: &[&str]) -> Result<()> {
        let command = Command::new(self.executable.display().to_string())
            .args(arguments.iter().copied())
            .env("CARGO_MANIFEST_DIR", self.folder.display().to_string())
            .dir(&self.folder);
        match command.inherit()? {
            0 => Ok(()),
            status => Err(Problem::new(ErrorId::TestFailed, format!("{name} ended with status {status}."))),
        }
    }
}

fn program(artifact: Artifact) -> Option<(String, Program)> {
    let Artifact { target, profile, manifest_path, executable } = artifact;
    let executable = executable.filter(|_| profile.test)?;
    let unit = target.kind.iter().any(|kind| kind == "lib");
    Some((target.name, Program { executable, folder: manifest_path.parent()?.to_owned(), unit }))
}

/// Cargo, as it was called for this program.
pub(super) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    Command::new(cargo).args(arguments.iter().copied()).dir(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_program_is_told_from_what_else_is_compiled() {
        let line = |test: bool, executable: &str| {
            format!(
                "{{\"reason\":\"compiler-artifact\",\"manifest_path\":\"/r/tests/Cargo.toml\",\
                 \"target\":{{\"name\":\"cli\",\"kind\":[\"test\"]}},\"profile\":{{\"test\":{test}}},\"executable\":{executable}}}"
            )
        };
        let read = |line: &str| serde_json::from_str(line).ok().and_then(program);
        let (name, found) = read(&line(true, "\"/t/cli-1\"")).unwrap();
        assert_eq!(
            (name.as_str(), found.folder.to_str(), found.executable.to_str()),
            ("cli", Some("/r/tests"), Some("/t/cli-1"))
        );
        assert!(read(&line(false, "\"/t/xtask\"")).is_none());
        assert!(read(&line(true, "null")).is_none());
        assert!(read("{\"reason\":\"build-finished\",\"success\":true}").is_none());
    }
}
