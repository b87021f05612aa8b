//! What a manifest names that is not there, and how the mistake is told.

use std::fs;
use std::path::Path;

use super::Workshop;

/// A copy of the lesson of data alone that the tests of the command line run, with one text replaced.
fn told(file: &str, find: &str, replace: &str) -> (String, Vec<String>) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(&repository.join("tests/scratch"), folder.path());
    fs::create_dir_all(folder.path().join("apps")).unwrap();
    fs::copy(repository.join("apps/contract.toml"), folder.path().join("apps/contract.toml")).unwrap();
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(find), "{find:?} is not in {file}");
    fs::write(&path, text.replacen(find, replace, 1)).unwrap();
    match Workshop::open(folder.path()) {
        Ok(_) => (String::new(), Vec::new()),
        Err(problem) => (problem.fact, problem.next),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

const LESSON: &str = "lessons/01-scratch/lesson.toml";
const EXERCISE: &str = "lessons/01-scratch/exercises/first/exercise.toml";

#[test]
fn the_lesson_of_data_alone_names_nothing_that_is_not_there() {
    assert_eq!(told(LESSON, "title", "title"), (String::new(), Vec::new()));
}

#[test]
fn every_name_of_a_step_is_looked_up_when_the_manifest_is_read() {
    for (find, replace, says, means) in [
        (
            "do.timeline.variants = [\"production\"]",
            "do.timeline.variants = [\"prodction\"]",
            "no app has a variant `prodction`",
            "production",
        ),
        (
            "ends-in = [\"with-init\"]",
            "ends-in = [\"with-inti\"]",
            "`with-inti` is none of the variants of this step",
            "with-init",
        ),
        (
            "changes = [\"token\"",
            "changes = [\"tokn\"",
            "neither the lesson nor every app of this step knows a change `tokn`",
            "token",
        ),
        ("withhold = [\"token\"]", "withhold = [\"tokken\"]", "`production` is given no secret `tokken`", "token"),
        ("\"{image:everywhere}\"", "\"{image:everywher}\"", "no app has a variant `everywher`", "everywhere"),
        ("\"{image:everywhere}\"", "\"{imgae:everywhere}\"", "unknown placeholder `imgae`", "image"),
        ("{stored:everywhere}", "{stored:sick}", "`sick` is not among `variants`", ""),
        ("{stored:everywhere}", "{sotred:everywhere}", "unknown value `sotred`", "stored"),
        ("right = \"no\"", "right = \"on\"", "the right answer is none of those to choose from", ""),
        ("do.health.becomes = {", "do.health.becoms = {", "unknown field `becoms`", "becomes"),
        ("do = \"table\"", "do = \"tabel\"", "unknown variant `tabel`", "table"),
        ("contains = \"token\"", "contains = \"\"", "a failure without a text", ""),
    ] {
        let (fact, next) = told(LESSON, find, replace);
        assert!(fact.starts_with(&format!("{LESSON}:")) && fact.contains(says), "{replace}: {fact}");
        let meant = format!("Did you mean `{means}`?");
        assert!(means.is_empty() || next.contains(&meant), "{replace}: {next:?}");
    }
}

#[test]
fn an_expectation_names_what_is_measured_and_could_fail() {
    for (find, replace, says) in [
        (
            "variant = \"with-init\"\nrule.ends",
            "variant = \"sick\"\nrule.ends",
            "`ends-on-signal` is judged by what `variants` lists",
        ),
        ("of = \"everywhere\"", "of = \"everywhen\"", "`everywhen` is not among them"),
        ("platform = \"linux/arm64\"", "platform = \"linux/arm\"", "is built for `linux/arm`"),
        ("platform = \"linux/arm64\"", "platform = \"arm64\"", "is not a platform such as linux/amd64"),
        ("change = \"token\", run", "change = \"tide\", run", "knows a change `tide`"),
        (".bytes = 20_000_000", " = {}", "no limit that anything could exceed"),
        ("at-least = 20e6, at-most = 900e6, ", "", "no limit that anything could exceed"),
        ("rule = \"no-shell\"", "rule = \"no-shel\"", "unknown variant `no-shel`"),
        ("why = \"It has to answer.\"", "wyh = \"It has to answer.\"", "unknown field `wyh`"),
    ] {
        let (fact, _) = told(LESSON, find, replace);
        assert!(fact.starts_with(&format!("{LESSON}:")) && fact.contains(says), "{replace}: {fact}");
    }
}

#[test]
fn what_a_variant_is_made_of_is_there() {
    for (find, replace, says) in [
        ("with = [\"notes\"]", "with = [\"note\"]", "the lesson has no files `note`"),
        (
            "context = \"contexts/reef\"",
            "context = \"contexts/cliff\"",
            "there is no folder lessons/01-scratch/contexts/cliff",
        ),
        ("from = \"taken/main.go\"", "from = \"taken/mian.go\"", "there is no lessons/01-scratch/taken/mian.go"),
        ("text = \"calm", "bytes = 3\ntext = \"calm", "a file holds one of `text`, `bytes` and `from`"),
        ("renewed-{run}", "renewed", "no replacement of this change has `{run}` in it"),
        ("target = \"base\"", "targt = \"base\"", "unknown field `targt`"),
    ] {
        let (fact, _) = told(LESSON, find, replace);
        assert!(fact.starts_with(&format!("{LESSON}:")) && fact.contains(says), "{replace}: {fact}");
    }
}

#[test]
fn an_exercise_names_what_its_lesson_has() {
    for (find, replace, says) in [
        ("first = \"buoy\"", "first = \"bouy\"", "there is no lessons/01-scratch/exercises/first/bouy/Dockerfile"),
        ("when = \"non-root\"", "when = \"no-root\"", "no expectation of this exercise has the rule `no-root`"),
        ("rule = \"non-root\"", "rule.stored-at-most = { times = 1.0, of = \"par\" }", "no app has a variant `par`"),
        ("[[expect]]", "[also.debug]\nsummary = \"\"\n[[expect]]", "begins with `mine-`"),
        ("rule = \"non-root\"", "variant = \"mine-debug\"\nrule = \"non-root\"", "no app has a variant `mine-debug`"),
    ] {
        let (fact, _) = told(EXERCISE, find, replace);
        assert!(fact.starts_with(&format!("{EXERCISE}:")) && fact.contains(says), "{replace}: {fact}");
    }
}

#[test]
fn a_mistake_is_told_with_the_line_and_column_of_the_value() {
    let (fact, _) = told(LESSON, "do.timeline.variants = [\"production\"]", "do.timeline.variants = [\"prodction\"]");
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("tests/scratch").join(LESSON));
    let line = text.unwrap().lines().position(|line| line.starts_with("do.timeline")).unwrap() + 1;
    assert!(fact.starts_with(&format!("{LESSON}:{line}:25: ")), "{fact}");
}

#[test]
fn lessons_that_are_here_are_told_in_runs() {
    assert_eq!(super::runs(&[1, 2, 3, 10, 12, 13]), ["1 to 3", "10", "12 to 13"]);
    assert_eq!(super::runs(&[4]), ["4"]);
}
