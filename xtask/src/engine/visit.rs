//! What is done to a container while a lesson looks at it: a command inside, a file from it, a file into it.

use std::time::Duration;

use super::{Engine, docker};
use crate::error::Result;
use crate::process::Output;

/// How long a command inside a container may take: long enough to compile a small program.
const INSIDE: Duration = Duration::from_mins(2);

impl Engine<'_> {
    /// Runs a command inside a running container to its end, whatever its status.
    ///
    /// A program that is not there is no error here: the engine says so on standard error, with status 126 or 127.
    pub fn exec(&self, id: &str, command: &[String]) -> Result<Output> {
        let command = docker(["exec", id]).args(command.iter().cloned());
        self.ask_within(INSIDE, &command)
    }

    /// Creates a container without starting it, from a `docker run` or `create` call's arguments behind the verb. Returns its id
    /// or what the engine said.
    pub fn create(&self, args: Vec<String>) -> Result<std::result::Result<String, String>> {
        let output = self.ask(&docker(["create", "--pull=never"]).args(args))?;
        Ok(if output.success() { Ok(output.stdout.trim().to_owned()) } else { Err(output.stderr) })
    }

    /// Starts a container that was created. The text is what the engine said when it could not.
    pub fn start_created(&self, id: &str) -> Result<std::result::Result<(), String>> {
        let output = self.ask(&docker(["start", id]))?;
        Ok(if output.success() { Ok(()) } else { Err(output.stderr) })
    }

    /// Copies a file of this machine into a container, running or not.
    pub fn copy_into(&self, id: &str, from: &std::path::Path, to: &str) -> Result<()> {
        self.tell(&docker(["cp".to_owned(), from.display().to_string(), format!("{id}:{to}")])).map(drop)
    }
}
