//! Where the learner stands, as a table, and in three lines.

use super::Style;
use super::check::{STAR, marked};
use super::lines::{self, paragraph, paragraph_in};
use super::table::{Cell, Table, left, right, wraps};
use crate::model::{LessonProgress, ProgressReport, Reached};
use crate::names;
use crate::units;

/// Every lesson with what was reached in it, and what comes next.
pub fn standing(report: &ProgressReport, style: Style) -> String {
    let mut table = Table::new([left(""), right(""), wraps("")]).named_by(2);
    for row in &report.lessons {
        let mark = if row.done { Cell::mark(true) } else { "·".into() };
        let said = if row.exercise { String::new() } else { style.dim("  no exercise") };
        let title = format!("{}{said}", row.lesson.title);
        let lines = [title].into_iter().chain(row.reached.iter().map(line)).collect::<Vec<_>>().join("\n");
        table.row([mark, row.lesson.number.to_string().into(), lines.into()]);
    }
    let mut lines = vec![format!("  {}\n", style.bold(&count(report))), table.text(2, style)];
    if report.lessons.iter().flat_map(|row| &row.reached).any(recorded) {
        lines.push(style.dim(&format!("\n{}", paragraph(STAR))));
    }
    lines.push(next(report.next.as_deref(), style));
    lines.join("\n")
}

/// `cargo xtask` alone on a terminal: where the learner is and what to type next.
pub fn here(report: &ProgressReport, at: Option<&LessonProgress>, style: Style) -> String {
    let mut lines = vec![format!("  {}  {}", style.bold("Drydock"), style.dim(&count(report)))];
    if let Some(row) = at {
        lines.push(paragraph(&format!("Lesson {} · {}", row.lesson.number, row.lesson.title)));
        lines.extend(row.reached.iter().map(|reached| paragraph_in(&line(reached), 2)));
        if row.reached.iter().any(recorded) {
            lines.push(style.dim(&paragraph(STAR)));
        }
    }
    lines.push(next(report.next.as_deref(), style));
    lines.push(style.dim("  cargo xtask --help lists all commands."));
    lines.join("\n")
}

fn count(report: &ProgressReport) -> String {
    let done = report.lessons.iter().filter(|row| row.done).count();
    format!("{done} of {} lessons done", report.lessons.len())
}

fn next(command: Option<&str>, style: Style) -> String {
    let words = command.unwrap_or("nothing is left: cargo xtask compare    shows how far every service goes");
    format!("\n{}", lines::next(words, style))
}

fn recorded(reached: &Reached) -> bool {
    [&reached.marks.par, &reached.marks.record].into_iter().flatten().any(|mark| !mark.here)
}

/// `go: solved at 7.40 MB · expert 7.51 MB · smallest 6.39 MB`
fn line(reached: &Reached) -> String {
    let failed = names::list(reached.failed.iter().map(String::as_str));
    let state = match (&reached.solved, reached.best_bytes) {
        (Some(_), Some(best)) => format!("solved with {}", units::bytes(best)),
        (Some(_), None) => "solved".to_owned(),
        (None, _) if failed.is_empty() => "begun".to_owned(),
        (None, _) => format!("not yet: {failed} failed"),
    };
    let marks = [("expert", &reached.marks.par), ("smallest", &reached.marks.record)];
    let marks = marks.iter().filter_map(|(name, mark)| Some(format!(" · {name} {}", marked(mark.as_ref()?))));
    let exercise = reached.exercise.as_ref().map(|exercise| format!("{exercise} ")).unwrap_or_default();
    format!("{exercise}{}: {state}{}", reached.app, marks.collect::<String>())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{AppId, LessonId, LessonRef, Mark, Marks, VariantId};

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    pub(in crate::report) fn report() -> ProgressReport {
        let lesson = |number, id: &str| LessonRef {
            id: LessonId::try_from(id.to_owned()).unwrap(),
            number,
            title: id.to_uppercase(),
        };
        let reached = |app: &str, solved: bool| Reached {
            exercise: None,
            app: AppId::try_from(app.to_owned()).unwrap(),
            solved: solved.then(|| "1".to_owned()),
            failed: if solved { vec![] } else { vec!["absent".to_owned(), "non-root".to_owned()] },
            best_bytes: solved.then_some(7_400_000),
            marks: Marks {
                par: Some(Mark {
                    variant: VariantId::try_from("par".to_owned()).unwrap(),
                    stored_bytes: 7_000_000,
                    here: solved,
                }),
                record: None,
            },
        };
        let row = |number, id, exercise, done, reached| LessonProgress {
            lesson: lesson(number, id),
            exercise,
            done,
            reached,
        };
        let lessons = vec![
            row(1, "one", true, true, vec![reached("go", true), reached("rust", false)]),
            row(2, "second", false, false, vec![]),
        ];
        ProgressReport { schema: 1, lessons, next: Some("cargo xtask lesson 2".to_owned()) }
    }

    #[test]
    fn the_table_says_how_small_it_got() {
        assert_eq!(
            standing(&report(), PLAIN),
            "  1 of 2 lessons done\n\n  ✓  1  ONE\n        go: solved with 7.40 MB · expert 7.00 MB\n        \
             rust: not yet: absent and non-root failed · expert 7.00 MB*\n  ·  2  SECOND  no exercise\n\n  \
             * recorded on another machine; cargo xtask compare measures it here\n\n  Next: cargo xtask lesson 2"
        );
    }

    #[test]
    fn alone_it_says_where_you_are_in_few_lines() {
        let mut report = report();
        let text = here(&report, report.lessons.last(), PLAIN);
        assert_eq!(
            text,
            "  Drydock  1 of 2 lessons done\n  Lesson 2 · SECOND\n\n  Next: cargo xtask lesson 2\n  \
             cargo xtask --help lists all commands."
        );
        let text = here(&report, report.lessons.first(), PLAIN);
        let reached = "Lesson 1 · ONE\n    go: solved with 7.40 MB · expert 7.00 MB\n    rust: not yet: absent and non-root failed · ";
        assert!(text.contains(reached), "{text}");
        report.next = None;
        assert!(here(&report, None, PLAIN).contains("nothing is left"));
    }
}
