//! The runner's end: a pipe into which it writes what it begins and ends.

use std::io::{PipeWriter, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{self, Result};
use crate::process::{self, Beside, Command};
use crate::{bug, host};

/// The argument that makes a guard of this program.
pub(super) const MODE: &str = "guard-of-another-run";
/// Only the runner's own program can be started again as a guard.
static IS_RUNNER: AtomicBool = AtomicBool::new(false);
static GUARD: Mutex<Option<Guard>> = Mutex::new(None);

struct Guard {
    pipe: PipeWriter,
    process: Beside,
}

/// What the runner writes down.
#[derive(Clone, Copy, Debug)]
pub enum Note<'a> {
    /// A run that may create containers begins.
    Run(&'a str),
    /// It has ended, and removed or kept what it created.
    RunEnded(&'a str),
    /// A docker command was started: its process, and the name of its program where the system tells.
    Child(u32, Option<&'a str>),
    /// It has ended.
    ChildEnded(u32),
    /// The runner ends by itself.
    Goodbye,
}

impl Note<'_> {
    pub(super) fn line(self) -> String {
        match self {
            Self::Run(id) => format!("run {id}\n"),
            Self::RunEnded(id) => format!("ended {id}\n"),
            Self::Child(pid, name) => format!("child {pid} {}\n", name.unwrap_or_default()),
            Self::ChildEnded(pid) => format!("gone {pid}\n"),
            Self::Goodbye => "goodbye\n".to_owned(),
        }
    }
}

/// Says that this is the runner's own program, which can be started again as a guard.
pub(super) fn is_runner() {
    IS_RUNNER.store(true, Ordering::Relaxed);
}

/// Starts the guard, unless there is one.
///
/// Errors: it cannot be started. The next run then removes what a kill leaves behind.
pub fn post() -> Result<()> {
    let mut guard = GUARD.lock().unwrap_or_else(PoisonError::into_inner);
    if guard.is_some() || !IS_RUNNER.load(Ordering::Relaxed) {
        return Ok(());
    }
    let program = host::program().map_err(|e| error::io("find", "xtask".as_ref(), &e))?;
    let (reader, pipe) = std::io::pipe().map_err(|e| bug(&format!("There is no pipe: {e}")))?;
    let process = Command::new(program.display().to_string()).arg(MODE).beside(reader)?;
    *guard = Some(Guard { pipe, process });
    process::on_children(Some(|pid, alive| {
        let name = if alive { host::process_name(pid) } else { None };
        note(if alive { Note::Child(pid, name.as_deref()) } else { Note::ChildEnded(pid) });
    }));
    Ok(())
}

/// Writes something down for the guard, if there is one.
pub fn note(note: Note<'_>) {
    if let Some(guard) = GUARD.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        // A guard that somebody has killed hears nothing, and the runner goes on without.
        let _ = guard.pipe.write_all(note.line().as_bytes());
    }
}

/// Sends the guard home: the runner ends by itself.
pub fn dismiss() {
    note(Note::Goodbye);
    let guard = GUARD.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(Guard { pipe, process }) = guard {
        drop(pipe);
        process.wait();
    }
}
