//! How large each image is: bars on a linear and on a logarithmic line.

use maud::{Markup, html};

use super::axis::{Axis, round};
use super::parts::{cell, length, numbers};
use super::summary::apps;
use super::{name, text};
use crate::model::{LessonReport, Measurement, VariantId};
use crate::units;

/// Colours there are for variants.
const COLOURS: usize = 4;

/// A section of the page.
pub fn sizes(report: &LessonReport) -> Markup {
    html! {
        section {
            h2 { "How large the images are" }
            (charts(report))
        }
    }
}

/// Both charts and the table behind them, as a part of a section that has a headline of its own.
pub fn charts(report: &LessonReport) -> Markup {
    let log = Axis::log(all(report));
    let begins = log.ticks().first().copied().map(round).unwrap_or_default();
    html! {
        (legend(report))
        div.pair {
            (linear(report))
            (chart(&format!("Each line is ten times the one before; the axis begins at {begins}"), log, report))
        }
        (in_numbers(report))
    }
}

/// The linear chart alone, and the table behind it.
pub fn linear_chart(report: &LessonReport) -> Markup {
    html! { (legend(report)) (linear(report)) (in_numbers(report)) }
}

fn all(report: &LessonReport) -> impl Iterator<Item = u64> {
    report.results.iter().flat_map(|m| [Some(m.stored_bytes), m.pull_bytes]).flatten()
}

fn legend(report: &LessonReport) -> Markup {
    let pulls = report.results.iter().any(|m| m.pull_bytes.is_some());
    html! {
        p {
            "Thick bars are stored bytes: the files of all layers as an engine unpacks them."
            @if pulls { " Thin bars are pulled bytes: what travels, compressed, where a push has measured it." }
        }
    }
}

fn linear(report: &LessonReport) -> Markup {
    chart("The same length is the same number of bytes", Axis::linear(all(report)), report)
}

fn in_numbers(report: &LessonReport) -> Markup {
    numbers("Sizes in numbers", &["image", "stored", "bytes", "pulled", "files", "layers"], &rows(report))
}

fn chart(caption: &str, axis: Axis, report: &LessonReport) -> Markup {
    let variants = variants(report);
    html! {
        figure.chart style={ "--ticks:" (axis.background()) } {
            figcaption { (caption) }
            @for of in apps(report) {
                h3 { (text(of[0].app.as_str())) }
                @for m in of { (bar(m, axis, variants.iter().position(|r| **r == m.variant).unwrap_or_default())) }
            }
            div.row { span.label {} (axis.words()) span.value {} }
        }
    }
}

fn bar(m: &Measurement, axis: Axis, variant: usize) -> Markup {
    let height = if m.pull_bytes.is_some() { "22" } else { "16" };
    html! {
        div.row {
            span.label { (text(m.variant.as_str())) }
            svg width="100%" height=(height) aria-hidden="true" class={ "variant-" (variant % COLOURS) } {
                rect x="0" y="2" width=(length(axis.place(m.stored_bytes))) height="12" {}
                @if let Some(pull) = m.pull_bytes {
                    rect.thin x="0" y="16" width=(length(axis.place(pull))) height="4" {}
                }
            }
            span.value { (units::bytes(m.stored_bytes)) }
        }
    }
}

/// The variants in the order in which they were measured.
fn variants(report: &LessonReport) -> Vec<&VariantId> {
    let mut variants = Vec::new();
    for m in &report.results {
        if !variants.contains(&&m.variant) {
            variants.push(&m.variant);
        }
    }
    variants
}

fn rows(report: &LessonReport) -> Vec<Vec<Markup>> {
    let row = |m: &Measurement| {
        vec![
            cell(name(m)),
            cell(units::bytes(m.stored_bytes)),
            cell(m.stored_bytes.to_string()),
            cell(m.pull_bytes.map_or_else(|| "not measured".to_owned(), units::bytes)),
            cell(m.files.to_string()),
            cell(m.layers.to_string()),
        ]
    };
    report.results.iter().map(row).collect()
}
