//! The steps of a lesson: what was told, what happened, what it means. The same words as on the terminal.

use maud::{Markup, html};

use super::parts::listed;
use super::words::paragraphs;
use super::{blocks, sizes, text};
use crate::lesson::{Lesson, Step};
use crate::model::{Aspect, DiffLine, LessonReport, Made, Prediction, Shown, Told};
use crate::report::{experiment, inspect, look, told};

/// One section a step. A report of an earlier manifest may tell of steps that are no more; they are left out.
pub fn story(lesson: &Lesson, report: &LessonReport) -> Markup {
    let steps = lesson.step.iter().enumerate().filter_map(|(position, step)| {
        let told: Vec<_> = report.told.iter().filter(|told| told.step == position).collect();
        (!told.is_empty()).then_some((step, told))
    });
    html! {
        @for (number, (step, told)) in (1..).zip(steps) {
            section.step {
                h2 { (number) ". " (text(&step.title)) }
                @for words in step.text.iter() { (paragraphs(words)) }
                @for (number, one) in (1..).zip(&told) {
                    (happened(step, one, told.len() > 1, number == told.len(), report))
                }
            }
        }
    }
}

/// What happened for one app, and what it means; with the name of the app where there are `several`. Words that are the same
/// for every app follow the `last`.
pub fn happened(step: &Step, told: &Told, several: bool, last: bool, report: &LessonReport) -> Markup {
    let means = look::means(step, told, last, &report.results);
    html! {
        @if let (true, Some(app)) = (several, &told.app) { h3 { (app.as_str()) } }
        (shown(step, &told.shown, report))
        @if let Some(guessed) = &told.guessed { p { (text(&told::guess(guessed))) } }
        @for words in means.iter() { (paragraphs(words)) }
    }
}

fn shown(step: &Step, shown: &Shown, report: &LessonReport) -> Markup {
    match shown {
        Shown::Table => {
            sizes::charts(&LessonReport { results: told::compared(step, &report.results), ..report.clone() })
        }
        Shown::Changed { from, to, lines, changed } => difference(from, to, lines, *changed),
        Shown::MadeOf { images } => html! { @for one in images { (made(one)) } },
        Shown::Experiment { experiments, prediction } => html! {
            @for one in experiments { (listed(&format!("What {} builds again", one.variant), &experiment::table(one))) }
            @for one in prediction.iter() { (scored(one)) }
        },
        Shown::Inside { .. }
        | Shown::Ask { .. }
        | Shown::Ends { .. }
        | Shown::Docker { .. }
        | Shown::Sent { .. }
        | Shown::Blocks { .. } => blocks::blocks(&told::blocks(shown)),
    }
}

fn difference(from: &str, to: &str, lines: &[DiffLine], changed: usize) -> Markup {
    html! {
        p.quiet { code { (text(from)) } " → " code { (text(to)) } ", " (changed) " lines" }
        pre.diff tabindex="0" {
            code {
                @for line in lines {
                    @match line.sign {
                        '+' => ins { "+ " (text(&line.text)) },
                        '-' => del { "- " (text(&line.text)) },
                        _ => span { "  " (text(&line.text)) },
                    }
                    "\n"
                }
            }
        }
    }
}

fn made(one: &Made) -> Markup {
    let image = &one.inspection;
    let part = |aspect: &Aspect| match aspect {
        Aspect::Payload => html! { p { (text(&inspect::payload(image))) } },
        Aspect::Files => listed("Largest files", &inspect::files(&one.files)),
        Aspect::Classes => listed("What the bytes are for", &inspect::classes(image)),
        Aspect::Layers => listed("Layers, lowest first", &inspect::layers(image, true)),
        Aspect::Secrets if image.secrets.is_empty() => html! { p { "No secret was found in any layer." } },
        Aspect::Secrets => listed("Secrets", &inspect::secrets(image)),
        Aspect::Surface => listed("Surface", &inspect::surface(image, true)),
    };
    html! {
        h3 { (one.variant.as_str()) }
        @for aspect in &one.show { (part(aspect)) }
    }
}

fn scored(one: &Prediction) -> Markup {
    html! {
        p { strong { "Your prediction: " (one.right) " of " (one.asked) " lines right." } }
        @if !one.misses.is_empty() { ul { @for miss in &one.misses { li { (text(miss)) } } } }
    }
}
