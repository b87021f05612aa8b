//! What the command line says, word for word, where no engine is needed.

#[path = "cli/inspect.rs"]
mod inspect;

use drydock_tests::workshop::{Fixture, Variant};
use snapbox::{assert_data_eq, str};

/// A fixture whose one variant is never built.
fn idle() -> Fixture {
    Fixture::new(&[Variant { name: "naive", dockerfile: "FROM scratch AS check\nCOPY . /\n" }])
}

/// Runs the program in the fixture; returns status, standard output and standard error.
fn said(fixture: &Fixture, arguments: &[&str]) -> (i32, String, String) {
    let output = fixture.run(arguments);
    (output.status, output.stdout, output.stderr)
}

#[test]
fn help_groups_commands_by_who_needs_them() {
    let (status, out, _) = said(&idle(), &["-h"]);
    assert_eq!(status, 0);
    assert_data_eq!(
        out,
        str![[r#"
Drydock: a hands-on workshop on Docker multi-stage builds

Usage: cargo xtask [OPTIONS] [COMMAND]

Learn:
  lesson    List the lessons, or run one: build, start, ask, measure, judge
  check     Build and judge your answer to a lesson's exercise; the first time it gives you the
            files
  hint      One more hint for what failed in the last check
  solution  Compare your answer with a right one, when you have solved the exercise
  reset     Begin an exercise again; what you had is kept beside
  progress  What you have done, what is next, and how small you got it
  explain   Explain an error, a rule of the audit or an expectation of a lesson by its id
  inspect   Say what an image is made of, byte by byte; without a name, which images carry most
            besides their payload
  diff      Say where the bytes went between two images
  compare   Build every service in every way, start them all, and compare them
  rollout   Say what it costs to ship: bytes a deploy sends, and what a fleet of nodes makes of them
  audit     Say what should change in a Dockerfile of your own: builds, starts and measures it

Prepare:
  doctor    Say what this machine has and lacks, and prove the engine with a real container
  bases     The base images: list, build, save to a file, load from one
  clean     Remove what Drydock made: containers, images, remembered state

Maintain:
  book      Build the book; with --open, read it in a browser
  test      Run every check of the repository
  tidy      Check, and with --fix correct, what must agree: manifests, Dockerfiles, words, what the
            README shows
  new       Begin a lesson, an exercise, an app or a variant: writes files to fill in
...
"#]]
    );
}

#[test]
fn alone_it_says_what_to_type_next() {
    let (status, out, _) = said(&idle(), &[]);
    assert_eq!(status, 0);
    assert_data_eq!(
        out,
        str![[r#"
Drydock: Docker multi-stage builds, measured on your machine

  1  ills  tell one failure from another

  Next: cargo xtask lesson 1
  cargo xtask --help lists all commands.

"#]]
    );
}

#[test]
fn an_unknown_lesson_names_its_neighbour() {
    let (status, _, err) = said(&idle(), &["lesson", "ils"]);
    assert_eq!(status, 2);
    assert_data_eq!(
        err,
        str![[r#"
error: There is no lesson "ils". [unknown-lesson]
  next: Did you mean `ills`?
  next: cargo xtask lesson    lists the lessons

"#]]
    );
}

#[test]
fn a_lesson_that_is_not_written_yet_comes_later() {
    let (status, _, err) = said(&idle(), &["lesson", "11"]);
    assert_eq!(status, 2);
    assert_data_eq!(
        err,
        str![[r#"
error: Lesson 11 comes later: of the 18 lessons planned, lesson 1 is here. [unknown-lesson]
  next: cargo xtask lesson    lists the lessons that are here

"#]]
    );
    let (_, _, err) = said(&idle(), &["lesson", "19"]);
    assert!(err.starts_with("error: There is no lesson \"19\"."), "{err}");
}

#[test]
fn an_unknown_app_names_its_neighbour() {
    let (status, _, err) = said(&idle(), &["lesson", "1", "--app", "slop"]);
    assert_eq!(status, 2);
    assert_data_eq!(
        err,
        str![[r#"
error: There is no app "slop"; there are sloop. [unknown-app]
  next: Did you mean `sloop`?

"#]]
    );
}

#[test]
fn an_unknown_variant_names_its_neighbour() {
    let (status, _, err) = said(&idle(), &["lesson", "1", "--variant", "naif"]);
    assert_eq!(status, 2);
    assert_data_eq!(
        err,
        str![[r#"
error: Lesson 1 has no variant "naif"; it has naive. [unknown-variant]
  next: Did you mean `naive`?

"#]]
    );
}

#[test]
fn a_rollout_of_an_unknown_variant_names_its_neighbour() {
    let (status, _, err) = said(&idle(), &["rollout", "--variant", "naif"]);
    assert_eq!(status, 2);
    assert_data_eq!(
        err,
        str![[r#"
error: No app that was asked for has a variant "naif". [unknown-variant]
  next: Did you mean `naive`?

"#]]
    );
}

#[test]
fn an_unknown_key_in_a_manifest_is_shown_where_it_stands() {
    let fixture = idle();
    fixture.write(
        "lessons/01-ills/lesson.toml",
        "title = \"Ills\"\nquestion = \"?\"\nable-to = \"x\"\nvaraints = [\"naive\"]\n",
    );
    let (status, _, err) = said(&fixture, &["lesson", "1"]);
    assert_eq!(status, 2);
    assert_data_eq!(
        err,
        str![[r#"
error: lessons/01-ills/lesson.toml:4:1: unknown field `varaints`, expected one of [..]. [manifest]
...
  next: Did you mean `variants`?

"#]]
    );
}

#[test]
fn a_variant_that_no_app_has_is_shown_where_it_stands() {
    let fixture = idle();
    fixture.write(
        "lessons/01-ills/lesson.toml",
        "title = \"Ills\"\nquestion = \"?\"\nable-to = \"x\"\nanswer = \"a\"\nminutes = { talk = 1, machine = 1, exercise = 1 }\nvariants = [\"naiv\"]\n",
    );
    let (status, _, err) = said(&fixture, &["lesson", "1"]);
    assert_eq!(status, 2);
    assert_data_eq!(
        err,
        str![[r#"
error: lessons/01-ills/lesson.toml:6:13: no app has a variant `naiv`. [manifest]
...
  next: Did you mean `naive`?

"#]]
    );
}

#[test]
fn a_change_that_the_build_cache_could_know_is_shown_where_it_stands() {
    let fixture = idle();
    fixture.write(
        "apps/sloop/app.toml",
        "title = \"Sloop\"\nlanguage = \"sh\"\nport = 8080\nready-within = \"3s\"\n\n[variant.naive]\nsummary = \"x\"\n\n\
         [check]\nvariant = \"naive\"\ntarget = \"check\"\n\n\
         [change.source]\nsummary = \"x\"\nedits = [{ file = \"a\", find = \"b\", replace = \"c\" }]\n",
    );
    let (status, _, err) = said(&fixture, &["lesson", "1"]);
    assert_eq!(status, 2);
    assert_data_eq!(
        err,
        str![[r#"
error: apps/sloop/app.toml:13:9: no replacement of this change has `{run}` in it. [manifest]
...
  next: Put it into a comment or a text, where it changes the build and breaks nothing.

"#]]
    );
}

#[test]
fn an_error_can_be_explained() {
    let (status, out, _) = said(&idle(), &["explain", "unknown-variant"]);
    assert_eq!(status, 0);
    assert_data_eq!(
        out,
        str![[r#"
unknown-variant  (exit code 2)

The command line names a variant that this app or lesson does not have.
A variant is one way to build an app, such as `naive` or `multi-stage`.

"#]]
    );
}

#[test]
fn a_rule_of_the_audit_can_be_explained() {
    let (status, out, _) = said(&idle(), &["explain", "single-stage"]);
    assert_eq!(status, 0);
    assert_data_eq!(
        out,
        str![[r#"
single-stage  (rule of the audit, bytes)

Finds an image that is built and shipped in the same stage.
Everything the build needed is in the image: compilers, package managers, sources. Every machine downloads it, every scanner reports it, and an intruder finds tools there.

"#]]
    );
    let (_, listed, _) = said(&idle(), &["explain"]);
    assert!(["disk-full", "single-stage", "healthy"].iter().all(|id| listed.contains(id)), "{listed}");
    let (status, _, err) = said(&idle(), &["explain", "single-stag"]);
    assert!(status == 2 && err.contains("single-stage"), "{err}");
}

#[test]
fn an_expectation_can_be_explained() {
    let (status, out, _) = said(&idle(), &["explain", "healthy"]);
    assert_eq!(status, 0);
    assert_data_eq!(
        out,
        str![[r#"
healthy  (expectation of lessons and exercises)

The container gave the answer that its health endpoint must give.

"#]]
    );
}

#[test]
fn outside_a_repository_it_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().display().to_string();
    let command = drydock_tests::xtask().arg("lesson").env("CARGO_MANIFEST_DIR", root).dir(folder.path());
    let output = command.output(std::time::Duration::from_mins(1)).expect("it runs");
    assert_eq!(output.status, 2);
    assert_data_eq!(
        output.stderr,
        str![[r#"
error: This is not a Drydock repository: there is no apps/contract.toml. [not-a-workshop]
  next: Change into the folder you cloned and try again.

"#]]
    );
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let fixture = idle();
    let line = format!("{} | true", fixture.command(&["explain"]).display());
    let shell = drydock::process::Command::new("sh").args(["-c", &line]);
    let output = shell.output(std::time::Duration::from_mins(1)).expect("sh runs");
    assert_eq!(output.stderr, "");
}
