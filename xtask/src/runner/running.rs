//! The containers of a run that serve several questions, each started when the first of them is asked.
//!
//! Questions share a container where their `docker run` lines are the same, and only as long as they leave it as it is:
//! whoever changes a container takes it out, and the next question gets a new one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{container_of, start};
use crate::engine::Engine;
use crate::error::{ErrorId, Problem, Result};
use crate::interrupt;
use crate::model::{Health, Setup};
use crate::plan::Image;
use crate::probe::Service;
use crate::state::runs::Run;

/// A container whose service is well.
#[derive(Clone, Debug)]
pub struct Up {
    /// Its id.
    pub id: String,
    /// Where it answers: `host:port`.
    pub address: String,
    /// Its answer.
    pub health: Health,
    /// From `docker run` to the first good answer.
    pub ready: Duration,
}

impl Up {
    /// The service, to be asked.
    pub fn service<'a>(&'a self, name: &'a str, engine: Engine<'a>) -> Service<'a> {
        Service { engine, container: &self.id, address: &self.address, name }
    }
}

/// What starting one came to. What failed once is not tried again: it would only take as long again.
type Slot = Mutex<Option<std::result::Result<Up, Problem>>>;

/// The containers, by the `docker run` line that makes them.
#[derive(Debug, Default)]
pub struct Running {
    slots: Mutex<BTreeMap<String, Arc<Slot>>>,
}

/// All that starting a container takes.
#[derive(Clone, Copy)]
pub struct Starter<'a> {
    /// The run they belong to.
    pub run: &'a Run,
    /// The engine.
    pub engine: Engine<'a>,
    /// Whether one that does not get well stays, to be looked into.
    pub keep: bool,
}

impl Starter<'_> {
    /// Starts a container and waits for its health. One that never gets there is removed.
    ///
    /// Errors: as [`start`] and [`Service::wait_until_healthy`].
    pub fn start(&self, image: &Image, setup: &Setup) -> Result<Up> {
        interrupt::check()?;
        let began = Instant::now();
        let (id, address) = start(image, setup, self.run, self.engine)?;
        let health = image.app.contract.health().ok_or_else(no_health)?;
        let name = image.name.to_string();
        let service = Service { engine: self.engine, container: &id, address: &address, name: &name };
        match service.wait_until_healthy(health, image.app.ready_within, began) {
            Ok((health, ready)) => Ok(Up { id, address, health, ready }),
            Err(problem) => {
                if !self.keep {
                    self.remove(&id);
                }
                Err(problem)
            }
        }
    }

    /// Removes a container of this run. One that cannot be removed now is counted when the run ends.
    pub fn remove(&self, id: &str) {
        if self.engine.remove_containers(&[id.to_owned()]).is_ok() {
            self.run.forget(id);
        }
    }
}

impl Running {
    /// The container of an image in a setup, for questions that leave it as it is. Whoever asks while it starts waits for it.
    ///
    /// Errors: why it could not be started; the same every time.
    pub fn share(&self, image: &Image, setup: &Setup, starter: Starter<'_>) -> Result<Up> {
        let slot = Arc::clone(self.lock().entry(line(image, setup)).or_default());
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.get_or_insert_with(|| starter.start(image, setup)) {
            Ok(up) => Ok(up.clone()),
            Err(problem) => Err(problem.clone()),
        }
    }

    /// Takes the container out, if there is one and nobody is waiting for it to start: it belongs to the caller now.
    pub fn take(&self, image: &Image, setup: &Setup) -> Option<Up> {
        let slot = self.lock().remove(&line(image, setup))?;
        slot.lock().unwrap_or_else(PoisonError::into_inner).take()?.ok()
    }

    /// Forgets all that are not among these, and returns their ids.
    pub fn others_than(&self, kept: &[(&Image, Setup)]) -> Vec<String> {
        let kept: Vec<String> = kept.iter().map(|(image, setup)| line(image, setup)).collect();
        let mut slots = self.lock();
        let all = std::mem::take(&mut *slots);
        let (kept, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(line, _)| kept.contains(line));
        *slots = kept;
        let up = |slot: Arc<Slot>| slot.lock().unwrap_or_else(PoisonError::into_inner).take()?.ok();
        others.into_values().filter_map(up).map(|up| up.id).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Containers with the same line are the same, apart from which run they belong to.
fn line(image: &Image, setup: &Setup) -> String {
    container_of(image, setup, "").command().display()
}

/// A contract that does not say how to tell whether a service is well.
pub fn no_health() -> Problem {
    Problem::new(ErrorId::Manifest, "The contract has no health request.")
}
