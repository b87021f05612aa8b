//! The only place that writes to the terminal. What is wider than the terminal is broken between words here, whoever wrote it;
//! renderers lay out what they know better. A closed pipe ends the output, not the program; any other write that fails is
//! noted, and the program ends with it.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

use console::Term;

use super::Style;
use super::lines::{fitted, limit};
use crate::error::{self, ErrorId, Result};

/// The first write to standard output that failed.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Writes lines for a person to standard output.
pub fn line(text: impl AsRef<str>) {
    data(within(text.as_ref(), &Term::stdout()));
}

/// Writes what a program or a shell reads to standard output, exactly as it is: documents, scripts, differences.
pub fn data(text: impl AsRef<str>) {
    note(writeln!(io::stdout().lock(), "{}", text.as_ref()));
}

/// The text without lines that are wider than the terminal.
fn within<'t>(text: &'t str, terminal: &Term) -> Cow<'t, str> {
    limit(terminal).map_or(Cow::Borrowed(text), |columns| fitted(text, columns).into())
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
    if said.use_stderr() {
        let rendered = said.render();
        let text = if Style::of(None, false).color { rendered.ansi().to_string() } else { rendered.to_string() };
        message(with_id(text.trim_end()));
    } else {
        note(said.print());
    }
    written()
}

/// What the command line's own reader says, with the id that every error of ours has: at the end of its first sentence, before the
/// colon where a list follows.
fn with_id(text: &str) -> String {
    let (first, rest) =
        text.split_once('\n').map_or((text, String::new()), |(first, rest)| (first, format!("\n{rest}")));
    let id = ErrorId::Usage.name();
    match first.strip_suffix(':') {
        Some(first) => format!("{first} [{id}]:{rest}"),
        None => format!("{first} [{id}]{rest}"),
    }
}

/// Writes lines for the person at the terminal to standard error.
pub fn message(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", for_person(text.as_ref()));
}

/// What [`message`] writes.
pub(super) fn for_person(text: &str) -> Cow<'_, str> {
    within(text, &Term::stderr())
}

/// Whether a person sits at both ends: standard input and standard error are terminals.
pub fn terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether that person also sees what is written to standard output as it comes.
pub fn attended() -> bool {
    terminal() && io::stdout().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_command_line_has_an_id() {
        assert_eq!(
            with_id("error: unexpected argument 'x' found\n\nUsage: y"),
            "error: unexpected argument 'x' found [usage]\n\nUsage: y"
        );
        assert_eq!(with_id("error: not provided:\n  <A>"), "error: not provided [usage]:\n  <A>");
    }
}
