//! What can go wrong, said so that the reader knows what to do next.
//!
//! A [`Problem`] states a fact, the likely cause and the next command. Its [`ErrorId`] is stable: `cargo xtask explain ID`
//! prints the longer story, and scripts may rely on it and on the exit code that belongs to it.

mod catalogue;

use std::fmt;

pub use catalogue::ErrorId;

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Problem>;

/// The exit codes of the runner. The numbers are part of the command line's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything asked for was done and every expectation held.
    Pass = 0,
    /// An expectation failed: the work was done, the result is not what it must be.
    ExpectationFailed = 1,
    /// The command line or a file the user wrote is not valid.
    Usage = 2,
    /// The machine lacks something: an engine, disk space, a tool, or what it takes to measure all that is expected.
    Environment = 3,
    /// Nothing was run, although the command could be understood.
    NothingRan = 4,
    /// Something on the network did not answer or refused.
    Network = 5,
    /// An image could not be built.
    BuildFailed = 6,
    /// A container ran, or tried to, and was not healthy.
    Unhealthy = 7,
    /// A fault of Drydock itself.
    Bug = 70,
    /// Ended by Ctrl-C or a termination signal.
    Interrupted = 130,
}

impl Exit {
    /// All of them, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Pass,
        Self::ExpectationFailed,
        Self::Usage,
        Self::Environment,
        Self::NothingRan,
        Self::Network,
        Self::BuildFailed,
        Self::Unhealthy,
        Self::Bug,
        Self::Interrupted,
    ];

    /// What the number tells whoever reads it in a script.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Pass => "Everything ran, and every expectation held.",
            Self::ExpectationFailed => "Everything ran, but an expectation failed.",
            Self::Usage => "The command line, or a file you wrote, is not valid.",
            Self::Environment => {
                "The machine lacks something: an engine, disk space, a tool; or an expectation could not be measured here."
            }
            Self::NothingRan => "The command is valid, but there was nothing to run.",
            Self::Network => "Something on the network did not answer, or refused.",
            Self::BuildFailed => "A build failed.",
            Self::Unhealthy => "A container did not start, or did not answer as it should.",
            Self::Bug => "A fault of Drydock itself.",
            Self::Interrupted => "Ctrl-C or a signal ended it.",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// One failure, as it is shown to a person and as it decides the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which failure this is.
    pub id: ErrorId,
    /// What was observed, in one sentence.
    pub fact: String,
    /// Evidence: log lines, a snippet of the file at fault. Printed as it is, below the fact.
    pub evidence: Vec<String>,
    /// The likely cause, where it can be told.
    pub cause: Option<String>,
    /// What to type or to do next, most promising first.
    pub next: Vec<String>,
}

impl Problem {
    /// A problem that so far states only its fact.
    pub fn new(id: ErrorId, fact: impl Into<String>) -> Self {
        Self { id, fact: fact.into(), evidence: Vec::new(), cause: None, next: Vec::new() }
    }

    /// Adds the likely cause.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds a next step; the first one added is printed first.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next.push(next.into());
        self
    }

    /// Adds lines of evidence. Control characters are removed when they are printed, not here.
    #[must_use]
    pub fn evidence<L: Into<String>>(mut self, lines: impl IntoIterator<Item = L>) -> Self {
        self.evidence.extend(lines.into_iter().map(Into::into));
        self
    }

    /// The exit code this problem ends the program with.
    pub fn exit(&self) -> Exit {
        self.id.exit()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fact)
    }
}

impl std::error::Error for Problem {}

/// Turns an I/O error into a problem that names the file.
pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Problem {
    let id = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorId::DiskFull,
        _ => ErrorId::File,
    };
    Problem::new(id, format!("Could not {doing} {}: {error}.", path.display()))
}
