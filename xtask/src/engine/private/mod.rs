//! An engine of its own beside the one in use, from programs that were only unpacked: the engine that others have.
//!
//! It lives in namespaces of its own. In its network it has bridges and rules that no other engine sees, and a way out for
//! builds that download; in its mounts and processes everything ends with it, whatever it had started. What reaches into
//! this machine is one link and the rules that let it out ([`network`]), both under a fixed name, so that the next start finds
//! what a killed one left.

mod network;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::daemon;
use crate::error::{self, ErrorId, Problem, Result};
use crate::process::Command;
use crate::{host, interrupt};

/// When one that runs and does not answer counts as one that hangs. It was ready within 4 s on two processors where nothing else ran.
const READY: Duration = Duration::from_mins(5);
/// A stop takes as long as its last container, which has 10 s to end, and a few seconds.
const STOPPED: Duration = Duration::from_secs(25);
const QUESTION: Duration = Duration::from_secs(10);

/// Socket, settings, log, process id. A fixed place that is gone after a restart of the machine, as the engine is.
const CONTROL: &str = "/run/drydock-engine";
/// The file that says where its images are.
const DATA: &str = "data";
/// The file with the process id of the `unshare` that the engine is the only child of.
const LAUNCHER: &str = "launcher";

/// What the groups of its processes are below.
const CGROUP: &str = "/drydock-engine";

/// What has to be on PATH. A runtime for containers is not among what is unpacked: newer ones want newer libraries.
const TOOLS: [&str; 6] = ["nsenter", "unshare", "setpriv", "ip", "iptables", "runc"];

/// A running engine. Dropping it ends it and removes all it had.
#[derive(Debug)]
pub struct PrivateEngine {
    /// The root below which its programs lie.
    programs: PathBuf,
    /// Process id of the engine as this machine counts.
    pid: u32,
    /// There is one at a time. Unlocked last, as fields are dropped last.
    _lock: File,
}

/// Makes sure that such an engine can be started here.
///
/// Errors: [`ErrorId::NoEmptyEngine`], with what is missing.
pub fn require() -> Result<()> {
    daemon::require("An engine of our own cannot be started here.", &TOOLS)
}

impl PrivateEngine {
    /// Starts the engine whose programs lie below `programs`, with the containerd store. Its images go into `data`, which is
    /// removed with it.
    ///
    /// Errors: as [`require`]; another one runs ([`ErrorId::NoEmptyEngine`]); it does not answer ([`ErrorId::EngineSilent`],
    /// with the last lines of its log).
    pub fn start(programs: &Path, data: &Path) -> Result<Self> {
        require()?;
        let lock = lock()?;
        sweep();
        let control = Path::new(CONTROL);
        let write = |name: &str, text: &str| {
            fs::write(control.join(name), text).map_err(|e| error::io("write", &control.join(name), &e))
        };
        let plugins = control.join("config/cli-plugins");
        for folder in [data, &plugins] {
            fs::create_dir_all(folder).map_err(|e| error::io("create", folder, &e))?;
        }
        let plugin = plugins.join("docker-buildx");
        host::link(&programs.join("usr/libexec/docker/cli-plugins/docker-buildx"), &plugin)
            .map_err(|e| error::io("create", &plugin, &e))?;
        write(DATA, &data.display().to_string())?;
        write("config.json", "{\"features\":{\"containerd-snapshotter\":true}}")?;
        let started = launch(programs, data).and_then(|()| first_child(&log()));
        let pid = started.inspect_err(|_| sweep())?;
        let engine = Self { programs: programs.to_owned(), pid, _lock: lock };
        network::connect(pid)?;
        engine.wait()?;
        Ok(engine)
    }

    /// A `docker` command of the same packages that asks this engine.
    pub fn docker<A: Into<String>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        self.with_its_docker(Command::new(self.programs.join("usr/bin/docker").display().to_string()).args(args))
    }

    /// A program that runs in this folder beside the engine, where its ports and process ids are, and that finds it and its
    /// `docker` command.
    pub fn enter(&self, folder: &Path, program: &Path) -> Command {
        let pid = self.pid.to_string();
        let command = Command::new("nsenter").args(["--net", "--mount", "--pid", "--target", &pid]);
        // What enters is a child of `nsenter`, and has to end with it; what it leaves in there ends with the engine.
        let command = command.args(["setpriv", "--pdeathsig", "KILL", "env"]);
        // With other mounts the working directory is lost.
        self.with_its_docker(command.args([format!("--chdir={}", folder.display()), program.display().to_string()]))
    }

    /// Makes sure that it has not ended: then whatever was beside it has ended too, and did not fail by itself.
    ///
    /// Errors: [`ErrorId::EngineSilent`] with the last lines of its log.
    pub fn lives(&self) -> Result<()> {
        if host::process_name(self.pid).is_some() { Ok(()) } else { Err(daemon::silent(&log())) }
    }

    fn with_its_docker(&self, command: Command) -> Command {
        command
            .env("PATH", path(&self.programs))
            .env("DOCKER_HOST", format!("unix://{CONTROL}/docker.sock"))
            .env("DOCKER_CONFIG", format!("{CONTROL}/config"))
    }

    fn wait(&self) -> Result<()> {
        let answers = || Ok(self.docker(["version"]).output(QUESTION)?.success());
        daemon::wait(READY, &log(), answers, || host::process_name(self.pid).is_some())
    }
}

impl Drop for PrivateEngine {
    fn drop(&mut self) {
        sweep();
        let _ = fs::remove_file(lock_file());
    }
}

/// What it prints.
fn log() -> PathBuf {
    Path::new(CONTROL).join("log")
}

fn lock_file() -> PathBuf {
    Path::new(CONTROL).with_extension("lock")
}

/// Takes the lock, which nobody has after the process that took it has ended.
fn lock() -> Result<File> {
    let path = lock_file();
    let file = File::create(&path).map_err(|e| error::io("create", &path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let fact = "Another run on this machine has an engine of its own already.";
            Err(Problem::new(ErrorId::NoEmptyEngine, fact).next("Wait until it has ended."))
        }
        Err(TryLockError::Error(error)) => Err(error::io("lock", &path, &error)),
    }
}

/// Starts the engine as the only child of an `unshare` whose process id is written down first.
fn launch(programs: &Path, data: &Path) -> Result<()> {
    let script = format!("echo $$ >{CONTROL}/{LAUNCHER} && exec \"$@\"");
    let namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "dockerd"];
    let at = |name: &str| format!("{CONTROL}/{name}");
    Command::new("sh")
        .args(["-c", &script, "sh", "unshare"])
        .args(namespaces)
        .args(["--config-file".to_owned(), at("config.json")])
        .args(["--data-root".to_owned(), data.display().to_string()])
        .args(["--exec-root".to_owned(), at("exec")])
        .args(["--pidfile".to_owned(), at("pid")])
        .args(["--host".to_owned(), format!("unix://{}", at("docker.sock"))])
        // Apart from the other engine's, so that neither takes the processors of both, and all of ours can be removed.
        .args(["--cgroup-parent", CGROUP])
        .env("PATH", path(programs))
        .detach(&log())
}

/// Programs that were unpacked come before those of this machine.
fn path(programs: &Path) -> String {
    let own = ["usr/bin", "usr/sbin"].map(|folder| programs.join(folder).display().to_string());
    let rest = std::env::var("PATH").unwrap_or_default();
    own.into_iter().chain([rest, "/usr/sbin".to_owned(), "/sbin".to_owned()]).collect::<Vec<_>>().join(":")
}

/// The process id of the engine, as soon as it has one.
fn first_child(log: &Path) -> Result<u32> {
    let began = Instant::now();
    loop {
        if let Some(pid) = engine_of(launcher()) {
            return Ok(pid);
        }
        interrupt::check()?;
        if began.elapsed() > QUESTION {
            return Err(daemon::silent(log));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The `unshare` that was started last, where it still runs: the number may belong to any process later on.
fn launcher() -> Option<u32> {
    let pid = fs::read_to_string(Path::new(CONTROL).join(LAUNCHER)).ok()?.trim().parse().ok()?;
    (host::process_name(pid)? == "unshare").then_some(pid)
}

/// Its child, once that has become the engine (`proc_tid_children(5)`).
fn engine_of(launcher: Option<u32>) -> Option<u32> {
    let launcher = launcher?;
    let children = fs::read_to_string(format!("/proc/{launcher}/task/{launcher}/children")).ok()?;
    let pid = children.split_whitespace().next()?.parse().ok()?;
    (host::process_name(pid)? == "dockerd").then_some(pid)
}

/// Ends what runs, and removes what there is: also what a run left that was killed.
fn sweep() {
    let launcher = launcher();
    daemon::end(STOPPED, || engine_of(launcher));
    if let Some(launcher) = launcher {
        // The engine dies with it, and with the engine all that lives in its namespaces.
        daemon::signal("KILL", launcher);
    }
    network::disconnect();
    let control = Path::new(CONTROL);
    if let Ok(data) = fs::read_to_string(control.join(DATA)) {
        remove(Path::new(&data));
    }
    remove(control);
    remove_groups();
}

/// Removes the groups of processes, which outlive those that were killed, and cannot go before the last of them has.
fn remove_groups() {
    // `find` goes through the hierarchies of both versions of cgroups, and fails as long as one is in use.
    let groups = format!("/sys/fs/cgroup*{CGROUP}*");
    let find = Command::new("find").args(["/sys/fs/cgroup", "-depth", "-type", "d", "-path", &groups, "-delete"]);
    for _ in 0..50 {
        if find.output(QUESTION).is_ok_and(|output| output.success()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Removes a folder. Processes that were killed a moment ago may still hold something in it.
fn remove(folder: &Path) {
    for _ in 0..50 {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                std::thread::sleep(Duration::from_millis(100));
            }
            _ => return,
        }
    }
}
