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

/// An item of a phase that is done: its mark says how it came out.
pub(super) fn line(phase: &str, item: &str, remark: &str, sign: Sign, style: Style) -> String {
    let mark = mark(sign, style);
    // In colour an empty remark is no empty text, and the spaces before it would stay.
    if remark.is_empty() {
        format!("  {mark} {phase} {item}")
    } else {
        format!("  {mark} {phase} {item:<20} {}", style.dim(remark))
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lines::tests::on;

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    #[test]
    fn the_mark_is_chosen_by_what_happened() {
        let said = |remark, sign| line("Starting", "Go, naive", remark, sign, PLAIN);
        assert_eq!(said("not healthy", Sign::Failed), "  ✗ Starting Go, naive            not healthy");
        assert_eq!(said("not measured", Sign::NotMeasured), "  ? Starting Go, naive            not measured");
        assert_eq!(said("", Sign::Held), "  ✓ Starting Go, naive");
        let colour = line("Starting", "Go, naive", "", Sign::Held, Style { color: true, ..PLAIN });
        assert!(colour.ends_with("Go, naive"), "{colour:?}");
        assert_eq!((of(1, "images"), of(9, "images")), ("image", "images"));
    }

    #[test]
    fn where_a_run_takes_place_stands_below_its_title_on_a_narrow_terminal() {
        let head = || headline("Lesson 2 · Inside", "bases: local (Debian 13) · engine 26.1.5 · 2 CPUs", PLAIN);
        assert_eq!(on(80, head), "Lesson 2 · Inside  bases: local (Debian 13) · engine 26.1.5 · 2 CPUs");
        assert_eq!(on(60, head), "Lesson 2 · Inside\n  bases: local (Debian 13) · engine 26.1.5 · 2 CPUs");
    }
}
