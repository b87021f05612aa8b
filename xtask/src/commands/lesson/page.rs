//! What a run of a lesson leaves behind: a page, a document beside it, and the command that does the same again.

use crate::cli;
use crate::error::Result;
use crate::lesson::Lesson;
use crate::model::{FullReport, LessonReport};
use crate::process::Command;
use crate::report;
use crate::state;
use crate::workshop::Workshop;

/// Path of a lesson's page, relative to the repository.
pub(super) fn path(lesson: &Lesson) -> String {
    format!("target/drydock/{}/report.html", lesson.id)
}

/// Writes the page and the document beside it. Returns the page's path inside the repository.
///
/// Errors: the folder or a file cannot be written.
pub(super) fn write(workshop: &Workshop, lesson: &Lesson, full: &FullReport) -> Result<String> {
    let folder = format!("target/drydock/{}", lesson.id);
    let json = serde_json::to_string_pretty(full).expect("plain data is always JSON");
    state::write_for_people(&workshop.root.join(&folder).join("report.json"), json.as_bytes())?;
    let page = path(lesson);
    state::write_for_people(&workshop.root.join(&page), report::html(lesson, full).as_bytes())?;
    Ok(page)
}

/// The command line of this run with the apps it ran for, which may have been remembered rather than typed.
pub(super) fn again(workshop: &Workshop, report: &LessonReport, options: &cli::Lesson) -> String {
    let mut command =
        Command::new("cargo").args(["xtask".to_owned(), "lesson".to_owned(), report.lesson.number.to_string()]);
    let mut apps: Vec<_> = report.results.iter().map(|m| m.app.as_str()).collect();
    apps.dedup();
    if apps.len() == workshop.apps.len() {
        apps = vec!["all"];
    }
    for app in apps {
        command = command.args(["--app", app]);
    }
    for variant in &options.variant {
        command = command.args(["--variant", variant]);
    }
    if let Some(claim) = &options.claim {
        command = command.args(["--claim", claim]);
    }
    if let Some(bases) = &options.bases.bases {
        command = command.args(["--bases".to_owned(), bases.to_string()]);
    }
    for file in &options.bases.ca_file {
        command = command.args(["--ca-file".to_owned(), file.display().to_string()]);
    }
    if let Some(builder) = &options.builder {
        command = command.args(["--builder", builder]);
    }
    if options.no_cache {
        command = command.arg("--no-cache");
    }
    command.display()
}
