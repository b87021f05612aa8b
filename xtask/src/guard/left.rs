//! The guard's end: it listens, and removes what a runner that was killed has left.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use super::pipe::{self, MODE};
use crate::engine::{self, Engine};
use crate::error::{Problem, Result};
use crate::event::Silent;
use crate::state::runs;
use crate::{bug, host};

/// Pause between two looks at what is left.
const PAUSE: Duration = Duration::from_millis(500);
/// Looks at an engine that has nothing of ours, before it is believed: a container may come from a command that was ended before
/// it told us its id, and the engine may still be at it.
const EMPTY: u32 = 3;
/// Looks at most. An engine that does not answer in all of them keeps what it has for the next run.
const LOOKS: u32 = 120;
/// How often is looked whether a program has ended, before it is killed.
const PATIENCE: u32 = 6;

/// Becomes a guard where the command line says so; `false` where it does not.
pub fn stand() -> bool {
    pipe::is_runner();
    if std::env::args().nth(1).is_none_or(|mode| mode != MODE) {
        return false;
    }
    // It hears of the runner's end through the pipe alone.
    if host::ignore_signals().is_ok() {
        Left::by(std::io::stdin()).remove();
    }
    true
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
                runs::close(run);
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
    use super::super::pipe::Note;
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
