//! Exercises as a learner meets them: right and wrong answers, what cannot be judged, saving while it watches, two terminals.
//! Each trial has a workshop, a progress and an image of its own.
#![cfg(unix)]

use std::fs;
use std::time::{Duration, Instant};

use drydock::model::{CheckReport, ProgressReport};
use drydock::process::{Command, Output};
use drydock_tests::harbour::{EXERCISE, Harbour, RIGHT};

#[track_caller]
fn assert_said(said: &str, lines: &[&str]) {
    for line in lines {
        assert!(said.contains(line), "{line:?} is not in:\n{said}");
    }
}

/// An answer with this last line.
fn ending(last: &str) -> String {
    format!("FROM python:3.13-slim-trixie\nCOPY serve.py /\nUSER 65532:65532\n{last}\n")
}

#[test]
fn the_first_check_gives_the_files_and_judges_them() {
    let harbour = Harbour::new("first-check");
    let output = harbour.run(&["check"]);
    assert_said(&output.stderr, &["Exercise 1 · Name a user", "Yours to edit: my/first-check/sloop/Dockerfile"]);
    assert_said(
        &output.stdout,
        &["✗ non-root: root", "expected  ", "why       It needs no privilege.", "1 of 2 expectations hold.", "Sloop "],
    );
    assert_eq!(output.status, 1, "{}", output.stderr);

    harbour.answer(RIGHT);
    let output = harbour.run(&["check", "--json"]);
    let report: CheckReport = serde_json::from_str(&output.stdout).expect("a document");
    assert_eq!((output.status, report.solved, report.schema), (0, true, CheckReport::SCHEMA), "{}", output.stdout);
    let stored = report.result.expect("a measurement").stored_bytes;
    assert!(stored > 1_000_000 && report.best_bytes == Some(stored), "{}", output.stdout);
    assert!(report.took_ms >= report.build_ms, "{}", output.stdout);
    // The files are the learner's: a second check has not copied them again.
    assert_eq!(harbour.read("my/first-check/sloop/Dockerfile"), RIGHT);

    let output = harbour.run(&["progress", "--json"]);
    let progress: ProgressReport = serde_json::from_str(&output.stdout).expect("a document");
    assert_eq!(progress.lessons[0].reached[0].best_bytes, Some(stored));
    assert!(progress.lessons[0].done && progress.next.is_none(), "{}", output.stdout);
}

#[test]
fn a_hint_more_each_time_then_the_solution() {
    let harbour = Harbour::new("hints");
    let output = harbour.run(&["hint", "1"]);
    assert_eq!(output.status, 4);
    assert_said(&output.stderr, &["[not-checked]", "next: cargo xtask check 1"]);
    assert_eq!(harbour.run(&["check", "1"]).status, 1);
    let hint = harbour.run(&["hint", "1"]);
    assert_said(&hint.stdout, &["non-root failed. Hint 1 of 2:", "1  Who runs it?"]);
    // It says which exercise it is for: in another terminal another one may be at hand.
    assert_said(&hint.stderr, &["my/hints/sloop/Dockerfile"]);
    assert_said(&harbour.run(&["hint", "1"]).stdout, &["Hint 2 of 2:", "2  USER", "solution 1 --anyway"]);

    let refused = harbour.run(&["solution", "1"]);
    assert_eq!(refused.status, 4);
    assert_said(&refused.stderr, &["[not-solved]", "cargo xtask solution 1 --anyway"]);
    harbour.write("lessons/01-hints/solution/number/sloop/Dockerfile", RIGHT);
    let shown = harbour.run(&["solution", "1", "--anyway"]);
    assert_said(
        &shown.stdout,
        &["--- my/hints/sloop/Dockerfile", "+USER", "failed: non-root", "every expectation holds"],
    );
    assert_eq!(shown.status, 0, "{}", shown.stderr);
}

#[test]
fn what_the_learner_had_is_kept_when_they_begin_again() {
    let harbour = Harbour::new("again");
    harbour.answer("# mine\n");
    let refused = harbour.run(&["reset", "1"]);
    assert_eq!(refused.status, 2);
    assert_said(&refused.stderr, &["nobody is here to be asked", "cargo xtask reset 1 --yes"]);
    assert_eq!(harbour.read("my/again/sloop/Dockerfile"), "# mine\n");
    let output = harbour.run(&["reset", "1", "--yes"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    let backup = output.stdout.split_whitespace().find(|word| word.starts_with("my/.backup/again-sloop-"));
    let backup = backup.expect("it says where").trim_end_matches('.').to_owned();
    assert_eq!(harbour.read(&format!("{backup}/Dockerfile")), "# mine\n");
    assert_ne!(harbour.read("my/again/sloop/Dockerfile"), "# mine\n");
}

#[test]
fn what_cannot_be_judged_is_said_and_nothing_of_it_is_lost() {
    let harbour = Harbour::new("ills");
    let python = |code: &str| ending(&format!("CMD [\"python3\", \"-c\", {code:?}]"));
    for (answer, status, said) in [
        ("FROM scratch\nRUNN true\n".to_owned(), 2, vec!["my/ills/sloop/Dockerfile:2:1: ", "RUNN true"]),
        (String::new(), 2, vec!["my/ills/sloop/Dockerfile is empty"]),
        (
            "FROM python:3.13-slim-trixie AS build\nFROM python:3.13-slim-trixie\nCOPY --from=biuld /x /x\n".to_owned(),
            2,
            vec!["Dockerfile:3: no stage is called `biuld`", "Did you mean the stage `build`?", "[dockerfile]"],
        ),
        (ending("RUN echo seam && exit 3"), 6, vec!["seam", "my/ills/sloop/Dockerfile:4", "[build-failed]"]),
        ("FROM golagn:1.27-trixie\n".to_owned(), 2, vec!["golagn:1.27-trixie", "[unknown-base]"]),
        (ending("CMD [\"/no-such-program\"]"), 7, vec!["no-such-program"]),
        (python("raise SystemExit('no berth')"), 7, vec!["no berth", "[container-exited]"]),
        (python("import time; time.sleep(60)"), 7, vec!["[never-listened]"]),
        (python("import socket,time; s=socket.create_server(('', 8080)); time.sleep(60)"), 7, vec!["[never-answered]"]),
    ] {
        harbour.answer(&answer);
        let output = harbour.run(&["check", "1"]);
        assert_said(&output.stderr, &said);
        assert_said(&output.stdout, &["Next: cargo xtask check 1    after you have edited my/ills/sloop/Dockerfile"]);
        assert_eq!(output.status, status, "{answer}\n{}", output.stderr);
        assert_eq!(harbour.read("my/ills/sloop/Dockerfile"), answer);
    }
    assert_said(&harbour.run(&["hint"]).stdout, &["healthy failed"]);
}

#[test]
fn a_step_that_loops_is_ended_and_named() {
    let harbour = Harbour::new("loops");
    harbour.answer(&ending("RUN while true; do sleep 1; done"));
    let began = Instant::now();
    let output = harbour.run(&["check", "1", "--timeout", "20s"]);
    assert_said(
        &output.stderr,
        &[
            "after 20.0 s the step",
            "while true; do sleep 1; done still ran",
            "Dockerfile:4",
            "[build-too-long]",
            "--timeout 30m",
        ],
    );
    assert_eq!(output.status, 6);
    assert!(began.elapsed() < Duration::from_mins(10), "{:?}", began.elapsed());
    let running = Command::new("ps").args(["-eo", "args"]).output(Duration::from_secs(10)).expect("ps runs");
    assert!(!running.stdout.contains("while true; do sleep 1; done"), "the engine still runs it");
}

/// Watches: a first verdict, one for a file that is saved in two halves, one for the right answer; then Ctrl-C.
#[test]
fn it_watches_until_it_is_told_to_stop() {
    let harbour = Harbour::new("watches");
    let log = harbour.path("watch.log");
    let line = harbour.command(&["check", "1", "--watch", "--color", "never"]).display();
    let script = format!(
        "set -m; ( {line} ) > {log} 2>&1 & child=$!\n\
         until_said() {{ for i in $(seq 600); do [ \"$(grep -c \"$1\" {log})\" -ge $2 ] && return; sleep 0.1; done; exit 9; }}\n\
         until_said 'save a file' 1\n\
         printf 'FROM python:3.13-slim-tri' > my/watches/sloop/Dockerfile\n\
         until_said 'unknown-base' 1\n\
         printf 'FROM python:3.13-slim-trixie\\nCOPY\\n' > my/watches/sloop/Dockerfile\n\
         until_said 'save a file' 3\n\
         cp right my/watches/sloop/Dockerfile\n\
         until_said 'Solved' 1\n\
         until_said 'save a file' 4\n\
         kill -INT -- -$child; wait $child\n",
        log = log.display()
    );
    fs::write(harbour.path("right"), RIGHT).expect("a file");
    let shell = Command::new("bash").args(["-c", &script]).dir(harbour.path("."));
    let ended = shell.output(Duration::from_mins(3)).expect("bash runs");
    let said = fs::read_to_string(&log).unwrap_or_default();
    assert_eq!(ended.status, 130, "{said}\n{}", ended.stderr);
    assert_said(&said, &["1 of 2 expectations hold", "[unknown-base]", "Solved: every", "Stopped watching."]);
}

#[test]
fn two_terminals_take_turns_and_both_count() {
    let harbour = Harbour::new("turns");
    harbour.answer(RIGHT);
    let line = harbour.command(&["check", "1", "--color", "never", "--accessible"]).display();
    let both =
        format!("( {line} ) > one 2>&1 & first=$!; ( {line} ) > two 2>&1; second=$?; wait $first; echo $? $second");
    let shell = Command::new("bash").args(["-c", &both]).dir(harbour.path("."));
    let output = shell.output(Duration::from_mins(5)).expect("bash runs");
    let said = format!("{}\n{}", harbour.read("one"), harbour.read("two"));
    assert_eq!(output.stdout.trim(), "0 0", "{said}");
    assert_said(&said, &["Another terminal checks this exercise; waiting for it."]);
    assert_eq!(said.matches("Solved: every expectation holds.").count(), 2, "{said}");
}

#[test]
fn progress_that_cannot_be_read_is_set_aside() {
    let harbour = Harbour::new("aside");
    for (text, why) in [("{\"version\": 7}", "another version"), ("{\"version\": 1, \"at\": \"as", "read as a whole")] {
        fs::write(harbour.state().join("progress.json"), text).expect("a file");
        let output = harbour.run(&["progress"]);
        assert_said(&output.stderr, &["warning:", why, "It was set aside as"]);
        assert_eq!(output.status, 0);
    }
    let kept: Vec<String> = fs::read_dir(harbour.state())
        .expect("a folder")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("progress.json."))
        .map(|entry| fs::read_to_string(entry.path()).expect("a file"))
        .collect();
    assert_eq!(kept.len(), 2);
    assert!(kept.contains(&"{\"version\": 7}".to_owned()), "{kept:?}");
}

#[test]
fn every_known_answer_is_proved_and_the_second_time_stands_on_the_record() {
    let harbour = Harbour::new("proved");
    let git = Command::new("git").args(["init", "--quiet"]).dir(harbour.path("."));
    assert!(git.output(Duration::from_secs(30)).expect("git runs").success());
    let prove = |arguments: &[&str]| harbour.run(&[&["test", "--accessible"], arguments].concat());
    let incomplete = prove(&["--record", "exercise/proved"]);
    assert_eq!(incomplete.status, 1);
    assert_said(&incomplete.stderr, &["lessons/01-proved/wrong has 0 wrong answers for sloop", "0 right answers"]);

    let wrong = |name: &str, fails: &str, says: &str, dockerfile: &str| {
        let folder = format!("lessons/01-proved/wrong/{name}");
        let toml = format!("why = \"A thought.\"\nfails = [{fails}]\nsays = {says:?}\n");
        harbour.write(&format!("{folder}/answer.toml"), &toml);
        harbour.write(&format!("{folder}/sloop/Dockerfile"), dockerfile);
    };
    wrong("root", "\"non-root\"", "root", &RIGHT.replace("65532:65532", "root"));
    wrong("zero", "\"non-root\"", "0:0", &RIGHT.replace("65532:65532", "0:0"));
    wrong("broken", "\"build\"", "seam", &ending("RUN echo seam && exit 1"));
    harbour.write("lessons/01-proved/solution/number/sloop/Dockerfile", RIGHT);
    let other = RIGHT.replace("65532:65532", "1000");
    harbour.write("lessons/01-proved/solution/other-number/sloop/Dockerfile", &other);

    let before = prove(&["record"]);
    assert_eq!(before.status, 1);
    assert_said(
        &before.stderr,
        &["exercise/proved/sloop/wrong/zero: nobody has proved it", "cargo xtask test --record"],
    );
    // Without being asked to, a run writes nothing down.
    assert_eq!(prove(&["exercise/proved/sloop/wrong/zero"]).status, 0);
    assert!(!harbour.path("tests/proved.txt").exists());

    let output = prove(&["--record", "exercise/proved"]);
    assert_eq!(output.status, 0, "{}\n{}", output.stdout, output.stderr);
    let record = harbour.read("tests/proved.txt");
    let keys: Vec<&str> = record.lines().filter_map(|line| line.split(' ').next()).filter(|key| *key != "#").collect();
    let names = ["shipped", "solution/number", "solution/other-number", "wrong/broken", "wrong/root", "wrong/zero"];
    assert_eq!(keys, names.map(|name| format!("exercise/proved/sloop/{name}")));
    assert_said(&record, &["s fails non-root\n", "s passes\n", "s fails build\n"]);
    assert_said(&output.stderr, &["exercise/proved/sloop/wrong/zero: fails non-root", "(nobody has proved it)"]);

    // What stands on the record is not proved again: not even a word is said of it.
    let again = prove(&["--record", "exercise/proved"]);
    assert!(again.status == 0 && !again.stderr.contains("wrong/zero"), "{}", again.stderr);

    // One that no longer fails for its reason is found, and only it is judged again.
    wrong("zero", "\"non-root\"", "1:1", &RIGHT.replace("65532:65532", "0:0"));
    let output = prove(&["--record", "exercise/proved"]);
    assert_eq!(output.status, 1);
    assert_said(&output.stderr, &["wrong/zero: no failure says \"1:1\"", "(its own files changed)"]);
    assert_eq!(harbour.read("tests/proved.txt"), record);
    let left = Command::new("docker").args(["image", "ls", "--quiet", "drydock.local/lesson/proved-proof/sloop"]);
    assert_eq!(left.output(Duration::from_secs(30)).expect("docker runs").stdout, "");
}

#[test]
fn alone_on_a_terminal_it_says_where_you_are() {
    let harbour = Harbour::new("alone");
    let before = terminal(&harbour, &[]);
    assert_said(&before.stdout, &["Drydock  0 of 1 lessons done", "Next: cargo xtask lesson 1"]);
    fs::write(
        harbour.state().join("progress.json"),
        "{\"version\":1,\"at\":\"alone\",\"lessons\":{\"alone\":{\"attempts\":{\"sloop\":{\"last\":\
         {\"date\":\"2026-11-21T12:00:00Z\",\"failed\":[\"non-root\"]}}}}}}",
    )
    .expect("a file");
    let after = terminal(&harbour, &[]);
    assert_said(&after.stdout, &["sloop: not yet: non-root failed", "Next: cargo xtask check 1"]);
}

/// Runs the program on a terminal of its own; both streams come out as one.
fn terminal(harbour: &Harbour, arguments: &[&str]) -> Output {
    let line = harbour.command(arguments).env("NO_COLOR", "1").display();
    let script = Command::new("script").args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    script.dir(harbour.path(".")).output(Duration::from_mins(1)).expect("script runs")
}

/// A lesson with an exercise is data alone: begun, filled in, run and judged, and no Rust was touched.
#[test]
fn a_lesson_with_an_exercise_is_added_without_touching_rust() {
    let harbour = Harbour::new("first-of-two");
    harbour.write("README.md", "# Sloops\n");
    assert_eq!(harbour.run(&["tidy"]).status, 0);
    for arguments in [["new", "lesson", "second-of-two"], ["new", "exercise", "second-of-two"]] {
        let output = harbour.run(&arguments);
        assert_eq!(output.status, 0, "{}", output.stderr);
    }
    let again = harbour.run(&["new", "exercise", "2"]);
    assert_eq!(again.status, 2);
    assert_said(&again.stderr, &["lessons/02-second-of-two/exercise/exercise.toml is there already. [already-there]"]);

    // Nothing but words is missing, and every file that lacks some is named.
    let output = harbour.run(&["tidy"]);
    let findings: Vec<&str> = output.stderr.lines().filter_map(|line| line.trim().strip_prefix("| ")).collect();
    assert_eq!((output.status, findings.len()), (1, 3), "{}", output.stderr);
    assert!(findings.iter().all(|line| line.ends_with("words that are still to be written")), "{findings:?}");
    let folder = "lessons/02-second-of-two";
    let manifest = harbour.read(&format!("{folder}/lesson.toml")).replace("TO WRITE: ", "");
    harbour.write(&format!("{folder}/lesson.toml"), &manifest);
    harbour.write(&format!("{folder}/exercise/exercise.toml"), EXERCISE);
    harbour.write(&format!("{folder}/solution/first/sloop/Dockerfile"), RIGHT);
    let answer = "why = \"Nobody asks who runs it.\"\nfails = [\"non-root\"]\nsays = \"root\"\n";
    harbour.write(&format!("{folder}/wrong/as-it-was/answer.toml"), answer);
    let output = harbour.run(&["tidy"]);
    assert_eq!(output.status, 0, "{}", output.stderr);

    let output = harbour.run(&["lesson", "2", "--app", "all"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    let output = harbour.run(&["check", "2"]);
    assert_said(&output.stdout, &["non-root: root", "1 of 2 expectations hold."]);
    assert_eq!(output.status, 1, "{}", output.stderr);
    harbour.write("my/second-of-two/sloop/Dockerfile", RIGHT);
    assert_eq!(harbour.run(&["check", "2"]).status, 0);
}

/// About a variant that is not measured an expectation would say nothing.
#[test]
fn an_expectation_about_a_variant_that_is_not_measured_is_refused() {
    let harbour = Harbour::new("unmeasured");
    let path = "lessons/01-unmeasured/lesson.toml";
    let manifest = harbour.read(path);
    let named = "[[step]]\ntitle = \"T\"\ndo.changed = { from = \"unmeasured\", to = \"unmeasure\" }\n\n[variant.unmeasure]\nsummary = \"S.\"\n";
    let expect = "[[expect]]\nrule = \"non-root\"\nvariant = \"unmeasure\"\nwhy = \"W.\"\n";
    harbour.write(path, &format!("{manifest}\n{named}\n{expect}"));
    harbour.write("lessons/01-unmeasured/sloop/unmeasure.Dockerfile", RIGHT);
    let output = harbour.run(&["lesson"]);
    assert_eq!(output.status, 2);
    let line = harbour.read(path).lines().position(|line| line == "variant = \"unmeasure\"").expect("the line") + 1;
    assert_said(
        &output.stderr,
        &[&format!("{path}:{line}:11: "), "`unmeasure` is not among them", "Did you mean `unmeasured`?", "[manifest]"],
    );
}

/// A lesson without an exercise is done when it was run and everything in it held.
#[test]
fn a_lesson_without_an_exercise_is_done_when_it_has_passed() {
    let harbour = Harbour::new("passes");
    let manifest = harbour.read("lessons/01-passes/lesson.toml");
    let broken = "[[expect]]\nrule = \"non-root\"\nvariant = \"passes\"\nwhy = \"It needs no privilege.\"\n";
    harbour.write("lessons/02-alone/lesson.toml", &format!("{manifest}\n{broken}"));
    let done = || {
        let output = harbour.run(&["progress", "--json"]);
        let progress: ProgressReport = serde_json::from_str(&output.stdout).expect("a document");
        progress.lessons.iter().map(|lesson| lesson.done).collect::<Vec<_>>()
    };
    let output = harbour.run(&["lesson", "2", "--app", "all"]);
    assert_eq!(output.status, 1, "{}", output.stderr);
    assert_eq!(done(), [false, false]);
    harbour.write("lessons/02-alone/lesson.toml", &manifest);
    let output = harbour.run(&["lesson", "2", "--app", "all"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    assert_eq!(done(), [false, true]);
    // One that has an exercise is done when that is solved.
    assert_eq!(harbour.run(&["lesson", "1", "--app", "all"]).status, 0);
    assert_eq!(done(), [false, true]);
}

#[test]
fn files_out_of_place_in_a_lesson_are_found() {
    let harbour = Harbour::new("strays");
    harbour.write("README.md", "# Sloops\n");
    harbour.write("lessons/01-strays/notes.txt", "x");
    harbour.write("lessons/01-strays/sloop/spare.Dockerfile", "FROM scratch\n");
    harbour.write("lessons/01-strays/solution/one/barge/Dockerfile", "FROM scratch\n");
    harbour.write("lessons/01-strays/wrong/no-reason/sloop/Dockerfile", "FROM scratch\n");
    let answer = "why = \"x\"\nfails = [\"no-shell\"]\nsays = \"x\"\n";
    harbour.write("lessons/01-strays/wrong/other-rule/answer.toml", answer);
    harbour.write("lessons/drafts/a", "x");
    let lesson = harbour.read("lessons/01-strays/lesson.toml");
    harbour.write("lessons/03-gap/lesson.toml", &lesson);
    harbour.write("lessons/19-beyond/lesson.toml", &lesson);
    harbour.write("lessons/03-double/lesson.toml", &lesson);
    let output = harbour.run(&["tidy"]);
    assert_eq!(output.status, 1);
    assert_said(
        &output.stderr,
        &[
            "lessons/01-strays/notes.txt belongs to nothing",
            "lessons/01-strays/sloop/spare.Dockerfile is no variant of lessons/01-strays/lesson.toml",
            "lessons/01-strays/solution/one/barge/Dockerfile is for barge, for which the exercise has no Dockerfile",
            "lessons/01-strays/wrong/no-reason/answer.toml",
            "lessons/01-strays/wrong/other-rule/ has a Dockerfile for no app",
            "lessons/01-strays/wrong/other-rule/answer.toml fails `no-shell`, which is no rule of its exercise",
            "lessons/drafts is no lesson",
            "lessons/19-beyond has the number 19; the course has lessons 1 to 18",
            "lessons/03-double and lessons/03-gap have the same number",
        ],
    );
}

#[test]
fn an_app_and_a_variant_are_begun() {
    let harbour = Harbour::new("begun");
    harbour.write("README.md", "# Sloops\n");
    for arguments in [["new", "variant", "sloop", "slim"].as_slice(), &["new", "app", "ketch"]] {
        let output = harbour.run(arguments);
        assert_eq!(output.status, 0, "{}", output.stderr);
    }
    let output = harbour.run(&["tidy"]);
    assert_said(
        &output.stderr,
        &[
            "apps/sloop/app.toml:",
            "apps/sloop/slim.Dockerfile:1 ",
            "apps/ketch/app.toml:1 ",
            "apps/ketch/naive.Dockerfile:1 ",
        ],
    );
    assert!(!output.stderr.contains("is no variant"), "{}", output.stderr);
    assert_eq!(harbour.run(&["new", "app", "Ketch!"]).status, 2);
}
