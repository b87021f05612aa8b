//! A problem as a person reads it: the fact, the evidence, the likely cause, the next step.

use super::Style;
use super::table::{Table, left};
use crate::error::{ErrorId, Problem};
use crate::names::printable;

/// Renders a problem as several lines.
pub fn problem(problem: &Problem, style: Style) -> String {
    let mut lines = vec![format!(
        "{} {} {}",
        style.bad("error:"),
        printable(&problem.fact),
        style.dim(&format!("[{}]", problem.id.name()))
    )];
    lines.extend(problem.evidence.iter().map(|line| format!("  {} {}", style.dim("|"), printable(line))));
    if let Some(cause) = &problem.cause {
        lines.push(format!("  {} {}", style.bold("likely cause:"), printable(cause)));
    }
    for next in &problem.next {
        lines.push(format!("  {} {}", style.bold("next:"), style.command(&printable(next))));
    }
    lines.join("\n")
}

/// Every error there is, and the status it ends the program with.
pub fn errors(style: Style) -> String {
    let mut table = Table::new([left(""), left("")]);
    for id in ErrorId::ALL {
        table.row([id.name().to_owned(), format!("ends with {}", id.exit() as u8)]);
    }
    table.text(2, style)
}
