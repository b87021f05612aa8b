//! Containers: how they are started, looked at and removed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;

use super::{Engine, docker, labels};
use crate::error::{ErrorId, Problem, Result};
use crate::messages;
use crate::model::HealthState;
use crate::printed;
use crate::process::Command;

/// Lines shown of what the engine says when it cannot start a container.
const LINES: usize = 6;

/// How a container is started.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// Tag or id of the image.
    pub image: String,
    /// Id of the run that starts it; becomes its label.
    pub run: String,
    /// Whether it gets a read-only root, no capabilities and no new privileges.
    pub hardened: bool,
    /// Where it gets a `tmpfs`.
    pub tmpfs: Vec<String>,
    /// TCP port to publish on a port of 127.0.0.1 that Docker chooses.
    pub port: Option<u16>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// Whether the engine's own init is PID 1.
    pub init: bool,
    /// The program in place of the image's.
    pub entrypoint: Option<String>,
    /// The signal that `docker stop` sends first.
    pub stop_signal: Option<String>,
    /// Platform of the image, where it is not the engine's own.
    pub platform: Option<String>,
    /// Further options as they stand before the image.
    pub options: Vec<String>,
    /// Arguments behind the image, in place of its `CMD`.
    pub arguments: Vec<String>,
}

impl Spec {
    /// The `docker run` call. It prints the container's id and returns while the container runs.
    pub fn command(&self) -> Command {
        self.named(None)
    }

    /// As [`Self::command`], for somebody who wants to see the same: without what only the program knows its containers by.
    fn by_hand(&self) -> Command {
        self.known_by(None, false)
    }

    /// As [`Self::command`], with a name for the container.
    fn named(&self, name: Option<&str>) -> Command {
        self.known_by(name, true)
    }

    fn known_by(&self, name: Option<&str>, labelled: bool) -> Command {
        // Never pull: an image that is not in the store is a fault to be told, not a download to be waited for.
        let mut command = docker(["run", "--detach", "--pull=never"]);
        if let Some(name) = name {
            command = command.args(["--name", name]);
        }
        if labelled {
            command = command.args(["--label".to_owned(), format!("{}={}", labels::RUN, self.run)]);
        }
        if self.hardened {
            command = command.args(["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]);
        }
        for path in &self.tmpfs {
            command = command.args(["--tmpfs", path]);
        }
        if let Some(port) = self.port {
            command = command.args(["--publish".to_owned(), format!("127.0.0.1::{port}")]);
        }
        for (name, value) in &self.environment {
            command = command.args(["--env".to_owned(), format!("{name}={value}")]);
        }
        if self.init {
            command = command.arg("--init");
        }
        let named =
            [("--entrypoint", &self.entrypoint), ("--stop-signal", &self.stop_signal), ("--platform", &self.platform)];
        for (option, value) in named.into_iter().filter_map(|(option, value)| Some((option, value.as_ref()?))) {
            command = command.args([option, value]);
        }
        command.args(self.options.iter().cloned()).arg(self.image.clone()).args(self.arguments.iter().cloned())
    }
}

/// What `docker inspect` says about a container.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Inspected {
    /// Full id.
    pub id: String,
    /// Its state.
    pub state: State,
    network_settings: NetworkSettings,
}

/// The state of a container.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct State {
    /// `running`, `exited`, …
    pub status: String,
    /// Whether its process runs.
    pub running: bool,
    /// Exit status once it has ended; 137 after SIGKILL.
    pub exit_code: i32,
    /// Whether the kernel ended it for using too much memory.
    #[serde(rename = "OOMKilled")]
    pub oom_killed: bool,
    /// What the engine says when it could not start it.
    #[serde(default)]
    pub error: String,
    /// PID 1 of the container, as the engine's machine numbers it; 0 where it does not run.
    #[serde(default)]
    pub pid: u32,
    health: Option<Health>,
}

/// What the engine's health checks came to; missing where the image has none.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Health {
    status: String,
    #[serde(default)]
    log: Option<Vec<Checked>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Checked {
    #[serde(default)]
    output: String,
    #[serde(default)]
    end: String,
}

impl State {
    /// The state of its health, and what the last check printed.
    pub fn health(&self) -> (HealthState, String) {
        let Some(health) = &self.health else { return (HealthState::None, String::new()) };
        let state = match health.status.as_str() {
            "starting" => HealthState::Starting,
            "healthy" => HealthState::Healthy,
            "unhealthy" => HealthState::Unhealthy,
            _ => HealthState::None,
        };
        let last = health.log.as_ref().and_then(|log| log.last());
        (state, last.map(|check| check.output.trim().to_owned()).unwrap_or_default())
    }

    /// When the last of the engine's health checks ended that came to an end; `None` where there was none.
    pub fn checked(&self) -> Option<Timestamp> {
        self.health.as_ref()?.log.as_ref()?.iter().filter_map(|check| check.end.parse().ok()).max()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkSettings {
    #[serde(default)]
    ports: BTreeMap<String, Option<Vec<Binding>>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Binding {
    host_ip: String,
    host_port: String,
}

impl Inspected {
    /// Address at which a port of the container is reached from here, e.g. `127.0.0.1:49153`.
    pub fn address(&self, port: u16) -> Option<String> {
        let bindings = self.network_settings.ports.get(&format!("{port}/tcp"))?.as_ref()?;
        bindings.first().map(|b| format!("{}:{}", b.host_ip, b.host_port))
    }
}

impl Engine<'_> {
    /// Starts a container and returns its id.
    ///
    /// Errors: [`ErrorId::ContainerNotStarted`] with what the engine said.
    pub fn start(&self, run: &Spec) -> Result<String> {
        let output = self.ask(&run.named(Some(&labels::container(&run.run))))?;
        let id = output.stdout.trim().to_owned();
        if output.success() && !id.is_empty() {
            return Ok(id);
        }
        let problem =
            Problem::new(ErrorId::ContainerNotStarted, format!("A container of {} could not be started.", run.image))
                .evidence(messages::excerpt(&output.stderr, LINES))
                .next(format!("Try it by hand: {}", run.by_hand().display()));
        let found = messages::find(output.stderr.lines());
        Err(match found {
            Some(found) => found.advise(problem),
            None => problem,
        })
    }

    /// Looks at one container; `None` when it is gone.
    pub fn inspect_container(&self, id: &str) -> Result<Option<Inspected>> {
        let output = self.ask(&docker(["container", "inspect", id]))?;
        if !output.success() {
            return Ok(None);
        }
        let all: Vec<Inspected> = serde_json::from_str(&output.stdout).map_err(|e| unreadable("a container", &e))?;
        Ok(all.into_iter().next())
    }

    /// Last lines a container wrote to either stream.
    pub fn logs(&self, id: &str, lines: u32) -> Vec<String> {
        match self.ask(&docker(["logs", "--tail", &lines.to_string(), id])) {
            Ok(output) => [printed::lines(&output.stdout), printed::lines(&output.stderr)].concat(),
            Err(_) => Vec::new(),
        }
    }

    /// Removes containers with their anonymous volumes, running or not. Those that are gone already are no error.
    pub fn remove_containers(&self, ids: &[String]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let command = docker(["rm", "--force", "--volumes"]).args(ids.iter().cloned());
        self.ask(&command).map(drop)
    }

    /// Ids of a run's containers.
    pub fn containers_of(&self, run: &str) -> Result<Vec<String>> {
        let ours = self.containers(&labels::filter_value(labels::RUN, run))?;
        Ok(ours.into_iter().filter(|(_, of)| of == run).map(|(id, _)| id).collect())
    }

    /// Ids of the images that the engine's containers are made of, except for these containers.
    ///
    /// Errors: the engine does not answer.
    pub fn images_in_use(&self, except: &[String]) -> Result<BTreeSet<String>> {
        let listed = self.tell(&docker(["ps", "--all", "--quiet", "--no-trunc"]))?;
        let others: Vec<&str> = listed.lines().filter(|id| !except.iter().any(|one| one == id)).collect();
        if others.is_empty() {
            return Ok(BTreeSet::new());
        }
        // One that ends meanwhile is no fault.
        let output = self.ask(&docker(["container", "inspect", "--format", "{{.Image}}"]).args(others))?;
        Ok(output.stdout.lines().map(str::to_owned).collect())
    }

    /// Those of ours among the containers that a filter lets through. A container that somebody made from one of ours has its
    /// label, and is not ours.
    fn containers(&self, filter: &str) -> Result<Vec<(String, String)>> {
        let format = format!("{{{{.ID}}}} {{{{.Names}}}} {{{{.Label \"{}\"}}}}", labels::RUN);
        let listed = self.tell(&docker(["ps", "--all", "--no-trunc", "--filter", filter, "--format", &format]))?;
        let ours = listed.lines().filter_map(|line| {
            let (id, rest) = line.split_once(' ')?;
            let (names, run) = rest.split_once(' ')?;
            // A link to a container gives it further names.
            names.split(',').any(|name| labels::is_of(name, run)).then(|| (id.to_owned(), run.to_owned()))
        });
        Ok(ours.collect())
    }
}

/// The engine answered with something that is not what its API documents.
pub(super) fn unreadable(what: &str, error: &serde_json::Error) -> Problem {
    Problem::new(ErrorId::EngineBroken, format!("The engine's description of {what} could not be read: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardening_is_spelled_out() {
        let run = Spec {
            image: "drydock.local/app/go:multi-stage".into(),
            run: "r1".into(),
            hardened: true,
            tmpfs: vec!["/tmp".into()],
            port: Some(8080),
            ..Spec::default()
        };
        assert_eq!(
            run.command().display(),
            "docker run --detach --pull=never --label dev.drydock.run=r1 --read-only --cap-drop ALL \
             --security-opt no-new-privileges --tmpfs /tmp --publish 127.0.0.1::8080 drydock.local/app/go:multi-stage"
        );
        assert_eq!(run.by_hand().display(), run.command().display().replace("--label dev.drydock.run=r1 ", ""));
    }

    #[test]
    fn the_published_port_is_read_back() {
        let json = r#"{"Id":"x","State":{"Status":"running","Running":true,"ExitCode":0,"OOMKilled":false},
            "NetworkSettings":{"Ports":{"8080/tcp":[{"HostIp":"127.0.0.1","HostPort":"32768"}],"9/tcp":null}}}"#;
        let inspected: Inspected = serde_json::from_str(json).unwrap();
        assert_eq!(inspected.address(8080).as_deref(), Some("127.0.0.1:32768"));
        assert_eq!(inspected.address(9), None);
    }
}
