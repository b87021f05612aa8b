//! A problem as a person reads it: the fact, the evidence, the likely cause, the next step.

use console::Term;
use textwrap::core::display_width;

use super::Style;
use super::lines::{beside, hanging, limit, wrapped};
use super::table::{Table, left};
use crate::error::{ErrorId, Problem};
use crate::names::printable;

/// Renders a problem as several lines.
pub fn problem(problem: &Problem, style: Style) -> String {
    let columns = limit(&Term::stderr()).unwrap_or(usize::MAX);
    let id = style.dim(&format!("[{}]", problem.id.name()));
    let mut lines = hanging(&format!("{} {} {id}", style.bad("error:"), printable(&problem.fact)), columns, "  ");
    let evidence = problem.evidence.iter().flat_map(|line| wrapped(&printable(line), columns.saturating_sub(4)));
    lines.extend(evidence.map(|line| format!("  {} {line}", style.dim("|"))));
    if let Some(cause) = &problem.cause {
        let cause = format!("{} {}", style.bold("likely cause:"), printable(cause));
        lines.extend(hanging(&cause, columns.saturating_sub(2), "  ").iter().map(|line| format!("  {line}")));
    }
    lines.extend(problem.next.iter().map(|next| beside("next:", &printable(next), 2, columns, style)));
    lines.join("\n")
}

/// What an error means and what can be done about it.
pub fn explained(id: ErrorId, style: Style) -> String {
    let columns = limit(&Term::stdout()).unwrap_or(usize::MAX);
    let text = id.explanation();
    // Where lines are wrapped, a line that ends within a sentence is none of its own.
    let text = if text.lines().all(|line| display_width(line) <= columns) {
        text
    } else {
        text.replace(".\n", ".\r").replace('\n', " ").replace('\r', "\n")
    };
    let lines: Vec<String> = text.lines().flat_map(|line| wrapped(line, columns)).collect();
    format!("{}  (exit code {})\n\n{}", style.bold(id.name()), id.exit() as u8, lines.join("\n"))
}

/// Every error there is, and the status it ends the program with.
pub fn errors(style: Style) -> String {
    let mut table = Table::new([left(""), left("")]);
    for id in ErrorId::ALL {
        table.row([id.name().to_owned(), format!("ends with {}", id.exit() as u8)]);
    }
    table.text(2, style)
}
