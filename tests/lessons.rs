//! Every lesson, from the command line to the JSON document, a named trial for each language; all but one of them only with
//! `cargo xtask test --full`. And what a lesson leaves behind: nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use drydock::lesson::{Lesson, Step};
use drydock::model::{AppId, LessonReport, Matrix};
use drydock::plan::Plan;
use drydock::process::Command;
use drydock::workshop::Workshop;
use drydock_tests::{built_images, told, xtask};
use libtest_mimic::{Arguments, Failed, Trial};

/// A lesson builds everything from nothing in the worst case.
const LONG: Duration = Duration::from_mins(30);

fn main() {
    let mut arguments = Arguments::from_args();
    // Lessons share one engine and measure durations: one after the other.
    arguments.test_threads = Some(1);
    let workshop = Workshop::find().unwrap_or_else(|p| panic!("{}", told(&p)));
    if !arguments.list {
        built_images(&workshop).unwrap_or_else(|p| panic!("{}", told(&p)));
    }
    let mut trials = Vec::new();
    for lesson in &workshop.lessons {
        let first = lesson.exercises.first().map(|exercise| &exercise.first);
        let apps: Vec<&AppId> = workshop.apps.keys().filter(|app| fits(lesson, app)).collect();
        // Every language takes most of an hour. The first lesson is told in all of them even so: its images are there already.
        let by_default =
            |app: &AppId| lesson.number == 1 || first.map_or(Some(&app) == apps.first(), |first| first == app);
        for app in &apps {
            let trial = of_lesson(&workshop, lesson, app).with_ignored_flag(!by_default(app));
            trials.push(trial);
        }
    }
    let images = workshop.apps.values().map(|app| app.variant.len()).sum();
    trials.push(Trial::test("compare-measures-every-image", move || compares(images)));
    trials.push(Trial::test("the-line-for-the-hand-works", by_hand));
    trials.push(Trial::test("kept-containers-answer-and-are-cleaned", keeps));
    libtest_mimic::run(&arguments, trials).exit();
}

/// Whether a lesson is about an app.
fn fits(lesson: &Lesson, app: &AppId) -> bool {
    lesson.apps.is_empty() || lesson.apps.contains(app)
}

/// The trial of a lesson for one language.
fn of_lesson(workshop: &Workshop, lesson: &Lesson, app: &AppId) -> Trial {
    let one = std::slice::from_ref(app);
    let plan = Plan::of_lesson(workshop, lesson, one, &[], |path| workshop.dockerfile(path));
    let mut plan = plan.unwrap_or_else(|p| panic!("{}", told(&p)));
    let not_run = plan.without_registry().len();
    // A step for another language, or about variants that this one does not have, is left out.
    let told_for = |step: &&Step| {
        let variants = step.variants();
        let has_one = variants.is_empty() || plan.all().any(|image| variants.contains(&&image.name.variant));
        has_one && (step.apps.is_empty() || step.apps.contains(app))
    };
    let expected = Expected {
        number: lesson.number,
        id: lesson.id.to_string(),
        app: app.to_string(),
        images: plan.images.len(),
        steps: lesson.step.iter().filter(told_for).count(),
        not_run,
    };
    Trial::test(format!("lesson::{}::{app}", lesson.id), move || runs(&expected))
}

/// What a lesson's document must hold, on bases that were built here.
struct Expected {
    number: u32,
    id: String,
    app: String,
    images: usize,
    steps: usize,
    not_run: usize,
}

/// Runs the lesson for one app and looks at the whole document.
fn runs(expected: &Expected) -> Result<(), Failed> {
    let id = expected.id.as_str();
    let root = Workshop::find().map_err(|p| told(&p))?.root;
    let page = root.join("target/drydock").join(id).join("report.html");
    // What an earlier run wrote would hide that this one did not.
    let _ = std::fs::remove_file(&page);
    let output = xtask()
        .args(["lesson", &expected.number.to_string(), "--app", &expected.app, "--json"])
        .output(LONG)
        .map_err(|p| told(&p))?;
    if output.status != 0 {
        return Err(format!("ended with {}:\n{}\n{}", output.status, output.stderr, output.stdout).into());
    }
    let report: LessonReport = serde_json::from_str(&output.stdout)?;
    assert_eq!((report.schema, report.lesson.id.as_str(), report.leftovers), (LessonReport::SCHEMA, id, 0));
    assert_eq!((report.results.len(), report.not_run.len()), (expected.images, expected.not_run));
    let failed: Vec<_> = report.expectations.iter().filter(|v| !v.held()).collect();
    assert!(failed.is_empty() && !report.expectations.is_empty(), "{failed:#?}");
    let told: BTreeSet<usize> = report.told.iter().map(|told| told.step).collect();
    assert_eq!(told.len(), expected.steps, "every step happened");
    for m in &report.results {
        assert!(m.health.ok && m.health.status == 200 && m.layers > 0 && m.stored_bytes > 100_000, "{m:?}");
        assert!(m.parallel && m.ready_ms > 0, "{m:?}");
    }
    let page = std::fs::read_to_string(&page)?;
    assert!(page.contains("</html>") && report.results.iter().all(|m| page.contains(m.app.as_str())), "{page}");
    assert_eq!(containers_of_ours()?, "", "a lesson leaves no container behind");
    Ok(())
}

/// Compares everything; the images it weighed are those that `inspect` then ranks without reading any.
fn compares(images: usize) -> Result<(), Failed> {
    let output = xtask().args(["compare", "--json"]).output(LONG).map_err(|p| told(&p))?;
    if output.status != 0 {
        return Err(format!("ended with {}:\n{}\n{}", output.status, output.stderr, output.stdout).into());
    }
    let matrix: Matrix = serde_json::from_str(&output.stdout)?;
    assert_eq!((matrix.schema, matrix.leftovers, matrix.results.len()), (1, 0, images));
    assert!(matrix.results.iter().all(|m| m.health.ok && m.stored_bytes > 100_000), "{:?}", matrix.results);
    assert_eq!(containers_of_ours()?, "", "a comparison leaves no container behind");

    let output = xtask().args(["inspect", "--json"]).output(LONG).map_err(|p| told(&p))?;
    let ranking: serde_json::Value = serde_json::from_str(&output.stdout)?;
    let known = ranking["known"].as_array().ok_or("no list")?;
    for m in &matrix.results {
        // Another tag of the same image may come first.
        let has_tag = |one: &&serde_json::Value| {
            one["tags"].as_array().is_some_and(|tags| tags.contains(&m.image.as_str().into()))
        };
        let ranked =
            known.iter().find(has_tag).ok_or_else(|| format!("{} is not among the known: {ranking:#}", m.image))?;
        assert_eq!(ranked["stored_bytes"], m.stored_bytes, "{}", m.image);
        assert!(ranked["application_bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{ranked}");
    }
    Ok(())
}

/// The last line of a result repeats one image by hand: copied into a shell, it works.
fn by_hand() -> Result<(), Failed> {
    let output =
        xtask().args(["lesson", "1", "--app", "all", "--color", "never"]).output(LONG).map_err(|p| told(&p))?;
    // One command over several lines: each but the last ends with a backslash.
    let rest = output.stdout.lines().skip_while(|line| !line.trim().starts_with("docker buildx build "));
    let mut line = String::new();
    for part in rest {
        line.push_str(part);
        line.push('\n');
        if !part.ends_with('\\') {
            break;
        }
    }
    if line.is_empty() {
        return Err(output.stdout.into());
    }
    let workshop = Workshop::find().map_err(|p| told(&p))?;
    let built = Command::new("sh").args(["-c", &line]).dir(&workshop.root).output(LONG).map_err(|p| told(&p))?;
    if built.status == 0 { Ok(()) } else { Err(format!("{line}\n{}", built.stderr).into()) }
}

/// `--keep` leaves containers that answer at the printed address, and `clean` removes them.
fn keeps() -> Result<(), Failed> {
    let workshop = Workshop::find().map_err(|p| told(&p))?;
    let app = workshop.apps.keys().next().ok_or("no app")?.to_string();
    let arguments = ["lesson", "1", "--app", &app, "--keep", "--color", "never"];
    let output = xtask().args(arguments).output(LONG).map_err(|p| told(&p))?;
    let urls: Vec<&str> = output.stdout.split_whitespace().filter(|w| w.starts_with("http://127.0.0.1:")).collect();
    let lesson = workshop.lesson("1").map_err(|p| told(&p))?;
    let first: Vec<AppId> = workshop.apps.keys().take(1).cloned().collect();
    let plan =
        Plan::of_lesson(&workshop, lesson, &first, &[], |path| workshop.dockerfile(path)).map_err(|p| told(&p))?;
    assert_eq!(urls.len(), plan.images.len(), "{}", output.stdout);
    let health = workshop.contract.health().ok_or("no health request")?;
    for url in urls {
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        let answer = drydock::probe::send(health, address)?;
        assert_eq!(answer.status, 200);
    }
    let cleaned = xtask().args(["clean", "--containers"]).output(LONG).map_err(|p| told(&p))?;
    assert_eq!((cleaned.status, containers_of_ours()?.as_str()), (0, ""), "{}", cleaned.stderr);
    Ok(())
}

fn containers_of_ours() -> Result<String, Failed> {
    let command = Command::new("docker").args(["ps", "--all", "--quiet", "--filter", "label=dev.drydock.run"]);
    Ok(command.output(LONG).map_err(|p| told(&p))?.stdout.trim().to_owned())
}
