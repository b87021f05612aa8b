//! Parts of a lesson's page that can stand on other pages, such as the book's: the same words, tables and pictures.

use maud::{Markup, html};

use super::{expectations, sizes, story, surroundings};
use crate::model::{AppId, Environment, Lesson, LessonReport, Step, Told, Verdict};
use crate::report::look;

/// How the parts look, without anything about the page around them: rules to be put inside a rule of the page's own. The
/// page brings the colours.
pub const FRAGMENT_STYLE: &str = include_str!("parts.css");

/// The words before a step, what happened for each app, and what it means. An app's part stands in a `div` with its name in
/// `data-app`; what is about all of them has none.
pub fn step_of(step: &Step, told: &[&Told], report: &LessonReport) -> String {
    html! {
        @for words in step.text.iter() { (story::paragraphs(words)) }
        @for one in told { (for_app(one.app.as_ref(), &story::happened(step, one, false, report))) }
    }
    .into_string()
}

/// How large the images of each app are, as a picture with a table behind it, and what to look at.
pub fn sizes_of(lesson: &Lesson, report: &LessonReport) -> String {
    let mut apps: Vec<&AppId> = report.results.iter().map(|m| &m.app).collect();
    apps.dedup();
    html! {
        @for app in apps {
            @let of_app = LessonReport {
                results: report.results.iter().filter(|m| m.app == *app).cloned().collect(),
                told: report.told.iter().filter(|told| told.app.as_ref() == Some(app)).cloned().collect(),
                ..report.clone()
            };
            @let looks: Vec<_> = lesson.look.iter().filter_map(|one| look::fill(one, &of_app)).collect();
            (for_app(Some(app), &html! {
                (sizes::linear_chart(&of_app))
                @if !looks.is_empty() { ul.looks { @for look in &looks { li { (story::sentence(&super::capital(look))) } } } }
            }))
        }
    }
    .into_string()
}

/// What was expected, what was measured, and why it matters.
pub fn verdicts_of(verdicts: &[Verdict]) -> String {
    expectations::list(verdicts).into_string()
}

/// Where and when it was measured.
pub fn surroundings_of(environment: &Environment) -> String {
    surroundings(environment).into_string()
}

fn for_app(app: Option<&AppId>, inside: &Markup) -> Markup {
    html! {
        @match app {
            Some(app) => div data-app=(app.as_str()) { (inside) },
            None => (inside),
        }
    }
}
