//! Starts one container for each image and asks it whether it is well.

use std::time::Duration;

use drydock_reader::parallel;

use crate::engine::{Engine, container};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::model::block::Sign;
use crate::model::{Health, RunOptions, Setup};
use crate::plan::Image;
use crate::probe;
use crate::state::runs::Run;

use super::running::{Running, Starter, Up};

/// What came of one container.
#[derive(Debug)]
pub struct Served {
    /// Its last answer.
    pub health: Health,
    /// From `docker run` to the first good answer.
    pub ready: Duration,
    /// Where it answered.
    pub url: Option<String>,
    /// Why it is not healthy.
    pub problem: Option<Problem>,
    /// Why it was not started, where this machine cannot run its platform.
    pub not_run: Option<String>,
}

/// Starts and asks a container of every image, which goes on running among the others of the run; then those that are `asked`
/// later, unless a service was found to be unwell. `stored` says how many bytes an image stores, for the row that is shown when
/// it answered. The result has the order of `images`.
pub fn serve(
    images: &[Image],
    asked: &[(&Image, Setup)],
    stored: &(dyn Fn(&Image) -> u64 + Sync),
    running: &Running,
    starter: Starter<'_>,
    at_once: usize,
) -> Vec<Served> {
    starter.engine.sink().emit(Event::Phase { name: "Starting", total: images.len(), of: "containers" });
    let served = parallel::map(images, at_once, |image| serve_one(image, stored(image), running, starter));
    if served.iter().all(|one| one.problem.is_none()) {
        // How long these take is told to nobody, so more of them may start together. What fails here is told to the step that
        // asks for it.
        let _ = parallel::map(asked, at_once * 2, |(image, setup)| running.share(image, setup, starter).is_ok());
    }
    served
}

fn serve_one(image: &Image, stored_bytes: u64, running: &Running, starter: Starter<'_>) -> Served {
    let sink = starter.engine.sink();
    let item = image.called();
    sink.emit(Event::Progress { item: item.clone(), doing: "docker run".to_owned() });
    match running.share(image, &Setup::default(), starter) {
        Ok(Up { address, health, ready, .. }) => {
            let url = format!("http://{address}/");
            sink.emit(Event::Ready { item, stored_bytes, after: ready, url: url.clone() });
            Served { health, ready, url: Some(url), problem: None, not_run: None }
        }
        Err(problem) if is_foreign(image, &problem) => {
            let platform = image.name.platform.as_ref().map(ToString::to_string).unwrap_or_default();
            sink.emit(Event::Done { item, remark: "not run".to_owned(), sign: Sign::NotMeasured });
            let why = format!("this machine does not run {platform}");
            Served { problem: None, not_run: Some(why), ..not_well(problem) }
        }
        Err(problem) if problem.id == ErrorId::StillAtWork => {
            sink.emit(Event::Done { item, remark: "not measured".to_owned(), sign: Sign::NotMeasured });
            Served { not_run: Some("it was still at work".to_owned()), ..not_well(problem) }
        }
        Err(problem) => {
            sink.emit(Event::Done { item, remark: "not healthy".to_owned(), sign: Sign::Failed });
            not_well(problem)
        }
    }
}

/// How a container of an image is run in one of the contract's setups.
pub fn container_of(image: &Image, setup: &Setup, run: &str) -> container::Spec {
    let RunOptions { init, entrypoint, command, stop_signal, environment, options } = image.variant.run.clone();
    container::Spec {
        image: image.name.tag(),
        run: run.to_owned(),
        hardened: image.variant.hardened || setup.read_only,
        tmpfs: setup.tmpfs.clone().unwrap_or_else(|| image.variant.tmpfs.clone()),
        port: Some(image.app.port),
        environment: environment.into_iter().chain(setup.environment.clone()).collect(),
        init,
        entrypoint,
        stop_signal,
        platform: image.name.platform.as_ref().map(ToString::to_string),
        options,
        arguments: command,
    }
}

/// Starts a container of an image in one of the contract's setups. Returns its id and the address of its port.
///
/// Errors: [`crate::error::ErrorId::ContainerNotStarted`], [`crate::error::ErrorId::ContainerExited`] when it ended before its port could be read.
pub fn start(image: &Image, setup: &Setup, run: &Run, engine: Engine<'_>) -> Result<(String, String)> {
    let id = engine.start(&container_of(image, setup, run.id()))?;
    run.add(&id);
    let inspected = engine.inspect_container(&id)?;
    match inspected.as_ref().and_then(|c| c.address(image.app.port)) {
        Some(address) => Ok((id, address)),
        // A container that ended has no port any more.
        None => Err(probe::ended(engine, &id, inspected.as_ref().map(|c| &c.state))),
    }
}

fn not_well(problem: Problem) -> Served {
    let health = Health { ok: false, status: 0, attempts: 0 };
    Served { health, ready: Duration::ZERO, url: None, problem: Some(problem), not_run: None }
}

/// Whether a container could not start because its program is for another kind of processor. Linux says so in these words
/// (`ENOEXEC`), and so does Docker.
fn is_foreign(image: &Image, problem: &Problem) -> bool {
    let says = |text: &String| text.to_lowercase().contains("exec format error");
    image.name.platform.is_some() && std::iter::once(&problem.fact).chain(&problem.evidence).any(says)
}
