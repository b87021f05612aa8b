//! A recorded run as Markdown, for the README and the book.

use crate::model::{Environment, LessonReport, Measurement, VariantId};
use crate::units;

/// The table of a lesson with its surroundings below it.
pub fn markdown(variants: &[VariantId], report: &LessonReport) -> String {
    let mut lines = vec![row(["service".to_owned()]
        .into_iter()
        .chain(variants.iter().map(ToString::to_string))
        .chain(["smaller", "ready in", "user"].map(str::to_owned)))];
    lines.push(row(["---".to_owned()]
        .into_iter()
        .chain(vec!["---:".to_owned(); variants.len() + 2])
        .chain(["---".to_owned()])));
    let mut apps: Vec<_> = report.results.iter().map(|m| &m.app).collect();
    apps.dedup();
    for app in apps {
        let of = |variant: &VariantId| report.results.iter().find(|m| m.app == *app && m.variant == *variant);
        let measured: Vec<Option<&Measurement>> = variants.iter().map(of).collect();
        let (Some(first), Some(last)) = (measured.iter().flatten().next(), measured.iter().flatten().next_back())
        else {
            continue;
        };
        let sizes = measured.iter().map(|m| m.map_or_else(|| "–".to_owned(), |m| units::bytes(m.stored_bytes)));
        let times = format!("**{}**", units::factor(units::times(first.stored_bytes, last.stored_bytes)));
        let ready = units::seconds(std::time::Duration::from_millis(last.ready_ms));
        let user = super::lesson::users(first, last);
        lines.push(row([app.to_string()].into_iter().chain(sizes).chain([times, ready, user])));
    }
    lines.push(String::new());
    let about = surroundings(&report.results, &report.environment);
    lines.push(match (variants.first(), variants.last()) {
        (Some(first), Some(last)) if first != last => {
            format!("\"smaller\" compares {last} with {first}; \"ready in\" is the start of {last}. {about}")
        }
        _ => about,
    });
    lines.join("\n")
}

/// How the containers did, what the numbers mean, where they come from.
pub(super) fn surroundings(results: &[Measurement], environment: &Environment) -> String {
    let well = results.iter().filter(|m| m.health.ok).count();
    format!(
        "{well} of {} containers answered their health request. Stored bytes, MB = 10⁶. {}",
        results.len(),
        measured(environment)
    )
}

/// When and where something was measured, one sentence.
pub(super) fn measured(environment: &Environment) -> String {
    let Environment { bases, engine, buildx, arch, cpus, date, .. } = environment;
    let day = date.split('T').next().unwrap_or_default();
    format!("Measured on {day}: bases {bases}, engine {engine}, buildx {buildx}, {arch}, {cpus} CPUs.")
}

/// One row of a Markdown table.
pub(super) fn row(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}
