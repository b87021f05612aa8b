//! Puts measured values into the texts that say what to look at.

use crate::lesson::{Look, Step};
use crate::model::{AppId, LessonReport, Measurement, Told};

/// The text of a look with its values. `None` when its app did not run, or a variant it speaks of was not measured.
pub fn fill(look: &Look, report: &LessonReport) -> Option<String> {
    let ran = |app: &AppId| {
        report.results.iter().any(|m| m.app == *app) || report.told.iter().any(|told| told.app.as_ref() == Some(app))
    };
    let fits = look.app.as_ref().is_none_or(ran);
    fits.then(|| look.text.filled(look.app.as_ref(), &report.results)).flatten()
}

/// What a step means for an app, with its values. Words without any are the same for every app and come with the `last`.
pub fn means(step: &Step, told: &Told, last: bool, results: &[Measurement]) -> Option<String> {
    let means = step.means.as_ref().filter(|means| last || means.values().next().is_some())?;
    means.filled(told.app.as_ref(), results)
}
