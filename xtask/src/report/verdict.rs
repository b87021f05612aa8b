//! What expectations came to, as text.

use super::Style;
use super::lines::{width, wrapped};
use super::table::{Table, left, wraps};
use crate::model::{Outcome, Verdict};

/// How many expectations hold, and how many nobody could judge: `3 of 5 expectations hold, 1 was not measured`.
pub(super) fn tally(verdicts: &[Verdict]) -> String {
    let count = |outcome| verdicts.iter().filter(|verdict| verdict.outcome == outcome).count();
    let unmeasured = match count(Outcome::NotMeasured) {
        0 => String::new(),
        1 => ", 1 was not measured".to_owned(),
        many => format!(", {many} were not measured"),
    };
    format!("{} of {} expectations hold{unmeasured}", count(Outcome::Held), verdicts.len())
}

/// One verdict: what was measured, and, where it does not hold, what was expected, where, and why it matters. `about` comes
/// before the rule's name, where it is not clear which image is meant.
pub(super) fn verdict(verdict: &Verdict, about: &str, style: Style) -> String {
    let mark = style.mark(verdict.outcome.into()).unwrap_or_default();
    // Wrapped together, so that a long path has a whole line.
    let line = wrapped(&format!("{about}{}: {}", verdict.id, verdict.measured), width() - 2).join("\n      ");
    let line = format!("  {mark} {}", line.replacen(&verdict.id, &style.bold(&verdict.id), 1));
    if verdict.held() {
        return line;
    }
    let mut said = Table::new([left(""), wraps("")]);
    said.row(["expected", &verdict.expected]);
    let more = [("where", &verdict.place), ("source", &verdict.source)];
    for (name, words) in more.iter().filter_map(|(name, words)| Some((*name, words.as_ref()?))) {
        said.row([name, words]);
    }
    said.row(["why", &verdict.why]);
    // As wide as running text, not as the terminal.
    format!("{line}\n{}", said.within(6, width() + 2, style))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    fn sample(outcome: Outcome) -> Verdict {
        Verdict {
            id: "ready-at-most".to_owned(),
            subject: "go/naive".parse().unwrap(),
            outcome,
            expected: "2.0 s at most".to_owned(),
            measured: "4.0 s".to_owned(),
            place: Some("line 3".to_owned()),
            source: Some("A report, 2025".to_owned()),
            why: "People wait.".to_owned(),
        }
    }

    #[test]
    fn what_was_not_measured_is_neither_held_nor_failed() {
        let all = [Outcome::Held, Outcome::NotMeasured, Outcome::Failed].map(sample);
        assert_eq!(tally(&all), "1 of 3 expectations hold, 1 was not measured");
        assert_eq!(verdict(&all[0], "go/naive ", PLAIN), "  ✓ go/naive ready-at-most: 4.0 s");
        let detail = "      expected  2.0 s at most\n      where     line 3\n      source    A report, 2025\n      \
                      why       People wait.";
        assert_eq!(verdict(&all[1], "", PLAIN), format!("  ? ready-at-most: 4.0 s\n{detail}"));
        assert_eq!(verdict(&all[2], "", PLAIN), format!("  ✗ ready-at-most: 4.0 s\n{detail}"));
        let words = verdict(&all[1], "", Style { symbols: false, ..PLAIN });
        assert!(words.starts_with("  not measured ready-at-most"), "{words}");
    }
}
