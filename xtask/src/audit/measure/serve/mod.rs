//! Starts a container, and keeps hold of it until it is removed.

mod ask;
mod failed;
mod port;

use std::time::{Duration, Instant};

use self::port::port_of;
use super::Examiner;
use super::observed::CHECKS;
use crate::audit::seen::{Asked, Image, Running};
use crate::engine::container::{Spec, State};
use crate::engine::sweep;
use crate::error::Result;
use crate::interrupt;
use crate::names::printable;
use crate::state::runs::Run;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// Lines of a log that are kept, and shown.
const LOG: u32 = 200;

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

    /// A container that nobody can ask: it is well as long as it has not failed.
    fn runs_on(&self, service: Service) -> Result<Service> {
        match self.state(&service)? {
            Some(state) if !state.running && state.exit_code != 0 => Err(self.ended(&service, &state)),
            _ => Ok(service),
        }
    }

    pub(super) fn state(&self, service: &Service) -> Result<Option<State>> {
        Ok(self.engine.inspect_container(&service.id)?.map(|inspected| inspected.state))
    }

    pub(super) fn log(&self, service: &Service) -> Vec<String> {
        self.engine.logs(&service.id, LOG).iter().map(|line| printable(line)).collect()
    }
}

pub(super) fn has_check(image: &Image) -> bool {
    let test = image.config.healthcheck.as_ref().and_then(|check| check.test.first());
    test.is_some_and(|kind| kind != "NONE")
}
