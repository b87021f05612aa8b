//! The proof of a lesson: it is run as a learner runs it, and the document it gives is looked at.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::{self, ErrorId, Exit, Problem, Result};
use crate::host;
use crate::lesson::{Lesson, Step};
use crate::model::{App, LessonReport, Outcome, Verdict};
use crate::plan::Plan;
use crate::process::Command;
use crate::workshop::Workshop;

/// A lesson builds everything from nothing in the worst case.
const LONG: Duration = Duration::from_mins(45);

/// What else the machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Machine {
    /// Nothing much: whatever is expected can be measured.
    Calm,
    /// So much that times may not be measured. Nothing may fail for that.
    Busy,
}

/// Runs a lesson for one app. Returns in words what held.
///
/// Errors: [`ErrorId::TestFailed`] where it does not run to its end, or where its document lacks something.
pub(super) fn prove(workshop: &Workshop, lesson: &Lesson, app: &App, machine: Machine) -> Result<String> {
    let page = workshop.root.join("target/drydock").join(lesson.id.as_str()).join("report.html");
    // What an earlier run wrote would hide that this one did not.
    let _ = std::fs::remove_file(&page);
    let held = run(workshop, lesson, app, machine)?;
    let written = std::fs::read_to_string(&page).map_err(|e| error::io("read", &page, &e))?;
    if written.contains("</html>") && written.contains(app.id.as_str()) {
        return Ok(held);
    }
    Err(Problem::new(ErrorId::TestFailed, format!("{} is not a whole page.", page.display())))
}

/// As [`prove`], but for the page, which all runs of a lesson write in one place.
///
/// Errors: as [`prove`].
pub(super) fn run(workshop: &Workshop, lesson: &Lesson, app: &App, machine: Machine) -> Result<String> {
    let number = lesson.number.to_string();
    let program = host::program().map_err(|e| error::io("find", &PathBuf::from("xtask"), &e))?;
    let command = Command::new(program.display().to_string())
        .args(["lesson", &number, "--app", app.id.as_str(), "--predict", "skip", "--json"])
        .env("DRYDOCK_STATE", state(workshop));
    let output = command.output(LONG)?;
    let document = serde_json::from_str::<LessonReport>(&output.stdout);
    // One that says what could not be measured is a document as well.
    let is_told = output.status == Exit::Environment as i32 && document.is_ok();
    if !output.success() && !is_told {
        let fact = format!("`{}` ended with status {}.", command.display(), output.status);
        return Err(
            Problem::new(ErrorId::TestFailed, fact).evidence(output.stderr.lines().chain(output.stdout.lines()))
        );
    }
    let report = document
        .map_err(|e| Problem::new(ErrorId::TestFailed, format!("{} gave no document: {e}.", command.display())))?;
    let lacks = lacks(&report, &Expected::of(workshop, lesson, app)?, machine);
    if lacks.is_empty() {
        let held = report.expectations.iter().filter(|verdict| verdict.held()).count();
        return Ok(format!("{held} expectations held"));
    }
    Err(Problem::new(ErrorId::TestFailed, format!("`{}` gave less than it should.", command.display())).evidence(lacks))
}

/// Where runs of the tests remember things: a person's own progress is neither seen nor changed.
fn state(workshop: &Workshop) -> String {
    let own = || workshop.root.join("target/drydock-tests").display().to_string();
    std::env::var("DRYDOCK_STATE").unwrap_or_else(|_| own())
}

/// What a lesson's document must hold.
struct Expected {
    images: usize,
    not_run: usize,
    steps: usize,
}

impl Expected {
    /// On bases that were built here, which no image from a registry stands on.
    fn of(workshop: &Workshop, lesson: &Lesson, app: &App) -> Result<Self> {
        let one = std::slice::from_ref(&app.id);
        let mut plan = Plan::of_lesson(workshop, lesson, one, &[], |path| workshop.dockerfile(path))?;
        let not_run = plan.without_registry().len();
        // A step for another language, or about variants that this one does not have, is left out.
        let told_for = |step: &&Step| {
            let variants = step.variants();
            let has_one = variants.is_empty() || plan.all().any(|image| variants.contains(&&image.name.variant));
            has_one && (step.apps.is_empty() || step.apps.contains(&app.id))
        };
        Ok(Self { images: plan.images.len(), not_run, steps: lesson.step.iter().filter(told_for).count() })
    }
}

/// What is wrong with a document, one line each.
fn lacks(report: &LessonReport, expected: &Expected, machine: Machine) -> Vec<String> {
    let mut lacks = Vec::new();
    let mut must = |holds: bool, otherwise: String| {
        if !holds {
            lacks.push(otherwise);
        }
    };
    must(report.schema == LessonReport::SCHEMA, format!("it has version {}", report.schema));
    must(report.leftovers == 0, format!("{} containers are left over", report.leftovers));
    let (measured, not_run) = (report.results.len(), report.not_run.len());
    must(measured == expected.images, format!("{measured} images were measured, and there are {}", expected.images));
    must(not_run == expected.not_run, format!("{not_run} images were not run, and {} should not be", expected.not_run));
    let told: BTreeSet<usize> = report.told.iter().map(|told| told.step).collect();
    must(told.len() == expected.steps, format!("{} steps happened, and there are {}", told.len(), expected.steps));
    must(!report.expectations.is_empty(), "it expects nothing".to_owned());
    for Verdict { id, subject, outcome, measured, .. } in &report.expectations {
        match outcome {
            Outcome::Held => {}
            Outcome::Failed => must(false, format!("{subject}: {id} did not hold: {measured}")),
            Outcome::NotMeasured => {
                must(machine == Machine::Busy, format!("{subject}: {id} was not measured: {measured}"));
            }
        }
    }
    for measured in &report.results {
        let well = measured.health.ok && measured.health.status == 200 && measured.ready_ms > 0;
        must(well && measured.layers > 0 && measured.stored_bytes > 0, format!("{}: {measured:?}", measured.image));
    }
    lacks
}
