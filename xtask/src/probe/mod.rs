//! Asking a service over HTTP whether it is well, and finding out why when it is not.
//!
//! What is asked is asked in a thread of its own, so that the container can be looked at meanwhile. How long is waited, the
//! container decides by what it does: see [`patience`].

mod again;
pub mod ending;
mod patience;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

pub use patience::{Patience, Seen};

use crate::engine::{Engine, container};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::interrupt;
use crate::messages;
use crate::model::{Answer, Expected, Health, Request};
use crate::units;

/// How long the first request may take before it is sent again: the connection may have been lost while the service started.
const REQUEST: Duration = Duration::from_secs(2);
/// Each request after one without an answer may take twice as long, up to this: on a busy machine the answer comes late.
const LONGEST: Duration = Duration::from_mins(1);
/// Pause between two requests.
const PAUSE: Duration = Duration::from_millis(10);
/// How often the container is looked at while its port accepts connections. Each look starts processes, and they take time
/// from the container that is waited for.
const LOOK: Duration = Duration::from_secs(1);
/// How often while its port refuses them, as the port of a container that ended does, and once its limit has passed.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How long a request of the contract may take where nothing else runs.
const ANSWER: Duration = Duration::from_secs(10);
/// Log lines that are read after a failure, and how many of them are shown.
const LOG_READ: u32 = 200;
const LOG_LINES: usize = 12;
/// Bodies above this many bytes are only sent once the server says that it wants them.
const ASK_FIRST: usize = 64 * 1024;
/// Largest answer that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// How long [`send`] waits before it counts as a hang.
const HANG: Duration = Duration::from_mins(5);

/// Sends one request of the contract to `address` (`host:port`), where no container can be looked at meanwhile.
///
/// Errors: the text of the connection error.
pub fn send(request: &Request, address: &str) -> std::result::Result<Answer, String> {
    let url = format!("http://{address}{}", request.path);
    let body = request.body.as_ref().map(crate::model::Body::bytes);
    exchange(&agent(HANG), &request.method, &url, body).map_err(|error| error.to_string())
}

/// A running container that is asked over HTTP.
#[derive(Clone, Copy, Debug)]
pub struct Service<'a> {
    /// The engine that runs it.
    pub engine: Engine<'a>,
    /// Its id.
    pub container: &'a str,
    /// Where it answers: `host:port`.
    pub address: &'a str,
    /// What it is called where something is said of it.
    pub name: &'a str,
}

impl Service<'_> {
    /// Sends one request of the contract.
    ///
    /// The inner error is the text of what is wrong with the connection, or that the service is idle and does not answer.
    ///
    /// Errors: [`ErrorId::StillAtWork`], [`ErrorId::Interrupted`]; the engine does not answer.
    pub fn ask(&self, request: &Request) -> Result<std::result::Result<Answer, String>> {
        let mut patience = Patience::new(ANSWER);
        let url = format!("http://{}{}", self.address, request.path);
        let (said, answers) = channel();
        let (method, body) = (request.method.clone(), request.body.as_ref().map(crate::model::Body::bytes));
        // The thread ends with the answer, or with the connection when the container is removed.
        let longest = patience.cut_off();
        std::thread::spawn(move || said.send(exchange(&agent(longest), &method, &url, body)));
        let began = Instant::now();
        loop {
            match answers.recv_timeout(LOOK_AGAIN) {
                Ok(answer) => return Ok(answer.map_err(|error| error.to_string())),
                Err(RecvTimeoutError::Disconnected) => return Err(crate::bug("A request was given up")),
                Err(RecvTimeoutError::Timeout) => interrupt::check()?,
            }
            let usage = self.engine.usage(self.container);
            match patience.look(began.elapsed(), usage, false) {
                Seen::Going => {}
                Seen::Idle => return Ok(Err("no answer, and the service is idle".to_owned())),
                Seen::Spent => {
                    return Ok(Err(format!("no answer after {} of processor time", units::seconds(patience.used()))));
                }
                Seen::CutOff => return Err(still_at_work(self.name, &patience)),
            }
        }
    }

    /// Waits until the container answers its health request as it must, `since` it was told to start. Where nothing else runs,
    /// it takes at most `within`; a container that is still at work then is waited for, and a note says so.
    ///
    /// Returns the answer's facts, and how long it took since `since`.
    ///
    /// Errors: [`ErrorId::ContainerExited`], [`ErrorId::ContainerOutOfMemory`], [`ErrorId::NeverListened`],
    /// [`ErrorId::NeverAnswered`] or [`ErrorId::WrongAnswer`], each with the container's last log lines;
    /// [`ErrorId::StillAtWork`] where nothing can be said of it, [`ErrorId::Interrupted`].
    pub fn wait_until_healthy(&self, health: &Request, within: Duration, since: Instant) -> Result<(Health, Duration)> {
        let asked = ask_again_and_again(health, self.address, since + within);
        let mut patience = Patience::of_start(within);
        let (mut attempts, mut last, mut looked) = (0, Last::Refused, Instant::now());
        loop {
            let late = since.elapsed() > within;
            let pause = if late || matches!(last, Last::Refused) { LOOK_AGAIN } else { LOOK };
            match asked.recv_timeout(pause.saturating_sub(looked.elapsed())) {
                Ok(Asked { answer: Ok(answer), at }) => {
                    attempts += 1;
                    match health.expect.judge(&answer) {
                        Ok(()) => {
                            return Ok((
                                Health { ok: true, status: answer.status, attempts },
                                at.duration_since(since),
                            ));
                        }
                        Err(difference) => last = Last::Wrong(difference),
                    }
                }
                Ok(Asked { answer: Err(error), .. }) => {
                    attempts += 1;
                    last = Last::of(&error);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(crate::bug("A health request was given up")),
            }
            if looked.elapsed() < pause {
                continue;
            }
            interrupt::check()?;
            let state = self.engine.inspect_container(self.container)?.map(|c| c.state);
            if !state.as_ref().is_some_and(|state| state.running) {
                return Err(ended(self.engine, self.container, state.as_ref()));
            }
            let usage = self.engine.usage(self.container);
            let seen = patience.look(since.elapsed(), usage, matches!(last, Last::Wrong(_)));
            looked = Instant::now();
            if seen != Seen::Going {
                let problem = diagnose(self.name, &patience, seen, &last, &health.expect);
                return Err(with_logs(problem, self.engine, self.container));
            }
            if late && patience.sees() && again::is_due(self.name, Instant::now()) {
                self.engine.sink().emit(Event::Note(format!(
                    "{} is still starting: at work after {}, with {} of processor time so far.",
                    self.name,
                    units::seconds(since.elapsed()),
                    units::seconds(patience.used())
                )));
            }
        }
    }
}

/// What one request came to, and when.
struct Asked {
    answer: std::result::Result<Answer, ureq::Error>,
    at: Instant,
}

/// Sends a request again and again, in a thread that ends when nobody listens any more; less often once it is `late`.
fn ask_again_and_again(request: &Request, address: &str, late: Instant) -> Receiver<Asked> {
    let (said, answers): (Sender<Asked>, _) = channel();
    let (method, url) = (request.method.clone(), format!("http://{address}{}", request.path));
    std::thread::spawn(move || {
        let mut limit = REQUEST;
        loop {
            let answer = exchange(&agent(limit), &method, &url, None);
            if matches!(&answer, Err(error) if matches!(Last::of(error), Last::Silent)) {
                limit = LONGEST.min(limit * 2);
            }
            let answered = answer.is_ok();
            if said.send(Asked { answer, at: Instant::now() }).is_err() {
                return;
            }
            // A service that answers wrongly is to be seen idle between two answers.
            std::thread::sleep(if answered && Instant::now() > late { LOOK_AGAIN } else { PAUSE });
        }
    });
    answers
}

/// What the last request came to.
enum Last {
    /// Nothing accepted the connection.
    Refused,
    /// The connection was accepted and closed again, as Docker's proxy does while nothing listens behind it.
    Closed,
    /// The connection was accepted, and no answer came in time.
    Silent,
    /// An answer came, and it was not the right one.
    Wrong(String),
}

impl Last {
    fn of(error: &ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => Self::Refused,
            ureq::Error::Timeout(_) => Self::Silent,
            ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Self::Refused,
            _ => Self::Closed,
        }
    }
}

/// Why a container that runs is not waited for any longer.
fn diagnose(name: &str, patience: &Patience, seen: Seen, last: &Last, expected: &Expected) -> Problem {
    let at_work = seen == Seen::Spent;
    let does = if at_work {
        format!("has used {} of processor time", units::seconds(patience.used()))
    } else {
        "is idle".to_owned()
    };
    match last {
        Last::Wrong(difference) => {
            let fact = format!("The container answers, but not {} as it must.", expected.status);
            Problem::new(ErrorId::WrongAnswer, fact).evidence(difference.lines())
        }
        _ if seen == Seen::CutOff => still_at_work(name, patience),
        Last::Silent => {
            let fact = format!("The container accepts connections, does not answer, and {does}.");
            Problem::new(ErrorId::NeverAnswered, fact)
        }
        Last::Refused | Last::Closed => {
            let fact = format!("The container runs and {does}, but nothing answers on its port.");
            let elsewhere = "It listens on another port, or only on 127.0.0.1 inside the container; servers in containers \
                             listen on 0.0.0.0.";
            let working = "It does something else before it listens, or it listens on another port.";
            Problem::new(ErrorId::NeverListened, fact).cause(if at_work { working } else { elsewhere })
        }
    }
}

/// A wait that came to no end.
fn still_at_work(name: &str, patience: &Patience) -> Problem {
    let waited = units::seconds(patience.cut_off());
    let fact = format!("{name} was not measured: it neither answered nor stopped working for {waited}.");
    let problem = Problem::new(ErrorId::StillAtWork, fact);
    if patience.sees() {
        let used = units::seconds(patience.used());
        problem.cause(format!("It got {used} of processor time in this while: something else keeps this machine busy."))
    } else {
        problem.cause("The engine does not say what a container uses, so that a slow start looks like none.")
    }
}

/// Why a container ended, or is gone (`None`), with its last log lines.
pub fn ended(engine: Engine<'_>, container: &str, state: Option<&container::State>) -> Problem {
    let Some(state) = state else {
        return Problem::new(ErrorId::ContainerExited, "The container disappeared while it was waited for.");
    };
    let problem = if state.oom_killed || state.exit_code == 137 {
        let fact = "The container was killed (status 137), probably for using more memory than it may.";
        Problem::new(ErrorId::ContainerOutOfMemory, fact)
    } else {
        let fact = format!("The container ended at once with status {}.", state.exit_code);
        Problem::new(ErrorId::ContainerExited, fact).cause(if state.exit_code == 0 {
            "Its process finished: a server must stay in the foreground."
        } else {
            "Its process could not do its work; its last lines say why."
        })
    };
    with_logs(problem, engine, container)
}

fn with_logs(problem: Problem, engine: Engine<'_>, container: &str) -> Problem {
    let logs = engine.logs(container, LOG_READ);
    let heading = if logs.is_empty() { "It wrote nothing." } else { "Its last lines:" };
    let found = messages::find(logs.iter().map(String::as_str));
    let shown = messages::of_lines(logs, LOG_LINES);
    let problem = problem.evidence([heading.to_owned()]).evidence(shown.into_iter().map(|line| format!("  {line}")));
    match found {
        Some(found) => found.advise(problem),
        None => problem,
    }
}

fn agent(limit: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(limit))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .build()
        .into()
}

fn exchange(
    agent: &ureq::Agent,
    method: &str,
    url: &str,
    body: Option<Vec<u8>>,
) -> std::result::Result<Answer, ureq::Error> {
    let request = ureq::http::Request::builder().method(method).uri(url).header("connection", "close");
    let mut response = match body {
        Some(bytes) => {
            let request = request.header("content-type", "application/octet-stream");
            // A server may refuse a large body unread and close; asking first lets its answer be read.
            let ask_first = bytes.len() > ASK_FIRST;
            let request = if ask_first { request.header("expect", "100-continue") } else { request };
            agent.run(request.body(bytes)?)?
        }
        None => agent.run(request.body(())?)?,
    };
    let headers = response.headers().keys().map(|name| name.as_str().to_owned()).collect();
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(LARGEST).lossy_utf8(true).read_to_string()?;
    Ok(Answer { status, headers, body })
}
