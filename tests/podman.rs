//! Podman in Docker's place: as the `docker` command, and as the engine that Docker's own command asks. It is named, and what
//! works beside it works.
//!
//! Podman is unpacked into a temporary folder from the packages of this Debian, and keeps all it has in there. Needs root and
//! apt.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use drydock::process::{Command, Output};
use drydock_tests::workshop::{Fixture, Variant};
use drydock_tests::{state_folder, told, xtask};

/// Fetching some ten megabytes.
const LONG: Duration = Duration::from_mins(5);

/// Podman and a home for it.
struct Podman {
    folder: tempfile::TempDir,
}

static PODMAN: LazyLock<Podman> = LazyLock::new(Podman::unpack);

fn end(command: &Command) -> Output {
    command.output(LONG).unwrap_or_else(|problem| panic!("{}", told(&problem)))
}

#[track_caller]
fn must(command: &Command) -> Output {
    let output = end(command);
    assert_eq!(output.status, 0, "{}: {}", command.display(), output.stderr);
    output
}

impl Podman {
    /// What this machine lacks for podman, unpacked: apt resolves and checks, and nothing is installed.
    fn unpack() -> Self {
        assert!(drydock::host::is_root(), "podman is run as root here");
        let podman = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        for folder in ["debs/partial", "root", "home/.config/containers"] {
            fs::create_dir_all(podman.at(folder)).expect("a folder");
        }
        // What is installed already is on the machine as it is; podman itself is fetched in any case.
        let words = ["install", "--reinstall", "--download-only", "--yes", "--no-install-recommends"];
        let fetch = Command::new("apt-get").args(words);
        let fetch = fetch.args(["--option=Debug::NoLocking=1", "--option=APT::Sandbox::User=root"]);
        must(
            &fetch
                .args([format!("--option=Dir::Cache::archives={}", podman.at("debs").display()), "podman".to_owned()]),
        );
        for file in fs::read_dir(podman.at("debs")).expect("a folder").flatten() {
            if file.path().extension().is_some_and(|end| end == "deb") {
                let words = ["--extract".to_owned(), file.path().display().to_string()];
                must(&Command::new("dpkg-deb").args(words).arg(podman.at("root").display().to_string()));
            }
        }
        // What the package podman-docker holds, which would push out the command that everybody else uses.
        let root = podman.at("root");
        let script = format!(
            "#!/bin/sh\necho 'Emulate Docker CLI using podman.' >&2\nexec {}/usr/bin/podman \"$@\"\n",
            root.display()
        );
        let docker = root.join("usr/bin/docker");
        fs::write(&docker, script).expect("a file");
        fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).expect("a program");
        let write = |name: &str, text: String| fs::write(podman.at(name), text).expect("a file");
        write("home/.config/containers/policy.json", r#"{"default":[{"type":"insecureAcceptAnything"}]}"#.to_owned());
        let (at, root) = (|name: &str| podman.at(name).display().to_string(), root.display());
        write(
            "storage.conf",
            format!("[storage]\ndriver=\"vfs\"\ngraphroot=\"{}\"\nrunroot=\"{}\"\n", at("store"), at("run")),
        );
        write(
            "containers.conf",
            format!(
                "[engine]\ncgroup_manager=\"cgroupfs\"\nevents_logger=\"none\"\nconmon_path=[\"{root}/usr/bin/conmon\",\"/usr/bin/conmon\"]\n\
                 helper_binaries_dir=[\"{root}/usr/lib/podman\",\"/usr/lib/podman\"]\ntmp_dir=\"{}\"\n",
                at("tmp")
            ),
        );
        podman
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command for which `docker` is podman's.
    fn beside(&self, command: Command) -> Command {
        let root = self.at("root");
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .env("PATH", format!("{}:{path}", root.join("usr/bin").display()))
            .env("HOME", self.at("home").display().to_string())
            .env(
                "LD_LIBRARY_PATH",
                root.join(format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH)).display().to_string(),
            )
            .env("CONTAINERS_CONF", self.at("containers.conf").display().to_string())
            .env("CONTAINERS_STORAGE_CONF", self.at("storage.conf").display().to_string())
    }

    fn podman(&self, arguments: &[&str]) -> Command {
        let program = self.at("root/usr/bin/podman").display().to_string();
        self.beside(Command::new(program)).args(arguments.iter().copied())
    }

    /// Its version, as it says it.
    fn version(&self) -> String {
        let said = must(&self.podman(&["--version"])).stdout;
        said.split_whitespace().last().expect("podman version 4.3.1").to_owned()
    }
}

fn own(command: Command) -> Command {
    command.env("DRYDOCK_STATE", state_folder().join("podman").display().to_string())
}

#[track_caller]
fn assert_named(output: &Output, fact: &str) {
    let said = format!("{}{}", output.stdout, output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [fact, "[podman]", "Podman builds without BuildKit", "cargo xtask inspect IMAGE.tar"] {
        assert!(said.contains(line), "{line:?} is not in: {said}");
    }
    assert_eq!(output.status, 3, "{said}");
}

#[test]
fn podman_as_the_docker_command_is_named() {
    let podman = &*PODMAN;
    let fact = format!("The `docker` command here is podman {}.", podman.version());
    assert_named(&end(&own(podman.beside(xtask().args(["doctor", "--color", "never"])))), &fact);
    let workshop = Fixture::new(&[Variant { name: "naive", dockerfile: "FROM scratch\nCMD [\"x\"]\n" }]);
    assert_named(&end(&own(podman.beside(workshop.command(&["lesson", "1", "--color", "never"])))), &fact);
}

#[test]
fn podman_behind_the_docker_command_is_named() {
    let podman = &*PODMAN;
    let socket = podman.at("s");
    let address = format!("unix://{}", socket.display());
    // It ends by itself once nobody has asked for this many seconds.
    podman.podman(&["system", "service", "--time", "15", &address]).detach(&podman.at("log")).expect("podman starts");
    let began = Instant::now();
    while !socket.exists() {
        assert!(began.elapsed() < LONG, "{}", fs::read_to_string(podman.at("log")).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(100));
    }
    let output = end(&own(xtask().args(["doctor", "--color", "never"]).env("DOCKER_HOST", address.clone())));
    assert_named(&output, &format!("Podman {} answers at {address} (from DOCKER_HOST).", podman.version()));
}

#[test]
fn what_podman_saved_is_inspected() {
    let podman = &*PODMAN;
    let context = podman.at("context");
    fs::create_dir_all(&context).expect("a folder");
    fs::write(context.join("Dockerfile"), "FROM scratch\nCOPY Dockerfile /cargo\n").expect("a file");
    let shown = |path: &Path| path.display().to_string();
    must(&podman.podman(&["build", "--quiet", "--tag", "sloop", &shown(&context)]));
    for format in ["docker-archive", "oci-archive"] {
        let file = podman.at(format);
        must(&podman.podman(&["save", "--quiet", "--format", format, "--output", &shown(&file), "sloop"]));
        let output = must(&own(podman.beside(xtask().args(["inspect", "--json", &shown(&file)]))));
        let inspection: serde_json::Value = serde_json::from_str(&output.stdout).expect("an inspection");
        assert_eq!(inspection["visible_bytes"], 36, "{format}: {inspection}");
    }
}
