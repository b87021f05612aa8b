//! The head of a lesson's page, and its steps.

use drydock::lesson::{Lesson, Step};
use drydock::report;
use maud::{PreEscaped, html};

use super::{block, not_yet};
use crate::sources::{Outcome, Sources};

/// Its question, what it makes the reader able to do, how long it takes, what comes before, and the command.
pub fn head(id: &str, sources: &Sources) -> Outcome {
    let lesson = sources.lesson(id)?;
    let needs = lesson.needs.iter().map(|need| sources.lesson(need.as_str())).collect::<Result<Vec<_>, _>>()?;
    let minutes = lesson.minutes;
    let markup = html! {
        article.lesson-head {
            p.question { (lesson.question) }
            p { "Afterwards you can " (lesson.able_to) "." }
            dl.facts {
                div { dt { "Minutes" } dd { (minutes.talk) " to talk about it, " (minutes.machine) " for the machine, " (minutes.exercise) " for the exercise" } }
                @if !needs.is_empty() {
                    div {
                        dt { "Comes after" }
                        dd { @for (index, need) in needs.iter().enumerate() {
                            @if index > 0 { ", " }
                            a href={ (need.id) ".html" } { (need.title) }
                        } }
                    }
                }
                div { dt { "Run it" } dd { code { "cargo xtask lesson " (lesson.number) } } }
            }
        }
    };
    Ok(block(&markup.into_string()))
}

/// `ID | TITLE`: all steps with that title, as each is for other languages.
pub fn step(arguments: &str, page: &str, sources: &Sources) -> Outcome {
    let (id, title) = arguments.split_once('|').ok_or("a step is named as `ID | TITLE`")?;
    let (lesson, title) = (sources.lesson(id.trim())?, title.trim());
    let steps: Vec<(usize, &Step)> = lesson.step.iter().enumerate().filter(|(_, step)| step.title == title).collect();
    if steps.is_empty() {
        return Err(format!("lesson `{}` has no step \"{title}\"; it has {}", lesson.id, titles(lesson)));
    }
    if !page.ends_with(&format!("{}.md", lesson.id)) {
        return Err(format!("steps of `{}` are told on its own page", lesson.id));
    }
    let Some(report) = sources.recorded(lesson)? else { return Ok(not_yet(title)) };
    let part = |&(position, step): &(usize, _)| {
        let step: &Step = step;
        let told: Vec<_> = report.told.iter().filter(|told| told.step == position).collect();
        if told.is_empty() {
            return Err(format!("the recorded run of `{}` does not tell the step \"{title}\"", lesson.id));
        }
        Ok((&step.apps, report::step_of(step, &told, &report)))
    };
    let parts = steps.iter().map(part).collect::<Result<Vec<_>, _>>()?;
    let markup = html! {
        section.step.measured {
            h3 id=(anchor(title)) { (title) }
            div.apps {
                @for (apps, part) in &parts {
                    @if apps.is_empty() { (PreEscaped(part)) } @else {
                        div data-app=(apps.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")) { (PreEscaped(part)) }
                    }
                }
            }
        }
    };
    Ok(block(&markup.into_string()))
}

fn titles(lesson: &Lesson) -> String {
    let mut titles: Vec<String> = lesson.step.iter().map(|step| format!("\"{}\"", step.title)).collect();
    titles.dedup();
    titles.join(", ")
}

/// A title as the name of a place on its page.
pub fn anchor(title: &str) -> String {
    let words = title.to_lowercase();
    let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}
