//! What was measured: sizes, verdicts, single values.

use drydock::model::{AppId, Value};
use drydock::report;
use maud::{PreEscaped, html};

use super::{block, not_yet, recorded_on};
use crate::sources::{Outcome, Sources};

/// The sizes of a lesson's recorded run, what to look at, and where it was measured.
pub fn result(id: &str, sources: &Sources) -> Outcome {
    let lesson = sources.lesson(id)?;
    let Some(report) = sources.recorded(lesson)? else { return Ok(not_yet("The result")) };
    let not_run: Vec<String> = report.not_run.iter().map(ToString::to_string).collect();
    let markup = html! {
        section.result.measured {
            div.apps { (PreEscaped(report::sizes_of(lesson, &report))) }
            @if !not_run.is_empty() { p.quiet { "Not run here, needs the registry: " (not_run.join(", ")) "." } }
            p.answer { (lesson.answer) }
            details {
                summary { (recorded_on(&report.environment)) }
                (PreEscaped(report::surroundings_of(&report.environment)))
            }
        }
    };
    Ok(block(&markup.into_string()))
}

/// What a lesson expects, and what was measured.
pub fn verdicts(id: &str, sources: &Sources) -> Outcome {
    let lesson = sources.lesson(id)?;
    let Some(report) = sources.recorded(lesson)? else { return Ok(not_yet("The verdicts")) };
    let verdicts = report::verdicts_of(&report.expectations);
    Ok(block(&format!("<section class=\"verdicts-of measured\">{verdicts}</section>")))
}

/// `ID APP KIND:ARGUMENT`: one value, to stand inside a sentence.
pub fn value(arguments: &str, sources: &Sources) -> Outcome {
    let [id, app, what] = arguments.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err("a value is named as `ID APP KIND:ARGUMENT`".to_owned());
    };
    let app = AppId::try_from(app.to_owned())?;
    let Some(results) = sources.measured(id)? else { return Ok("(not recorded yet)".to_owned()) };
    let value = Value::try_from(what.to_owned())?;
    let number = value.number(Some(&app), &results);
    number
        .map(|number| value.shown(number).replace(' ', "\u{a0}"))
        .ok_or_else(|| format!("`{what}` of {app} was not measured in `{id}`"))
}
