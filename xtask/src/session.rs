//! A session: the engine is reached, it is decided where bases come from, there is room on the disk. Every command that builds
//! begins with one.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::bases::{self, Bases, BasesOption};
use crate::engine::builder::Current;
use crate::engine::reach::{self, Reached};
use crate::engine::{Engine, bake, disk};
use crate::error::Result;
use crate::event::{Event, Sink};
use crate::guard;
use crate::image::Way;
use crate::interrupt;
use crate::model::{BaseSources, Environment, Store};
use crate::runner;
use crate::setup;

/// After how long without an answer of the engine somebody wonders what is going on.
const UNREMARKED: Duration = Duration::from_secs(2);

/// What a session is opened with. By default it is silent, installs nothing, and takes bases from where they came last.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// What begins, e.g. `Lesson 1 · Two stages`: said together with the surroundings.
    pub title: Option<String>,
    /// Whether to get what is missing first: an engine, tools that make bases.
    pub setup: bool,
    /// Where bases come from.
    pub bases: Option<BasesOption>,
    /// Files with certificates for toolchain bases; those this machine trusts are found without.
    pub ca_files: Vec<PathBuf>,
    /// How images are built.
    pub build: bake::Options,
}

impl Opening {
    /// The same, with a limit to how long a build may take.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self { build: bake::Options { limit: Some(limit), ..self.build }, ..self }
    }
}

/// What stays the same while a command works.
#[derive(Debug)]
pub struct Session<'a> {
    /// The engine.
    pub engine: Engine<'a>,
    /// What it says about itself.
    pub reached: Reached,
    /// Where bases come from.
    pub bases: Bases,
    build: bake::Options,
    setup: bool,
}

impl<'a> Session<'a> {
    /// Reaches the engine, decides where bases come from, says what begins, and looks at the disk.
    ///
    /// Errors: the engine cannot be used, has too little room ([`crate::error::ErrorId::DiskFull`]), or has no such builder
    /// ([`crate::error::ErrorId::Usage`]); whatever `setup` and choosing bases fail with.
    pub fn open(opening: Opening, engine: Engine<'a>) -> Result<Self> {
        let Opening { title, setup, bases, ca_files, build } = opening;
        if setup {
            setup::engine(engine.sink())?;
        }
        let reached = reached(engine.sink())?;
        if let Err(problem) = guard::pipe::post() {
            let fact = problem.fact;
            let instead = "If this run is killed, the next one removes what it leaves.";
            engine.sink().emit(Event::Warning(format!("{fact} {instead}")));
        }
        let bases = bases::choose(bases.as_ref(), &ca_files, engine)?;
        let session = Self { engine, reached, bases, build, setup };
        if let Some(title) = title {
            engine.sink().emit(Event::Started { title, surroundings: session.surroundings() });
        }
        match (&session.build.builder, &session.reached.builder) {
            (Some(named), _) => {
                session.bases.require_builder(named, &session.reached.endpoint.context, engine)?;
            }
            (None, Current::Engine) => {}
            (None, other) => engine.sink().emit(Event::Note(format!("Building with {}.", other.words()))),
        }
        disk::require(&session.reached, disk::FOR_A_LESSON.0, disk::FOR_A_LESSON.1)?;
        Ok(session)
    }

    /// What decides a build and its times besides its files, as a line of words.
    pub fn surroundings(&self) -> String {
        let Reached { engine, cpus, .. } = &self.reached;
        format!("bases: {} · engine {engine} · {cpus} CPUs", self.bases.described())
    }

    /// The surroundings of a measurement that begins now.
    pub fn environment(&self) -> Environment {
        self.reached.environment(self.bases.described())
    }

    /// Sees to it that these bases are there, and says where builds find them.
    ///
    /// Errors: as [`bases::ensure`].
    pub fn ensure(&self, needed: &BTreeSet<String>) -> Result<BaseSources> {
        bases::ensure(needed, &self.bases, self.setup, self.engine)
    }

    /// As [`Self::ensure`], for builds and for what only measures. A helper that cannot be had costs what it would measure.
    ///
    /// Errors: as [`Self::ensure`], for `needed` alone; the run was interrupted.
    pub fn ensure_with(&self, needed: &BTreeSet<String>, helpers: &BTreeSet<String>) -> Result<BaseSources> {
        let mut sources = self.ensure(needed)?;
        for helper in helpers.difference(needed) {
            match self.ensure(&BTreeSet::from([helper.clone()])) {
                Ok(found) => {
                    found.iter().for_each(|(base, image)| sources.insert(base, image.to_owned()));
                    for problem in found.missing([helper]).into_values() {
                        self.engine.sink().emit(Event::Warning(format!("{helper} may not be had: {problem}")));
                    }
                }
                Err(problem) => {
                    interrupt::check()?;
                    self.engine.sink().emit(Event::Warning(format!("{helper} cannot be had: {problem}")));
                }
            }
        }
        Ok(sources)
    }

    /// How images are weighed. With `all`, every one is pushed, so that pull bytes are known; the first push of a base takes the
    /// engine as long as it takes to compress it.
    pub fn way(&self, all: bool) -> Way {
        Way::to(&self.reached, all).with_pulled_bases(self.bases.are_pulled())
    }

    /// How a job is run here: as it was asked for, with a container at a time for each processor.
    pub fn options(&self) -> runner::Options {
        runner::Options {
            build: self.build.clone(),
            keep: false,
            at_once: usize::try_from(self.reached.cpus).unwrap_or(1),
            weigh: self.way(false),
            index: self.reached.store == Store::Containerd,
        }
    }
}

/// The engine, as soon as it answers. Says what is waited for where that takes long.
///
/// Errors: as [`reach::probe`].
fn reached(sink: &dyn Sink) -> Result<Reached> {
    std::thread::scope(|scope| {
        let (waits, answered) = channel::<()>();
        scope.spawn(move || {
            if answered.recv_timeout(UNREMARKED) == Err(RecvTimeoutError::Timeout) {
                let words = "Waiting for the Docker engine to answer. It takes longer while it builds something else.";
                sink.emit(Event::Note(words.to_owned()));
            }
        });
        let reached = reach::probe();
        drop(waits);
        reached
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_leaves_the_other_options_of_a_build_alone() {
        let build = bake::Options { no_cache: true, ..bake::Options::default() };
        let limited = Opening { build, setup: true, ..Opening::default() }.within(Duration::from_mins(2));
        assert_eq!((limited.build.limit, limited.build.no_cache), (Some(Duration::from_mins(2)), true));
        assert!(limited.setup);
    }
}
