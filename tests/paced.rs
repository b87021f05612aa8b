//! A lesson at a terminal: it goes on when the learner does, its last line says what is waited for, and Ctrl-C leaves it.
#![cfg(unix)]

use drydock_tests::workshop::{Fixture, Variant};
use rexpect::session::PtySession;

/// When an answer that should come counts as one that does not, in milliseconds.
const HANG: u64 = 300_000;

/// A service that answers its health request.
const WELL: &str = "\
import http.server
class H(http.server.BaseHTTPRequestHandler):
  def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'{\\\"status\\\": \\\"ok\\\"}')
http.server.HTTPServer(('', 8080), H).serve_forever()";

/// What a lesson tells: a step that needs no image, and one that does.
const STEPS: &str = "
[[step]]
title = 'One line more'
do.changed = { from = 'paced-one', to = 'paced-two' }
means = 'It is a label.'

[[step]]
title = 'What it weighs'
guess = { asks = 'How large is the second?', answer.number.is = 'stored:paced-two' }
do = 'table'
";

/// The runner with these arguments at a terminal, with a memory of its own; its status is the last thing that is printed.
fn at_a_terminal(fixture: &Fixture, arguments: &str) -> PtySession {
    let state = fixture.path("state").display().to_string();
    let command = fixture.command(&[]).env("DRYDOCK_STATE", state).env("TERM", "xterm").display();
    // Ctrl-C reaches the shell as well, which has to live on and tell.
    fixture.write("typed.sh", &format!("trap : INT\n{command} {arguments}\necho status=$?\n"));
    rexpect::spawn(&format!("sh {}", fixture.path("typed.sh").display()), Some(HANG)).expect("a terminal")
}

#[track_caller]
fn sees(session: &mut PtySession, text: &str) -> String {
    session.exp_string(text).unwrap_or_else(|error| panic!("{text:?} does not come: {error}"))
}

#[test]
fn a_question_is_asked_again_until_it_is_answered_and_left_with_ctrl_c() {
    let fixture = Fixture::new(&[Variant { name: "naive", dockerfile: "FROM scratch AS check\nCOPY . /\n" }]);
    let mut session = at_a_terminal(&fixture, "lesson 1");
    sees(&mut session, "1  Sloop");
    let prompt = "(Enter alone: all of them):";
    sees(&mut session, prompt);
    session.send_line("barque").expect("it is typed");
    sees(&mut session, "barque is none of these.");
    sees(&mut session, prompt);
    session.send_control('c').expect("it is typed");
    sees(&mut session, "status=130");
}

#[test]
fn a_lesson_waits_after_each_step_and_ends_with_what_comes_next() {
    let first = format!("FROM python:3.13-slim-trixie\nCMD [\"python3\", \"-u\", \"-c\", {WELL:?}]\n");
    let second = format!("{first}LABEL berth=two\n");
    let fixture = Fixture::new(&[
        Variant { name: "paced-one", dockerfile: &first },
        Variant { name: "paced-two", dockerfile: &second },
    ]);
    let manifest = fixture.read("lessons/01-ills/lesson.toml");
    let (head, expect) = manifest.split_once("[[expect]]").expect("an expectation");
    fixture.write("lessons/01-ills/lesson.toml", &format!("{head}{STEPS}\n[[expect]]{expect}"));

    let mut session = at_a_terminal(&fixture, "lesson 1 --app sloop --color never");
    // Told while the images are being built.
    sees(&mut session, "1. One line more");
    sees(&mut session, "+ LABEL berth=two");
    sees(&mut session, "It is a label.");
    let before = sees(&mut session, "Press Enter for step 2 of 2.");
    assert!(!before.contains("2. What it weighs"), "{before}");
    session.send_line("").expect("it is typed");
    sees(&mut session, "2. What it weighs");
    // The Dockerfiles that the table names, before it.
    sees(&mut session, "paced-two  apps/sloop/paced-two.Dockerfile");
    sees(&mut session, "How large is the second?");
    sees(&mut session, "(Enter alone: no guess):");
    session.send_line("1 kB").expect("it is typed");
    sees(&mut session, "You guessed 1.00 kB; right is ");
    let before = sees(&mut session, "Press Enter for the result.");
    assert!(!before.contains("Next:"), "{before}");
    session.send_line("").expect("it is typed");
    sees(&mut session, "Report: target/drydock/ills/report.html");
    sees(&mut session, "Next: cargo xtask compare");
    sees(&mut session, "status=0");

    // Nothing waits where nobody is asked to go on, and Ctrl-C ends a pause.
    let mut session = at_a_terminal(&fixture, "lesson 1 --no-pause --predict skip");
    let all = sees(&mut session, "status=0");
    assert!(!all.contains("Press Enter"), "{all}");
    let mut session = at_a_terminal(&fixture, "lesson 1");
    sees(&mut session, "Press Enter for step 2 of 2.");
    session.send_control('c').expect("it is typed");
    sees(&mut session, "status=130");
}
