//! A rule of the audit as a person reads it.

use console::Term;

use super::Style;
use super::lines::{limit, wrapped};
use super::table::{Table, left};
use crate::audit::model::Kind;
use crate::audit::rules::{self, Rule};

/// What a rule looks for, why that matters, and the lesson about it: its number and title.
pub fn rule_explained(rule: &Rule, lesson: Option<(u32, &str)>, style: Style) -> String {
    let columns = limit(&Term::stdout()).unwrap_or(usize::MAX);
    let mut lines = wrapped(&format!("Finds {}.", rule.looks_for), columns);
    lines.extend(wrapped(rule.why, columns));
    if let Some((number, title)) = lesson {
        lines.extend([String::new(), format!("Lesson {number} is about it: {title}.")]);
    }
    format!("{}  (rule of the audit, {})\n\n{}", style.bold(rule.id), rule.kind.name(), lines.join("\n"))
}

/// What an expectation of lessons asks for. A paragraph of `says` ends with an empty line.
pub fn expectation_explained(name: &str, says: &str, style: Style) -> String {
    let columns = limit(&Term::stdout()).unwrap_or(usize::MAX);
    let paragraph = |text: &str| wrapped(&text.split_whitespace().collect::<Vec<_>>().join(" "), columns).join("\n");
    let text = says.split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n\n");
    format!("{}  (expectation of lessons and exercises)\n\n{text}", style.bold(name))
}

/// The names of all expectations.
pub fn expectations<'a>(names: impl Iterator<Item = &'a str>, style: Style) -> String {
    let mut table = Table::new([left(""), left("")]);
    for name in names {
        table.row([name, "expectation of lessons and exercises"]);
    }
    table.text(2, style)
}

/// Every rule, by kind.
pub fn rules(style: Style) -> String {
    let mut table = Table::new([left(""), left("")]);
    for kind in Kind::ALL {
        for rule in rules::all().filter(|rule| rule.kind == kind) {
            table.row([rule.id.to_owned(), format!("rule of the audit, {}", kind.name())]);
        }
    }
    table.text(2, style)
}
