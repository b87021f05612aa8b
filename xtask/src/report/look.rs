//! Puts measured values into the texts that say what to look at.

use std::time::Duration;

use crate::model::{AppId, LessonReport, Look, Measurement, Step, Told};
use crate::units;

/// The text of a look with its values. `None` when its app did not run, and as for [`fill_for`].
pub fn fill(look: &Look, report: &LessonReport) -> Option<String> {
    let ran = |app: &AppId| {
        report.results.iter().any(|m| m.app == *app) || report.told.iter().any(|told| told.app.as_ref() == Some(app))
    };
    let fits = look.app.as_ref().is_none_or(ran);
    fits.then(|| fill_for(&look.text, look.app.as_ref(), &report.results)).flatten()
}

/// What a step means for an app, with its values. Words without any are the same for every app and come with the `last`.
pub fn means(step: &Step, told: &Told, last: bool, results: &[Measurement]) -> Option<String> {
    let means = step.means.as_ref().filter(|means| last || means.contains('{'))?;
    fill_for(means, told.app.as_ref(), results)
}

/// A text with its values, of one app or else of the first that was measured: `{stored:VARIANT}`, `{pulled:VARIANT}`, `{ready:VARIANT}`,
/// `{files:VARIANT}`, `{layers:VARIANT}`, `{times:VARIANT/VARIANT}`. `None` when a variant it speaks of was not measured, or a placeholder is not known.
pub fn fill_for(text: &str, app: Option<&AppId>, results: &[Measurement]) -> Option<String> {
    let fits = |m: &Measurement| app.is_none_or(|app| m.app == *app);
    let of = |variant: &str| results.iter().find(|m| fits(m) && m.variant.as_str() == variant);
    if app.is_some() && !results.iter().any(fits) {
        return (!text.contains('{')).then(|| text.to_owned());
    }
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (placeholder, after) = after.split_once('}')?;
        let (kind, argument) = placeholder.split_once(':')?;
        filled.push_str(before);
        filled.push_str(&match kind {
            "stored" => units::bytes(of(argument)?.stored_bytes),
            "ready" => units::seconds(Duration::from_millis(of(argument)?.ready_ms)),
            "pulled" => units::bytes(of(argument)?.pull_bytes?),
            "layers" => of(argument)?.layers.to_string(),
            "files" => count(of(argument)?.files),
            "times" => {
                let (large, small) = argument.split_once('/')?;
                let times = units::times(of(large)?.stored_bytes, of(small)?.stored_bytes);
                units::factor(times).trim_end_matches(" ×").to_owned()
            }
            _ => return None,
        });
        rest = after;
    }
    Some(filled + rest)
}

/// Small numbers as words, as prose has them.
pub(super) fn count(number: u64) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    usize::try_from(number)
        .ok()
        .and_then(|n| WORDS.get(n))
        .map_or_else(|| number.to_string(), |word| (*word).to_owned())
}
