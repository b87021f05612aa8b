//! An engine that has nothing yet, beside the one in use: what a new node would be.
//!
//! It lives in the network of a container, where it can neither reach nor spoil what the first engine has set up: two
//! engines in one network remove each other's bridges. From in there a registry in that container is on loopback, which
//! every engine trusts without TLS.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Engine, daemon, docker, of_docker};
use crate::error::{self, ErrorId, Problem, Result};
use crate::host;
use crate::model::Store;
use crate::process::Command;

/// When one that does not answer counts as one that hangs. It was ready within 1.5 s on two processors where nothing else ran.
const READY: Duration = Duration::from_mins(5);
/// The same for its end, after which it is killed. It stopped within 3 s.
const STOPPED: Duration = Duration::from_mins(1);
const QUESTION: Duration = Duration::from_mins(1);
/// A pull of a toolchain took 25 s where nothing else ran.
const PULL: Duration = Duration::from_mins(15);

/// What has to be on PATH.
const TOOLS: [&str; 3] = ["nsenter", "unshare", "dockerd"];

/// A running engine. Dropping it ends it and removes all it had.
#[derive(Debug)]
pub struct EmptyEngine {
    /// Socket, process id, log: in a folder with a short path, because a socket's path has at most 107 bytes.
    control: tempfile::TempDir,
    /// Its images. Removed after the engine has ended, as fields are dropped last.
    data: tempfile::TempDir,
    network_of: u32,
}

/// Makes sure that such an engine can be started here.
///
/// Errors: [`ErrorId::NoEmptyEngine`], with what is missing.
pub fn require() -> Result<()> {
    daemon::require("An engine that has nothing cannot be started here.", &TOOLS)
}

impl EmptyEngine {
    /// Starts an engine with this store in the network of a process. Its images go into a new folder in `data`, which should
    /// be on a disk like the first engine's.
    ///
    /// Errors: as [`require`]; it does not answer ([`ErrorId::EngineSilent`], with the last lines of its log).
    pub fn start(network_of: u32, store: Store, data: &Path) -> Result<Self> {
        require()?;
        let folder = |parent: &Path| {
            let made = tempfile::Builder::new().prefix("drydock-engine-").tempdir_in(parent);
            made.map_err(|e| error::io("create a folder in", parent, &e))
        };
        std::fs::create_dir_all(data).map_err(|e| error::io("create", data, &e))?;
        let engine = Self { control: folder(&std::env::temp_dir())?, data: folder(data)?, network_of };
        let config = engine.path("config.json");
        let features = serde_json::json!({ "features": { "containerd-snapshotter": store == Store::Containerd } });
        std::fs::write(&config, features.to_string()).map_err(|e| error::io("write", &config, &e))?;
        let log = engine.path("log");
        let shown = |path: PathBuf| path.display().to_string();
        // A mount namespace of its own: what it mounts ends with it.
        engine
            .enter("unshare")
            .args(["--mount", "dockerd", "--bridge", "none", "--iptables=false", "--ip-forward=false"])
            .args(["--config-file".to_owned(), shown(config)])
            .args(["--data-root".to_owned(), shown(engine.data.path().to_owned())])
            .args(["--exec-root".to_owned(), shown(engine.path("exec"))])
            .args(["--pidfile".to_owned(), shown(engine.path("pid"))])
            .args(["--host".to_owned(), engine.address()])
            .detach(&log)?;
        // The launcher needs a moment before there is a process id: only the bound ends the wait.
        let answers = || Ok(engine.docker(["version"]).output(QUESTION).map_err(of_docker)?.success());
        daemon::wait(READY, &log, answers, || true)?;
        Ok(engine)
    }

    /// Where it listens, as `DOCKER_HOST` takes it.
    pub fn address(&self) -> String {
        format!("unix://{}", self.path("docker.sock").display())
    }

    /// A `docker` command that asks this engine.
    pub fn docker<A: Into<String>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        docker(args).env("DOCKER_HOST", self.address())
    }

    /// Pulls an image. Returns how long that took, unpacking included.
    ///
    /// Errors: [`ErrorId::ImageStream`].
    pub fn pull(&self, place: &str, engine: Engine<'_>) -> Result<Duration> {
        let began = Instant::now();
        self.do_within(["pull", "--quiet", place], engine)?;
        Ok(began.elapsed())
    }

    /// Removes an image that it pulled, with every layer that no other image has.
    ///
    /// Errors: [`ErrorId::ImageStream`].
    pub fn forget(&self, place: &str, engine: Engine<'_>) -> Result<()> {
        self.do_within(["image", "rm", "--force", place], engine)
    }

    fn do_within<const N: usize>(&self, args: [&str; N], engine: Engine<'_>) -> Result<()> {
        let command = self.docker(args);
        let output = engine.ask_within(PULL, &command)?;
        if output.success() {
            return Ok(());
        }
        let fact = format!("`{}` failed on an engine that had nothing.", command.display());
        Err(Problem::new(ErrorId::ImageStream, fact).evidence(output.stderr.lines()))
    }

    /// A program that runs in the engine's network, where its ports and the loopback address it knows are, and that finds it
    /// through `DOCKER_HOST`.
    pub fn enter(&self, program: &str) -> Command {
        let target = self.network_of.to_string();
        Command::new("nsenter").args(["--target", &target, "--net", program]).env("DOCKER_HOST", self.address())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.control.path().join(name)
    }

    fn pid(&self) -> Option<u32> {
        let pid = std::fs::read_to_string(self.path("pid")).ok()?.trim().parse().ok()?;
        // The number may belong to any process once the engine has ended.
        (host::process_name(pid)? == "dockerd").then_some(pid)
    }
}

impl Drop for EmptyEngine {
    fn drop(&mut self) {
        daemon::end(STOPPED, || self.pid());
        if let Some(pid) = self.pid() {
            daemon::signal("KILL", pid);
        }
    }
}
