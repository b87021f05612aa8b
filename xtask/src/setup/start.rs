//! Starting an installed engine, and clearing away what a dead one left.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::power::Power;
use crate::engine::reach::OWN_LOG;
use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::host;
use crate::printed::last_lines;

/// How much of a log or of what a command printed is shown.
const LINES: usize = 5;
const QUICK: Duration = Duration::from_secs(30);

/// How long a new engine gets before a missing process means that it ended.
const FIRST_BREATH: Duration = Duration::from_secs(30);

/// An engine's files on this machine.
#[derive(Debug)]
pub(super) struct Daemon {
    run: PathBuf,
    log: PathBuf,
    /// Whether systemd starts it, and keeps its files in order.
    managed: bool,
}

impl Daemon {
    /// The engine that listens where the docker command looks first.
    pub(super) fn system() -> Self {
        Self { run: "/run".into(), log: OWN_LOG.into(), managed: host::runs_systemd() }
    }

    /// Starts the engine: by the service manager if one runs, else as a process of its own that lives on after this one.
    ///
    /// Errors: [`ErrorId::SetupFailed`].
    pub(super) fn start(&self, power: Power, sink: &dyn Sink) -> Result<()> {
        if self.managed {
            sink.emit(Event::Note("Starting the engine: systemctl start docker.".into()));
            return self.run(power, sink, &["systemctl", "start", "docker"]);
        }
        if self.lives() {
            // It was started a moment ago, by its package or by somebody else: only its answer is missing.
            return Ok(());
        }
        let stale = self.stale(&|pid| host::process_name(pid));
        if !stale.is_empty() {
            let names: Vec<String> = stale.iter().map(|path| path.display().to_string()).collect();
            sink.emit(Event::Note(format!("Removing what a dead engine left: {}.", names.join(", "))));
            let words: Vec<&str> = ["rm", "-f", "--"].into_iter().chain(names.iter().map(String::as_str)).collect();
            self.run(power, sink, &words)?;
        }
        let log = self.log.display();
        sink.emit(Event::Note(format!("No service manager runs here: starting dockerd by itself (log: {log}).")));
        // A session of its own: neither Ctrl-C nor the end of this terminal reaches it.
        let script = "mkdir -p \"$(dirname \"$1\")\" && cd / && exec setsid --fork dockerd >>\"$1\" 2>&1 </dev/null";
        self.run(power, sink, &["sh", "-c", script, "sh", &log.to_string()])
    }

    /// Fails if the engine that was started `ago` has ended. What a service manager starts is its own affair.
    ///
    /// Errors: [`ErrorId::SetupFailed`] with the last lines of the log.
    pub(super) fn check_alive(&self, ago: Duration) -> Result<()> {
        if self.managed || ago < FIRST_BREATH || self.lives() {
            return Ok(());
        }
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        Err(Problem::new(ErrorId::SetupFailed, "The engine was started and ended at once.")
            .evidence(last_lines(&log, LINES))
            .next(format!("Read its log: {}", self.log.display())))
    }

    /// Whether the process in the pid file is an engine.
    fn lives(&self) -> bool {
        is(&self.run.join("docker.pid"), "dockerd", &|pid| host::process_name(pid))
    }

    /// Files that would keep a new engine from starting, or make it wait for a containerd that is gone. A number in a pid
    /// file says nothing by itself: after a restart it may belong to any other process.
    fn stale(&self, name_of: &dyn Fn(u32) -> Option<String>) -> Vec<PathBuf> {
        let of = |pid_file: &str, program: &str, with: &[&str]| {
            let pid_file = self.run.join(pid_file);
            if is(&pid_file, program, name_of) {
                return Vec::new();
            }
            let with = with.iter().map(|path| self.run.join(path));
            std::iter::once(pid_file).chain(with).filter(|path| path.symlink_metadata().is_ok()).collect()
        };
        let mut stale = of("docker.pid", "dockerd", &["docker.sock"]);
        stale.extend(of(
            "docker/containerd/containerd.pid",
            "containerd",
            &["docker/containerd/containerd.sock", "docker/containerd/containerd.sock.ttrpc"],
        ));
        stale
    }

    fn run(&self, power: Power, sink: &dyn Sink, words: &[&str]) -> Result<()> {
        let command = power.command(words.iter().copied());
        sink.emit(Event::Command(command.display()));
        let output = command.output(QUICK)?;
        if output.success() {
            return Ok(());
        }
        let problem = Problem::new(ErrorId::SetupFailed, format!("`{}` failed.", words.join(" ")))
            .evidence(last_lines(&output.stderr, LINES));
        Err(if self.managed {
            problem.next("sudo journalctl --unit docker --lines 30")
        } else {
            problem.next(format!("Read the log: {}", self.log.display()))
        })
    }
}

/// Whether the process whose number stands in this file is this program.
fn is(pid_file: &Path, program: &str, name_of: &dyn Fn(u32) -> Option<String>) -> bool {
    let text = std::fs::read_to_string(pid_file).unwrap_or_default();
    text.trim().parse().ok().and_then(name_of).is_some_and(|name| name == program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_by_an_engine() -> (tempfile::TempDir, Daemon) {
        let folder = tempfile::tempdir().unwrap();
        let containerd = folder.path().join("docker/containerd");
        std::fs::create_dir_all(&containerd).unwrap();
        std::fs::write(folder.path().join("docker.pid"), "100").unwrap();
        std::fs::write(folder.path().join("docker.sock"), "").unwrap();
        std::fs::write(containerd.join("containerd.pid"), "101").unwrap();
        std::fs::write(containerd.join("containerd.sock"), "").unwrap();
        let daemon = Daemon { run: folder.path().to_owned(), log: folder.path().join("log"), managed: false };
        (folder, daemon)
    }

    fn names(daemon: &Daemon, name_of: &dyn Fn(u32) -> Option<String>) -> Vec<String> {
        let strip = |path: PathBuf| path.strip_prefix(&daemon.run).unwrap().display().to_string();
        daemon.stale(name_of).into_iter().map(strip).collect()
    }

    const ALL: [&str; 4] =
        ["docker.pid", "docker.sock", "docker/containerd/containerd.pid", "docker/containerd/containerd.sock"];

    #[test]
    fn what_a_dead_engine_left_is_stale() {
        let (_folder, daemon) = left_by_an_engine();
        assert_eq!(names(&daemon, &|_| None), ALL);
    }

    #[test]
    fn a_number_that_belongs_to_another_program_by_now_is_stale_as_well() {
        let (_folder, daemon) = left_by_an_engine();
        assert_eq!(names(&daemon, &|_| Some("bash".into())), ALL);
    }

    #[test]
    fn nothing_of_a_living_engine_is_touched() {
        let (_folder, daemon) = left_by_an_engine();
        let alive = |pid| Some(if pid == 100 { "dockerd" } else { "containerd" }.to_owned());
        assert!(names(&daemon, &alive).is_empty());
    }

    #[test]
    fn a_living_containerd_is_left_to_the_next_engine() {
        let (_folder, daemon) = left_by_an_engine();
        let only_containerd = |pid| (pid == 101).then(|| "containerd".to_owned());
        assert_eq!(names(&daemon, &only_containerd), ["docker.pid", "docker.sock"]);
    }

    #[test]
    fn an_engine_that_ended_at_once_shows_its_last_words() {
        let (folder, daemon) = left_by_an_engine();
        std::fs::write(folder.path().join("docker.pid"), "").unwrap();
        std::fs::write(&daemon.log, "one\nfailed to start daemon: no cgroups\n").unwrap();
        daemon.check_alive(Duration::ZERO).unwrap();
        let problem = daemon.check_alive(FIRST_BREATH).unwrap_err();
        assert_eq!(problem.evidence, ["one", "failed to start daemon: no cgroups"]);
    }
}
