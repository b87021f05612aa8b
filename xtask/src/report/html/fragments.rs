//! Parts of a lesson's page that can stand on other pages, such as the book's: the same words, tables and pictures.

use maud::{Markup, html};

use super::expectations::{class, outcome};
use super::{sizes, story, surroundings, text, words};
use crate::lesson::{Lesson, Step};
use crate::model::{AppId, Environment, LessonReport, Told, Verdict};
use crate::report::look;
use crate::report::verdict::tally;

/// The rule of what a step tells.
const AS_TOLD: &str = "as-told";

/// The colours by what they stand for, as properties of the page, in light and in dark.
pub const PALETTE: &str = include_str!("palette.css");

/// How the parts look, without anything about the page around them: rules to be put inside a rule of the page's own. They
/// need the colours of [`PALETTE`].
pub const FRAGMENT_STYLE: &str = include_str!("parts.css");

/// The words before a step, what happened for each app, and what it means. An app's part stands in a `div` with its name in
/// `data-app`; what is about all of them has none.
pub fn step_of(step: &Step, told: &[&Told], report: &LessonReport) -> String {
    html! {
        @for words in step.text.iter() { (words::paragraphs(words)) }
        @for one in told { (for_app(one.app.as_ref(), &story::happened(step, one, false, true, report))) }
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
                @if !looks.is_empty() { ul.looks { @for look in &looks { li { (words::sentence(&super::capital(look))) } } } }
            }))
        }
    }
    .into_string()
}

/// What was expected, what was measured, and why it matters: one entry an expectation, with all images it was judged for. What
/// the steps tell is counted, since the page shows it already; what failed of it is an entry like the others.
pub fn verdicts_of(verdicts: &[Verdict]) -> String {
    let (told, judged): (Vec<&Verdict>, Vec<&Verdict>) = verdicts.iter().partition(|v| v.id == AS_TOLD && v.held());
    let mut entries: Vec<Vec<&Verdict>> = Vec::new();
    for verdict in judged {
        let same = |entry: &&mut Vec<&Verdict>| {
            let first = entry[0];
            (&first.id, first.outcome, &first.expected, &first.why)
                == (&verdict.id, verdict.outcome, &verdict.expected, &verdict.why)
        };
        match entries.iter_mut().find(same) {
            Some(entry) => entry.push(verdict),
            None => entries.push(vec![verdict]),
        }
    }
    entries.sort_by_key(|entry| entry[0].outcome);
    html! {
        p { (tally(verdicts)) ". Of these " (told.len()) " are about what the steps above tell." }
        ul.verdicts {
            @for entry in &entries {
                @let first = entry[0];
                li class=(class(first.outcome)) {
                    p { strong { (outcome(first.outcome)) } " " code { (text(&first.id)) } ": " (text(&first.expected)) }
                    ul { @for v in entry { li { (text(&v.subject.to_string())) ": " (text(&v.measured)) } } }
                    p.quiet { (text(&first.why)) }
                }
            }
        }
    }
    .into_string()
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
