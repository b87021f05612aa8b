//! An exercise as the learner meets it: the task, what came of a check, a hint.

use std::fmt::Write as _;

use super::Style;
use super::lines::{headed, next as typed, paragraph, width};
use super::table::{Table, right, wraps};
use super::verdict::{tally, verdict};
use crate::exercise::Hints;
use crate::lesson::{Exercise, Lesson};
use crate::model::{CheckReport, Mark, VariantId, Verdict};
use crate::names::{list, printable};
use crate::units;

/// What is said when the files of an exercise were copied: the task and where they are.
/// `app` is the folder whose files the build gets to see.
pub fn begun(lesson: &Lesson, exercise: &Exercise, file: &str, app: &str, style: Style) -> String {
    let title = style.bold(&format!("Exercise {} · {}", lesson.number, exercise.title));
    let task = paragraph(exercise.task.trim());
    let context = if exercise.file.is_empty() && exercise.remove.is_empty() {
        format!("{app}, where COPY . . copies from")
    } else {
        format!("a copy of {app} in target/drydock/contexts, with files of this exercise in it")
    };
    let (file, context) =
        (headed("Yours to edit:", &style.command(file), style), headed("Its build context:", &context, style));
    format!("{title}\n\n{task}\n\n{file}\n{context}\n")
}

/// What came of a check.
pub fn check(report: &CheckReport, title: &str, next: &[String], style: Style) -> String {
    let mut parts = Vec::new();
    if !report.expectations.is_empty() {
        // Where an exercise builds several images, the others are named.
        let about =
            |one: &Verdict| one.subject.variant.as_ref().and_then(VariantId::also_mine).map(|also| format!("{also} "));
        let lines = report.expectations.iter().map(|one| verdict(one, &about(one).unwrap_or_default(), style));
        parts.push(lines.collect::<Vec<_>>().join("\n"));
    }
    parts.push(match (report.solved, report.expectations.len()) {
        (true, _) => format!("  {} {}", style.ok_mark(), style.bold("Solved: every expectation holds.")),
        (false, 0) => format!("  {} It did not build, so nothing was judged.", style.fail_mark()),
        (false, _) => format!("  {} {}.", style.fail_mark(), tally(&report.expectations)),
    });
    if !report.not_judged.is_empty() {
        let rules = list(report.not_judged.iter().map(String::as_str));
        let text = format!("Not judged, since the service has to answer first: {rules}.");
        parts.push(paragraph(&text));
    }
    parts.extend(sizes(report, title));
    parts.extend(built(report, style));
    parts.push(style.dim(&paragraph(&times(report))));
    let next: Vec<String> = next.iter().map(|line| typed(line, style)).collect();
    parts.push(next.join("\n"));
    parts.join("\n\n")
}

/// `Go 7.40 MB · expert (multi-stage) 7.51 MB · smallest (tiny) 6.39 MB`, and whose numbers these are.
fn sizes(report: &CheckReport, title: &str) -> Option<String> {
    let stored = report.result.as_ref()?.stored_bytes;
    let marks = [("expert", &report.marks.par), ("smallest", &report.marks.record)];
    let shown = marks.iter().filter_map(|(name, mark)| Some((name, mark.as_ref()?)));
    let mut line = format!("{title} {}", units::bytes(stored));
    for (name, mark) in shown.clone() {
        let _ = write!(line, " · {name} ({}) {}", mark.variant, marked(mark));
    }
    if let Some(best) = report.best_bytes.filter(|best| *best != stored) {
        let _ = write!(line, " · your best {}", units::bytes(best));
    }
    let mut lines = paragraph(&line);
    if shown.clone().any(|(_, mark)| !mark.here) {
        let _ = write!(lines, "\n{}", paragraph(STAR));
    }
    Some(lines)
}

/// Which image was judged, and from which folder it was built.
fn built(report: &CheckReport, style: Style) -> Option<String> {
    let context = report.context.as_ref()?;
    Some(match &report.result {
        Some(result) => {
            paragraph(&format!("Image {}, built from {}", style.command(&result.image), style.command(context)))
        }
        None => headed("Its build context:", &style.command(context), style),
    })
}

/// What the star of [`marked`] means.
pub(super) const STAR: &str = "* recorded on another machine; cargo xtask compare measures it here";

/// A size, with a star where it was not measured on this machine.
pub(super) fn marked(mark: &Mark) -> String {
    format!("{}{}", units::bytes(mark.stored_bytes), if mark.here { "" } else { "*" })
}

/// How long it took, and how much of that was building.
fn times(report: &CheckReport) -> String {
    let shown = |ms| units::seconds(std::time::Duration::from_millis(ms));
    let rest = report.took_ms.saturating_sub(report.build_ms);
    if report.result.is_none() {
        return format!("Checked in {}.", shown(report.took_ms));
    }
    format!(
        "Checked in {}: {} to build, {} to start, ask, weigh and judge.",
        shown(report.took_ms),
        shown(report.build_ms),
        shown(rest)
    )
}

/// The hints given so far, the last one standing out.
pub fn hint(of: &Hints, given: usize, next: &str, style: Style) -> String {
    let Hints { rule, say, clue, .. } = of;
    let mut hints = Table::new([right(""), wraps("")]);
    for (number, text) in (1..).zip(say.iter().take(given)) {
        let paint = |text: &str| if number == given { text.to_owned() } else { style.dim(text) };
        hints.row([paint(&number.to_string()), paint(text)]);
    }
    let clue = clue.as_ref().map(|clue| headed(&style.dim("|"), &printable(clue), style) + "\n").unwrap_or_default();
    format!(
        "{}\n{clue}\n{}\n\n{}",
        style.bold(&format!("{rule} failed. Hint {given} of {}:", say.len())),
        hints.within(2, width() + 2, style),
        typed(next, style)
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::matrix::tests::matrix;
    use crate::model::{AppId, LessonId, LessonRef, Marks, Outcome};

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    fn sample(id: &str, pass: bool) -> Verdict {
        Verdict {
            id: id.to_owned(),
            subject: "go/mine".parse().unwrap(),
            outcome: Outcome::of(pass),
            source: None,
            expected: "a number other than 0".to_owned(),
            measured: "root".to_owned(),
            place: (!pass).then(|| "line 3".to_owned()),
            why: "It needs no privilege.".to_owned(),
        }
    }

    pub(in crate::report) fn report(expectations: Vec<Verdict>) -> CheckReport {
        let matrix = matrix(&[("go", "mine", 7_400_000)]);
        let mark = |variant: &str, stored_bytes, here| {
            Some(Mark { variant: VariantId::try_from(variant.to_owned()).unwrap(), stored_bytes, here })
        };
        let id = LessonId::try_from("a".to_owned()).unwrap();
        CheckReport {
            schema: 1,
            lesson: LessonRef { id, number: 1, title: "A".to_owned() },
            app: AppId::try_from("go".to_owned()).unwrap(),
            file: "my/a/go/Dockerfile".to_owned(),
            environment: matrix.environment,
            solved: expectations.iter().all(Verdict::held),
            result: matrix.results.into_iter().next(),
            expectations,
            not_judged: Vec::new(),
            trouble: None,
            context: None,
            marks: Marks { par: mark("multi-stage", 7_000_000, true), record: mark("tiny", 6_300_000, false) },
            best_bytes: None,
            took_ms: 3400,
            build_ms: 2800,
        }
    }

    #[test]
    fn a_failure_says_what_was_expected_where_and_why() {
        let next = vec!["cargo xtask check 1".to_owned()];
        let text = check(&report(vec![sample("non-root", false), sample("healthy", true)]), "Go", &next, PLAIN);
        assert_eq!(
            text,
            "  ✗ non-root: root\n      expected  a number other than 0\n      where     line 3\n      \
             why       It needs no privilege.\n  ✓ healthy: root\n\n  ✗ 1 of 2 expectations hold.\n\n  \
             Go 7.40 MB · expert (multi-stage) 7.00 MB · smallest (tiny) 6.30 MB*\n  \
             * recorded on another machine; cargo xtask compare measures it here\n\n  \
             Checked in 3.4 s: 2.8 s to build, 0.6 s to start, ask, weigh and judge.\n\n  \
             Next: cargo xtask check 1"
        );
    }

    #[test]
    fn what_nobody_could_judge_is_named() {
        let silent =
            CheckReport { not_judged: vec!["same-contract".to_owned()], ..report(vec![sample("healthy", false)]) };
        let text = check(&silent, "Go", &[], PLAIN);
        assert!(
            text.contains(
                "0 of 1 expectations hold.\n\n  Not judged, since the service has to answer first: same-contract.\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn what_did_not_build_has_no_size() {
        let broken = CheckReport { result: None, solved: false, ..report(vec![]) };
        let text = check(&broken, "Go", &[], PLAIN);
        assert!(text.starts_with("  ✗ It did not build, so nothing was judged.\n\n  Checked in 3.4 s.\n"), "{text}");
    }

    #[test]
    fn a_hint_counts_and_repeats_those_before() {
        let say = ["Who runs it?", "USER is an instruction.", "Use a number."].map(str::to_owned).to_vec();
        let rule = "non-root".to_owned();
        let hints = Hints { about: rule.clone(), rule, clue: None, say };
        let text = hint(&hints, 2, "again", PLAIN);
        assert_eq!(
            text,
            "non-root failed. Hint 2 of 3:\n\n  1  Who runs it?\n  2  USER is an instruction.\n\n  Next: again"
        );
        let text = hint(&Hints { clue: Some("line 3: USER root".to_owned()), ..hints }, 1, "again", PLAIN);
        assert!(text.starts_with("non-root failed. Hint 1 of 3:\n  | line 3: USER root\n\n  1  Who"), "{text}");
    }
}
