//! An HTTPS service beside a container, vouched for by a certificate authority of its own that lives as long as the step.
//!
//! It is Python's standard library in a container of the Python base. The two share one network, so that the certificate can
//! be for `localhost` and neither name resolution nor the world outside takes part: the same on a network that intercepts TLS.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Underway;
use crate::engine::labels;
use crate::error::{ErrorId, Problem, Result};
use crate::interrupt;
use crate::lesson::Peer;
use crate::model::{Answer, Request};
use crate::plan::{Image, PEER_BASE};
use crate::printed;
use crate::probe::Service;
use crate::runner::facts::measured;

/// What it runs: makes a root for one day, then serves with it.
const SERVE: &str = include_str!("peer.sh");
/// Where it listens.
const URL: &str = "https://localhost:8443/";
/// Where the root lies in both containers.
const ROOT: &str = "/peer-root.pem";
/// When one that runs and has made no key counts as one that hangs: it needs a second, and a busy machine makes many of that.
const READY: Duration = Duration::from_mins(5);

/// The two containers: the peer, and the service that asks it.
pub(super) struct Peers {
    peer: String,
    service: Option<std::result::Result<String, String>>,
    address: String,
}

impl Peers {
    /// Starts the peer, then a container of the image that has been told of it.
    pub(super) fn start(here: &Underway<'_>, image: &Image, trust: Peer) -> Result<Self> {
        let base = here.job.sources.image(PEER_BASE);
        let label = format!("{}={}", labels::RUN, here.run.id());
        // The service has no port of its own where it shares the peer's network: the peer publishes it.
        let publish = format!("127.0.0.1::{}", image.app.port);
        let args = ["--label", &label, "--publish", &publish, base, "sh", "-c", SERVE];
        let peer = created(here, args.map(str::to_owned).to_vec())?;
        started(here, &peer)?;
        let root = Self::root(here, &peer)?;
        let mut peers = Self { peer, service: None, address: String::new() };
        let inspected = here.engine.inspect_container(&peers.peer)?;
        peers.address = inspected.and_then(|c| c.address(image.app.port)).unwrap_or_default();

        let mut environment = BTreeMap::from([("PEER_URL", URL)]);
        if trust == Peer::Trusted {
            environment.insert(&image.app.roots_variable, ROOT);
        }
        let network = format!("container:{}", peers.peer);
        let mut args = ["--label", &label, "--network", &network].map(str::to_owned).to_vec();
        for (name, value) in environment {
            args.extend(["--env".to_owned(), format!("{name}={value}")]);
        }
        args.push(image.name.tag());
        let service = created(here, args)?;
        if trust == Peer::Trusted {
            here.engine.copy_into(&service, root.path(), ROOT)?;
        }
        peers.service = Some(here.engine.start_created(&service)?.map(|()| service));
        Ok(peers)
    }

    /// Sends a request to the service as soon as it listens.
    pub(super) fn ask(
        &self,
        here: &Underway<'_>,
        image: &Image,
        request: &Request,
    ) -> Result<std::result::Result<Answer, String>> {
        let service = match &self.service {
            Some(Ok(service)) => service,
            Some(Err(why)) => return Ok(Err(why.clone())),
            None => return Ok(Err("it was not started".to_owned())),
        };
        let health = image.app.contract.health().ok_or_else(no_health)?;
        let began = Instant::now();
        let name = image.name.to_string();
        let asked = Service { engine: here.engine, container: service, address: &self.address, name: &name };
        match measured(asked.wait_until_healthy(health, image.app.ready_within, began))? {
            Ok(_) => asked.ask(request),
            Err(problem) => Ok(Err(problem.fact)),
        }
    }

    /// Removes both.
    pub(super) fn stop(self, here: &Underway<'_>) {
        if let Some(Ok(service)) = &self.service {
            here.remove(service);
        }
        here.remove(&self.peer);
    }

    /// The peer's root certificate, in a file of this machine.
    fn root(here: &Underway<'_>, peer: &str) -> Result<tempfile::NamedTempFile> {
        let read = ["cat", ROOT].map(str::to_owned);
        let began = Instant::now();
        loop {
            interrupt::check()?;
            let output = here.engine.exec(peer, &read)?;
            if output.success() && output.stdout.contains("END CERTIFICATE") {
                let file =
                    tempfile::NamedTempFile::new().map_err(|e| crate::error::io("create", "a file".as_ref(), &e))?;
                std::fs::write(file.path(), output.stdout).map_err(|e| crate::error::io("write", file.path(), &e))?;
                return Ok(file);
            }
            let runs = here.engine.inspect_container(peer)?.is_some_and(|container| container.state.running);
            if !runs || began.elapsed() > READY {
                return Err(Problem::new(
                    ErrorId::NeverListened,
                    "The HTTPS service beside the container did not start.",
                )
                .evidence(here.engine.logs(peer, 6)));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn created(here: &Underway<'_>, args: Vec<String>) -> Result<String> {
    let name = ["--name".to_owned(), labels::container(here.run.id())];
    let created = here.engine.create(name.into_iter().chain(args).collect())?;
    let id = created.map_err(|said| not_started(&said))?;
    here.run.add(&id);
    Ok(id)
}

fn started(here: &Underway<'_>, id: &str) -> Result<()> {
    here.engine.start_created(id)?.map_err(|said| not_started(&said))
}

fn not_started(said: &str) -> Problem {
    Problem::new(ErrorId::ContainerNotStarted, "The HTTPS service beside the container could not be started.")
        .evidence(printed::lines(said))
}

fn no_health() -> Problem {
    Problem::new(ErrorId::Manifest, "The contract has no health request.")
}
