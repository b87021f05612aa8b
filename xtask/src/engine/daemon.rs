//! What both kinds of an engine of our own share: what this machine must have for one, its answer, and its end.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{ErrorId, Problem, Result};
use crate::printed::last_lines;
use crate::process::Command;
use crate::{host, interrupt};

/// How long `kill` may take, which has nothing to wait for.
const QUESTION: Duration = Duration::from_secs(10);
/// How many lines of an engine's log say why it does not answer.
const LAST: usize = 8;

/// Makes sure that this is Linux, that root asks, and that every one of `tools` is on PATH. `fact` says what cannot be had.
///
/// Errors: [`ErrorId::NoEmptyEngine`], with what is missing.
pub(super) fn require(fact: &str, tools: &[&str]) -> Result<()> {
    let problem = |cause: String| Err(Problem::new(ErrorId::NoEmptyEngine, fact).cause(cause));
    if !cfg!(target_os = "linux") {
        return problem("It needs namespaces, which only Linux has.".to_owned());
    }
    if !host::is_root() {
        return problem("It makes and enters namespaces, which only root may. Run the command with sudo.".to_owned());
    }
    match tools.iter().find(|tool| host::find(tool).is_none()) {
        Some(tool) => problem(format!("There is no program `{tool}` on this machine.")),
        None => Ok(()),
    }
}

/// Asks again and again until the engine answers, while it `runs`, for `ready` at most.
///
/// Errors: it does not ([`ErrorId::EngineSilent`], with the last lines of its `log`); whatever `answers` returns.
pub(super) fn wait(
    ready: Duration,
    log: &Path,
    mut answers: impl FnMut() -> Result<bool>,
    runs: impl Fn() -> bool,
) -> Result<()> {
    let began = Instant::now();
    while !answers()? {
        interrupt::check()?;
        if began.elapsed() > ready || !runs() {
            return Err(silent(log));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Asks the engine to end, and waits for it, for `stopped` at most. `pid` tells its process id as long as it runs.
pub(super) fn end(stopped: Duration, pid: impl Fn() -> Option<u32>) {
    let Some(asked) = pid() else { return };
    signal("TERM", asked);
    let began = Instant::now();
    while pid().is_some() && began.elapsed() < stopped {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Sends a process a signal, by its name. One that has ended is none of our business.
pub(super) fn signal(name: &str, pid: u32) {
    let _ = Command::new("kill").args(["-s", name, &pid.to_string()]).output(QUESTION);
}

/// An engine that does not answer, with the last lines of its log.
pub(super) fn silent(log: &Path) -> Problem {
    let said = std::fs::read_to_string(log).unwrap_or_default();
    Problem::new(ErrorId::EngineSilent, "An engine of our own does not answer.").evidence(last_lines(&said, LAST))
}
