//! The only place that writes to the terminal. A closed pipe ends the output, not the program.

use std::io::{IsTerminal, Write};

/// Writes one line of data to standard output.
pub fn line(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout().lock(), "{}", text.as_ref());
}

/// Writes one line for the person at the terminal to standard error.
pub fn message(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
}

/// Whether a person sits at both ends: standard input and standard error are terminals.
pub fn terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}
