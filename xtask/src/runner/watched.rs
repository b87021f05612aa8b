//! Containers that are watched over time: what they do on a signal, what the engine finds of their health.

use std::time::{Duration, Instant};

use super::Underway;
use super::facts::measured;
use crate::engine::docker;
use crate::error::Result;
use crate::interrupt;
use crate::model::{EngineHealth, HealthState, Setup, Signalled};
use crate::plan::Image;
use crate::probe::ending::{self, Ending};
use crate::units;

/// How often is looked.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a container that was sent a signal may sleep before it counts as one that ignores it. PID 1 without a handler ignores
/// it for ever, and one with a handler ends within a second; services that finish what they are at have some seconds.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the engine's verdict on a container's health is waited for. It asks every thirty seconds where an image says nothing
/// else, and takes three failures for an illness; on a busy machine each check takes longer.
const HEALTH: Duration = Duration::from_mins(10);

/// What came of watching a container's health.
pub(super) enum Watched {
    /// The container does not start.
    NotStarted,
    /// The engine has made up its mind, or the container has ended.
    Settled(EngineHealth),
    /// The engine has not made up its mind while it was watched: nobody knows what it would find.
    NotMeasured(String),
}

impl Underway<'_> {
    /// Sends a signal to a container of the image's own, and waits for it to end. `None` where the container does not start.
    ///
    /// Errors: the engine does not answer, [`crate::error::ErrorId::Interrupted`].
    pub(super) fn signalled(&self, image: &Image, signal: &str) -> Result<Option<Signalled>> {
        let Ok(up) = measured(self.own(image, &Setup::default()))? else { return Ok(None) };
        let send = || self.engine.tell(&docker(["kill", "--signal", signal, &up.id])).map(drop);
        let ended = ending::ends(self.engine, &up.id, PATIENCE, send);
        self.remove(&up.id);
        let (ended, after) = ended?;
        let status = match ended {
            Ending::Ended(status) => Some(status),
            Ending::GoesOn => None,
        };
        Ok(Some(Signalled { after_ms: millis(after), status }))
    }

    /// Watches a container of the image's own until the engine has made up its mind.
    ///
    /// Errors: as [`Self::signalled`].
    pub(super) fn health_of(&self, image: &Image) -> Result<Watched> {
        let run = super::container_of(image, &Setup::default(), self.run.id());
        // Whether the service answers is what the engine is to find out.
        let Ok(id) = self.engine.start(&run) else { return Ok(Watched::NotStarted) };
        self.run.add(&id);
        let began = Instant::now();
        let mut seen: Vec<(u64, HealthState)> = Vec::new();
        let (said, settled) = loop {
            interrupt::check()?;
            let Some(container) = self.engine.inspect_container(&id)? else { break (String::new(), true) };
            let (state, said) = container.state.health();
            if seen.last().map(|(_, last)| *last) != Some(state) {
                seen.push((millis(began.elapsed()), state));
            }
            let open = state == HealthState::Starting && container.state.running;
            if !open || began.elapsed() > HEALTH {
                break (said, !open);
            }
            std::thread::sleep(PAUSE);
        };
        let watched_ms = millis(began.elapsed());
        self.remove(&id);
        if !settled {
            let after = units::seconds(Duration::from_millis(watched_ms));
            return Ok(Watched::NotMeasured(format!("the engine had not finished its first checks after {after}")));
        }
        Ok(Watched::Settled(EngineHealth { seen, watched_ms, said }))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
