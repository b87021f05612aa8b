//! Starts a container, waits until it answers, and asks it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::observed::CHECKS;
use super::{Examiner, sockets, wants};
use crate::audit::seen::{Asked, Image, Listener, Running};
use crate::engine::container::{Spec, State};
use crate::engine::sweep;
use crate::error::{ErrorId, Problem, Result};
use crate::interrupt;
use crate::messages;
use crate::model::{Expected, Request};
use crate::names::printable;
use crate::probe::{self, Patience, Seen as Looked};
use crate::state::runs::Run;

/// How long a service may take to answer, or to listen where no port is known, unless `--timeout` says more.
const START: Duration = Duration::from_mins(1);
const LISTENS: Duration = Duration::from_secs(15);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// Bytes of a body that are kept.
const BODY: usize = 4096;
/// Lines of a log that are kept, and shown.
const LOG: u32 = 200;
const SHOWN: usize = 12;
/// Paths where services answer whether they are well, the most usual first.
const HEALTH: [&str; 10] = [
    "/healthz",
    "/health",
    "/api/health",
    "/livez",
    "/readyz",
    "/actuator/health",
    "/ping",
    "/status",
    "/_health",
    "/",
];

/// How a container is started besides as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// On a root file system that it cannot change, with a `tmpfs` at `/tmp`.
    pub read_only: bool,
    /// Without capabilities, and without a way to get more rights.
    pub unprivileged: bool,
}

/// A container that runs.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its id.
    pub id: String,
    /// The port that is asked.
    pub port: Option<u16>,
    /// Where that is reached from here, `host:port`.
    pub address: Option<String>,
    /// When it was told to start.
    pub began: Instant,
    /// From then to its first answer.
    pub ready: Option<Duration>,
    /// Its answers so far; the first tells whether it is well.
    pub asked: Vec<Asked>,
}

impl Examiner<'_> {
    /// Everything that a container of the image shows.
    ///
    /// Errors: it does not start, ends, or does not answer, each with its log; [`ErrorId::Interrupted`].
    pub(super) fn running(&self, name: &str, image: &Image, notes: &mut Vec<String>) -> Result<Running> {
        self.in_a_run(|run| {
            self.phase("Starting", "containers");
            self.doing("docker run");
            let began = Instant::now();
            let running = self.running_in(name, image, run, notes)?;
            self.done(began.elapsed());
            Ok(running)
        })
    }

    /// As [`Self::running`], in a run that began elsewhere and goes on.
    ///
    /// Errors: as [`Self::running`].
    pub(super) fn running_in(&self, name: &str, image: &Image, run: &Run, notes: &mut Vec<String>) -> Result<Running> {
        let service = self.start(name, image, How::default(), run, notes)?;
        let running = self.shown(&service, name, image, run)?;
        self.remove(&service, run);
        Ok(running)
    }

    /// Does something with containers, and removes all of them, whatever came of it.
    ///
    /// Errors: those of what is done; [`ErrorId::Interrupted`].
    pub fn in_a_run<T>(&self, act: impl FnOnce(&Run) -> Result<T>) -> Result<T> {
        let engine = self.engine;
        sweep::sweep(engine)?;
        let run = Run::begin()?;
        interrupt::note_run(Some(run.id()));
        let outcome = act(&run);
        sweep::end(&run, engine);
        interrupt::note_run(None);
        interrupt::check()?;
        outcome
    }

    /// Starts a container, and waits until it answers; one without a port has to run on, or to end well.
    ///
    /// Errors: as [`Self::running`].
    pub fn start(&self, name: &str, image: &Image, how: How, run: &Run, notes: &mut Vec<String>) -> Result<Service> {
        let (port, others) = port_of(self.job.port, image);
        if !others.is_empty() {
            let others: Vec<String> = others.iter().map(ToString::to_string).collect();
            let port = port.map(|port| port.to_string()).unwrap_or_default();
            let note = format!(
                "Port {port} was asked; the image also names {}. --port chooses another.",
                crate::names::list(others.iter().map(String::as_str))
            );
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        let mut service = self.launched(name, image, how, port, run)?;
        if port.is_none() {
            match self.finds_port(&service)? {
                Some(found) => {
                    let note = format!("The image names no port. It listens on {found}, and was asked there.");
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                    self.remove(&service, run);
                    service = self.launched(name, image, how, Some(found), run)?;
                }
                None => return self.runs_on(service),
            }
        }
        self.answers(service, image)
    }

    /// Removes a container that is no longer needed.
    pub fn remove(&self, service: &Service, run: &Run) {
        if self.engine.remove_containers(std::slice::from_ref(&service.id)).is_ok() {
            run.forget(&service.id);
        }
    }

    fn launched(&self, name: &str, image: &Image, how: How, port: Option<u16>, run: &Run) -> Result<Service> {
        let mut options = Vec::new();
        let mut option = |words: &[&str]| options.extend(words.iter().map(|word| (*word).to_owned()));
        if let Some(network) = &self.job.network {
            option(&["--network", network]);
        }
        if let Some(file) = &self.job.env_file {
            option(&["--env-file", &file.display().to_string()]);
        }
        if how.read_only {
            option(&["--read-only"]);
        }
        if how.unprivileged {
            option(&["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]);
        }
        if has_check(image) {
            option(&["--health-interval", &format!("{}s", CHECKS.as_secs())]);
        }
        let spec = Spec {
            image: name.to_owned(),
            run: run.id().to_owned(),
            tmpfs: match (how.read_only, self.job.tmpfs.is_empty()) {
                (true, true) => vec!["/tmp".to_owned()],
                (true, false) => self.job.tmpfs.clone(),
                (false, _) => Vec::new(),
            },
            port,
            environment: self.job.environment.clone(),
            platform: self.job.platform.clone(),
            options,
            ..Spec::default()
        };
        let began = Instant::now();
        let engine = self.engine;
        let id = engine.start(&spec)?;
        run.add(&id);
        let inspected = engine.inspect_container(&id)?;
        let address = port.and_then(|port| inspected.as_ref()?.address(port));
        Ok(Service { id, port, address, began, ready: None, asked: Vec::new() })
    }

    /// The port that a container listens on, where it is only one and can be reached from outside.
    fn finds_port(&self, service: &Service) -> Result<Option<u16>> {
        loop {
            interrupt::check()?;
            let Some(state) = self.state(service)? else { return Ok(None) };
            if !state.running {
                return Ok(None);
            }
            match sockets::of(state.pid, &service.id) {
                Err(_) => return Ok(None),
                Ok(found) => {
                    let ports: BTreeSet<u16> =
                        found.iter().filter(|one| !is_loopback(one)).map(|one| one.port).collect();
                    // Docker's own resolver listens on loopback only.
                    if ports.len() == 1 {
                        return Ok(ports.into_iter().next());
                    }
                }
            }
            if service.began.elapsed() > LISTENS {
                return Ok(None);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// A container that nobody can ask: it is well as long as it has not failed.
    fn runs_on(&self, service: Service) -> Result<Service> {
        match self.state(&service)? {
            Some(state) if !state.running && state.exit_code != 0 => Err(self.ended(&service, &state)),
            _ => Ok(service),
        }
    }

    /// Waits for the first answer, and finds the path that tells whether the service is well.
    fn answers(&self, mut service: Service, image: &Image) -> Result<Service> {
        if service.address.is_none() {
            let state = self.state(&service)?;
            return Err(match state {
                Some(state) if !state.running => self.ended(&service, &state),
                _ => Problem::new(ErrorId::NeverListened, "The engine published no port of the container.")
                    .next("--port N    names another one"),
            });
        }
        let named = self.job.health.clone().or_else(|| checked_path(image));
        let first = named.clone().unwrap_or_else(|| HEALTH[0].to_owned());
        let within = self.job.timeout.map_or(START, |limit| limit.min(START * 5));
        let mut patience = Patience::of_start(within);
        let mut looked = Instant::now();
        loop {
            interrupt::check()?;
            let answer = self.ask(&service, "GET", &first)?;
            if let Ok((status, body)) = &answer {
                service.ready.get_or_insert_with(|| service.began.elapsed());
                // A path that was named has to say that all is well; of others any answer shows that it serves.
                if *status < 400 || (named.is_none() && *status < 500) {
                    let request = format!("GET {first}");
                    service.asked.push(Asked { request, status: Ok(*status), body: body.clone() });
                    break;
                }
            }
            if looked.elapsed() > Duration::from_secs(1) {
                looked = Instant::now();
                let state = self.state(&service)?;
                if let Some(state) = state.filter(|state| !state.running) {
                    return Err(self.ended(&service, &state));
                }
                let usage = self.engine.usage(&service.id);
                if patience.look(service.began.elapsed(), usage, false) != Looked::Going {
                    return Err(self.silent(&service, image, &first, answer));
                }
            }
            std::thread::sleep(PAUSE);
        }
        if named.is_none()
            && let Some(well) = self.well_at(&service)?
        {
            service.asked = vec![well];
        }
        Ok(service)
    }

    /// Sends one request.
    ///
    /// Errors: [`ErrorId::StillAtWork`], [`ErrorId::Interrupted`]; the engine does not answer.
    fn ask(&self, service: &Service, method: &str, path: &str) -> Result<Answered> {
        let Some(address) = &service.address else { return Ok(Err("it has no address".to_owned())) };
        let (engine, name) = (self.engine, self.called());
        let asked = probe::Service { engine, container: &service.id, address, name: &name };
        let answer = asked.ask(&request(method, path))?;
        Ok(answer.map(|answer| (answer.status, answer.body.chars().take(BODY).collect())))
    }

    /// Sends one request, e.g. `GET /x`, and keeps its answer.
    ///
    /// Errors: as [`Self::ask`].
    pub fn sent(&self, service: &Service, line: &str) -> Result<Asked> {
        let (method, path) = line.trim().split_once(' ').unwrap_or(("GET", line.trim()));
        let answer = self.ask(service, method, path.trim())?;
        let body = answer.as_ref().map(|(_, body)| body.clone()).unwrap_or_default();
        let status = answer.map(|(status, _)| status);
        Ok(Asked { request: printable(&format!("{method} {}", path.trim())), status, body })
    }

    /// The first of the usual paths that says that all is well, in place of what was asked already.
    fn well_at(&self, service: &Service) -> Result<Option<Asked>> {
        let is_well = |asked: &Asked| asked.status.as_ref().is_ok_and(|status| (200..400).contains(status));
        if service.asked.first().is_some_and(is_well) {
            return Ok(None);
        }
        for path in HEALTH.iter().skip(1) {
            let asked = self.sent(service, &format!("GET {path}"))?;
            if is_well(&asked) {
                return Ok(Some(asked));
            }
        }
        // It serves, and none of its paths is one of those: then that it answers has to do.
        Ok(None)
    }

    pub(super) fn state(&self, service: &Service) -> Result<Option<State>> {
        Ok(self.engine.inspect_container(&service.id)?.map(|inspected| inspected.state))
    }

    pub(super) fn log(&self, service: &Service) -> Vec<String> {
        self.engine.logs(&service.id, LOG).iter().map(|line| printable(line)).collect()
    }

    fn ended(&self, service: &Service, state: &State) -> Problem {
        let log = self.log(service);
        let (id, why) = if state.oom_killed {
            (ErrorId::ContainerOutOfMemory, "used more memory than it may".to_owned())
        } else {
            (ErrorId::ContainerExited, format!("ended with status {}", state.exit_code))
        };
        let problem = Problem::new(id, format!("The container {why} before it answered."));
        let problem = problem.evidence(messages::excerpt(&log.join("\n"), SHOWN));
        // Linux says so of a program for another kind of processor (`ENOEXEC`).
        if log.iter().any(|line| line.to_lowercase().contains("exec format error")) {
            let problem = problem.cause("Its program is for another kind of processor than this machine has.");
            return problem.next("--platform linux/ARCH    builds for this machine");
        }
        wants::advised(problem, &log, self.compose().as_deref())
    }

    /// The compose file that lies in the folder.
    fn compose(&self) -> Option<String> {
        if self.job.image.is_some() {
            return None;
        }
        let folder = if self.job.path.is_file() { self.job.path.parent()? } else { &self.job.path };
        let names = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
        let file = names.into_iter().map(|name| folder.join(name)).find(|file| file.is_file())?;
        Some(printable(&file.display().to_string()))
    }

    fn silent(&self, service: &Service, image: &Image, path: &str, answer: Answered) -> Problem {
        let log = self.log(service);
        let port = service.port.map(|port| port.to_string()).unwrap_or_default();
        let problem = match answer {
            Ok((status, _)) => {
                let fact = format!("GET {path} on port {port} is answered with status {status}.");
                Problem::new(ErrorId::WrongAnswer, fact)
                    .next("--health PATH    names the path that tells whether it is well")
            }
            Err(error) => {
                let fact = format!("Nothing answers on port {port}: {}.", printable(&error));
                let problem = Problem::new(ErrorId::NeverListened, fact);
                match port_of(None, image).0.filter(|exposed| Some(*exposed) != service.port) {
                    Some(exposed) => problem.next(format!("--port {exposed}    is the port that the image names")),
                    None => problem.next("--port N    names another port"),
                }
            }
        };
        wants::advised(problem.evidence(messages::excerpt(&log.join("\n"), SHOWN)), &log, self.compose().as_deref())
    }
}

/// Status and the beginning of the body, or the text of what is wrong with the connection.
type Answered = std::result::Result<(u16, String), String>;

fn request(method: &str, path: &str) -> Request {
    let expect = Expected {
        status: 0,
        json: serde_json::Map::default(),
        fields: std::collections::BTreeMap::default(),
        contains: None,
        headers: Vec::new(),
    };
    Request {
        id: String::new(),
        role: None,
        method: method.to_owned(),
        path: path.to_owned(),
        body: None,
        setup: String::new(),
        needs: None,
        expect,
        otherwise: None,
    }
}

/// The port to ask, and others that the image names.
fn port_of(named: Option<u16>, image: &Image) -> (Option<u16>, Vec<u16>) {
    if named.is_some() {
        return (named, Vec::new());
    }
    let exposed = image.config.exposed_ports.keys();
    let ports: Vec<u16> = exposed.filter_map(|port| port.trim_end_matches("/tcp").parse().ok()).collect();
    let usual = [8080, 80, 3000, 8000, 5000, 4000, 8081, 9000];
    let first = usual.into_iter().find(|port| ports.contains(port)).or(ports.first().copied());
    (first, ports.iter().copied().filter(|port| Some(*port) != first).collect())
}

fn is_loopback(listener: &Listener) -> bool {
    listener.address.starts_with("127.") || listener.address == "::1"
}

pub(super) fn has_check(image: &Image) -> bool {
    let test = image.config.healthcheck.as_ref().and_then(|check| check.test.first());
    test.is_some_and(|kind| kind != "NONE")
}

/// The path that the image's `HEALTHCHECK` asks for.
fn checked_path(image: &Image) -> Option<String> {
    let line = image.config.healthcheck.as_ref()?.test.join(" ");
    let (_, rest) = line.split_once("://")?;
    let end = rest.find(|c: char| c.is_whitespace() || "\"'|;)&".contains(c)).unwrap_or(rest.len());
    let path = rest[..end].find('/').map(|at| rest[at..end].to_owned());
    Some(path.unwrap_or_else(|| "/".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn image(change: impl FnOnce(Fixture) -> Fixture) -> Image {
        change(Fixture::nothing().image()).seen().image.unwrap()
    }

    #[test]
    fn the_path_of_a_health_check_is_read() {
        for (line, path) in [
            ("curl -f http://localhost:3000/health || exit 1", Some("/health")),
            ("wget -qO- http://127.0.0.1:8080", Some("/")),
            ("pg_isready", None),
        ] {
            let image = image(|fixture| fixture.healthcheck(&["CMD-SHELL", line]));
            assert_eq!(checked_path(&image).as_deref(), path, "{line}");
        }
    }

    #[test]
    fn the_usual_port_is_asked_first() {
        let image = image(|fixture| fixture.exposes(9229).exposes(3000).exposes(7));
        let (port, others) = port_of(None, &image);
        assert_eq!((port, others.len()), (Some(3000), 2));
        assert_eq!(port_of(Some(1), &image), (Some(1), vec![]));
    }
}
