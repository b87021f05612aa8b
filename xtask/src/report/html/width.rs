//! How much room a table needs, so that it becomes a list where there is less.

use textwrap::core::display_width;

/// Widths below which a table becomes a list, in letters as wide as a figure: the style has a rule for each.
const STEPS: [usize; 12] = [30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140];
/// Most letters are narrower than a figure: so many of them need the room of ten.
const NARROWER: usize = 11;
/// Letters beyond which a cell wraps; the style has the same number as a width.
const WRAPS: usize = 24;
/// Letters between two columns.
const GAP: usize = 2;

/// The class of a table of so many columns whose cells need so many letters.
pub fn class(columns: usize, needs: usize) -> String {
    let needs = (needs + GAP * columns.saturating_sub(1)) * 10 / NARROWER;
    let step = STEPS.into_iter().find(|step| needs <= *step).unwrap_or(STEPS[STEPS.len() - 1]);
    format!("needs-{step}")
}

/// Letters that a column needs for its head, which wraps between words.
pub fn of_head(head: &str) -> usize {
    head.split_whitespace().map(display_width).max().unwrap_or_default()
}

/// Letters that a cell needs; a cell that `wraps` needs few.
pub fn of_text(text: &str, wraps: bool) -> usize {
    let whole = text.lines().map(display_width).max().unwrap_or_default();
    if wraps { whole.min(WRAPS) } else { whole }
}

/// The same of markup. What is folded away needs no room.
pub fn of_markup(markup: &str) -> usize {
    let (shown, wraps) = match markup.split_once("</summary>") {
        Some((summary, _)) => (summary, false),
        None => (markup, markup.contains("<code")),
    };
    let mut inside = false;
    let letters = shown.chars().filter(|letter| {
        let tag = inside || *letter == '<';
        inside = tag && *letter != '>';
        !tag
    });
    of_text(&letters.collect::<String>(), wraps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_needs_what_its_cells_do() {
        assert_eq!(
            (of_text("ran again", false), of_text(&"x".repeat(90), true), of_head("dependency change")),
            (9, WRAPS, 10)
        );
        assert_eq!(of_markup("<details class=\"names\"><summary>12</summary><code>/a/long/path</code></details>"), 2);
        assert_eq!(of_markup("<strong>ab</strong> c"), 4);
        assert_eq!(
            (class(2, 30), class(5, 34), class(9, 400)),
            ("needs-30".into(), "needs-40".into(), "needs-140".into())
        );
    }

    #[test]
    fn the_style_has_a_rule_for_each_width() {
        for step in STEPS {
            assert!(super::super::STYLE.contains(&format!("@container (max-width: {step}ch)")), "{step}");
            assert!(super::super::STYLE.contains(&format!(".needs-{step} {{")), "{step}");
        }
    }
}
