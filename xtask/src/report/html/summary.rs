//! The first thing the page shows: how many times smaller, service by service.

use maud::{Markup, html};

use super::text;
use crate::model::{LessonReport, Measurement};
use crate::report::lesson::users;
use crate::units;

/// One card a service: its first variant against its last.
pub fn summary(report: &LessonReport) -> Markup {
    let well = report.results.iter().filter(|m| m.health.ok).count();
    html! {
        section.summary aria-label="Summary" {
            div.cards { @for of in apps(report) { (card(of)) } }
            p {
                (well) " of " (report.results.len())
                @if report.results.len() == 1 { " container" } @else { " containers" }
                " answered the health request."
            }
        }
    }
}

/// The measurements of each app, together.
pub fn apps(report: &LessonReport) -> impl Iterator<Item = &[Measurement]> {
    report.results.chunk_by(|a, b| a.app == b.app)
}

fn card(of: &[Measurement]) -> Markup {
    let (first, last) = (&of[0], &of[of.len() - 1]);
    let (before, after) = (units::bytes(first.stored_bytes), units::bytes(last.stored_bytes));
    let times = units::times(first.stored_bytes, last.stored_bytes);
    html! {
        div.card {
            h2 { (text(last.app.as_str())) }
            @if of.len() == 1 {
                p.times { (after) }
                p { (text(last.variant.as_str())) ", user " (text(&last.user)) }
            } @else {
                p.times { (units::factor(times)) @if times >= 1.0 { span { " smaller" } } @else { span { " the size" } } }
                p { (text(first.variant.as_str())) " → " (text(last.variant.as_str())) ": " (before) " → " (after) }
                p.quiet { "user " (text(&users(first, last))) }
            }
        }
    }
}
