//! Builds and containers that misbehave: each is told apart, with the evidence and the exit code, and nothing is left.

use std::time::Duration;

use drydock::process::Command;
use drydock_tests::workshop::{Fixture, Variant};

/// When a command counts as one that hangs.
const HANG: Duration = Duration::from_mins(10);

/// A server in one line of Python, as the last instruction of a Dockerfile.
fn python(code: &str) -> String {
    format!("FROM python:3.13-slim-trixie\nCMD [\"python3\", \"-u\", \"-c\", {code:?}]\n")
}

/// Runs a lesson with one variant and returns exit status and what was said on standard error.
fn ail(name: &str, dockerfile: &str) -> (i32, String) {
    let fixture = Fixture::new(&[Variant { name, dockerfile }]);
    let output = fixture.run(&["lesson", "1", "--color", "never", "--accessible"]);
    (output.status, output.stderr)
}

#[track_caller]
fn assert_said(said: &str, lines: &[&str]) {
    for line in lines {
        assert!(said.contains(line), "{line:?} is not in:\n{said}");
    }
}

#[test]
fn a_container_that_ends_at_once_shows_its_last_lines() {
    let (status, said) = ail("exits-one", &python("raise SystemExit('no berth left')"));
    assert_said(
        &said,
        &[
            "error: sloop/exits-one: The container ended at once with status 1. [container-exited]",
            "  |   no berth left",
            "  likely cause: Its process could not do its work; its last lines say why.",
        ],
    );
    assert_eq!(status, 7);
}

#[test]
fn what_a_message_means_is_told_with_what_to_look_at() {
    let (_, said) = ail("forgot", &python("import starlette"));
    assert_said(
        &said,
        &[
            "ModuleNotFoundError: No module named 'starlette'",
            "likely cause: Python finds no module `starlette` in this image.",
            "next: Where did pip install it",
        ],
    );
    // Docker takes a list that is no JSON for a shell command.
    let (status, said) = ail("comma", "FROM python:3.13-slim-trixie\nCMD [\"python\" \"-m\", \"http.server\"]\n");
    assert_said(&said, &["[python: not found", "likely cause: The list in brackets is not valid JSON"]);
    assert_eq!(status, 7);
}

#[test]
fn a_container_that_finishes_is_told_from_one_that_fails() {
    let (status, said) = ail("exits-zero", &python("print('done')"));
    assert_said(
        &said,
        &[
            "error: sloop/exits-zero: The container ended at once with status 0. [container-exited]",
            "  likely cause: Its process finished: a server must stay in the foreground.",
        ],
    );
    assert_eq!(status, 7);
}

#[test]
fn a_container_that_never_listens_is_named() {
    let (status, said) = ail("never-listens", &python("import time; time.sleep(60)"));
    assert_said(
        &said,
        &[
            "error: sloop/never-listens: The container runs and is idle, but nothing answers on its port. [never-listened]",
            "  | It wrote nothing.",
        ],
    );
    assert_eq!(status, 7);
}

#[test]
fn a_server_on_loopback_only_is_given_as_a_likely_cause() {
    let code = "from http.server import *; HTTPServer(('127.0.0.1', 8080), SimpleHTTPRequestHandler).serve_forever()";
    let (status, said) = ail("loopback", &python(code));
    assert_said(&said, &["[never-listened]", "or only on 127.0.0.1 inside the container"]);
    assert_eq!(status, 7);
}

#[test]
fn a_server_that_answers_500_shows_its_answer() {
    let code = "from http.server import *\n\
        class H(BaseHTTPRequestHandler):\n  def do_GET(self): self.send_error(500, 'bilge')\n\
        HTTPServer(('', 8080), H).serve_forever()";
    let (status, said) = ail("answers-500", &python(code));
    assert_said(
        &said,
        &[
            "error: sloop/answers-500: The container answers, but not 200 as it must. [wrong-answer]",
            "  | status 500 instead of 200",
        ],
    );
    assert_eq!(status, 7);
}

#[test]
fn a_server_that_accepts_and_says_nothing_is_told_apart() {
    let code = "import socket,time; s=socket.create_server(('', 8080)); time.sleep(60)";
    let (status, said) = ail("hangs", &python(code));
    assert_said(
        &said,
        &["error: sloop/hangs: The container accepts connections, does not answer, and is idle. [never-answered]"],
    );
    assert_eq!(status, 7);
}

#[test]
fn a_container_that_works_for_ever_is_told_by_what_it_used() {
    let (status, said) = ail("spins", &python("while True: pass"));
    assert_said(&said, &["sloop/spins is still starting: at work after "]);
    // On a machine that does much else, it cannot use up what it has room for before the wait is cut off. Then nothing is said of it.
    if status == 3 {
        assert_said(&said, &["sloop/spins was not measured: ", "[still-at-work]"]);
        return;
    }
    assert_said(
        &said,
        &[
            "error: sloop/spins: The container runs and has used ",
            " of processor time, but nothing answers on its port. [never-listened]",
            "likely cause: It does something else before it listens, or it listens on another port.",
        ],
    );
    assert_eq!(status, 7);
}

/// A service that needs three times its limit, as it would on a machine that does much else, is waited for.
#[test]
fn a_slow_start_is_a_measurement() {
    let code = "import time\nfrom http.server import *\n\
        while time.process_time() < 9: pass\n\
        class H(BaseHTTPRequestHandler):\n  def do_GET(self):\n    self.send_response(200); self.end_headers(); \
        self.wfile.write(b'{\"status\": \"ok\"}')\n\
        HTTPServer(('', 8080), H).serve_forever()";
    let (status, said) = ail("slow", &python(code));
    assert_said(&said, &["sloop/slow is still starting: at work after "]);
    assert_eq!(status, 0, "{said}");
}

#[test]
fn a_killed_container_is_probably_out_of_memory() {
    let (status, said) =
        ail("killed", &python("import os,signal; os.kill(os.getpid(), signal.SIGKILL) or os._exit(137)"));
    assert_said(&said, &["[container-out-of-memory]", "killed (status 137)"]);
    assert_eq!(status, 7);
}

#[test]
fn a_failing_step_is_shown_with_its_line_and_its_last_lines() {
    let dockerfile =
        "FROM python:3.13-slim-trixie\n\n# a step that fails\nRUN echo caulking && echo 'seam open' >&2 && exit 3\n";
    let (status, said) = ail("leaks", dockerfile);
    assert_said(
        &said,
        &[
            "Sloop, leaks: the step [1/2] RUN echo caulking && echo 'seam open' >&2 && exit 3 failed \
             (apps/sloop/leaks.Dockerfile:4). [build-failed]",
            "  | seam open",
            "exit code: 3",
        ],
    );
    assert_eq!(status, 6);
}

#[test]
fn a_dockerfile_that_does_not_parse_is_shown_with_its_line() {
    let (status, said) = ail("typo", "FROM scratch\nRUNN true\n");
    assert_said(
        &said,
        &[
            "error: apps/sloop/typo.Dockerfile:2:1: unknown instruction `RUNN`.",
            "  |    2 | RUNN true",
            "did you mean RUN?",
        ],
    );
    assert_eq!(status, 2);
}

#[test]
fn a_base_without_a_recipe_is_named() {
    let (status, said) = ail("unknown-base", "FROM golagn:1.27-trixie\n");
    assert_said(&said, &["golagn:1.27-trixie"]);
    assert!([2, 5, 6].contains(&status), "{status}: {said}");
}

/// Ctrl-C while containers start: they are gone when the command ends, and the status says so.
#[test]
fn an_interrupt_cleans_up() {
    let dockerfile = python("import time; time.sleep(600)");
    let fixture = Fixture::new(&[Variant { name: "sleeps", dockerfile: &dockerfile }]);
    let line = fixture.command(&["lesson", "1", "--color", "never"]);
    let output = shell(&format!("{} kill -INT -- -$child; wait $child", started("sloop:sleeps")), &line);
    assert_eq!(output.0, 130, "{}", output.1);
    assert_said(&output.1, &["error: Interrupted. [interrupted]"]);
    assert_eq!(containers_of("sloop:sleeps"), "");
}

/// Where the guard is killed as well, a container is left; the next run sweeps it and touches nothing else.
#[test]
fn the_next_run_sweeps_after_a_kill() {
    let dockerfile = python("import time; time.sleep(601)");
    let fixture = Fixture::new(&[Variant { name: "killed-run", dockerfile: &dockerfile }]);
    let line = fixture.command(&["lesson", "1", "--color", "never"]);
    // Its children are its guard and docker commands.
    let kill = "kill -KILL $(ps -o pid= --ppid $child) $child; wait $child";
    shell(&format!("{} {kill}", started("sloop:killed-run")), &line);
    assert_eq!(containers_of("sloop:killed-run").lines().count(), 1, "the killed run must leave something to sweep");
    let others = docker(&["run", "--detach", "--rm", "--label", "someone=else", "drydock.local/app/sloop:killed-run"]);
    let output = fixture.run(&["lesson", "1", "--color", "never"]);
    assert_said(&output.stderr, &["Removed 1 containers that an earlier run had left behind."]);
    assert_eq!(containers_of("sloop:killed-run"), others);
    docker(&["rm", "--force", &others]);
}

/// Waits in the shell until a container of an image is there: then `$child` is at the point that the test is about.
fn started(image: &str) -> String {
    let filter = format!("ancestor=drydock.local/app/{image}");
    format!(
        "\"$@\" & child=$!; until [ -n \"$(docker ps --quiet --filter {filter})\" ]; do \
         kill -0 $child || exit 9; sleep 0.1; done;"
    )
}

fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments.iter().copied()).output(HANG).expect("docker runs");
    output.stdout.trim().to_owned()
}

/// Runs a shell script in which `"$@"` is a command, started as a job of its own as a terminal would.
fn shell(script: &str, line: &Command) -> (i32, String) {
    let script = format!("set -m; run() {{ exec env {}; }}; {}", line.display(), script.replace("\"$@\"", "run"));
    let output = Command::new("bash").args(["-c", &script]).output(HANG).expect("bash runs");
    (output.status, output.stderr)
}

fn containers_of(image: &str) -> String {
    let filter = format!("ancestor=drydock.local/app/{image}");
    docker(&["ps", "--all", "--quiet", "--no-trunc", "--filter", &filter])
}
