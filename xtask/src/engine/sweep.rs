//! Removing what runs have created: at their end, and later what those left that died.

use std::time::Duration;

use super::Engine;
use crate::error::Result;
use crate::interrupt;
use crate::state::runs::{self, Run};

/// Pause between two looks for containers that come late.
const PAUSE: Duration = Duration::from_millis(300);

/// Removes a run's containers, unless it keeps them. Returns how many are left over: 0 unless the engine failed.
pub fn end(run: &Run, engine: Engine<'_>) -> usize {
    if run.keeps() {
        return 0;
    }
    let noted = run.take();
    let removed = engine.remove_containers(&noted);
    // A container may come from a command that was ended before it told us its id, and the engine may still be at it.
    let looks = if interrupt::requested() { 3 } else { 1 };
    for look in 0..looks {
        if look > 0 {
            std::thread::sleep(PAUSE);
        }
        let missed = engine.containers_of(run.id()).unwrap_or_default();
        let _ = engine.remove_containers(&missed);
        if removed.is_ok() && missed.is_empty() && looks == 1 {
            return 0;
        }
    }
    let left = engine.containers_of(run.id()).map_or(noted.len(), |left| left.len());
    if left > 0 {
        // A later run sweeps what the ledger names, and nothing else.
        run.keep();
    }
    left
}

/// Removes what dead runs left behind. Returns the number of containers removed.
///
/// Errors: the state folder cannot be read, or the engine does not answer.
pub fn sweep(engine: Engine<'_>) -> Result<usize> {
    let mut removed = 0;
    for run in runs::over()? {
        let containers = engine.containers_of(&run.id)?;
        engine.remove_containers(&containers)?;
        removed += containers.len();
        run.forget();
    }
    Ok(removed)
}

/// Containers of runs that are over: what they kept, and what they left behind.
///
/// Errors: as [`sweep`].
pub fn left_over(engine: Engine<'_>) -> Result<Vec<String>> {
    let mut containers = Vec::new();
    for run in runs::over()? {
        containers.extend(engine.containers_of(&run.id)?);
    }
    Ok(containers)
}
