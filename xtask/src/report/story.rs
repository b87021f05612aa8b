//! The steps of a lesson as text: what is told before, what happened, what it means.

use super::lines::{paragraph, paragraph_in, width, wrapped};
use super::{Style, blocks, experiment, inspect, lesson, look};
use crate::lesson::{Lesson, Step};
use crate::model::{
    Answered, Aspect, DiffLine, Ended, Guessed, Made, Measurement, SentContext, Shown, Told, Tried, VariantId,
};
use crate::units;

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
    let mut text = format!("\n  {}", style.bold(&format!("{number}. {}", step.title)));
    if let Some(words) = &step.text {
        text.push('\n');
        text.push_str(&paragraph(words));
    }
    text
}

/// What happened in a step, and what it means. Words that are the same for every app follow the `last`.
pub fn after(
    variants: &[VariantId],
    step: &Step,
    told: &Told,
    last: bool,
    results: &[Measurement],
    style: Style,
) -> String {
    let mut parts = Vec::new();
    if let Some(app) = &told.app
        && results.iter().any(|m| m.app != *app)
    {
        parts.push(format!("\n  {}", style.bold(app.as_str())));
    }
    parts.push(shown(variants, &told.shown, results, style));
    parts.extend(told.guessed.as_ref().map(|guessed| guess(guessed, style)));
    parts.extend(look::means(step, told, last, results).map(|means| paragraph(&means)));
    parts.join("\n\n")
}

/// How the learner's guess came out.
fn guess(guessed: &Guessed, style: Style) -> String {
    let mark = if guessed.hit { style.ok_mark() } else { style.fail_mark() };
    format!("  {mark} You guessed {}; it is {}.", guessed.said, guessed.right)
}

/// The line before a prediction.
pub fn question(dockerfile: &str, summary: &str, style: Style) -> String {
    paragraph(&format!("First your prediction for {}. The change: {summary}.", style.command(dockerfile)))
}

fn shown(variants: &[VariantId], shown: &Shown, results: &[Measurement], style: Style) -> String {
    match shown {
        Shown::Table => lesson::table(variants, results),
        Shown::Changed { from, to, lines, changed } => difference(from, to, lines, *changed, style),
        Shown::Inside { tries } => lines(tries, |one| tried(one, style)),
        Shown::MadeOf { images } => images.iter().map(|one| made(one, style)).collect::<Vec<_>>().join("\n\n"),
        Shown::Experiment { experiments, prediction } => {
            experiment::experiment(experiments, prediction.as_ref(), style)
        }
        Shown::Ask { answers } => lines(answers, |one| answered(one, style)),
        Shown::Ends { ended } => lines(ended, |one| end(one, style)),
        Shown::Docker { command, lines, of, .. } => docker(command, lines, *of, style),
        Shown::Sent { sent } => sent_table(sent),
        Shown::Blocks { blocks } => blocks::blocks(blocks, style),
    }
}

fn lines<T>(all: &[T], one: impl Fn(&T) -> String) -> String {
    all.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn difference(from: &str, to: &str, lines: &[DiffLine], changed: usize, style: Style) -> String {
    let head = wrapped(&format!("{from} → {to}, {changed} lines"), width());
    let mut text: Vec<String> = head.iter().map(|line| format!("    {}", style.dim(line))).collect();
    for line in lines {
        let drawn = format!("{} {}", line.sign, line.text);
        text.push(match line.sign {
            '+' => format!("    {}", style.good(&drawn)),
            '-' => format!("    {}", style.bad(&drawn)),
            _ => format!("    {}", style.dim(&drawn)),
        });
    }
    text.join("\n")
}

fn tried(one: &Tried, style: Style) -> String {
    let mark = if one.worked { "works" } else { "refused" };
    let mut text = vec![format!("    {:<14} {:<8} {}", one.variant, mark, style.bold(&one.says))];
    text.push(format!("        {}", style.command(&one.command)));
    text.extend(one.output.iter().map(|line| format!("        {}", style.dim(line))));
    text.join("\n")
}

fn made(one: &Made, style: Style) -> String {
    let mut parts = vec![format!("    {}", style.bold(one.variant.as_str()))];
    for aspect in &one.show {
        let part = match aspect {
            Aspect::Payload => paragraph_in(&inspect::payload(&one.inspection), 2),
            Aspect::Files => inspect::listed(&one.files),
            Aspect::Classes => inspect::classes(&one.inspection),
            Aspect::Layers => inspect::layers(&one.inspection, false),
            Aspect::Secrets if one.inspection.secrets.is_empty() => "  No secret was found in any layer.".to_owned(),
            Aspect::Secrets => inspect::secrets(&one.inspection, style),
            Aspect::Surface => inspect::surface(&one.inspection, false),
        };
        parts.push(part.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"));
    }
    parts.join("\n")
}

fn answered(one: &Answered, style: Style) -> String {
    let status = if one.status == 0 { "no answer".to_owned() } else { one.status.to_string() };
    let mut text = vec![format!("    {:<14} {:<9} {}", one.variant, status, style.command(&one.request))];
    text.extend(wrapped(&one.body, width() - 8).iter().map(|line| format!("        {}", style.dim(line))));
    text.join("\n")
}

fn end(one: &Ended, style: Style) -> String {
    let status = one.status.map_or_else(|| "was not started".to_owned(), |status| format!("exit status {status}"));
    let mut text = vec![format!("    {:<14} {status}", one.variant)];
    for line in &one.lines {
        text.extend(wrapped(line, width() - 8).iter().map(|line| format!("        {}", style.dim(line))));
    }
    text.join("\n")
}

fn docker(command: &str, lines: &[String], of: usize, style: Style) -> String {
    let mut text = vec![format!("    {}", style.command(&format!("$ {command}")))];
    text.extend(lines.iter().map(|line| format!("    {line}")));
    if of > lines.len() {
        text.push(format!("    {}", style.dim(&format!("… {} lines more", of - lines.len()))));
    }
    text.join("\n")
}

fn sent_table(sent: &[SentContext]) -> String {
    lines(sent, |one| format!("    {:<14} {:>9} sent by a first build", one.variant, units::bytes(one.bytes)))
}
