//! What is said of progress, wherever it is shown: a headline, an item that is done, a command.

use console::Term;
use textwrap::core::display_width;

use super::Style;
use super::lines::{hanging, limit, shell};
use crate::model::block::Sign;

/// The headline of a run with where it takes place; below it where both do not fit on a line.
pub(super) fn headline(title: &str, surroundings: &str, style: Style) -> String {
    let columns = limit(&Term::stderr()).unwrap_or(usize::MAX);
    let whole = display_width(title).saturating_add(display_width(surroundings)) + 2;
    let (title, surroundings) = (style.bold(title), style.dim(surroundings));
    if whole <= columns {
        return format!("{title}  {surroundings}");
    }
    let lines = hanging(&surroundings, columns.saturating_sub(2), "");
    std::iter::once(title).chain(lines.iter().map(|line| format!("  {line}"))).collect::<Vec<_>>().join("\n")
}

/// The mark of an item that is done, by how it came out.
pub(super) fn mark(sign: Sign, style: Style) -> String {
    style.mark(sign).unwrap_or_else(|| style.dim(if style.symbols { "·" } else { "done" }))
}

/// A command that Docker was given, as a shell takes it.
pub(super) fn command(command: &str, style: Style) -> String {
    let columns = limit(&Term::stderr()).unwrap_or(usize::MAX);
    let lines = shell(&format!("$ {command}"), columns.saturating_sub(2));
    lines.iter().map(|line| style.dim(&format!("  {line}"))).collect::<Vec<_>>().join("\n")
}

/// What the items of a phase are, as it is said of so many.
pub(super) fn of(total: usize, many: &str) -> &str {
    if total == 1 { many.trim_end_matches('s') } else { many }
}
