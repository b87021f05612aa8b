//! Engines that cannot be used: each fault is told apart, with exit code 3 and what to type; and a doctor that leaves
//! nothing behind. The faults are real: sockets without a listener, listeners that never answer, plugins that are rubbish.
#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use drydock::process::{Command, Output};
use drydock_tests::{state_folder, told, workshop::Fixture, workshop::Variant, xtask};

const PATIENCE: Duration = Duration::from_mins(1);

fn end(command: &Command) -> Output {
    command.output(PATIENCE).unwrap_or_else(|problem| panic!("{}", told(&problem)))
}

/// The program with a memory of its own, empty at first: a fake `docker` here says that registries answer, and nobody else
/// should remember that.
fn own() -> Command {
    xtask().env("DRYDOCK_STATE", memory())
}

/// Folder of that memory.
fn memory() -> &'static str {
    static MEMORY: LazyLock<String> = LazyLock::new(|| {
        let folder = state_folder().join("engines");
        let _ = fs::remove_dir_all(&folder);
        folder.display().to_string()
    });
    &MEMORY
}

/// The doctor, where these variables decide what it meets.
fn doctor(variables: &[(&str, &str)]) -> Output {
    let command = own().args(["doctor", "--color", "never", "--accessible"]);
    end(&variables.iter().fold(command, |command, (name, value)| command.env(*name, *value)))
}

#[track_caller]
fn assert_refused(output: &Output, lines: &[&str]) {
    let said = format!("{}{}", output.stdout, output.stderr);
    // Where a line is broken depends on how long this machine's paths are.
    let whole = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in lines {
        assert!(whole(&said).contains(&whole(line)), "{line:?} is not in:\n{said}");
    }
    assert_eq!(output.status, 3, "{said}");
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn address(socket: &Path) -> String {
    format!("unix://{}", socket.display())
}

/// A program called `docker-buildx` in a folder of plugins that docker looks into first. Returns the plugin.
fn plugin(config: &Path, content: &str) -> PathBuf {
    let file = config.join("cli-plugins/docker-buildx");
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(&file, content).expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a program");
    file
}

#[test]
fn a_machine_without_the_docker_command() {
    let empty = folder();
    let output = doctor(&[("PATH", &empty.path().display().to_string())]);
    assert_refused(
        &output,
        &["docker command  There is no `docker` command on this machine. [docker-command-missing]"],
    );
}

#[test]
fn an_address_where_nothing_listens() {
    let output = doctor(&[("DOCKER_HOST", "tcp://127.0.0.1:1")]);
    assert_refused(
        &output,
        &[
            "engine          No Docker engine answers at tcp://127.0.0.1:1 (from DOCKER_HOST). [engine-absent]",
            "likely cause: The environment variable DOCKER_HOST points there.",
            "next: unset DOCKER_HOST    to use this machine's own engine",
            "One thing to fix before lessons can run here.",
        ],
    );
}

#[test]
fn a_socket_that_a_dead_engine_left() {
    let folder = folder();
    let socket = folder.path().join("docker.sock");
    drop(UnixListener::bind(&socket).expect("a socket"));
    assert!(socket.exists(), "the file outlives its listener");
    let output = doctor(&[("DOCKER_HOST", &address(&socket))]);
    assert_refused(&output, &["No Docker engine answers at unix://", "[engine-absent]"]);
}

#[test]
fn an_address_that_is_none() {
    let output = doctor(&[("DOCKER_HOST", "foo://bar")]);
    assert_refused(
        &output,
        &[
            "The docker command cannot use foo://bar (from DOCKER_HOST). [engine-address]",
            "invalid bind address format: foo://bar",
        ],
    );
}

#[test]
fn a_context_that_is_gone() {
    let config = folder();
    fs::write(config.path().join("config.json"), r#"{"currentContext":"gone"}"#).expect("a file");
    let output = doctor(&[("DOCKER_CONFIG", &config.path().display().to_string())]);
    assert_refused(
        &output,
        &[
            "The docker command cannot use context \"gone\". [engine-address]",
            "likely cause: The active docker context points there; it may be left from an engine that is stopped or gone.",
            "next: docker context ls",
            "next: docker context use default",
        ],
    );
}

#[test]
fn an_engine_that_accepts_and_never_answers() {
    let folder = folder();
    let socket = folder.path().join("docker.sock");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    let began = Instant::now();
    let output = doctor(&[("DOCKER_HOST", &address(&socket))]);
    assert_refused(&output, &["did not answer within ", " s. [engine-silent]"]);
    assert!(began.elapsed() < Duration::from_mins(5), "the wait is bounded");
}

#[test]
fn a_socket_this_user_may_not_open() {
    let folder = folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a folder all may enter");
    let socket = folder.path().join("docker.sock");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o000)).expect("a closed socket");
    let variables = [("DOCKER_HOST", address(&socket)), ("HOME", folder.path().display().to_string())];
    let output = if drydock::host::is_root() {
        // No socket is closed to root: the doctor goes as somebody else, with a copy of itself that they may read.
        let program = folder.path().join("xtask");
        let built = own().display();
        let built = built.split_whitespace().last().expect("a program").trim_matches('\'');
        fs::copy(built, &program).expect("a copy");
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        let command = Command::new("setpriv").args(nobody).arg(program.display().to_string()).arg("doctor");
        end(&variables.into_iter().fold(command, |command, (name, value)| command.env(name, value)))
    } else {
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        doctor(&variables)
    };
    let owner = drydock::host::owner(&socket).expect("an owner").user;
    assert_refused(
        &output,
        &["This user may not use the engine at unix://", "[engine-denied]", &format!("belongs to {owner} alone.")],
    );
}

#[test]
fn a_buildx_that_is_rubbish() {
    let config = folder();
    let file = plugin(config.path(), "rubbish");
    let output = doctor(&[("DOCKER_CONFIG", &config.path().display().to_string())]);
    let fact = format!("The buildx plugin {} does not work: failed to fetch metadata: ", file.display());
    assert_refused(&output, &[&fact, "exec format error. [buildx-broken]"]);
}

#[test]
fn a_buildx_that_is_too_old() {
    let config = folder();
    let metadata = r#"{"SchemaVersion":"0.1.0","Vendor":"Docker Inc.","Version":"v0.12.1","Name":"buildx"}"#;
    let file = plugin(config.path(), &format!("#!/bin/sh\necho '{metadata}'\n"));
    let output = doctor(&[("DOCKER_CONFIG", &config.path().display().to_string())]);
    let fact = format!("buildx is 0.12.1 ({}); the lessons need 0.13.0 or newer. [buildx-too-old]", file.display());
    assert_refused(&output, &[&fact]);
}

/// Answers every request on a socket with what `answer` has for its path, until the test program ends.
fn serve(socket: &Path, answer: fn(path: &str) -> (u16, String)) {
    let listener = UnixListener::bind(socket).expect("a socket");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let (status, body) = answer(request.split(' ').nth(1).unwrap_or_default());
            let head = format!("HTTP/1.1 {status} X\r\nApi-Version: 1.41\r\nConnection: close\r\n");
            let head = format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
}

#[test]
fn an_engine_that_is_too_old() {
    let folder = folder();
    let socket = folder.path().join("docker.sock");
    serve(&socket, |path| {
        let body = if path.ends_with("/version") {
            r#"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}"#
        } else {
            r#"{"ServerVersion":"20.10.24","OSType":"linux"}"#
        };
        (200, body.to_owned())
    });
    let output = doctor(&[("DOCKER_HOST", &address(&socket))]);
    assert_refused(&output, &["[engine-too-old]"]);
}

#[test]
fn an_engine_that_answers_with_an_error() {
    let folder = folder();
    let socket = folder.path().join("docker.sock");
    serve(&socket, |_| (500, r#"{"message":"the dock is flooded"}"#.to_owned()));
    let output = doctor(&[("DOCKER_HOST", &address(&socket))]);
    assert_refused(&output, &["answered with an error. [engine-broken]", "the dock is flooded"]);
}

#[test]
fn a_lesson_ends_with_the_same_words_as_the_doctor() {
    let workshop = Fixture::new(&[Variant { name: "naive", dockerfile: "FROM scratch\nCMD [\"x\"]\n" }]);
    let command = workshop
        .command(&["lesson", "1", "--color", "never"])
        .env("DRYDOCK_STATE", memory())
        .env("DOCKER_HOST", "tcp://127.0.0.1:1");
    assert_refused(
        &end(&command),
        &["error: No Docker engine answers at tcp://127.0.0.1:1 (from DOCKER_HOST). [engine-absent]"],
    );
}

/// Containers and images of the proof, and records of it in the build cache.
fn traces() -> String {
    let docker = |words: &[&str]| end(&Command::new("docker").args(words.iter().copied())).stdout;
    let cache = docker(&["buildx", "du", "--verbose"]);
    let cache = cache.lines().filter(|line| line.contains("drydock-afloat")).collect::<String>();
    docker(&["ps", "--all", "--quiet", "--filter", "label=dev.drydock.role=proof"])
        + &docker(&["images", "--all", "--quiet", "--filter", "label=dev.drydock.role=proof"])
        + &docker(&["images", "--quiet", "drydock.local/proof"])
        + &cache
}

/// Held while a doctor proves the real engine: what one is at, another test would take for what it left behind.
static PROOF: Mutex<()> = Mutex::new(());

#[test]
fn a_doctor_proves_the_engine_and_leaves_nothing_behind() {
    let _alone = PROOF.lock().unwrap_or_else(PoisonError::into_inner);
    let output = end(&own().args(["doctor", "--json"]));
    let diagnosis: serde_json::Value = serde_json::from_str(&output.stdout).expect("one JSON document");
    let proof = diagnosis["findings"].as_array().expect("findings").iter().find(|f| f["what"] == "proof");
    let proof = proof.unwrap_or_else(|| panic!("no proof in {}", output.stdout));
    assert_eq!(proof["state"], "ok", "{proof}");
    assert_eq!(diagnosis["healthy"], output.status == 0);
    assert_eq!(traces(), "");
}

/// A real builder that was never started: buildx knows its driver, and nothing has to be pulled.
fn chosen_for_other_work() -> tempfile::TempDir {
    let config = folder();
    let create = ["buildx", "create", "--name", "tidal", "--driver", "docker-container", "--use"];
    let created = end(&Command::new("docker").args(create).env("DOCKER_CONFIG", config.path().display().to_string()));
    assert_eq!(created.status, 0, "{}", created.stderr);
    config
}

/// What the doctor says of buildx and of the proof, which is built.
fn of_builds(config: &Path, variables: &[(&str, &str)]) -> (String, String) {
    let command = own().args(["doctor", "--json"]).env("DOCKER_CONFIG", config.display().to_string());
    let output = end(&variables.iter().fold(command, |command, (name, value)| command.env(*name, *value)));
    let diagnosis: serde_json::Value = serde_json::from_str(&output.stdout).expect("one JSON document");
    let findings = diagnosis["findings"].as_array().expect("findings");
    let of =
        |what: &str| findings.iter().find(|finding| finding["what"] == what).expect("a finding")["found"].to_string();
    (of("buildx"), of("proof"))
}

#[test]
fn a_builder_that_somebody_uses_for_other_work_is_left_alone() {
    let _alone = PROOF.lock().unwrap_or_else(PoisonError::into_inner);
    let config = chosen_for_other_work();
    let (buildx, proof) = of_builds(config.path(), &[]);
    let words = "building with the engine's own, default; tidal (driver docker-container) is current, but has a store of its own";
    assert!(buildx.contains(words), "{buildx}");
    assert!(proof.contains("built an image and ran a container"), "{proof}");
    let (buildx, proof) = of_builds(config.path(), &[("BUILDX_BUILDER", "gone")]);
    assert!(buildx.contains("default; the builder that was chosen does not exist"), "{buildx}");
    assert!(proof.contains("built an image and ran a container"), "{proof}");
}

#[test]
fn a_builder_that_cannot_see_local_bases_is_refused() {
    let config = chosen_for_other_work();
    let workshop = Fixture::new(&[Variant { name: "naive", dockerfile: "FROM python:3.13-slim-trixie\n" }]);
    let refused = |builder: &str| {
        let arguments = ["lesson", "1", "--color", "never", "--bases", "local", "--builder", builder];
        let command = workshop.command(&arguments).env("DRYDOCK_STATE", memory());
        end(&command.env("DOCKER_CONFIG", config.path().display().to_string()))
    };
    let output = refused("tidal");
    let fact =
        "error: The builder tidal (driver docker-container) cannot see local bases: it has a store of its own. [usage]";
    assert!(output.stderr.contains(fact), "{}", output.stderr);
    assert_eq!(output.status, 2);
    let output = refused("gone");
    assert!(output.stderr.contains("error: There is no builder \"gone\". [usage]"), "{}", output.stderr);
    assert_eq!(output.status, 2);
}
