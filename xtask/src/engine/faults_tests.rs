//! What the commands really print, and what is made of it.

use super::*;

fn here() -> Surroundings {
    Surroundings { os: "linux", setup: true, installed: false, systemd: false, log: None, socket: None }
}

fn endpoint(host: &str, chosen_by: ChosenBy) -> Endpoint {
    Endpoint { host: host.to_owned(), context: "default".to_owned(), chosen_by }
}

const SOCKET: &str = "unix:///var/run/docker.sock";

/// What docker prints, what made it look there, and the fault it is.
const TEXTS: &[(&str, ErrorId)] = &[
    ("Cannot connect to the Docker daemon at tcp://127.0.0.1:1. Is the docker daemon running?", ErrorId::EngineAbsent),
    (
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        ErrorId::EngineAbsent,
    ),
    (
        "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon \
         is running: dial unix /var/run/docker.sock: connect: no such file or directory",
        ErrorId::EngineAbsent,
    ),
    (
        "failed to connect to the docker API at npipe:////./pipe/dockerDesktopLinuxEngine; check if the path is correct and \
         if the daemon is running: open //./pipe/dockerDesktopLinuxEngine: The system cannot find the file specified.",
        ErrorId::EngineAbsent,
    ),
    (
        "error during connect: Get \"http://docker.example.com/v1.50/info\": command [ssh -o ConnectTimeout=30 -T -l me -- \
         dock docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and Docker 18.09 or \
         later is installed on the remote host: stderr=me@dock: Permission denied (publickey).\n",
        ErrorId::EngineAbsent,
    ),
    (
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \
         \"http://%2Fvar%2Frun%2Fdocker.sock/v1.45/info\": dial unix /var/run/docker.sock: connect: permission denied",
        ErrorId::EngineDenied,
    ),
    (
        "error during connect: Get \"http://nonsense:2375/v1.50/info\": dial tcp: lookup nonsense on 192.0.2.53:53: no such host",
        ErrorId::EngineAddress,
    ),
    (
        "error during connect: Get \"http://192.0.2.4:99999/v1.50/info\": dial tcp: address 99999: invalid port",
        ErrorId::EngineAddress,
    ),
    (
        "Failed to initialize: unable to resolve docker endpoint: invalid bind address format: foo://bar",
        ErrorId::EngineAddress,
    ),
    (
        "Failed to initialize: unable to resolve docker endpoint: context \"gone\": context not found: open \
         /home/me/.docker/contexts/meta/28/meta.json: no such file or directory",
        ErrorId::EngineAddress,
    ),
    (
        "Failed to initialize: unable to resolve docker endpoint: open /home/me/.docker/ca.pem: no such file or directory",
        ErrorId::EngineAddress,
    ),
    ("Failed to initialize: protocol not available", ErrorId::EngineAddress),
    (
        "Get \"http://%2Ftmp%2Fx.sock/v1.50/info\": net/http: HTTP/1.x transport connection broken: malformed HTTP response \
         \"SSH-2.0-OpenSSH\".\n* Are you trying to connect to a TLS-enabled daemon without TLS?",
        ErrorId::EngineAddress,
    ),
    (
        "request returned 404 Not Found for API route and version http://192.0.2.1:2375/v1.50/info, check if the server \
         supports the requested API version",
        ErrorId::EngineAddress,
    ),
    ("error during connect: Get \"http://%2Ftmp%2Fx.sock/v1.50/info\": EOF", ErrorId::EngineSilent),
    (
        "Error response from daemon: client version 1.99 is too new. Maximum supported API version is 1.45",
        ErrorId::EngineTooOld,
    ),
    (
        "Error response from daemon: client version 1.12 is too old. Minimum supported API version is 1.24, please upgrade \
         your client to a newer version",
        ErrorId::DockerCommandTooOld,
    ),
    ("Error response from daemon: oops", ErrorId::EngineBroken),
    ("", ErrorId::EngineBroken),
];

#[test]
fn every_text_is_taken_for_what_it_is() {
    for (text, expected) in TEXTS {
        let problem = engine(text, &endpoint(SOCKET, ChosenBy::Context), &here());
        assert_eq!(problem.id, *expected, "{text}");
        assert!(!problem.next.is_empty(), "nothing to type after: {text}");
    }
}

const ABSENT: &str =
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";

#[test]
fn an_absent_engine_is_explained_by_what_made_docker_look_there() {
    let problem = engine(ABSENT, &endpoint("tcp://192.0.2.1:2375", ChosenBy::HostVariable), &here());
    assert_eq!(problem.fact, "No Docker engine answers at tcp://192.0.2.1:2375 (from DOCKER_HOST).");
    assert!(problem.next[0].starts_with("unset DOCKER_HOST"));

    let stale = Endpoint { context: "colima".into(), ..endpoint("unix:///x.sock", ChosenBy::Context) };
    let problem = engine(ABSENT, &stale, &here());
    assert_eq!(problem.next, ["docker context ls", "docker context use default"]);
}

#[test]
fn the_next_command_fits_the_machine() {
    let next = |around: Surroundings| {
        let problem = engine(ABSENT, &endpoint(SOCKET, ChosenBy::Context), &around);
        problem.next[0].split("    ").next().unwrap().to_owned()
    };
    assert_eq!(next(here()), "cargo xtask doctor --setup");
    assert_eq!(next(Surroundings { installed: true, ..here() }), "cargo xtask doctor --setup");
    assert_eq!(next(Surroundings { installed: true, systemd: true, ..here() }), "sudo systemctl start docker");
    assert_eq!(next(Surroundings { installed: true, setup: false, ..here() }), "sudo dockerd");
    assert_eq!(next(Surroundings { os: "macos", setup: false, ..here() }), "open -a Docker");
    assert!(next(Surroundings { os: "windows", setup: false, ..here() }).starts_with("Start Docker Desktop"));
}

#[test]
fn a_denied_socket_names_the_group_and_its_power_and_never_wider_permissions() {
    let owner = host::Owner { user: "root".into(), group: "docker".into(), mode: 0o660 };
    let around = Surroundings { socket: Some(owner.clone()), ..here() };
    let text = "permission denied while trying to connect to the Docker daemon socket";
    let problem = engine(text, &endpoint(SOCKET, ChosenBy::Context), &around);
    let cause = problem.cause.unwrap();
    assert!(cause.contains("the group docker") && cause.contains("become root"), "{cause}");
    assert!(problem.next[0].starts_with("sudo usermod --append --groups docker"));
    assert!(problem.next.iter().all(|n| !n.contains("chmod")));

    let alone = Surroundings { socket: Some(host::Owner { user: "anna".into(), mode: 0o600, ..owner }), ..here() };
    let problem = engine(text, &endpoint(SOCKET, ChosenBy::Context), &alone);
    assert_eq!(problem.cause.unwrap(), "The socket belongs to anna alone.");
}
