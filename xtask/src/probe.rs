//! Asking a service over HTTP whether it is well, and finding out why when it is not.

use std::time::{Duration, Instant};

use crate::engine::{Engine, container};
use crate::error::{ErrorId, Problem, Result};
use crate::model::{Answer, Expected, Health, Request};

/// How long one request may take before it counts as unanswered.
const REQUEST: Duration = Duration::from_secs(2);
/// Pause between two requests.
const PAUSE: Duration = Duration::from_millis(10);
/// How often the container's state is asked for while its port accepts connections. Each question starts a process, and
/// processes take time from the container that is waited for.
const LOOK: Duration = Duration::from_secs(1);
/// How often while its port refuses them, as the port of a container that ended does.
const LOOK_AT_CLOSED: Duration = Duration::from_millis(250);
/// Log lines shown with a failure.
const LOG_LINES: u32 = 12;
/// Bodies above this many bytes are only sent once the server says that it wants them.
const ASK_FIRST: usize = 64 * 1024;
/// Largest answer that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Sends one request of the contract to `address` (`host:port`).
///
/// Errors: the text of the connection error.
pub fn send(request: &Request, address: &str) -> std::result::Result<Answer, String> {
    let url = format!("http://{address}{}", request.path);
    exchange(
        &agent(REQUEST.max(Duration::from_secs(10))),
        &request.method,
        &url,
        request.body.as_ref().map(crate::model::Body::bytes),
    )
    .map_err(|e| e.to_string())
}

/// Waits until a container answers its health request as it must.
///
/// The container's state is polled together with the request, so that one that ended is told at once from one that is slow.
/// Returns the answer's facts, and how long it took since `since`.
///
/// Errors: [`ErrorId::ContainerExited`], [`ErrorId::ContainerOutOfMemory`], [`ErrorId::NeverListened`],
/// [`ErrorId::NeverAnswered`] or [`ErrorId::WrongAnswer`], each with the container's last log lines.
pub fn wait_until_healthy(
    engine: Engine<'_>,
    container: &str,
    address: &str,
    health: &Request,
    within: Duration,
    since: Instant,
) -> Result<(Health, Duration)> {
    let agent = agent(REQUEST);
    let url = format!("http://{address}{}", health.path);
    let mut attempts = 0;
    let mut looked = Instant::now();
    loop {
        attempts += 1;
        let last = match exchange(&agent, &health.method, &url, None) {
            Ok(answer) => match health.expect.judge(&answer) {
                Ok(()) => return Ok((Health { ok: true, status: answer.status, attempts }, since.elapsed())),
                Err(difference) => Last::Wrong(difference),
            },
            Err(error) => Last::of(&error),
        };
        let late = since.elapsed() > within;
        let pause = if matches!(last, Last::Refused) { LOOK_AT_CLOSED } else { LOOK };
        if late || looked.elapsed() > pause {
            looked = Instant::now();
            let state = engine.inspect_container(container)?.map(|c| c.state);
            match state {
                Some(state) if state.running && !late => {}
                state => return Err(diagnose(engine, container, state.as_ref(), &last, &health.expect, within)),
            }
        }
        std::thread::sleep(PAUSE);
    }
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

fn diagnose(
    engine: Engine<'_>,
    container: &str,
    state: Option<&container::State>,
    last: &Last,
    expected: &Expected,
    within: Duration,
) -> Problem {
    if !state.is_some_and(|state| state.running) {
        return ended(engine, container, state);
    }
    let seconds = within.as_secs_f32();
    let problem = match last {
        Last::Silent => {
            let fact = format!("The container accepts connections and did not answer within {seconds} s.");
            Problem::new(ErrorId::NeverAnswered, fact)
        }
        Last::Wrong(difference) => {
            let fact = format!("The container answers, but not {} as it must, for {seconds} s.", expected.status);
            Problem::new(ErrorId::WrongAnswer, fact).evidence(difference.lines())
        }
        Last::Refused | Last::Closed => {
            let fact = format!("The container runs, but nothing answered on its port within {seconds} s.");
            Problem::new(ErrorId::NeverListened, fact).cause(
                "It listens on another port, or only on 127.0.0.1 inside the container; servers in containers listen on \
                 0.0.0.0.",
            )
        }
    };
    with_logs(problem, engine, container)
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
    let logs = engine.logs(container, LOG_LINES);
    let heading = if logs.is_empty() { "It wrote nothing." } else { "Its last lines:" };
    problem.evidence([heading.to_owned()]).evidence(logs.into_iter().map(|line| format!("  {line}")))
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
