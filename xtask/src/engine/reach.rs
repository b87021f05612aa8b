//! Can an engine be used from here? Four calls of the `docker` command, at the same time, tell.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::answers::{self, Info, Plugin, Versions, parse};
use super::builder::Current;
pub use super::endpoint::{ChosenBy, Endpoint, OWN_LOG};
use super::faults::{self, Surroundings};
use super::versions::{self, Version};
use crate::error::{ErrorId, Problem, Result};
use crate::host;
use crate::model::{Environment, Store};
use crate::process::{Command, Output};

/// How long one call of the `docker` command may take. An engine that starts with many images needs a few seconds.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// An engine that can be used, and what it says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Version of the `docker` command, e.g. `28.2.2`.
    pub client: String,
    /// Version of the engine, e.g. `26.1.5`; what a distribution adds to it is left out.
    pub engine: String,
    /// The newest API the engine speaks, e.g. `1.45`.
    pub api: String,
    /// Version of the buildx plugin.
    pub buildx: String,
    /// Which builder builds.
    pub builder: Current,
    /// Operating system the engine runs on, in its own words.
    pub os: String,
    /// Architecture in Docker's words, e.g. `amd64`.
    pub arch: String,
    /// Processors the engine may use.
    pub cpus: u32,
    /// Memory the engine may use, in bytes.
    pub memory_bytes: u64,
    /// How it stores images.
    pub store: Store,
    /// Where it keeps them, on the engine's machine.
    pub data_root: PathBuf,
    /// Security options, e.g. `name=seccomp,profile=builtin` or `name=rootless`.
    pub security: Vec<String>,
    /// Whether the engine runs on this very machine, so that its files and loopback addresses are ours as well.
    pub local: bool,
}

/// Everything that could be found out, where [`probe`] stops at the first problem.
#[derive(Debug)]
pub struct Findings {
    /// Where the command looks for its engine.
    pub endpoint: Endpoint,
    /// The engine, with its buildx version and its builder still unknown.
    pub engine: Result<Reached>,
    /// The version of buildx, which is known also where no engine answers; `None` where the command could not be asked.
    pub buildx: Option<Result<Version>>,
    /// Which builder builds.
    pub builder: Current,
}

/// Finds out whether an engine can be used. About 0.06 s where all is well, never more than [`PATIENCE`].
///
/// Errors: each fault by its own id, with the endpoint, the likely cause and what to type.
pub fn probe() -> Result<Reached> {
    let findings = look()?;
    let reached = findings.engine?;
    let buildx = findings.buildx.unwrap_or_else(|| Err(faults::info_silent(PATIENCE)))?.to_string();
    Ok(Reached { buildx, builder: findings.builder, ..reached })
}

/// As [`probe`], but goes on where it can: for a report of everything at once.
///
/// Errors: there is no `docker` command.
pub fn look() -> Result<Findings> {
    look_within(PATIENCE)
}

/// How many times as long as a docker command that asks no engine one may take that does.
const SLOWER: u32 = 100;

fn look_within(limit: Duration) -> Result<Findings> {
    let ask = |words: &[&str], limit: Duration| {
        Command::new("docker").args(words.iter().copied()).args(["--format", "{{json .}}"]).output(limit)
    };
    let began = Instant::now();
    let context = ask(&["context", "inspect"], limit);
    // On a busy machine the command itself takes long, and the engine's answer too.
    let limit = limit.max(began.elapsed() * SLOWER);
    let (version, info, builder) = std::thread::scope(|scope| {
        let version = scope.spawn(|| ask(&["version"], limit));
        let builder = scope.spawn(|| Command::new("docker").args(["buildx", "inspect"]).output(limit));
        let info = ask(&["info"], limit);
        (joined(version), info, joined(builder))
    });
    if [&version, &info].iter().any(|o| matches!(o, Err(p) if p.id == ErrorId::ToolMissing)) {
        return Err(faults::no_command(&Surroundings::observe("")));
    }
    let endpoint = Endpoint::resolve(context.ok().as_ref(), |name| std::env::var(name).ok());
    let around = Surroundings::observe(&endpoint.host);
    let builder = Current::of(builder.ok().as_ref(), &endpoint);
    builder.settle();
    let engine = engine(version, info.as_ref().ok(), &endpoint, &around, limit);
    let client = info.ok().and_then(|output| parse::<Info>(&output)).and_then(|info| info.client);
    let buildx = client.map(|client| buildx(&client.plugins, &around));
    Ok(Findings { endpoint, engine, buildx, builder })
}

fn joined(thread: std::thread::ScopedJoinHandle<'_, Result<Output>>) -> Result<Output> {
    thread.join().unwrap_or_else(|_| Err(Problem::new(ErrorId::Bug, "A thread that asked the engine panicked.")))
}

/// What the two answers say about the engine.
fn engine(
    version: Result<Output>,
    info: Option<&Output>,
    endpoint: &Endpoint,
    around: &Surroundings,
    limit: Duration,
) -> Result<Reached> {
    let version = version.map_err(|_| faults::engine_silent(endpoint, around, limit))?;
    let Some(Versions { client: Some(client), server }) = parse(&version) else {
        // Without a usable endpoint the command fails before it prints any version.
        return Err(if version.success() {
            faults::not_docker(&version)
        } else {
            faults::engine(&version.stderr, endpoint, around)
        });
    };
    let Some(server) = server else {
        // Docker's command fails where no engine answers. Podman's needs none.
        return Err(match info.filter(|_| version.success()) {
            Some(info) if answers::is_podmans(info) => faults::podman_command(&client.version, around),
            _ => faults::engine(&version.stderr, endpoint, around),
        });
    };
    if server.is_podman() {
        return Err(faults::podman_service(&server.version, endpoint, around));
    }
    let numbers = (Version::parse(&server.version), Version::parse(&server.api), Version::parse(&client.version));
    let (Some(engine), Some(api), Some(client)) = numbers else { return Err(faults::not_docker(&version)) };
    if engine < versions::ENGINE || api < versions::API {
        return Err(faults::engine_too_old(engine, api, endpoint));
    }
    let info_output = info.ok_or_else(|| faults::info_silent(limit))?;
    let Some(info) = parse::<Info>(info_output).filter(|info| !info.server_version.is_empty()) else {
        return Err(faults::engine(&info_output.stderr, endpoint, around));
    };
    if info.os_type != "linux" {
        return Err(faults::foreign_containers(&info.os_type));
    }
    Ok(Reached {
        local: info.is_local(&endpoint.host, &host::name()),
        store: info.store(),
        endpoint: endpoint.clone(),
        client: client.to_string(),
        engine: engine.to_string(),
        api: server.api,
        buildx: String::new(),
        builder: Current::Engine,
        os: crate::names::printable(&info.operating_system),
        arch: server.arch,
        cpus: info.cpus,
        memory_bytes: info.memory,
        data_root: info.data_root.into(),
        security: info.security.unwrap_or_default(),
    })
}

/// What the list of plugins says about buildx. A plugin that does not run stands in the list with its error.
fn buildx(plugins: &[Plugin], around: &Surroundings) -> Result<Version> {
    let plugin = plugins.iter().find(|p| p.name == "buildx").ok_or_else(|| faults::buildx_missing(around))?;
    if let Some(error) = &plugin.error {
        return Err(faults::buildx_broken(&plugin.path, error, &plugin.shadowed));
    }
    let text = plugin.version.as_deref().unwrap_or_default();
    let version = Version::parse(text).ok_or_else(|| {
        faults::buildx_broken(&plugin.path, &format!("it calls its version {text:?}"), &plugin.shadowed)
    })?;
    if version < versions::BUILDX { Err(faults::buildx_too_old(version, &plugin.path, around)) } else { Ok(version) }
}

impl Reached {
    /// The surroundings of a measurement that begins now. `bases` says where they came from.
    pub fn environment(&self, bases: String) -> Environment {
        Environment {
            engine: self.engine.clone(),
            buildx: self.buildx.clone(),
            store: self.store,
            arch: self.arch.clone(),
            os: self.os.clone(),
            cpus: self.cpus,
            memory_bytes: self.memory_bytes,
            bases,
            date: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
