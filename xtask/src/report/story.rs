//! The steps of a lesson as text: what is told before, what happened, what it means.

use super::lines::{columns, hanging, headed, paragraph, paragraph_in, width, wrapped};
use super::{Style, blocks, experiment, inspect, lesson, look, told};
use crate::lesson::{Lesson, Step};
use crate::model::{Aspect, DiffLine, Guessed, Made, Measurement, Shown, Told, VariantId};

/// What is told before anything runs: the question, what the learner can do afterwards, and what should have come before.
pub fn opening(lesson: &Lesson, missing: &[String], style: Style) -> String {
    let mut parts = vec![paragraph(&lesson.question)];
    parts.push(style.dim(&paragraph(&format!("Afterwards you can {}.", lesson.able_to))));
    if !missing.is_empty() {
        let first = crate::names::list(missing.iter().map(String::as_str));
        parts.push(style.dim(&paragraph(&format!("It builds on lesson {first}; nothing stops you from going on."))));
    }
    parts.join("\n")
}

/// A step's headline and its words.
pub fn before(number: usize, step: &Step, style: Style) -> String {
    let mut text = format!("\n{}", headed(&format!("{number}."), &style.bold(&step.title), style));
    if let Some(words) = &step.text {
        text.push('\n');
        text.push_str(&paragraph(words));
    }
    text
}

/// What is said before the learner waits: dim, since nothing has to be done about it.
pub fn waits(words: &str, style: Style) -> String {
    format!("{}\n", style.dim(&paragraph(words)))
}

/// What happened in a step, and what it means. Words that are the same for every app follow the `last`. Where the lesson is told for
/// one app `alone`, nobody has to say which.
pub fn after(
    variants: &[VariantId],
    step: &Step,
    told: &Told,
    (last, alone): (bool, bool),
    results: &[Measurement],
    style: Style,
) -> String {
    let mut parts = Vec::new();
    if let Some(app) = &told.app
        && !alone
    {
        parts.push(format!("\n  {}", style.bold(app.as_str())));
    }
    parts.push(shown(variants, step, &told.shown, results, style));
    parts.extend(told.guessed.as_ref().map(|guessed| guess(guessed, style)));
    parts.extend(look::means(step, told, last, results).map(|means| paragraph(&means)));
    parts.join("\n\n")
}

/// How the learner's guess came out.
fn guess(guessed: &Guessed, style: Style) -> String {
    let mark = if guessed.hit { style.ok_mark() } else { style.fail_mark() };
    headed(&mark, &told::guess(guessed), style)
}

fn shown(variants: &[VariantId], step: &Step, shown: &Shown, results: &[Measurement], style: Style) -> String {
    match shown {
        Shown::Table => lesson::table(variants, &told::compared(step, results), style),
        Shown::Changed { from, to, lines, changed } => difference(from, to, lines, *changed, style),
        Shown::MadeOf { images } => images.iter().map(|one| made(one, style)).collect::<Vec<_>>().join("\n\n"),
        Shown::Experiment { experiments, prediction } => {
            experiment::experiment(experiments, prediction.as_ref(), style)
        }
        Shown::Inside { .. }
        | Shown::Ask { .. }
        | Shown::Ends { .. }
        | Shown::Docker { .. }
        | Shown::Sent { .. }
        | Shown::Blocks { .. } => blocks::blocks(&told::blocks(shown), style),
    }
}

fn difference(from: &str, to: &str, lines: &[DiffLine], changed: usize, style: Style) -> String {
    let head = wrapped(&format!("{from} → {to}, {changed} lines"), width().saturating_sub(2));
    let room = columns().saturating_sub(4);
    let mut text: Vec<String> = head.iter().map(|line| format!("    {}", style.dim(line))).collect();
    for line in lines {
        for drawn in hanging(&format!("{} {}", line.sign, line.text), room, "      ") {
            text.push(match line.sign {
                '+' => format!("    {}", style.good(&drawn)),
                '-' => format!("    {}", style.bad(&drawn)),
                _ => format!("    {}", style.dim(&drawn)),
            });
        }
    }
    text.join("\n")
}

fn made(one: &Made, style: Style) -> String {
    let inspection = &one.inspection;
    let mut parts = vec![format!("    {}", style.bold(one.variant.as_str()))];
    for aspect in &one.show {
        parts.push(match aspect {
            Aspect::Payload => paragraph_in(&inspect::payload(inspection), 2),
            Aspect::Files => inspect::files(&one.files).headless().text(6, style),
            Aspect::Classes => inspect::classes(inspection).headless().text(6, style),
            Aspect::Layers => inspect::layers(inspection, false).text(6, style),
            Aspect::Secrets if inspection.secrets.is_empty() => "    No secret was found in any layer.".to_owned(),
            Aspect::Secrets => {
                format!(
                    "{}\n{}",
                    paragraph_in(&inspect::kept(style), 2),
                    inspect::secrets(inspection).headless().text(6, style)
                )
            }
            Aspect::Surface => inspect::surface(inspection, false).text(6, style),
        });
    }
    parts.join("\n")
}
