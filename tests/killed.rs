//! A runner that is killed: its guard removes what it leaves, at whatever moment that was, and nothing of anybody else's.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use drydock::process::Command;
use drydock_tests::workshop::{Fixture, Variant};

/// When something counts as a hang.
const HANG: Duration = Duration::from_mins(10);
/// Moments at which a lesson is killed.
const MOMENTS: u64 = 6;
/// What the moments are drawn from.
const SEED: u64 = 20_261_127;

/// A service that answers as it must, so that a lesson with it goes through all it has.
const WELL: &str = "\
import http.server
class H(http.server.BaseHTTPRequestHandler):
  def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'{\\\"status\\\": \\\"ok\\\"}')
http.server.HTTPServer(('', 8080), H).serve_forever()";

#[test]
fn nothing_is_left_at_whatever_moment_it_was_killed() {
    let dockerfile = format!("FROM python:3.13-slim-trixie\nCMD [\"python3\", \"-u\", \"-c\", {WELL:?}]\n");
    let names = ["killed-one", "killed-two"];
    let fixture = Fixture::new(&names.map(|name| Variant { name, dockerfile: &dockerfile }));
    let state = fixture.path("state");
    let line = fixture.command(&["lesson", "1", "--color", "never"]).env("DRYDOCK_STATE", state.display().to_string());
    let began = Instant::now();
    let whole = line.output(HANG).expect("the runner starts");
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    let whole = began.elapsed();
    let mut random = SEED;
    for _ in 0..MOMENTS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = whole * u32::try_from(random >> 54).expect("ten bits") / 1024;
        let output = killed(&fixture, &line, &format!("sleep {:.3};", moment.as_secs_f64()));
        assert_nothing_left(&state, &names, &format!("after {moment:?} of {whole:?}: {output}"));
    }
}

#[test]
fn what_is_not_ours_stays_whatever_it_is_called() {
    let dockerfile = "FROM python:3.13-slim-trixie\nCMD [\"python3\", \"-c\", \"import time; time.sleep(600)\"]\n";
    let fixture = Fixture::new(&[Variant { name: "killed-beside", dockerfile }]);
    let state = fixture.path("state");
    let line = fixture.command(&["lesson", "1", "--color", "never"]).env("DRYDOCK_STATE", state.display().to_string());
    // What a learner may make meanwhile: with our label, as an image has it that was made from our container, and with a name
    // that begins like ours.
    let image = "drydock.local/app/sloop:killed-beside";
    let script = format!(
        "until id=$(docker ps --quiet --filter ancestor={image}) && [ -n \"$id\" ]; do kill -0 $child || exit 9; sleep 0.1; done\n\
         run=$(ls {}/runs)\n\
         docker commit $id drydock.local/mine:killed > /dev/null\n\
         docker create --name drydock-$run-mine drydock.local/mine:killed > /dev/null\n\
         docker network create --label dev.drydock.run=$run drydock-$run-mine > /dev/null\n\
         docker volume create --label dev.drydock.run=$run drydock-$run-mine > /dev/null\n\
         echo run=$run;",
        state.display()
    );
    let output = killed(&fixture, &line, &script);
    let mine = format!("drydock-{}-mine", output.lines().find_map(|line| line.strip_prefix("run=")).expect("a run"));
    let left = ["container", "network", "volume"].map(|kind| docker(&[kind, "inspect", &mine]).0);
    let image_left = docker(&["image", "inspect", "drydock.local/mine:killed"]).0;
    let inherits = docker(&["image", "inspect", "--format", "{{json .Config.Labels}}", "drydock.local/mine:killed"]).1;
    for arguments in [
        ["container", "rm", "--force", mine.as_str()],
        ["network", "rm", "--force", mine.as_str()],
        ["volume", "rm", "--force", mine.as_str()],
        ["image", "rm", "--force", "drydock.local/mine:killed"],
    ] {
        docker(&arguments);
    }
    assert!(inherits.contains("dev.drydock.run"), "{inherits}");
    assert_eq!((left, image_left), ([0, 0, 0], 0), "{output}");
    assert_nothing_left(&state, &["killed-beside"], &output);
}

#[test]
fn a_build_does_not_go_on_without_its_runner() {
    // A duration that no other process on this machine waits for.
    let dockerfile = "FROM python:3.13-slim-trixie\nRUN sleep 593.25\nCMD [\"true\"]\n";
    let fixture = Fixture::new(&[Variant { name: "killed-build", dockerfile }]);
    let state = fixture.path("state");
    let line = fixture.command(&["lesson", "1", "--color", "never"]).env("DRYDOCK_STATE", state.display().to_string());
    let output = killed(
        &fixture,
        &line,
        "until ps -eo args | grep -q '^sleep 593.25'; do kill -0 $child || exit 9; sleep 0.1; done;",
    );
    let began = Instant::now();
    let runs =
        || Command::new("ps").args(["-eo", "args"]).output(HANG).expect("ps runs").stdout.contains("sleep 593.25");
    while runs() && began.elapsed() < HANG {
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(!runs(), "{output}");
    assert_nothing_left(&state, &["killed-build"], &output);
}

#[test]
fn a_run_that_ends_takes_its_guard_with_it() {
    let fixture =
        Fixture::new(&[Variant { name: "ends", dockerfile: "FROM python:3.13-slim-trixie\nCMD [\"true\"]\n" }]);
    let line = fixture.command(&["lesson", "1", "--color", "never"]);
    let script = format!("{}; {GUARDS}", line.display());
    let output = Command::new("bash").args(["-c", &script]).dir(fixture.path(".")).output(HANG).expect("bash runs");
    assert_eq!(output.stdout.lines().filter(|line| line.starts_with("guard ")).count(), 0, "{}", output.stdout);
}

/// The guards of this shell's children: all have its folder.
const GUARDS: &str = "for pid in $(ps -eo pid,args | awk '/[g]uard-of-another-run/ { print $1 }'); do \
    [ \"$(readlink /proc/$pid/cwd)\" = \"$PWD\" ] && echo guard $pid; done";

/// Starts the runner, does something, kills the runner and nothing else, and waits until its guard has ended. Returns what was
/// said.
fn killed(fixture: &Fixture, line: &Command, meanwhile: &str) -> String {
    let script = format!(
        "set -m; run() {{ exec env {}; }}; run > /dev/null 2>&1 & child=$!\n{meanwhile}\n\
         guards() {{ {GUARDS}; }}; before=$(guards); kill -KILL $child; wait $child; began=$(date +%s%N)\n\
         while [ -n \"$(guards)\" ]; do sleep 0.1; done\n\
         echo \"$before\"; echo took $(( ($(date +%s%N) - began) / 1000000 )) ms",
        line.display()
    );
    let output = Command::new("bash").args(["-c", &script]).dir(fixture.path(".")).output(HANG).expect("bash runs");
    assert!(output.stdout.contains("took "), "{}\n{}", output.stdout, output.stderr);
    output.stdout
}

fn assert_nothing_left(state: &Path, variants: &[&str], output: &str) {
    let runs: Vec<PathBuf> =
        fs::read_dir(state.join("runs")).into_iter().flatten().flatten().map(|e| e.path()).collect();
    assert!(runs.is_empty(), "{runs:?}\n{output}");
    for variant in variants {
        let filter = format!("ancestor=drydock.local/app/sloop:{variant}");
        assert_eq!(docker(&["ps", "--all", "--quiet", "--filter", &filter]).1, "", "{output}");
    }
}

fn docker(arguments: &[&str]) -> (i32, String) {
    let output = Command::new("docker").args(arguments.iter().copied()).output(HANG).expect("docker runs");
    (output.status, output.stdout.trim().to_owned())
}
