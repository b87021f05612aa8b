//! The exercise of a lesson.

use drydock::lesson::{Exercise, Lesson};
use drydock::rules::Expect;
use maud::{Markup, html};

use super::block;
use crate::sources::{Outcome, Sources};

/// Its task, where the learner's file is, the commands, and what is judged. `LESSON` is enough where it has one exercise;
/// `LESSON/EXERCISE` names one of several.
pub fn exercise(named: &str, sources: &Sources) -> Outcome {
    let (id, which) = named.split_once('/').map_or((named, None), |(id, which)| (id, Some(which)));
    let lesson = sources.lesson(id)?;
    let is = |exercise: &&Exercise| which.is_none_or(|which| exercise.id.as_str() == which);
    let exercise = lesson.exercises.iter().find(is).ok_or_else(|| format!("there is no exercise `{named}`"))?;
    let (number, folder) = match which {
        None => (lesson.number.to_string(), lesson.id.to_string()),
        Some(which) => (format!("{}/{which}", lesson.number), named.to_owned()),
    };
    let markup = html! {
        article.exercise.measured {
            h3 { (exercise.title) }
            @for paragraph in exercise.task.trim().split("\n\n") { p { (paragraph.replace('\n', " ")) } }
            div.apps {
                @for app in &exercise.apps {
                    div data-app=(app) {
                        p { "Your file: " code { "my/" (folder) "/" (app) "/Dockerfile" } ", made by the first check." }
                        pre.command tabindex="0" { code { "cargo xtask check " (number) " --app " (app) } }
                    }
                }
            }
            ul.commands {
                li { code { "cargo xtask check " (number) " --watch" } " judges whenever you save" }
                li { code { "cargo xtask hint " (number) } " helps, a step at a time" }
                li { code { "cargo xtask solution " (number) } " shows a right answer beside yours, once you have one" }
                li { code { "cargo xtask reset " (number) } " begins again and keeps what you had" }
            }
            details {
                summary { "What is judged, and why" }
                (judged(lesson, &exercise.expect))
            }
        }
    };
    Ok(block(&markup.into_string()))
}

fn judged(lesson: &Lesson, expect: &[Expect]) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label={ "What is judged in lesson " (lesson.number) } {
            table {
                thead { tr { th scope="col" { "Judged by" } th scope="col" { "for" } th scope="col" { "because" } } }
                tbody {
                    @for one in expect {
                        tr {
                            th scope="row" { a href={ "../reference/expectations.html#" (one.rule.name()) } { code { (one.rule.name()) } } }
                            td { @match &one.app { Some(app) => (app), None => "every language" } }
                            td.words { (one.why) }
                        }
                    }
                }
            }
        }
    }
}
