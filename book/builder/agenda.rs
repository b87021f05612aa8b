//! Agendas: `book/agendas.toml`, with times computed from the minutes of the lessons.

use std::collections::BTreeMap;
use std::fs;

use drydock::lesson::Lesson;
use drydock::model::LessonId;
use maud::{Markup, html};
use serde::Deserialize;

use crate::sources::{FOLDER, Outcome, Sources};

/// An agenda, by its name in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Agenda {
    /// Its title.
    title: String,
    /// When it starts, `HH:MM`.
    starts: String,
    /// Its parts, in order.
    part: Vec<Part>,
}

/// One part: a lesson, a pause, or something else that takes `minutes`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    lesson: Option<LessonId>,
    /// What of the lesson is left out.
    #[serde(default)]
    without: Vec<Share>,
    pause: Option<u32>,
    minutes: Option<u32>,
    title: Option<String>,
    text: Option<String>,
}

/// What the minutes of a lesson are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Share {
    Talk,
    Machine,
    Exercise,
}

impl Share {
    const ALL: [Self; 3] = [Self::Talk, Self::Machine, Self::Exercise];

    fn name(self) -> &'static str {
        match self {
            Self::Talk => "talk",
            Self::Machine => "machine",
            Self::Exercise => "exercise",
        }
    }

    fn of(self, lesson: &Lesson) -> u32 {
        match self {
            Self::Talk => lesson.minutes.talk,
            Self::Machine => lesson.minutes.machine,
            Self::Exercise => lesson.minutes.exercise,
        }
    }
}

/// A row of the table.
struct Row {
    minutes: u32,
    what: Markup,
    detail: String,
    pause: bool,
}

/// The agenda of this name as a table.
pub fn agenda(name: &str, sources: &Sources) -> Outcome {
    let path = sources.workshop.root.join(FOLDER).join("agendas.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("book/agendas.toml: {error}"))?;
    let agendas: BTreeMap<String, Agenda> =
        toml::from_str(&text).map_err(|error| format!("book/agendas.toml: {}", error.message()))?;
    let agenda = agendas.get(name).ok_or_else(|| {
        format!("there is no agenda `{name}`; there are {}", agendas.keys().cloned().collect::<Vec<_>>().join(", "))
    })?;
    let begins = minutes(&agenda.starts).ok_or_else(|| format!("\"{}\" is not a time like 09:00", agenda.starts))?;
    let rows = agenda.part.iter().map(|part| row(part, sources)).collect::<Result<Vec<_>, _>>()?;
    let mut at = begins;
    let mut times = Vec::new();
    for row in &rows {
        times.push(at);
        at += row.minutes;
    }
    let total = at - begins;
    let markup = html! {
        div.agenda.scroll role="region" tabindex="0" aria-label=(agenda.title) {
            table {
                caption { (agenda.title) ": " (hours(total)) ", of which " (hours(rows.iter().filter(|row| row.pause).map(|row| row.minutes).sum())) " are breaks" }
                thead { tr { th scope="col" { "Time" } th scope="col" { "Minutes" } th scope="col" { "What" } th scope="col" { "Of it" } } }
                tbody {
                    @for (row, at) in rows.iter().zip(&times) {
                        tr.pause[row.pause] {
                            th scope="row" { (clock(*at)) }
                            td { (row.minutes) }
                            td.words { (row.what) }
                            td.words { (row.detail) }
                        }
                    }
                    tr { th scope="row" { (clock(at)) } td {} td { "End" } td {} }
                }
            }
        }
    };
    Ok(format!("\n{}\n", markup.into_string()))
}

fn row(part: &Part, sources: &Sources) -> Result<Row, String> {
    let title = || part.title.clone().ok_or("a part that is no lesson needs a title");
    match (&part.lesson, part.pause, part.minutes) {
        (Some(id), None, None) => {
            let lesson = sources.lesson(id.as_str())?;
            let kept: Vec<Share> = Share::ALL.into_iter().filter(|share| !part.without.contains(share)).collect();
            let detail: Vec<String> =
                kept.iter().map(|share| format!("{} {}", share.name(), share.of(lesson))).collect();
            Ok(Row {
                minutes: kept.iter().map(|share| share.of(lesson)).sum(),
                what: html! { a href={ "../lessons/" (lesson.id) ".html" } { (lesson.number) ". " (lesson.title) } },
                detail: detail.join(" · "),
                pause: false,
            })
        }
        (None, Some(minutes), None) => {
            Ok(Row { minutes, what: html! { (title()?) }, detail: String::new(), pause: true })
        }
        (None, None, Some(minutes)) => {
            Ok(Row { minutes, what: html! { (title()?) }, detail: part.text.clone().unwrap_or_default(), pause: false })
        }
        _ => Err("book/agendas.toml: a part has exactly one of lesson, pause and minutes".to_owned()),
    }
}

fn minutes(clock: &str) -> Option<u32> {
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn clock(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
}

fn hours(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_added_up() {
        assert_eq!(minutes("09:05"), Some(545));
        assert_eq!((minutes("24:00"), minutes("9"), minutes("09:60")), (None, None, None));
        assert_eq!(clock(545 + 60), "10:05");
        assert_eq!((hours(45), hours(60), hours(200)), ("45 min".into(), "1 h".into(), "3 h 20 min".into()));
    }
}
