//! Our reader of images against dive, and both against layers that are really unpacked: where dive is right the two agree, and
//! where they do not, the file system says who is wrong.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use drydock::bases;
use drydock::process::Command;
use drydock_reader::archive::{Contents, Shelf};
use drydock_reader::{Depth, Weight};
use drydock_tests::archive::{self, Tar};
use drydock_tests::{dive, told, xtask};
use serde_json::{Value, json};
use tar::EntryType;
use tempfile::NamedTempFile;

#[path = "../xtask/reader/src/tests/reference.rs"]
mod reference;

use reference::{Op, Unpacked};

const LONG: Duration = Duration::from_mins(10);

fn file(path: &str, bytes: u16) -> Op {
    Op::File(path.into(), bytes)
}

fn folder(path: &str) -> Op {
    Op::Folder(path.into())
}

fn link(path: &str, target: &str) -> Op {
    Op::Link(path.into(), target.into())
}

fn gone(path: &str) -> Op {
    Op::Whiteout(path.into())
}

/// An image and what is known of it.
struct Case {
    name: &'static str,
    layers: Vec<Vec<Op>>,
    /// What dive calls inefficient.
    dive: u64,
    /// What is stored and not visible.
    wasted: u64,
}

fn case(name: &'static str, dive: u64, wasted: u64, layers: Vec<Vec<Op>>) -> Case {
    Case { name, layers, dive, wasted }
}

/// Where dive is right in its own terms: it counts every version of a path, so the one that is still visible comes on top.
#[test]
fn they_agree_where_dive_is_right() {
    let two = || vec![file("a", 1000), file("b", 50)];
    let cases = [
        case("nothing twice", 0, 0, vec![two(), vec![file("c", 7), Op::Symlink("s".into())]]),
        case("a file deleted", 1000, 1000, vec![two(), vec![gone("a")]]),
        case("a file overwritten", 1000 + 300, 1000, vec![two(), vec![file("a", 300)]]),
        case("overwritten twice", 1320, 1300, vec![two(), vec![file("a", 300)], vec![file("a", 20)]]),
        case("deleted and made again", 1020, 1000, vec![two(), vec![gone("a")], vec![file("a", 20)]]),
        case("both names deleted", 1000, 1000, vec![vec![file("a", 1000), link("l", "a")], vec![gone("a"), gone("l")]]),
        case("a second name deleted", 0, 0, vec![vec![file("a", 1000), link("l", "a")], vec![gone("l")]]),
    ];
    for case in cases {
        let judged = Judged::of(&case);
        assert_eq!(judged.dive.layers, judged.stored, "{}: bytes of the layers", case.name);
        assert_eq!(judged.dive.paths, judged.paths, "{}: paths of the layers", case.name);
    }
}

/// Each of these is a fault in dive. One that a later release mends fails here, and is then taken off the list.
#[test]
fn where_dive_is_wrong_the_file_system_agrees_with_us() {
    let tree = || vec![folder("d"), file("d/a", 1000), file("b", 50)];
    let opaque = Op::Opaque("d".into());
    let cases = [
        case("a folder deleted counts as nothing", 0, 1000, vec![tree(), vec![gone("d")]]),
        case("also two layers later", 0, 1000, vec![tree(), vec![file("c", 1)], vec![gone("d")]]),
        case("a folder emptied counts as nothing", 0, 1000, vec![tree(), vec![folder("d"), opaque, file("d/n", 7)]]),
        case("a file in the place of a folder, too", 0, 1000, vec![tree(), vec![file("d", 5)]]),
        case("a name deleted, its file kept", 1000, 0, vec![vec![file("a", 1000), link("l", "a")], vec![gone("a")]]),
    ];
    for case in cases {
        Judged::of(&case);
    }
    let twice = Judged::of(&case("a path twice in a layer", 0, 0, vec![vec![file("a", 1000), file("a", 300)]]));
    assert_eq!((twice.dive.layers, twice.stored), (vec![1300], vec![300]), "both entries count");
}

/// What everyone says of one image.
struct Judged {
    dive: dive::Analysis,
    /// Bytes of each layer: ours, and the file system's.
    stored: Vec<u64>,
    paths: Vec<BTreeSet<String>>,
}

impl Judged {
    /// Judges an image three times, and holds what was said against what is known.
    fn of(case: &Case) -> Self {
        let mut unpacked = Unpacked::new();
        let layers: Vec<_> = case.layers.iter().map(|ops| tar(&unpacked.layer(ops.clone()))).collect();
        let archive = saved(&layers);
        let name = case.name;
        let dive = dive::analyse(archive.path());
        let (weight, paths) = ours(archive.path());
        let (stored, visible) = unpacked.sums();
        let stored: Vec<u64> = stored.into_iter().map(|(bytes, _)| bytes).collect();
        let own: Vec<_> = weight.layers.iter().map(|layer| layer.stored_bytes).collect();
        assert_eq!(own, stored, "{name}: stored");
        assert_eq!(weight.visible_bytes, visible, "{name}: visible\n{}", unpacked.listing().join("\n"));
        assert_eq!((dive.inefficient, weight.wasted_bytes), (case.dive, case.wasted), "{name}: dive's waste and ours");
        Self { dive, stored, paths }
    }
}

/// What our reader says of an archive: its weight, and the paths of its layers as dive lists them.
fn ours(archive: &Path) -> (Weight, Vec<BTreeSet<String>>) {
    let read = |depth| -> Contents {
        let shelf = Shelf::open(archive).expect("it can be opened");
        let images = shelf.described(None).expect("its documents can be read");
        shelf.read(&images, depth).expect("it can be read")
    };
    let weigh = |contents: &Contents| {
        let image = contents.images().expect("an image").pop().expect("an image");
        let layers: Vec<_> = image.layers.iter().map(|layer| &contents.layers[&layer.diff_id].facts).collect();
        let paths = layers.iter().map(|facts| {
            let removed = facts.whiteouts.iter().map(|path| {
                let path = PathBuf::from(String::from_utf8_lossy(path).into_owned());
                let name = format!(".wh.{}", path.file_name().expect("a name").to_string_lossy());
                path.with_file_name(name).display().to_string()
            });
            facts.paths.iter().map(|(path, _)| String::from_utf8_lossy(path).into_owned()).chain(removed).collect()
        });
        (Weight::of(&layers), paths.collect())
    };
    let everything = weigh(&read(Depth::Everything));
    assert_eq!(everything, weigh(&read(Depth::Headers)), "both depths say the same");
    everything
}

/// A layer as a tar stream.
fn tar(ops: &[Op]) -> Vec<u8> {
    let text = |path: &PathBuf| path.display().to_string();
    let removed = |path: &PathBuf| {
        let name = format!(".wh.{}", path.file_name().expect("a name").display());
        text(&path.with_file_name(name))
    };
    let add = |tar: Tar, op: &Op| match op {
        Op::File(path, bytes) => tar.file(&text(path), &vec![7; usize::from(*bytes)]),
        Op::Folder(path) => tar.raw(archive::header(&text(path), EntryType::Directory, 0), b""),
        Op::Link(path, target) => tar.link(EntryType::Link, &text(path), &text(target)),
        Op::Symlink(path) => tar.link(EntryType::Symlink, &text(path), "nowhere"),
        Op::Whiteout(path) => tar.file(&removed(path), b""),
        Op::Opaque(path) => tar.file(&text(&path.join(".wh..wh..opq")), b""),
    };
    ops.iter().fold(Tar::new(), add).bytes()
}

/// An archive of one image with these layers, in a file.
fn saved(layers: &[Vec<u8>]) -> NamedTempFile {
    let layers: Vec<_> = layers.iter().map(Vec::as_slice).collect();
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(&archive::image(&layers)).expect("room in a temporary file");
    file
}

const DOCKERFILE: &str = "\
FROM debian:trixie-slim
RUN mkdir /opt/cache && head -c 500000 /dev/zero > /opt/cache/list && head -c 40000 /dev/zero > /opt/tool && ln /opt/tool /opt/alias
RUN rm -r /opt/cache && head -c 70000 /dev/zero > /opt/other
";

/// An image of this engine: as the engine sends it, as it saves it, and as dive reads what it saved.
#[test]
fn an_image_built_here_is_the_same_to_all() {
    const TAG: &str = "drydock.local/test/oracle:1";
    let said = |command: Command| {
        let output = command.output(LONG).unwrap_or_else(|problem| panic!("{}", told(&problem)));
        assert!(output.success(), "{}: {}", command.display(), output.stderr);
        output.stdout
    };
    let docker = |arguments: &[&str]| Command::new("docker").args(arguments.iter().copied());
    let slim = format!("debian:trixie-slim=docker-image://{}", bases::tag("debian:trixie-slim"));
    let build = docker(&["buildx", "build", "--provenance=false", "--build-context", &slim, "--tag", TAG, "-"]);
    said(build.stdin(DOCKERFILE));
    let saved = NamedTempFile::new().expect("a temporary file");
    let path = saved.path().display().to_string();
    said(docker(&["save", "--output", &path, TAG]));
    let inspected = |arguments: &[&str]| -> Value {
        let said = said(xtask().arg("inspect").args(arguments.iter().copied()).arg("--json"));
        serde_json::from_str(&said).expect("inspect prints JSON")
    };
    let (engine, file, quick) = (inspected(&[TAG]), inspected(&[&path]), inspected(&[&path, "--quick"]));
    said(docker(&["image", "rm", TAG]));

    for sum in ["stored_bytes", "visible_bytes", "wasted_bytes", "classes", "packages", "surface", "secrets"] {
        assert_eq!(engine[sum], file[sum], "{sum}: from the engine and from its archive");
        assert_eq!(file[sum], quick[sum], "{sum}: read to the end and quickly");
    }
    assert_eq!((&file["digests_checked"], &quick["digests_checked"]), (&json!(true), &json!(false)));
    let dive = dive::analyse(saved.path());
    let (weight, paths) = ours(saved.path());
    let own: Vec<_> = weight.layers.iter().map(|layer| layer.stored_bytes).collect();
    assert_eq!(dive.layers, own);
    assert_eq!(dive.paths, paths);
    let first = own.len() - 2;
    assert_eq!(own[first..], [540_000, 70_000]);
    // The folder that was removed: dive does not see it go.
    assert_eq!((weight.wasted_bytes - dive.inefficient, weight.layers[first].wasted_bytes), (500_000, 500_000));
}
