//! Waits for a line that the person at the terminal types.
//!
//! The terminal edits the line, so every width, every screen reader and every key works as in a shell, and what is asked is the last
//! line on the screen. The wait ends with Ctrl-C, and when nobody wants the answer any more.

use std::io::{self, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Style;
use crate::error::Result;
use crate::{desktop, host, interrupt};

/// How often a wait looks whether it is still wanted: soon enough to look immediate, and seldom enough to cost nothing.
const LOOK: Duration = Duration::from_millis(100);
/// After how long without a key somebody has probably turned to something else.
const AWAY: Duration = Duration::from_secs(20);

/// When something was last typed, or the program began to ask.
static TYPED: Mutex<Option<Instant>> = Mutex::new(None);

/// Whether an answer is still wanted. A question that is asked while something else is at work ends with it.
pub type Wanted<'a> = &'a dyn Fn() -> bool;

/// For a question that nothing but the person ends.
pub fn always() -> bool {
    true
}

/// Prints `prompt` as it is, and waits for a line. `None` at the end of the input (Ctrl-D).
///
/// Errors: [`crate::error::ErrorId::Interrupted`] when the question is left with Ctrl-C, or the answer is not wanted any more.
pub(super) fn line(prompt: &str, wanted: Wanted<'_>) -> Result<Option<String>> {
    // What was typed before the question answers nothing.
    host::forget_typed();
    call();
    write(&format!("{prompt} "));
    let (send, typed) = channel();
    // The thread outlives a wait that ends early, and ends with the program.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        let _ = send.send(read.map(|bytes| (bytes > 0).then(|| line.trim().to_owned())));
    });
    loop {
        match typed.recv_timeout(LOOK) {
            Ok(Ok(line)) => {
                note_typed();
                if line.is_none() {
                    write("\n");
                }
                return Ok(line);
            }
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(interrupt::problem()),
            Err(RecvTimeoutError::Timeout) if interrupt::requested() || !wanted() => {
                write("\n");
                return Err(interrupt::problem());
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Waits for Enter. What stood there is gone afterwards where lines may be redrawn.
///
/// Errors: as [`line`].
pub fn pause(prompt: &str, style: Style, wanted: Wanted<'_>) -> Result<()> {
    line(&format!("\n  {}", style.bold(prompt)), wanted)?;
    if style.live {
        // Back to the empty line above it, which parts what was read from what comes.
        write("\x1b[1A\x1b[2K\x1b[1A\r");
    }
    Ok(())
}

/// Says that the program waits, if nothing has been typed for a while: whoever sat there may look elsewhere by now. A desktop shows
/// it; another terminal rings its bell.
pub fn call() {
    let mut typed = TYPED.lock().unwrap_or_else(PoisonError::into_inner);
    let since = typed.get_or_insert_with(Instant::now).elapsed();
    drop(typed);
    if since > AWAY && !desktop::notify("Your lesson waits for you in the terminal.") {
        write("\x07");
    }
}

fn note_typed() {
    *TYPED.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

fn write(text: &str) {
    let mut out = io::stderr().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
