//! How fast images are read, beside dive and beside a push to nobody: whole processes, started in turn, so that a machine whose
//! speed drifts drifts for all of them. Every figure is a median; peak memory is the operating system's own account.
//!
//! `CONTRIBUTING.md` says how to run it.

mod clock;
mod sink;

use std::fs;
use std::path::Path;
use std::time::Duration;

use clock::{Contest, shell};
use drydock::engine::Engine;
use drydock::engine::reach;
use drydock::event::Silent;
use drydock::process::Command;
use drydock::report;
use drydock_tests::{dive, told};

/// Weighing a large image for the first time makes the engine compress it.
const LONG: Duration = Duration::from_mins(30);
const RUNS: usize = 5;
/// The edit whose cost is measured.
const EDIT_BYTES: usize = 2_000_000;

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let (contest, image) = (words.next(), words.next());
    reach::probe().unwrap_or_else(|problem| panic!("{}", told(&problem)));
    let image = image.unwrap_or_else(largest);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder below target/");
    let folder = folder.path();
    report::line(if optimised() { "compiled for speed (--optimised)" } else { "compiled as learners run it" });
    match contest.as_deref() {
        Some("archive") => archive(&image, folder),
        Some("edit") => edit(&image, folder),
        Some("push") => push(&image, folder),
        Some(other) => panic!("{other}: there are archive, edit and push"),
        None => [archive, edit, push].into_iter().for_each(|contest: fn(&str, &Path)| contest(&image, folder)),
    }
}

/// Whether ours is compiled as other people's programs are.
fn optimised() -> bool {
    std::env::args().any(|word| word == "--optimised")
}

/// Our program, with a memory of its own.
fn ours() -> Command {
    let program = if optimised() { drydock_tests::optimised() } else { drydock_tests::runner() };
    let state = drydock_tests::state_folder().display().to_string();
    Command::new(program.display().to_string()).env("DRYDOCK_STATE", state)
}

/// An archive on disk: paths, bytes and waste of every layer.
fn archive(image: &str, folder: &Path) {
    let file = folder.join("image.tar");
    let shown = file.display().to_string();
    docker(&["save", "--output", &shown, image]);
    let bytes = fs::metadata(&file).expect("the engine wrote it").len();
    report::line(format!("\nan archive of {} ({image})", drydock::units::bytes(bytes)));
    let json = folder.join("dive.json");
    let inspect = |arguments: &[&str]| shell(&ours().args(["inspect", &shown, "--json"]).args(arguments.to_vec()));
    let mut contest = Contest::new(["inspect --quick", "inspect", "dive"]);
    for round in 0..=RUNS {
        let mut runs = [inspect(&["--quick"]), inspect(&[]), shell(&dive::command(&file, &json))];
        contest.round(&mut runs, round == 0);
        fs::remove_file(&json).expect("dive wrote it");
    }
    contest.tell();
}

/// An image on the engine whose base is known, after a small edit.
fn edit(image: &str, folder: &Path) {
    report::line(format!("\n{EDIT_BYTES} bytes on top of {image}, on the engine"));
    // The base becomes known here.
    done(&ours().args(["inspect", image, "--pull", "--json"]));
    let build = folder.join("edit");
    fs::create_dir(&build).expect("a folder");
    fs::write(build.join("Dockerfile"), format!("FROM {image}\nCOPY edit /edit\n")).expect("a file");
    let mut contest = Contest::new(["inspect", "dive"]);
    for round in 0..=RUNS {
        let json = folder.join("dive.json");
        let tag = format!("drydock.local/test/edit:{round}");
        let noise: Vec<u8> = (0..EDIT_BYTES).map(|n| noise(n + round * EDIT_BYTES)).collect();
        fs::write(build.join("edit"), noise).expect("a file");
        docker(&["buildx", "build", "--quiet", "--provenance=false", "--tag", &tag, &build.display().to_string()]);
        let dive = Command::new(dive::program().display().to_string());
        let dive = dive.args([tag.as_str(), "--json", &json.display().to_string()]);
        let mut runs = [shell(&ours().args(["inspect", &tag, "--json"])), shell(&dive)];
        contest.round(&mut runs, round == 0);
        fs::remove_file(&json).expect("dive wrote it");
        docker(&["image", "rm", &tag]);
    }
    contest.tell();
}

/// The first reading of an image by push, beside the same push to an endpoint that reads nothing.
fn push(image: &str, folder: &Path) {
    report::line(format!("\nthe first push of {image}"));
    let mut contest = Contest::new(["inspect --pull", "docker push"]);
    for round in 0..=RUNS {
        // Nothing is remembered on our side, and the engine does not know the sink: both get every layer.
        let state = folder.join(format!("state-{round}")).display().to_string();
        let read = ours().args(["inspect", image, "--pull", "--json"]).env("DRYDOCK_STATE", state);
        sink::with(|port| {
            let name = format!("127.0.0.1:{port}/drydock:{round}");
            docker(&["image", "tag", image, &name]);
            let push = Command::new("docker").args(["push", "--quiet", &name]);
            contest.round(&mut [shell(&read), shell(&push)], round == 0);
            docker(&["image", "rm", "--no-prune", &name]);
        });
    }
    contest.tell();
}

/// The largest image of an app.
fn largest() -> String {
    let list =
        docker(&["image", "ls", "--filter", "reference=drydock.local/app/*", "--format", "{{.Repository}}:{{.Tag}}"]);
    let names: Vec<String> = list.lines().map(str::to_owned).collect();
    let images = Engine::new(&Silent).inspect_images(&names).unwrap_or_else(|problem| panic!("{}", told(&problem)));
    let (image, name) = images
        .iter()
        .zip(&names)
        .max_by_key(|(image, _)| image.size)
        .unwrap_or_else(|| panic!("there is no image drydock.local/app/*; cargo xtask lesson 1 builds some"));
    assert!(image.repo_tags.contains(name), "{name} was replaced while it was looked at");
    name.clone()
}

/// Bytes that do not compress.
fn noise(n: usize) -> u8 {
    let mut x = n as u64;
    for multiplier in [0xbf58_476d_1ce4_e5b9_u64, 0x94d0_49bb_1331_11eb] {
        x = (x ^ (x >> 30)).wrapping_mul(multiplier);
    }
    (x >> 56) as u8
}

fn docker(arguments: &[&str]) -> String {
    done(&Command::new("docker").args(arguments.iter().copied()))
}

fn done(command: &Command) -> String {
    let output = command.output(LONG).unwrap_or_else(|problem| panic!("{}", told(&problem)));
    assert!(output.success(), "{} ended with status {}: {}", command.display(), output.status, output.stderr);
    output.stdout
}
