//! The exercise of a lesson.

use drydock::model::{Expect, Lesson};
use maud::{Markup, html};

use super::block;
use crate::page::Outcome;
use crate::sources::Sources;

/// Its task, where the learner's file is, the commands, and what is judged.
pub fn exercise(id: &str, sources: &Sources) -> Outcome {
    let lesson = sources.lesson(id)?;
    let exercise = lesson.exercise.as_ref().ok_or_else(|| format!("lesson `{id}` has no exercise"))?;
    let number = lesson.number;
    let markup = html! {
        article.exercise.measured {
            h3 { (exercise.title) }
            @for paragraph in exercise.task.trim().split("\n\n") { p { (paragraph.replace('\n', " ")) } }
            div.apps {
                @for app in &exercise.apps {
                    div data-app=(app) {
                        p { "Your file: " code { "my/" (lesson.id) "/" (app) "/Dockerfile" } ", made by the first check." }
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
            (judged(lesson, &exercise.expect))
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
                            th scope="row" { a href={ "../reference/expectations.html#" (one.rule()) } { code { (one.rule()) } } }
                            td { @match one.app() { Some(app) => (app), None => "every language" } }
                            td.words { (one.why()) }
                        }
                    }
                }
            }
        }
    }
}
