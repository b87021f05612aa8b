//! What the black-box tests share: the repository, images of apps, a browser, workshops of their own.

pub mod archive;
pub mod axe;
pub mod browser;
pub mod dive;
pub mod harbour;
pub mod python;
pub mod workshop;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use drydock::engine::{Engine, bake, build};
use drydock::error::{Problem, Result};
use drydock::event::Silent;
use drydock::model::AppId;
use drydock::plan::{self, Image};
use drydock::process::Command;
use drydock::report;
use drydock::session::{Opening, Session};
use drydock::workshop::Workshop;

/// Builds every variant of these apps, or of all where none is named, on the bases this machine has, and returns them.
///
/// Errors: a base or an image cannot be built; the problem says which.
pub fn built_images(workshop: &Workshop, apps: &[AppId]) -> Result<Vec<Image>> {
    let images = plan::everything(workshop, apps, |path| workshop.dockerfile(path))?;
    let engine = Engine::new(&Silent);
    let options = bake::Options::default();
    let sources = Session::open(Opening::default(), engine)?.ensure(&plan::bases(&images))?;
    let definition = plan::definition(&images, &sources);
    build::build("images", &definition, &options, &workshop.root, engine)?;
    Ok(images)
}

/// A problem as a person would read it, for the message of a failed test.
pub fn told(problem: &Problem) -> String {
    report::problem(problem, report::Style { color: false, live: false, symbols: false })
}

/// The runner's program, as a command that has no arguments yet: built anew if its sources changed. It remembers in a folder
/// of its own, so that a test neither sees nor changes what the person at this machine chose.
pub fn xtask() -> Command {
    Command::new(runner().display().to_string()).env("DRYDOCK_STATE", state_folder().display().to_string())
}

/// Path of the runner's program, built anew if its sources changed.
pub fn runner() -> &'static Path {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| built("dev", "debug"));
    &BUILT
}

/// The same, compiled for speed: what a benchmark sets beside other people's programs, which are.
pub fn optimised() -> &'static Path {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| built("release", "release"));
    &BUILT
}

fn built(profile: &str, folder: &str) -> PathBuf {
    let arguments = ["build", "--quiet", "--package", "xtask", "--bin", "xtask", "--profile", profile];
    let build = Command::new(env!("CARGO")).args(arguments);
    assert_eq!(build.inherit().map_err(|p| told(&p)), Ok(0), "the runner does not compile");
    target_folder().join(folder).join(format!("xtask{}", std::env::consts::EXE_SUFFIX))
}

/// Where the tests' runs remember things.
pub fn state_folder() -> PathBuf {
    target_folder().join("drydock-tests")
}

/// Cargo's target folder: this program lies in its `debug/deps`.
pub(crate) fn target_folder() -> PathBuf {
    let program = std::env::current_exe().expect("a running program has a path");
    program.ancestors().nth(3).expect("test programs lie three folders deep").to_owned()
}
