//! Ctrl-C and termination signals: the first asks the run to clean up, the second ends it at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{ErrorId, Exit, Problem, Result};
use crate::{host, process};

static SIGNALS: AtomicU32 = AtomicU32::new(0);
/// What a second signal leaves behind: the id of the run that is being cleaned up.
static RUN: Mutex<Option<String>> = Mutex::new(None);

/// Listens for signals from now on. `farewell` is called by the second one, with the id of the run whose containers may be
/// left over; then the program ends with status 130.
///
/// Errors: a handler is installed already.
pub fn listen(farewell: fn(Option<&str>)) -> Result<()> {
    host::on_signal(move || {
        if SIGNALS.fetch_add(1, Ordering::SeqCst) == 0 {
            process::stop_all();
            // What is read here and not by a child goes on otherwise, for as long as a bomb unpacks.
            drydock_reader::encoding::stop();
        } else {
            farewell(RUN.lock().ok().and_then(|run| run.clone()).as_deref());
            std::process::exit(Exit::Interrupted as i32);
        }
    })
    .map_err(|e| Problem::new(ErrorId::Bug, format!("Signals could not be listened for: {e}.")))
}

/// Whether a signal has come.
pub fn requested() -> bool {
    SIGNALS.load(Ordering::SeqCst) > 0
}

/// Says which run would be left over; `None` when it has been cleaned up.
pub fn note_run(id: Option<&str>) {
    if let Ok(mut run) = RUN.lock() {
        *run = id.map(str::to_owned);
    }
}

/// Fails once a signal has come: to be asked between steps.
///
/// Errors: [`ErrorId::Interrupted`].
pub fn check() -> Result<()> {
    if requested() { Err(problem()) } else { Ok(()) }
}

/// The problem that a run ends with after a signal, whatever error the ended children caused on the way.
pub fn problem() -> Problem {
    Problem::new(ErrorId::Interrupted, "Interrupted.")
}
