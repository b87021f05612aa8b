//! A container registry for the length of one command: Debian's, in a container, on a port of loopback.

mod meter;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::{Engine, docker, labels};
use crate::dockerfile;
use crate::error::{ErrorId, Problem, Result};
use crate::model::BaseSources;
use crate::state::runs::Run;

/// Debian's registry on the slim base, without the password its package asks for.
const DOCKERFILE: &str = "\
FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends docker-registry && rm -rf /var/lib/apt/lists/*
RUN printf 'version: 0.1\\nstorage: {filesystem: {rootdirectory: /var/lib/registry}}\\nhttp: {addr: \":5000\"}\\n' > /config.yml
CMD [\"docker-registry\", \"serve\", \"/config.yml\"]
";
/// Kept after the command, so that the next one need not build it.
const IMAGE: &str = "drydock.local/registry:1";
/// Where it listens in its own network.
const PORT: u16 = 5000;
/// When a registry that runs and does not say that it listens counts as one that hangs: it needs a second, and a busy machine
/// makes many of that.
const PATIENCE: Duration = Duration::from_mins(5);
/// A toolchain is hundreds of megabytes to compress.
const PUSH: Duration = Duration::from_mins(15);

/// The bases its image stands on.
pub fn bases() -> BTreeSet<String> {
    // The recipe is a constant, and a test reads it.
    dockerfile::parse(DOCKERFILE, "the registry's Dockerfile").map(|file| file.images(None)).unwrap_or_default()
}

/// A running registry, which is empty at first. It goes with its run's other containers.
#[derive(Debug)]
pub struct Registry {
    /// Its container.
    pub id: String,
    /// Where the engine that runs it reaches it, e.g. `127.0.0.1:32768`.
    pub host: String,
    /// Its process on the engine's machine.
    pub pid: u32,
}

impl Registry {
    /// Builds the image where it is missing, and starts a container of it. `sources` says where [`bases`] are.
    ///
    /// Errors: the image cannot be built ([`ErrorId::BuildFailed`]), the container does not start
    /// ([`ErrorId::ContainerNotStarted`]) or does not listen ([`ErrorId::NeverListened`]).
    pub fn start(sources: &BaseSources, run: &Run, engine: Engine<'_>) -> Result<Self> {
        let mut build = docker(["buildx", "build", "--load", "--provenance=false", "--tag", IMAGE]);
        build = build.args(["--label".to_owned(), format!("{}=registry", labels::ROLE)]);
        for (name, place) in sources.contexts(&bases()) {
            build = build.args(["--build-context".to_owned(), format!("{name}={place}")]);
        }
        engine.note_images(&[IMAGE.to_owned()])?;
        let output = engine.ask_within(PUSH, &build.arg("-").stdin(DOCKERFILE))?;
        if !output.success() {
            let fact = "The image of a registry could not be built.";
            return Err(Problem::new(super::build::classify(&output.stderr), fact).evidence(output.stderr.lines()));
        }
        let label = format!("{}={}", labels::RUN, run.id());
        let publish = format!("127.0.0.1::{PORT}");
        let name = labels::container(run.id());
        let start = docker(["run", "--detach", "--name", &name, "--label", &label, "--publish", &publish, IMAGE]);
        let started = engine.ask(&start)?;
        let id = started.stdout.trim().to_owned();
        if !started.success() || id.is_empty() {
            let fact = "The container of a registry could not be started.";
            return Err(Problem::new(ErrorId::ContainerNotStarted, fact).evidence(started.stderr.lines()));
        }
        run.add(&id);
        let listens = || Ok::<_, Problem>(said(&id, engine)?.contains("listening on"));
        let began = Instant::now();
        while !listens()? {
            crate::interrupt::check()?;
            let runs = engine.inspect_container(&id)?.is_some_and(|container| container.state.running);
            if !runs || began.elapsed() > PATIENCE {
                let instead = if runs { "did not listen in all this time" } else { "ended at once" };
                let fact = format!("The registry {instead}.");
                return Err(Problem::new(ErrorId::NeverListened, fact).evidence(said(&id, engine)?.lines()));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let format =
            format!("{{{{.State.Pid}}}} {{{{(index (index .NetworkSettings.Ports \"{PORT}/tcp\") 0).HostPort}}}}");
        let told = engine.tell(&docker(["inspect", "--format", &format, &id]))?;
        let pid_and_port = told.trim().split_once(' ').and_then(|(pid, port)| Some((pid.parse().ok()?, port)));
        let Some((pid, port)) = pid_and_port else { return Err(crate::bug(&format!("A registry is at {told:?}"))) };
        Ok(Self { id, host: format!("127.0.0.1:{port}"), pid })
    }

    /// Pushes an image of the engine under a name of its own, e.g. `app/go:naive`. Returns how long the push took.
    ///
    /// Errors: [`ErrorId::ImageStream`].
    pub fn push(&self, image: &str, name: &str, engine: Engine<'_>) -> Result<Duration> {
        let there = format!("{}/{name}", self.host);
        engine.tell(&docker(["image", "tag", image, &there]))?;
        let began = Instant::now();
        let pushed = engine.ask_within(PUSH, &docker(["push", "--quiet", &there]));
        let took = began.elapsed();
        engine.tell(&docker(["image", "rm", "--no-prune", &there]))?;
        let pushed = pushed?;
        if pushed.success() {
            return Ok(took);
        }
        let fact = format!("`{image}` could not be pushed to a registry on this machine.");
        Err(Problem::new(ErrorId::ImageStream, fact).evidence(pushed.stderr.lines()))
    }

    /// The name an engine inside the registry's own network pulls with.
    pub fn inside(name: &str) -> String {
        format!("127.0.0.1:{PORT}/{name}")
    }
}

fn said(container: &str, engine: Engine<'_>) -> Result<String> {
    let output = engine.ask(&docker(["logs", container]))?;
    Ok(output.stdout + &output.stderr)
}

#[cfg(test)]
mod tests {
    #[test]
    fn its_recipe_stands_on_a_base_that_can_be_made_here() {
        assert_eq!(super::bases().into_iter().collect::<Vec<_>>(), ["debian:trixie-slim"]);
    }
}
