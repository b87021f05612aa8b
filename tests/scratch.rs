//! A lesson made of data alone, in a workshop that has no app: what a manifest can say needs no Rust.
#![cfg(unix)]

use std::path::Path;
use std::time::Duration;

use drydock::model::{CheckReport, ExerciseId, LessonReport, Outcome, ProgressReport, Shown};
use drydock_tests::told;
use drydock_tests::workshop::Fixture;

fn workshop() -> Fixture {
    Fixture::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scratch"))
}

#[test]
fn a_lesson_of_data_alone_uses_all_that_a_manifest_can_say() {
    let workshop = workshop();
    let output = workshop.run(&["lesson", "1", "--json"]);
    let report: LessonReport =
        serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}\n{}", output.stderr, output.stdout));

    // Each variant was built as its manifest says, for each platform.
    let results: Vec<String> = report.results.iter().map(|m| m.key().to_string()).collect();
    let (own, foreign) = ("buoy/everywhere (linux/amd64)", "buoy/everywhere (linux/arm64)");
    assert_eq!(results, ["buoy/production", "buoy/with-init", "buoy/otherwise", "buoy/reef", own, foreign]);
    let not_run: Vec<&str> = report.results.iter().filter_map(|m| m.not_run.as_deref()).collect();
    assert!(not_run.len() == 1 || std::env::consts::ARCH != "x86_64", "{not_run:?}");

    // Every step came to what it says.
    assert_eq!(report.told.len(), 14);
    // Another engine needs Linux and root; without, what it would fetch is not measured, and never a pass.
    let pulled = report.expectations.iter().find(|v| v.id == "pulls-at-most").map(|v| v.outcome);
    let can_pull = drydock::engine::empty::require().is_ok();
    assert_eq!(pulled, Some(if can_pull { Outcome::Held } else { Outcome::NotMeasured }));
    let unlike: Vec<_> = report.expectations.iter().filter(|v| !v.held() && v.id != "pulls-at-most").collect();
    let [known_to_fail] = unlike.as_slice() else { panic!("{unlike:#?}") };
    assert_eq!((known_to_fail.id.as_str(), known_to_fail.outcome), ("stored-at-most", Outcome::Failed));
    assert_eq!((output.status, report.leftovers), (1, 0));
    let of = |id: &str| report.expectations.iter().filter(|v| v.id == id).count();
    for (rule, verdicts) in [
        ("stages-overlap", 1),
        ("needs-secret", 1),
        ("secret-kept", 1),
        ("ends-on-signal", 1),
        ("engine-health", 1),
        ("published", 1),
        ("tool-finds", 3),
        ("pushes-at-most", 2),
    ] {
        assert_eq!(of(rule), verdicts, "{rule}");
    }
    let published = report.expectations.iter().find(|v| v.id == "published").and_then(|v| v.source.as_deref());
    assert_eq!(published, Some("A page about slim images, 2024"));
    let blocks = report.told.iter().filter(|told| matches!(told.shown, Shown::Blocks { .. })).count();
    assert_eq!(blocks, 10);

    // A secret changed nothing, an argument did.
    let experiment = report.told.iter().find_map(|told| match &told.shown {
        Shown::Experiment { experiments, .. } => experiments.first(),
        _ => None,
    });
    let again: Vec<usize> = experiment.expect("an experiment").rebuilds.iter().map(|one| one.ran.len()).collect();
    assert!(again[0] == 0 && again[1] > 0 && again[2] > again[1], "{again:?}");
    let root = workshop.path("target/drydock/secrets");
    let text = std::fs::read_to_string(root.join("scratch-buoy-with-init/token")).expect("a secret");
    assert_eq!(text, "another-token-that-stays");
}

#[test]
fn a_lesson_has_several_exercises_each_with_its_own_progress() {
    let workshop = workshop();
    let state = workshop.path("state").display().to_string();
    let run = |arguments: &[&str]| {
        let command = workshop.command(arguments).env("DRYDOCK_STATE", state.clone());
        command.output(Duration::from_mins(10)).unwrap_or_else(|p| panic!("{}", told(&p)))
    };
    let output = run(&["check", "1/second"]);
    assert_eq!(output.status, 1, "{}", output.stderr);
    assert!(output.stderr.contains("my/scratch/second/buoy/Dockerfile"), "{}", output.stderr);
    workshop.write(
        "my/scratch/second/buoy/Dockerfile",
        &workshop.read("lessons/01-scratch/exercises/second/solution/number/buoy/Dockerfile"),
    );
    let output = run(&["check", "1/second", "--json"]);
    let report: CheckReport = serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", output.stderr));
    assert!(report.solved, "{}", output.stdout);

    // One is left, and comes next by itself.
    let output = run(&["progress", "--json"]);
    let progress: ProgressReport = serde_json::from_str(&output.stdout).expect("a document");
    let reached: Vec<_> =
        progress.lessons[0].reached.iter().map(|one| one.exercise.as_ref().map(ExerciseId::as_str)).collect();
    assert_eq!((reached, progress.lessons[0].done), (vec![Some("second")], false));
    let output = run(&["check", "1"]);
    assert!(output.stderr.contains("my/scratch/first/buoy/Dockerfile"), "{}", output.stderr);
}
