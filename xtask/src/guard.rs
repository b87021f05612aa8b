//! A small process beside the runner that cleans up when the runner is killed, so that nothing waits for the next run.
//!
//! It is the runner's own program in a mode that no help names, in a process group of its own: neither Ctrl-C nor a terminal that is
//! closed reaches it. Its standard input is a pipe whose other end only the runner has. The runner writes down there what it begins
//! and ends, one line each, and says goodbye when it ends. A pipe that closes without a goodbye means that the runner was killed:
//! the guard ends what the runner had started, removes the containers of its runs, and ends too.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, PipeWriter, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::engine::{self, Engine};
use crate::error::{self, Problem, Result};
use crate::event::Silent;
use crate::process::{self, Beside, Command};
use crate::state::ledger;
use crate::{bug, host};

/// The argument that makes a guard of this program.
const MODE: &str = "guard-of-another-run";
/// Pause between two looks at what is left.
const PAUSE: Duration = Duration::from_millis(500);
/// Looks at an engine that has nothing of ours, before it is believed: a container may come from a command that was ended before
/// it told us its id, and the engine may still be at it.
const EMPTY: u32 = 3;
/// Looks at most. An engine that does not answer in all of them keeps what it has for the next run.
const LOOKS: u32 = 120;
/// How often is looked whether a program has ended, before it is killed.
const PATIENCE: u32 = 6;

/// Set by [`crate::main`]: only the runner's own program can be started again as a guard.
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
    fn line(self) -> String {
        match self {
            Self::Run(id) => format!("run {id}\n"),
            Self::RunEnded(id) => format!("ended {id}\n"),
            Self::Child(pid, name) => format!("child {pid} {}\n", name.unwrap_or_default()),
            Self::ChildEnded(pid) => format!("gone {pid}\n"),
            Self::Goodbye => "goodbye\n".to_owned(),
        }
    }
}

/// Becomes a guard where the command line says so; `false` where it does not.
pub fn stand() -> bool {
    IS_RUNNER.store(true, Ordering::Relaxed);
    if std::env::args().nth(1).is_none_or(|mode| mode != MODE) {
        return false;
    }
    // It hears of the runner's end through the pipe alone.
    if host::ignore_signals().is_ok() {
        Left::by(std::io::stdin()).remove();
    }
    true
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

/// What a runner had begun and not ended when its pipe closed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Left {
    runs: BTreeSet<String>,
    children: BTreeMap<u32, String>,
}

impl Left {
    /// Listens until the pipe closes. Nothing is left by a runner that said goodbye.
    fn by(pipe: impl Read) -> Self {
        let mut left = Self::default();
        for line in BufReader::new(pipe).lines() {
            let Ok(line) = line else { break };
            let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match word {
                "run" => drop(left.runs.insert(rest.to_owned())),
                "ended" => drop(left.runs.remove(rest)),
                "child" => {
                    if let Some((pid, name)) = rest.split_once(' ')
                        && let Ok(pid) = pid.parse()
                    {
                        left.children.insert(pid, name.to_owned());
                    }
                }
                "gone" => drop(rest.parse().map(|pid: u32| left.children.remove(&pid))),
                "goodbye" => return Self::default(),
                _ => {}
            }
        }
        left
    }

    fn remove(&self) {
        self.end_children();
        let engine = Engine::new(&Silent);
        for run in &self.runs {
            if remove_containers(run, engine).is_ok() {
                let _ = engine.ask(&engine::docker(["image", "rm", "--force", &engine::proof::tag(run)]));
                ledger::close(run);
            }
        }
    }

    /// Ends the docker commands that the runner had started: with its client, BuildKit gives a build up.
    fn end_children(&self) {
        // A number that belongs to another program by now is none of ours.
        let lives = |pid: u32, name: &str| host::process_name(pid).is_some_and(|now| name.is_empty() || now == name);
        let alive = || self.children.iter().filter(|(pid, name)| !cfg!(target_os = "linux") || lives(**pid, name));
        for (pid, _) in alive() {
            host::end_process(*pid, false);
        }
        for _ in 0..PATIENCE {
            if alive().next().is_none() {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        for (pid, _) in alive() {
            host::end_process(*pid, true);
        }
    }
}

/// Removes a run's containers until none comes any more.
fn remove_containers(run: &str, engine: Engine<'_>) -> Result<()> {
    let mut empty = 0;
    let mut last: Option<Problem> = None;
    for _ in 0..LOOKS {
        match engine.containers_of(run) {
            Ok(left) if left.is_empty() => empty += 1,
            Ok(left) => {
                empty = 0;
                last = engine.remove_containers(&left).err();
            }
            Err(problem) => last = Some(problem),
        }
        if empty >= EMPTY {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err(last.unwrap_or_else(|| bug("Containers come and come")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(notes: &[Note<'_>]) -> Left {
        let text: String = notes.iter().map(|note| note.line()).collect();
        Left::by(text.as_bytes())
    }

    #[test]
    fn what_was_begun_and_not_ended_is_left() {
        let left = said(&[
            Note::Run("a-1"),
            Note::Child(7, Some("docker")),
            Note::Child(8, None),
            Note::ChildEnded(8),
            Note::RunEnded("a-1"),
            Note::Run("b-1"),
            Note::Child(9, None),
        ]);
        assert_eq!(left.runs, BTreeSet::from(["b-1".to_owned()]));
        assert_eq!(left.children, BTreeMap::from([(7, "docker".to_owned()), (9, String::new())]));
    }

    #[test]
    fn a_runner_that_says_goodbye_leaves_nothing_to_the_guard() {
        assert_eq!(said(&[Note::Run("a-1"), Note::Child(7, None), Note::Goodbye]), Left::default());
        assert_eq!(said(&[]), Left::default());
    }

    #[test]
    fn a_line_that_was_cut_off_is_no_harm() {
        assert_eq!(Left::by(&b"run a-1\nchild 1"[..]).runs.len(), 1);
        assert_eq!(Left::by(&b"chi"[..]), Left::default());
    }
}
