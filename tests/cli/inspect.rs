//! What `inspect` says of files and folders, where no docker command is to be had.

use std::path::Path;
use std::time::Duration;

use drydock::process::{Command, Output};
use drydock_tests::archive;
use drydock_tests::workshop::Fixture;

/// When a command counts as one that hangs.
const HANG: Duration = Duration::from_mins(10);

fn layer() -> Vec<u8> {
    archive::Tar::new().file("app", &vec![7; 30_000]).bytes()
}

/// Runs the program inside the fixture without any other program on its path, and with a memory of its own.
fn alone(fixture: &Fixture, arguments: &[&str]) -> Output {
    let state = fixture.path("state").display().to_string();
    let command = fixture.command(arguments).env("PATH", "/nowhere").env("DRYDOCK_STATE", state);
    command.output(HANG).expect("it runs")
}

#[track_caller]
fn assert_said(said: &str, lines: &[&str]) {
    for line in lines {
        assert!(said.contains(line), "{line:?} is not in:\n{said}");
    }
}

#[test]
fn a_mistyped_archive_is_a_file_that_is_missing_and_no_matter_of_an_engine() {
    let fixture = super::idle();
    std::fs::write(fixture.path("image.tar"), archive::image(&[&layer()])).expect("a file");
    let output = alone(&fixture, &["inspect", "imgae.tar"]);
    assert_said(&output.stderr, &["error: There is no file `imgae.tar`. [unknown-image]"]);
    assert_eq!(output.status, 2);
    assert_eq!(alone(&fixture, &["inspect", "image.tar"]).status, 0);
}

#[test]
fn a_folder_named_like_an_image_is_read_where_it_holds_one() {
    let fixture = super::idle();
    std::fs::create_dir(fixture.path("service")).expect("a folder");
    let output = alone(&fixture, &["inspect", "service"]);
    assert_said(&output.stderr, &["[docker-command-missing]", "`service` is a folder without an image."]);
    assert_eq!(output.status, 3);
    let output = alone(&fixture, &["inspect", "./service"]);
    assert_said(&output.stderr, &["error: `./service` cannot be read as an image: ", "[archive]"]);
    assert_eq!(output.status, 2);
    let bytes = archive::image(&[&layer()]);
    tar::Archive::new(&bytes[..]).unpack(fixture.path("service")).expect("a tar");
    let output = alone(&fixture, &["inspect", "service"]);
    assert_said(&output.stdout, &["stored 30.0 kB"]);
    assert_eq!(output.status, 0);
}

#[test]
fn a_folder_with_a_dockerfile_gets_the_line_that_builds_it() {
    let fixture = super::idle();
    let base = "gcr.io/distroless/static-debian13:nonroot";
    fixture.write("it's mine/Dockerfile", &format!("FROM golang:1.27-trixie AS unused\nFROM {base}\nCOPY a /\n"));
    fixture.write("state/memory.json", "{\"version\": 1, \"bases\": \"local\"}");
    let output = alone(&fixture, &["inspect", "./it's mine"]);
    let build = format!(
        "docker build --tag it-s-mine:look --file './it'\\''s mine/Dockerfile' \
         --build-context {base}=docker-image://drydock.local/{base} './it'\\''s mine'\n\
         cargo xtask inspect it-s-mine:look --dockerfile './it'\\''s mine/Dockerfile'\n"
    );
    assert_eq!(output.stdout, build);
    assert_said(&output.stderr, &["`./it's mine` is no image yet."]);
    assert_eq!(output.status, 4);
    // A Dockerfile says the same, and a document stays a document.
    assert_eq!(alone(&fixture, &["inspect", "./it's mine/Dockerfile"]).stdout, build);
    let output = alone(&fixture, &["inspect", "./it's mine", "--json"]);
    assert_eq!((output.status, output.stdout.as_str()), (2, ""));
    assert_said(&output.stderr, &["next: docker build --tag it-s-mine:look"]);
}

#[test]
fn an_empty_dockerfile_is_called_empty() {
    let fixture = super::idle();
    for text in ["", "\n# only words\n"] {
        fixture.write("empty/Dockerfile", text);
        let output = alone(&fixture, &["inspect", "./empty"]);
        assert_said(&output.stderr, &["./empty/Dockerfile", "[dockerfile]"]);
        assert_eq!((output.status, output.stdout.as_str()), (2, ""), "{text:?}");
    }
}

#[test]
fn layers_that_an_archive_keeps_unpacked_are_compressed_where_that_is_asked_for() {
    let fixture = super::idle();
    let (plain, packed) = (layer(), archive::gzip(&layer()));
    for (name, bytes) in
        [("plain.tar", archive::image(&[&plain])), ("packed.tar", archive::packed(&[&plain], &[&packed]))]
    {
        std::fs::write(fixture.path(name), bytes).expect("a file");
    }
    let pull = |arguments: &[&str]| {
        let output = alone(&fixture, &[&["inspect", "--json"], arguments].concat());
        let document: serde_json::Value = serde_json::from_str(&output.stdout).expect("a document");
        (document["pull_bytes"].as_u64(), document["pull_exact"].as_bool())
    };
    let there = packed.len() as u64;
    assert_eq!(pull(&["plain.tar"]), (None, Some(false)));
    assert_eq!(pull(&["packed.tar"]), (Some(there), Some(true)));
    assert_eq!(pull(&["packed.tar", "--pull"]), (Some(there), Some(true)));
    let (bytes, exact) = pull(&["plain.tar", "--pull"]);
    // Another level of the same compression: about as much.
    assert!(bytes.is_some_and(|bytes| bytes > there / 2 && bytes < there * 2), "{bytes:?} beside {there}");
    assert_eq!(exact, Some(false));
}

#[cfg(unix)]
#[test]
fn a_card_has_the_permissions_of_any_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = super::idle();
    std::fs::write(fixture.path("image.tar"), archive::image(&[&layer()])).expect("a file");
    let output = alone(&fixture, &["inspect", "image.tar", "--card", "card.svg"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&fixture.path("card.svg")), mode(&fixture.path("image.tar")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_document_that_could_not_be_written_is_an_error() {
    let fixture = super::idle();
    std::fs::write(fixture.path("image.tar"), archive::image(&[&layer()])).expect("a file");
    let line = format!("{} > /dev/full", fixture.command(&["inspect", "image.tar", "--json"]).display());
    let folder = fixture.path("image.tar").parent().expect("a folder").to_owned();
    let output = Command::new("sh").args(["-c", &line]).dir(&folder).output(HANG).expect("sh runs");
    assert_said(&output.stderr, &["error: Could not write to standard output: "]);
    assert_eq!(output.status, 3);
}
