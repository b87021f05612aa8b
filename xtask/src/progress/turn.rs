//! One check of one exercise at a time: two terminals would build the same image from the same folder.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::error::{self, Result};
use crate::event::{Event, Sink};
use crate::interrupt;
use crate::state;

/// Pause between two looks at whether the other terminal is done.
const PAUSE: Duration = Duration::from_millis(100);

/// Held while an exercise is checked; the next one waits for it.
#[derive(Debug)]
pub struct Turn {
    _lock: File,
}

impl Turn {
    /// Waits until no other terminal checks `what`, a name that is safe in a path. Says so when it has to wait.
    ///
    /// Errors: the state folder cannot be written, [`error::ErrorId::Interrupted`].
    pub fn wait(what: &str, sink: &dyn Sink) -> Result<Self> {
        Self::wait_in(&state::folder()?.join("checks"), what, sink)
    }

    pub(super) fn wait_in(folder: &Path, what: &str, sink: &dyn Sink) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|e| error::io("create", folder, &e))?;
        let path = folder.join(what);
        let file = File::create(&path).map_err(|e| error::io("create", &path, &e))?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _lock: file }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(e)) => return Err(error::io("lock", &path, &e)),
            }
            if !told {
                told = true;
                sink.emit(Event::Note("Another terminal checks this exercise; waiting for it.".to_owned()));
            }
            interrupt::check()?;
            std::thread::sleep(PAUSE);
        }
    }
}
