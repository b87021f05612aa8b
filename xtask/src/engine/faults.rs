//! From what the `docker` command printed to what is wrong and what to type. All functions are pure.
//!
//! The texts were collected from docker 26.1 and 28.2 by provoking each fault; those of docker 29, which words some of
//! them anew (`failed to connect to the docker API at …`), come from its users' reports.

use std::path::Path;
use std::time::Duration;

use super::endpoint::{ChosenBy, Endpoint, OWN_LOG};
use super::versions::{self, Version};
use crate::error::{ErrorId, Problem};
use crate::host;
use crate::names::printable;
use crate::printed::last_lines;
use crate::process::Output;

/// What a piece of advice depends on.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// Operating system, as [`std::env::consts::OS`] names it.
    pub os: &'static str,
    /// Whether `--setup` can install things here.
    pub setup: bool,
    /// Whether an engine is installed on this machine.
    pub installed: bool,
    /// Whether systemd manages services.
    pub systemd: bool,
    /// The command that shows the engine's log, where it is known.
    pub log: Option<String>,
    /// Who owns the socket the endpoint names, where it names one and it exists.
    pub socket: Option<host::Owner>,
}

impl Surroundings {
    /// Looks around on this machine. An engine that `--setup` started has a log of its own.
    pub(super) fn observe(endpoint: &str) -> Self {
        let systemd = host::runs_systemd();
        Self {
            os: std::env::consts::OS,
            setup: host::find("apt-get").is_some(),
            installed: host::find("dockerd").is_some(),
            systemd,
            log: if Path::new(OWN_LOG).is_file() {
                Some(format!("sudo tail -n 30 {OWN_LOG}"))
            } else {
                systemd.then(|| "sudo journalctl --unit docker --lines 30".to_owned())
            },
            socket: endpoint.strip_prefix("unix://").and_then(|path| host::owner(path.as_ref())),
        }
    }
}

/// How much of what a command printed is shown.
const LINES: usize = 4;
const SETUP: &str = "cargo xtask doctor --setup";
const DESKTOPS: &str = "Docker Desktop, OrbStack, Colima or Rancher Desktop";

/// There is no `docker` command.
pub(super) fn no_command(around: &Surroundings) -> Problem {
    let problem = Problem::new(ErrorId::DockerCommandMissing, "There is no `docker` command on this machine.");
    install(problem, around)
}

/// Adds how to get engine and command on this system.
fn install(problem: Problem, around: &Surroundings) -> Problem {
    match around.os {
        "linux" if around.setup => problem.next(format!("{SETUP}    installs what is missing")),
        "linux" => problem.next("Install the Docker engine and its buildx plugin with this system's package manager."),
        _ => problem.next(format!("Install {DESKTOPS} and start it.")),
    }
}

/// The engine took the connection and said nothing.
pub(super) fn engine_silent(endpoint: &Endpoint, around: &Surroundings, limit: Duration) -> Problem {
    let fact = format!("The engine at {} did not answer within {} s.", endpoint.words(), limit.as_secs());
    let problem = Problem::new(ErrorId::EngineSilent, fact)
        .cause("It may still be starting, be out of memory, or be stuck. Its own log tells.");
    read_its_log(problem, around)
}

/// The engine answers, but `docker info` does not end.
pub(super) fn info_silent(limit: Duration) -> Problem {
    let fact = format!("`docker version` answered, but `docker info` did not within {} s.", limit.as_secs());
    Problem::new(ErrorId::EngineSilent, fact)
        .cause("Either the engine is busy with its disk, or a plugin of the docker command hangs: `docker info` asks each.")
        .next("docker info    by hand, to see where it stops")
        .next("docker buildx version")
}

/// The `docker` command is podman's.
pub(super) fn podman_command(version: &str, around: &Surroundings) -> Problem {
    podman(format!("The `docker` command here is podman {}.", printable(version)), around)
}

/// Docker's command talks to podman's service.
pub(super) fn podman_service(version: &str, endpoint: &Endpoint, around: &Surroundings) -> Problem {
    let problem = podman(format!("Podman {} answers at {}.", printable(version), endpoint.words()), around);
    match endpoint.chosen_by {
        ChosenBy::HostVariable => problem.next("unset DOCKER_HOST    to use this machine's own engine"),
        ChosenBy::ContextVariable | ChosenBy::Context => problem.next("docker context ls    which engines there are"),
    }
}

fn podman(fact: String, around: &Surroundings) -> Problem {
    let problem = Problem::new(ErrorId::Podman, fact).cause(
        "Podman builds without BuildKit and has no `docker buildx bake`. Lessons show what BuildKit does, so they need a Docker engine.",
    );
    let problem = match around.os {
        "linux" => {
            problem.next("Install the Docker engine and its buildx plugin; podman's package podman-docker has to go.")
        }
        _ => problem.next(format!("Install {DESKTOPS} with the Docker engine, and start it.")),
    };
    problem.next("podman save --output IMAGE.tar NAME && cargo xtask inspect IMAGE.tar    works beside podman")
}

/// The command is called `docker` and does not answer as docker does.
pub(super) fn not_docker(output: &Output) -> Problem {
    Problem::new(ErrorId::EngineBroken, "The `docker` command answered in a way that is not Docker's.")
        .evidence(output.stdout.lines().chain(output.stderr.lines()).take(3))
        .cause("Another program may stand in for it under that name.")
        .next("docker version")
}

/// The engine is older than the lessons need.
pub(super) fn engine_too_old(engine: Version, api: Version, endpoint: &Endpoint) -> Problem {
    let fact = format!(
        "The engine at {} is {engine} (API {}.{}); the lessons need {}.{} (API {}.{}) or newer.",
        endpoint.words(),
        api.0,
        api.1,
        versions::ENGINE.0,
        versions::ENGINE.1,
        versions::API.0,
        versions::API.1,
    );
    Problem::new(ErrorId::EngineTooOld, fact)
        .cause("Older engines bring an older BuildKit, whose caching and output the lessons do not know.")
        .next("Update the engine from where it was installed.")
}

/// The engine runs containers of another operating system.
pub(super) fn foreign_containers(os: &str) -> Problem {
    Problem::new(ErrorId::EngineBroken, format!("The engine runs {os} containers; the lessons need Linux containers."))
        .next("In Docker Desktop's menu: Switch to Linux containers.")
}

/// There is no buildx plugin.
pub(super) fn buildx_missing(around: &Surroundings) -> Problem {
    let problem = Problem::new(ErrorId::BuildxMissing, "The docker command has no buildx plugin.").cause(
        "It is a package of its own: docker-buildx in Debian and Ubuntu, docker-buildx-plugin in Docker's repository.",
    );
    install(problem, around)
}

/// The buildx plugin is there and cannot be used.
pub(super) fn buildx_broken(path: &str, error: &str, shadowed: &[String]) -> Problem {
    let problem = Problem::new(ErrorId::BuildxBroken, format!("The buildx plugin {path} does not work: {error}."));
    match shadowed.first() {
        Some(other) => {
            problem.cause(format!("It hides another one that may: {other}.")).next(format!("mv {path} {path}.broken"))
        }
        None => problem.cause("It may be damaged, or made for another processor.").next("Install buildx again."),
    }
}

/// The buildx plugin is older than the lessons need.
pub(super) fn buildx_too_old(version: Version, path: &str, around: &Surroundings) -> Problem {
    let fact = format!("buildx is {version} ({path}); the lessons need {} or newer.", versions::BUILDX);
    let problem = Problem::new(ErrorId::BuildxTooOld, fact)
        .cause("Earlier ones cannot report their progress in a form that programs can read (`--progress=rawjson`).");
    if around.os == "linux" {
        problem.next("Update the package docker-buildx or docker-buildx-plugin.")
    } else {
        problem.next("Update Docker Desktop, or the package that brought buildx.")
    }
}

/// The `docker` command could not talk to an engine. `printed` is its standard error.
pub(super) fn engine(printed: &str, endpoint: &Endpoint, around: &Surroundings) -> Problem {
    let text = printed.to_lowercase();
    let has = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    let at = endpoint.words();
    // ssh has a "permission denied" of its own, about keys: ask for it first.
    if has(&["command [ssh", "dial-stdio"]) {
        let problem = Problem::new(ErrorId::EngineAbsent, format!("No engine could be reached through ssh at {at}."))
            .evidence(last_lines(printed, LINES));
        return elsewhere(problem, endpoint).next("Try the same ssh connection by hand.");
    }
    if has(&["permission denied", "access is denied"]) {
        return denied(&at, around);
    }
    if has(&["is too old"]) {
        return api_mismatch(
            ErrorId::DockerCommandTooOld,
            "The docker command is too old for the engine",
            printed,
            &at,
        );
    }
    if has(&["is too new", "newer than server"]) {
        let who = "The docker command, or DOCKER_API_VERSION, asks too much of the engine";
        return api_mismatch(ErrorId::EngineTooOld, who, printed, &at);
    }
    if has(&[
        "context not found",
        "failed to initialize",
        "unable to resolve docker endpoint",
        "unable to parse docker host",
    ]) || has(&["no such host", "invalid port", "server misbehaving", "name resolution"])
    {
        let problem = Problem::new(ErrorId::EngineAddress, format!("The docker command cannot use {at}."))
            .evidence(last_lines(printed, LINES));
        return elsewhere(problem, endpoint);
    }
    if has(&["malformed http", "http response to https", "certificate", "check if the server supports", "tls: "]) {
        let fact = format!("Something answers at {at}, but not as a Docker engine does.");
        return elsewhere(Problem::new(ErrorId::EngineAddress, fact).evidence(last_lines(printed, LINES)), endpoint);
    }
    if has(&["timeout", "timed out", "deadline exceeded", ": eof", "connection reset"]) {
        let problem = Problem::new(ErrorId::EngineSilent, format!("The engine at {at} gave no answer."))
            .evidence(last_lines(printed, LINES))
            .cause("It may just be starting or stopping. Its own log tells.");
        return read_its_log(problem, around);
    }
    if has(&["cannot connect", "failed to connect", "connection refused", "no such file", "cannot find the file"]) {
        return absent(&at, endpoint, around);
    }
    let problem = Problem::new(ErrorId::EngineBroken, format!("The engine at {at} answered with an error."))
        .evidence(last_lines(printed, LINES));
    read_its_log(problem, around)
}

fn absent(at: &str, endpoint: &Endpoint, around: &Surroundings) -> Problem {
    let problem = Problem::new(ErrorId::EngineAbsent, format!("No Docker engine answers at {at}."));
    if endpoint.chosen_by != ChosenBy::Context || endpoint.context != "default" {
        return elsewhere(problem, endpoint);
    }
    match around.os {
        "linux" if around.installed => {
            let problem = problem.cause("An engine is installed on this machine, but it is not running.");
            match (around.systemd, around.setup) {
                (true, _) => problem.next("sudo systemctl start docker"),
                (false, true) => problem.next(format!("{SETUP}    starts it")),
                (false, false) => problem.next("sudo dockerd    in a terminal of its own"),
            }
        }
        "linux" => install(problem.cause("No engine is installed on this machine."), around),
        "macos" => problem.cause(format!("{DESKTOPS} may not be running.")).next("open -a Docker"),
        _ => problem
            .cause("Docker Desktop may not be running.")
            .next("Start Docker Desktop and wait until it says that the engine runs."),
    }
}

fn denied(at: &str, around: &Surroundings) -> Problem {
    let problem = Problem::new(ErrorId::EngineDenied, format!("This user may not use the engine at {at}."));
    match &around.socket {
        Some(owner) if owner.mode & 0o060 == 0o060 && owner.group != "root" => problem
            .cause(format!(
                "The socket belongs to {} and the group {}, and this session is in neither. \
                 Members of that group can become root on this machine: join it with that in mind.",
                owner.user, owner.group
            ))
            .next(format!("sudo usermod --append --groups {} \"$USER\"    then log out and in", owner.group))
            .next("dockerd-rootless-setuptool.sh install    an engine of your own, without that power"),
        Some(owner) => problem
            .cause(format!("The socket belongs to {} alone.", owner.user))
            .next("docker context ls    which engines there are"),
        None => problem.next("docker context ls    which engines there are"),
    }
}

fn api_mismatch(id: ErrorId, who: &str, printed: &str, at: &str) -> Problem {
    Problem::new(id, format!("{who} at {at}."))
        .evidence(last_lines(printed, LINES))
        .cause("Command and engine speak versions of the API that do not overlap.")
        .next("unset DOCKER_API_VERSION    if it is set")
        .next("Update the older of the two.")
}

/// Adds what made the command look at a place that is not this machine's own engine, and how to undo that.
fn elsewhere(problem: Problem, endpoint: &Endpoint) -> Problem {
    match endpoint.chosen_by {
        ChosenBy::HostVariable => problem
            .cause("The environment variable DOCKER_HOST points there.")
            .next("unset DOCKER_HOST    to use this machine's own engine"),
        ChosenBy::ContextVariable => problem
            .cause("The environment variable DOCKER_CONTEXT names that context.")
            .next("unset DOCKER_CONTEXT")
            .next("docker context ls"),
        ChosenBy::Context => problem
            .cause("The active docker context points there; it may be left from an engine that is stopped or gone.")
            .next("docker context ls")
            .next("docker context use default"),
    }
}

fn read_its_log(problem: Problem, around: &Surroundings) -> Problem {
    match &around.log {
        Some(command) => problem.next(command),
        None if around.os == "linux" => problem.next("Read the log of dockerd."),
        None => problem.next("Restart the engine's application."),
    }
}

#[cfg(test)]
#[path = "faults_tests.rs"]
mod tests;
