//! Whether a container ends: after a signal, when it is told to stop, or of itself.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::{LOOK_AGAIN, Patience, Seen, still_at_work};
use crate::engine::{Engine, docker};
use crate::error::Result;
use crate::interrupt;

/// What an engine waits after SIGTERM before it kills: Docker's default, and a service's own limit here.
pub const GRACE: Duration = Duration::from_secs(10);

/// How a wait for a container's end came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It ended with this status; 137 where it was killed.
    Ended(i32),
    /// It goes on: its limit has passed, and it is idle or works on and on.
    GoesOn,
}

/// Waits for a container to end, which takes at most `within` from now where nothing else runs; `act` is what makes it end.
/// Returns how it came out, and after how long.
///
/// Errors: [`crate::error::ErrorId::StillAtWork`], [`crate::error::ErrorId::Interrupted`]; the engine does not answer.
pub fn ends(
    engine: Engine<'_>,
    container: &str,
    within: Duration,
    act: impl FnOnce() -> Result<()>,
) -> Result<(Ending, Duration)> {
    let mut patience = Patience::new(within);
    let (said, status) = channel();
    let wait = docker(["wait", container]);
    engine.announce(&wait);
    let longest = patience.cut_off() * 2;
    // It knows of the end when it happens. Where the container goes on, it ends when that is removed.
    std::thread::spawn(move || said.send((wait.output(longest), Instant::now())));
    let began = Instant::now();
    act()?;
    loop {
        match status.recv_timeout(LOOK_AGAIN) {
            Ok((output, at)) => {
                let status = output?.stdout.trim().parse();
                return Ok((Ending::Ended(status.unwrap_or(-1)), at.duration_since(began)));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(crate::bug("A wait for a container was given up")),
            Err(RecvTimeoutError::Timeout) => interrupt::check()?,
        }
        match patience.look(began.elapsed(), engine.usage(container), false) {
            Seen::Going => {}
            Seen::Idle | Seen::Spent => return Ok((Ending::GoesOn, began.elapsed())),
            Seen::CutOff => return Err(still_at_work("The container", &patience)),
        }
    }
}

/// Tells a container to stop, as `docker stop` does: with the signal that its image names, or SIGTERM. Returns its exit status
/// and how long it took. One that goes on is killed after [`GRACE`], with status 137; on a busy machine one that is still at
/// work has longer.
///
/// Errors: as [`ends`].
pub fn stop(engine: Engine<'_>, container: &str) -> Result<(i32, Duration)> {
    let format = "{{.Config.StopSignal}}";
    let named = engine.tell(&docker(["container", "inspect", "--format", format, container]))?;
    let signal = Some(named.trim()).filter(|name| !name.is_empty()).unwrap_or("SIGTERM");
    let term = || engine.tell(&docker(["kill", "--signal", signal, container])).map(drop);
    match ends(engine, container, GRACE, term)? {
        (Ending::Ended(status), after) => Ok((status, after)),
        (Ending::GoesOn, waited) => {
            let (status, after) = kill(engine, container)?;
            Ok((status, waited + after))
        }
    }
}

/// Kills a container, and says how long the engine needs for that.
///
/// Errors: as [`ends`].
pub fn kill(engine: Engine<'_>, container: &str) -> Result<(i32, Duration)> {
    let kill = || engine.tell(&docker(["kill", container])).map(drop);
    match ends(engine, container, GRACE, kill)? {
        (Ending::Ended(status), after) => Ok((status, after)),
        // Nothing survives SIGKILL; an engine that says otherwise has lost it.
        (Ending::GoesOn, after) => Ok((-1, after)),
    }
}
