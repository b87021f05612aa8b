//! A lesson's result as one page: pictures with their numbers behind them. It needs no network and no script.
//!
//! Every function here goes from the model to markup and does no I/O. Text is escaped where it is put in; what could move a
//! reader's cursor is taken out by [`text`]. Bars are drawn in percent, so that they fit a phone and a wall.

mod axis;
mod blocks;
mod expectations;
mod fragments;
mod lanes;
mod layers;
mod ledger;
mod parts;
mod sizes;
mod story;
mod summary;
mod surface;
mod timeline;
mod words;

#[cfg(test)]
mod tests;

pub use fragments::{FRAGMENT_STYLE, PALETTE, sizes_of, step_of, surroundings_of, verdicts_of};
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::look;
use crate::lesson::{Lesson, Step};
use crate::model::{Environment, FullReport, Measurement};
use crate::names::printable;
use crate::units;

const STYLE: &str = concat!(include_str!("palette.css"), include_str!("page.css"), include_str!("parts.css"));

/// The page.
pub fn html(lesson: &Lesson, full: &FullReport) -> String {
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
                footer {
                    p { "The same again, in a clone of the repository:" }
                    pre { code { (text(&full.command)) } }
                    p { "All numbers of this page are in " a href="report.json" { "report.json" } " beside it, exact to the byte." }
                }
            }
        }
    }
    .into_string()
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
