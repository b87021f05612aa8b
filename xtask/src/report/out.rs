//! The only place that writes to the terminal. A closed pipe ends the output, not the program; any other write that fails is
//! noted, and the program ends with it.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

use crate::error::{self, Result};

/// The first write to standard output that failed.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Writes one line of data to standard output.
pub fn line(text: impl AsRef<str>) {
    note(writeln!(io::stdout().lock(), "{}", text.as_ref()));
}

fn note(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        FAILED.get_or_init(|| error);
    }
}

/// Whether all that was written to standard output arrived, as far as the system says. To be asked at the end.
///
/// Errors: a write failed, and not because nobody reads any more.
pub fn written() -> Result<()> {
    note(io::stdout().flush());
    FAILED.get().map_or(Ok(()), |error| Err(error::io("write to", Path::new("standard output"), error)))
}

/// Shows what the command line's own reader has to say, such as help.
///
/// Errors: as [`written`].
pub fn usage(said: &clap::Error) -> Result<()> {
    let printed = said.print();
    if !said.use_stderr() {
        note(printed);
    }
    written()
}

/// Writes one line for the person at the terminal to standard error.
pub fn message(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}

/// Whether a person sits at both ends: standard input and standard error are terminals.
pub fn terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether that person also sees what is written to standard output as it comes.
pub fn attended() -> bool {
    terminal() && io::stdout().is_terminal()
}
