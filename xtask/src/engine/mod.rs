//! The room that talks to Docker, through the user's own `docker` command.
//!
//! Every command can be shown before it is run. A command outside this room starts from [`docker`], so that it is shown and
//! bounded like those in it.

mod afloat;
mod answers;
pub mod bake;
pub mod build;
pub mod builder;
pub mod container;
mod daemon;
pub mod disk;
pub mod empty;
mod endpoint;
mod faults;
pub mod history;
pub mod image;
pub mod instructions;
pub mod labels;
pub mod private;
pub mod proof;
pub mod reach;
pub mod record;
pub mod registry;
pub mod sweep;
mod timeline;
pub mod usage;
pub mod versions;
mod visit;

use std::time::Duration;

use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::process::{Command, Output};

/// How long a question to the engine may take that needs no work, such as listing containers, before another one is asked: an
/// engine that answers that is busy, not silent.
const QUESTION: Duration = Duration::from_secs(30);
/// So often, until it counts as a hang.
const TURNS: u32 = 20;
/// How many times its limit a command that has work to do may take while the engine answers other questions.
const BUSY: u32 = 5;

/// The engine, as reached through the `docker` command, with the listener that hears of every command.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    sink: &'a dyn Sink,
}

impl std::fmt::Debug for Engine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl<'a> Engine<'a> {
    /// An engine whose commands are reported to `sink`.
    pub fn new(sink: &'a dyn Sink) -> Self {
        Self { sink }
    }

    /// The listener.
    pub fn sink(&self) -> &'a dyn Sink {
        self.sink
    }

    /// Runs one docker command to its end, whatever its status.
    ///
    /// Errors: `docker` is missing, or it does not finish in 30 s and the engine answers nothing else either
    /// ([`ErrorId::EngineSilent`]).
    pub fn ask(&self, command: &Command) -> Result<Output> {
        self.ask_in_turns(QUESTION, TURNS, command)
    }

    /// As [`Self::ask`], for a command that has work to do, which takes at most `limit` where nothing else runs.
    ///
    /// Errors: `docker` is missing, or does not finish within `limit` and the engine answers nothing else either, or not in five
    /// times as long ([`ErrorId::EngineSilent`]).
    pub fn ask_within(&self, limit: Duration, command: &Command) -> Result<Output> {
        self.ask_in_turns(limit, BUSY, command)
    }

    fn ask_in_turns(&self, limit: Duration, turns: u32, command: &Command) -> Result<Output> {
        self.announce(command);
        let answers = || docker(["version"]).output(QUESTION).is_ok_and(|output| output.success());
        command.output_while(limit, turns, answers).map_err(of_docker)
    }

    /// Runs one docker command that must succeed and returns what it printed.
    ///
    /// Errors: as [`Self::ask`], and [`ErrorId::EngineBroken`] with what docker said when the status is not 0.
    pub fn tell(&self, command: &Command) -> Result<String> {
        let output = self.ask(command)?;
        if output.success() {
            return Ok(output.stdout);
        }
        let fact = format!("`{}` failed with status {}.", command.display(), output.status);
        Err(Problem::new(ErrorId::EngineBroken, fact).evidence(output.stderr.lines()))
    }

    /// Reports a command without running it.
    pub fn announce(&self, command: &Command) {
        self.sink.emit(Event::Command(command.display()));
    }
}

/// What it means for Docker that its command cannot be run: where the command itself is silent, it waits for its engine.
pub fn of_docker(problem: Problem) -> Problem {
    match problem.id {
        ErrorId::ToolMissing => Problem { id: ErrorId::DockerCommandMissing, ..problem },
        ErrorId::ToolSilent => Problem { id: ErrorId::EngineSilent, ..problem },
        _ => problem,
    }
}

/// A `docker` command with these arguments. One that builds is sent to the engine's own builder where another is current.
pub fn docker<A: Into<String>>(args: impl IntoIterator<Item = A>) -> Command {
    let args: Vec<String> = args.into_iter().map(Into::into).collect();
    let first = args.first().cloned();
    builder::directed(Command::new("docker").args(args), first.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_docker_command_without_end_is_a_silent_engine_and_any_other_is_not() {
        let of = |id| of_docker(Problem::new(id, "x")).id;
        assert_eq!(of(ErrorId::ToolSilent), ErrorId::EngineSilent);
        assert_eq!(of(ErrorId::ToolMissing), ErrorId::DockerCommandMissing);
        assert_eq!(of(ErrorId::File), ErrorId::File);
    }
}
