//! A recorded run as Markdown, for the README and the book.

use crate::model::{LessonReport, Measurement, RungId};
use crate::units;

/// The table of a lesson with its surroundings below it.
pub fn markdown(rungs: &[RungId], report: &LessonReport) -> String {
    let mut lines = vec![row(["service".to_owned()]
        .into_iter()
        .chain(rungs.iter().map(ToString::to_string))
        .chain(["smaller", "ready in", "user"].map(str::to_owned)))];
    lines.push(row(["---".to_owned()]
        .into_iter()
        .chain(vec!["---:".to_owned(); rungs.len() + 2])
        .chain(["---".to_owned()])));
    let mut apps: Vec<_> = report.results.iter().map(|m| &m.app).collect();
    apps.dedup();
    for app in apps {
        let of = |rung: &RungId| report.results.iter().find(|m| m.app == *app && m.rung == *rung);
        let measured: Vec<Option<&Measurement>> = rungs.iter().map(of).collect();
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
    let e = &report.environment;
    let day = e.date.split('T').next().unwrap_or_default();
    let well = report.results.iter().filter(|m| m.health.ok).count();
    lines.push(String::new());
    lines.push(format!(
        "{well} of {} containers answered their health request. Stored bytes, MB = 10⁶. Measured on {day}: bases {}, engine {}, buildx {}, {}, {} CPUs.",
        report.results.len(),
        e.bases,
        e.engine,
        e.buildx,
        e.arch,
        e.cpus
    ));
    lines.join("\n")
}

fn row(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}
