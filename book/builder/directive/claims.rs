//! What a lesson measures of what was published, with our verdicts from its recorded run; and mistakes in circulation, with the places
//! where the course shows them.

use drydock::claim::{self, Claim, Judged, Place};
use drydock::lesson::Lesson;
use drydock::model::{LessonReport, Outcome as Came, Verdict};
use maud::{Markup, html};

use super::lesson::anchor;
use super::{block, not_yet, recorded_on};
use crate::sources::{Outcome, Sources};

/// `ID`: the table of its claims, from the recorded run.
///
/// Errors: there are none; the recorded run does not bear a verdict out.
pub fn claims(id: &str, sources: &Sources) -> Outcome {
    let lesson = sources.lesson(id)?;
    let claims = claim::of(&sources.workshop.root, lesson).map_err(|problem| problem.fact)?;
    if claims.is_empty() {
        return Err(format!("lesson `{id}` measures nothing that was published"));
    }
    let Some(report) = sources.recorded(lesson)? else { return Ok(not_yet("The table")) };
    let rows = claims.iter().map(|claim| row(claim, lesson, &report)).collect::<Result<Vec<_>, _>>()?;
    let markup = html! {
        section.measured {
            div.scroll tabindex="0" role="region" aria-label="Published figures, measured" {
                table {
                    thead { tr { th { "Published" } th { "Measured here" } th { "Verdict" } th { "Why" } } }
                    tbody { @for row in rows { (row) } }
                }
            }
            p.quiet { (recorded_on(&report.environment)) ", bases: " (report.environment.bases) "." }
        }
    };
    Ok(block(&markup.into_string()))
}

/// A claim, what was measured, and what we make of it. Where none of what decides it ran, there is no verdict.
fn row(claim: &Claim, lesson: &Lesson, report: &LessonReport) -> Result<Markup, String> {
    let verdicts: Vec<&Verdict> = report
        .expectations
        .iter()
        .filter(|verdict| is_about(claim, verdict) && decides(claim, lesson, verdict))
        .collect();
    if let Some(failed) = verdicts.iter().find(|verdict| verdict.outcome != Came::Held) {
        let (id, subject) = (&failed.id, &failed.subject);
        return Err(format!("the recorded run does not bear out `{}`: {id} of {subject}", claim.id));
    }
    Ok(html! {
        tr id={ "claim-" (claim.id) } {
            td { (claim.says) " " span.quiet { "(" (claim.source) ")" } br; code { (claim.id) } }
            td {
                @if verdicts.is_empty() { "Not run here: it needs a registry." }
                @for (index, verdict) in verdicts.iter().enumerate() {
                    @if index > 0 { br; }
                    (verdict.subject.to_string()) ": " (verdict.measured)
                }
            }
            td { @if verdicts.is_empty() { "none" } @else { strong { (claim.verdict.told()) } } }
            td { (claim.why) }
        }
    })
}

/// Whether a verdict is that of an expectation which decides the claim: several expectations of one rule differ in why they matter.
fn decides(claim: &Claim, lesson: &Lesson, verdict: &Verdict) -> bool {
    let same = |judged: &Judged| {
        judged.is_of(verdict) && lesson.expect.iter().any(|expect| judged.means(expect) && expect.why == verdict.why)
    };
    claim.judged.iter().any(same)
}

fn is_about(claim: &Claim, verdict: &Verdict) -> bool {
    claim.apps.is_empty() || claim.apps.contains(&verdict.subject.app)
}

/// `ID`: the mistakes that the lesson lists.
///
/// Errors: there are none; the place that shows one is in no lesson.
pub fn mistakes(id: &str, sources: &Sources) -> Outcome {
    let lesson = sources.lesson(id)?;
    let mistakes = claim::of_mistakes(&sources.workshop.root, lesson).map_err(|problem| problem.fact)?;
    if mistakes.is_empty() {
        return Err(format!("lesson `{id}` lists no mistakes"));
    }
    let places = mistakes.iter().map(|mistake| mistake.shown.iter().map(|place| link(place, sources)).collect());
    let places = places.collect::<Result<Vec<Vec<Markup>>, String>>()?;
    let markup = html! {
        div.scroll tabindex="0" role="region" aria-label="Mistakes in circulation" {
            table {
                thead { tr { th { "What posts say" } th { "What is right" } th { "Shown in" } } }
                tbody {
                    @for (mistake, places) in mistakes.iter().zip(&places) {
                        tr {
                            td { (words(&mistake.says)) }
                            td { (words(&mistake.right)) }
                            td { @for (index, place) in places.iter().enumerate() { @if index > 0 { br; } (place) } }
                        }
                    }
                }
            }
        }
    };
    Ok(block(&markup.into_string()))
}

fn link(place: &Place, sources: &Sources) -> Result<Markup, String> {
    let of = |id: &str, to: &str, words: &str| {
        let lesson: &Lesson = sources.lesson(id)?;
        Ok(html! { a href={ (lesson.id) ".html" (to) } { "Lesson " (lesson.number) ": " (words) } })
    };
    match place {
        Place::Step { lesson, step } => of(lesson, &format!("#{}", anchor(step)), step),
        Place::Answer { lesson, answer } => of(lesson, "#your-turn", &format!("the answer {answer} to the exercise")),
        Place::Page { lesson, runs } => of(lesson, "", &format!("the command with {runs}")),
        Place::Audit { audit } => Ok(html! { a href="../audit.html" { "cargo xtask audit: " (audit) } }),
    }
}

/// A sentence with names between backticks.
fn words(text: &str) -> Markup {
    let parts = text.split('`').enumerate();
    html! { @for (index, part) in parts { @if index % 2 == 1 { code { (part) } } @else { (part) } } }
}
