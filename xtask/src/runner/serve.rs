//! Starts one container for each image, asks it whether it is well, and removes it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::engine::{Engine, container};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::interrupt;
use crate::model::{Contract, Health, Setup};
use crate::plan::Image;
use crate::probe;
use crate::state::ledger::Run;

use super::Options;

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
}

/// Starts, asks and removes a container of every image. `stored` says how many bytes an image stores, for the row that is
/// shown when it answered. The result has the order of `images`.
pub fn serve(
    images: &[Image],
    stored: &(dyn Fn(&Image) -> u64 + Sync),
    contract: &Contract,
    run: &Run,
    engine: Engine<'_>,
    options: &Options,
) -> Vec<Served> {
    engine.sink().emit(Event::Phase { name: "Starting", total: images.len(), of: "containers" });
    let next = AtomicUsize::new(0);
    let served = Mutex::new(images.iter().map(|_| None).collect::<Vec<Option<Served>>>());
    std::thread::scope(|scope| {
        for _ in 0..options.at_once.clamp(1, images.len()) {
            scope.spawn(|| {
                while let Some(image) = images.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = serve_one(image, stored(image), contract, run, engine, options.keep);
                    let index = images.iter().position(|i| i.name == image.name);
                    if let (Ok(mut served), Some(index)) = (served.lock(), index) {
                        served[index] = Some(one);
                    }
                }
            });
        }
    });
    let served = served.into_inner().unwrap_or_default();
    served.into_iter().map(|one| one.unwrap_or_else(|| unwell(interrupt::problem()))).collect()
}

fn serve_one(
    image: &Image,
    stored_bytes: u64,
    contract: &Contract,
    run: &Run,
    engine: Engine<'_>,
    keep: bool,
) -> Served {
    if interrupt::requested() {
        return unwell(interrupt::problem());
    }
    let item = image.name.to_string();
    engine.sink().emit(Event::Progress { item: item.clone(), doing: "docker run".to_owned() });
    let began = Instant::now();
    let served = start(image, &Setup::default(), run, engine).and_then(|(id, address)| {
        let health =
            contract.health().ok_or_else(|| Problem::new(ErrorId::Manifest, "The contract has no health request."))?;
        engine.sink().emit(Event::Progress { item: item.clone(), doing: format!("{} {}", health.method, health.path) });
        let answer = probe::wait_until_healthy(engine, &id, &address, health, image.app.ready_within, began);
        if !keep {
            // Removing now, while others still start, is cheaper than removing all at the end.
            let _ = engine.remove_containers(std::slice::from_ref(&id));
            run.forget(&id);
        }
        answer.map(|(health, ready)| (health, ready, address))
    });
    match served {
        Ok((health, ready, address)) => {
            let url = format!("http://{address}/");
            engine.sink().emit(Event::Ready {
                image: image.name.clone(),
                stored_bytes,
                after: ready,
                url: url.clone(),
            });
            Served { health, ready, url: Some(url), problem: None }
        }
        Err(problem) => {
            engine.sink().emit(Event::Done { item, remark: "not healthy".to_owned() });
            unwell(problem)
        }
    }
}

/// How a container of an image is run in one of the contract's setups.
pub fn container_of(image: &Image, setup: &Setup, run: &str) -> container::Run {
    container::Run {
        image: image.name.tag(),
        run: run.to_owned(),
        hardened: image.rung.hardened || setup.read_only,
        tmpfs: setup.tmpfs.clone().unwrap_or_else(|| image.rung.tmpfs.clone()),
        port: Some(image.app.port),
        environment: setup.environment.clone(),
    }
}

/// Starts a container of an image in one of the contract's setups. Returns its id and the address of its port.
///
/// Errors: [`ErrorId::ContainerNotStarted`], [`ErrorId::ContainerExited`] when it ended before its port could be read.
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

fn unwell(problem: Problem) -> Served {
    let health = Health { ok: false, status: 0, attempts: 0 };
    Served { health, ready: Duration::ZERO, url: None, problem: Some(problem) }
}
