//! A lesson's result as one page: pictures with their numbers behind them. It needs no network and no script.
//!
//! Every function here goes from the model to markup and does no I/O. Text is escaped where it is put in; what could move a
//! reader's cursor is taken out by [`text`]. Bars are drawn in percent, so that they fit a phone and a wall.

mod audit;
mod axis;
mod blocks;
mod expectations;
mod fragments;
mod lanes;
mod layers;
mod ledger;
mod parts;
mod sizes;
mod stages;
mod story;
mod summary;
mod surface;
mod timeline;
mod width;
mod words;

#[cfg(test)]
mod tests;

pub use audit::audit_html;
pub use fragments::{FRAGMENT_STYLE, PALETTE, sizes_of, step_of, surroundings_of, verdicts_of};
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::look;
use crate::lesson::{Lesson, Step};
use crate::model::{Environment, FullReport, LessonReport, Measurement};
use crate::names::printable;
use crate::units;

const STYLE: &str = concat!(include_str!("palette.css"), include_str!("page.css"), include_str!("parts.css"));

/// Where a lesson is that still goes on.
#[derive(Clone, Copy, Debug)]
pub struct Now<'l> {
    /// The step that was begun last, with its number and how many there are; `None` before the first.
    pub step: Option<(&'l Step, usize, usize)>,
    /// Whether its result is on the page already.
    pub told: bool,
}

/// How often the page of a lesson that goes on is loaded again, in seconds: as soon as one looks up from the terminal.
const AGAIN: u32 = 2;

/// The page.
pub fn html(lesson: &Lesson, full: &FullReport) -> String {
    page(lesson, full, None)
}

/// The page of a lesson that goes on, as far as it has come. It loads itself again, and needs no script for it.
pub fn html_so_far(lesson: &Lesson, full: &FullReport, now: Now<'_>) -> String {
    page(lesson, full, Some(now))
}

fn page(lesson: &Lesson, full: &FullReport, now: Option<Now<'_>>) -> String {
    let report = &full.report;
    let title = format!("Lesson {} · {}", report.lesson.number, report.lesson.title);
    let looks: Vec<_> = lesson.look.iter().filter_map(|look| look::fill(look, report)).collect();
    markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if now.is_some() { meta http-equiv="refresh" content=(AGAIN); }
                title { (text(&title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.kicker { "Drydock · lesson " (report.lesson.number) }
                    h1 { (text(&report.lesson.title)) }
                    p.question { (text(&lesson.question)) }
                    (surroundings(&report.environment))
                }
                @if let Some(now) = now {
                    main { (so_far(lesson, report, now)) }
                } @else {
                    main {
                        (summary::summary(report))
                        @if !looks.is_empty() {
                            ul.looks { @for look in &looks { li { (words::sentence(&capital(look))) } } }
                        }
                        (story::story(lesson, report))
                        @if !lesson.step.iter().any(Step::of_all) { (sizes::sizes(report)) }
                        p.answer { (words::sentence(&lesson.answer)) }
                        (ledger::ledger(full))
                        (layers::layers(full))
                        (timeline::timeline(full))
                        (surface::surface(full))
                        (expectations::expectations(&report.expectations))
                    }
                }
                @if now.is_none() {
                    footer {
                        p { "The same again, in a clone of the repository:" }
                        pre { code { (text(&full.command)) } }
                        p { "All numbers of this page are in " a href="report.json" { "report.json" } " beside it, exact to the byte." }
                    }
                }
            }
        }
    }
    .into_string()
}

/// What was told, and below it the step that is at hand. The answer comes with the end.
fn so_far(lesson: &Lesson, report: &LessonReport, now: Now<'_>) -> Markup {
    markup! {
        (story::story(lesson, report))
        @if let (Some((step, number, _)), false) = (now.step, now.told) {
            section.step {
                h2 { (number) ". " (text(&step.title)) }
                @for words in step.text.iter() { (words::paragraphs(words)) }
            }
        }
        section {
            p {
                @match now.step {
                    Some((_, number, of)) => { "Step " (number) " of " (of) ". " }
                    None => { "The lesson begins. " }
                }
                "It goes on in the terminal, and this page follows by itself."
            }
        }
    }
}

fn surroundings(e: &Environment) -> Markup {
    let facts = [
        ("date", e.date.replacen('T', " ", 1).replacen('Z', " UTC", 1)),
        ("bases", e.bases.clone()),
        ("engine", e.engine.clone()),
        ("buildx", e.buildx.clone()),
        ("system", format!("{}, {}", e.os, e.arch)),
        ("processors", e.cpus.to_string()),
        ("memory", units::bytes(e.memory_bytes)),
    ];
    markup! {
        dl.surroundings {
            @for (name, value) in &facts { div { dt { (name) } dd { (text(value)) } } }
        }
    }
}

/// Text from outside without control characters. Markup is escaped where text is put in.
fn text(from_outside: &str) -> String {
    printable(from_outside)
}

fn capital(sentence: &str) -> String {
    let mut rest = sentence.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// `go/multi-stage`
fn name(measurement: &Measurement) -> String {
    format!("{}/{}", measurement.app, measurement.variant)
}
