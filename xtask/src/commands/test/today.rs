//! The newest engine that Debian has, beside the one in use: every lesson and exercise runs on it in its first language.
//!
//! Learners bring an engine, a store and a buildx of their own choice, and most have newer ones than this machine. What is
//! run is this very program, in the engine's namespaces.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use super::parts::Rig;
use crate::bases;
use crate::engine::private::{self, PrivateEngine};
use crate::engine::{Engine, docker};
use crate::error::{self, ErrorId, Problem, Result};
use crate::event::Event;
use crate::model::Store;
use crate::process::Command;
use crate::proof::engines::{Engines, Proved};
use crate::session::{Opening, Session};
use crate::{interrupt, report, setup, units};

/// Debian's release for packages that are still on their way into one.
const RELEASE: &str = "sid";
/// The engine, its command, the plugin that builds, what unpacks and starts its containers.
const PACKAGES: [&str; 4] = ["docker.io", "docker-cli", "docker-buildx", "containerd"];
/// Where packages are kept from one run to the next, and images while it runs.
const KEPT: &str = "target/drydock/engine-of-today";
/// The parts that run there, unless keys of proofs say what does.
const PARTS: [&str; 2] = ["lessons", "exercises"];

const QUESTION: Duration = Duration::from_secs(30);

/// Brings the engine, gives it the bases that this machine has, proves, and removes it.
///
/// Errors: it cannot be had or started; [`ErrorId::TestFailed`] where something does not hold on it.
pub(super) fn prove(rig: &mut Rig<'_>) -> Result<()> {
    private::require()?;
    let root = &rig.workshop.root;
    let kept = root.join(KEPT);
    let programs = setup::unpacked(&PACKAGES, RELEASE, &kept, rig.sink)?;
    let engine = PrivateEngine::start(&programs, &kept.join("data"))?;
    let about = about(&engine)?;
    rig.sink.emit(Event::Note(format!("It is {}.", about.words())));
    lend(rig, &engine)?;
    let program = std::env::current_exe().map_err(|e| error::io("find", Path::new("xtask"), &e))?;
    let state = kept.join("state");
    // What another engine taught must not answer for this one.
    let _ = std::fs::remove_dir_all(&state);
    let command = engine.enter(root, &program).arg("test");
    let command = if rig.keys.is_empty() { command.args(PARTS) } else { command.args(rig.keys.iter().cloned()) };
    let command = command.env("DRYDOCK_STATE", state.display().to_string());
    rig.sink.emit(Event::Command(command.display()));
    let status = command.lines(|line| report::message(format!("  {line}")))?;
    interrupt::check()?;
    engine.lives()?;
    if status != 0 {
        let fact = format!("Not everything holds on {}.", about.words());
        return Err(Problem::new(ErrorId::TestFailed, fact));
    }
    if rig.full && rig.keys.is_empty() { Engines::open(root)?.note(about) } else { Ok(()) }
}

/// What the engine says of itself.
fn about(engine: &PrivateEngine) -> Result<Proved> {
    let ask = |words: &[&str]| -> Result<String> {
        let command = engine.docker(words.iter().copied());
        let output = command.output(QUESTION)?;
        if output.success() {
            return Ok(output.stdout.trim().to_owned());
        }
        let fact = format!("`{}` failed with status {}.", command.display(), output.status);
        Err(Problem::new(ErrorId::EngineBroken, fact).evidence(output.stderr.lines()))
    };
    let buildx = ask(&["buildx", "version"])?;
    // `github.com/docker/buildx v0.29.1 <commit>`
    let buildx = buildx.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let version = ask(&["version", "--format", "{{.Server.Version}}"])?;
    Proved::today(&version, &buildx, Store::Containerd).ok_or_else(|| {
        Problem::new(ErrorId::EngineBroken, format!("{version:?} with buildx {buildx:?} are no versions."))
    })
}

/// Copies the bases that this machine has from the engine in use: building them takes longer.
fn lend(rig: &Rig<'_>, to: &PrivateEngine) -> Result<()> {
    let from = Engine::new(rig.sink);
    let session = Session::open(Opening::default(), from)?;
    // Lessons stand on more of them than apps do, and recipes on each other.
    let recipes = session.bases.recipes.all().map(|recipe| recipe.base.name.as_str());
    let tags: Vec<String> = recipes.flat_map(|name| [bases::tag(name), bases::overlay_tag(name)]).collect();
    let present = from.inspect_images(&tags)?;
    let names: BTreeSet<&str> = present
        .iter()
        .flat_map(|image| &image.repo_tags)
        .filter(|tag| tags.contains(tag))
        .map(String::as_str)
        .collect();
    rig.sink.emit(Event::Note(format!("Copying {} bases from engine {}.", names.len(), session.reached.engine)));
    let began = Instant::now();
    let save = docker(["save"]).args(names);
    let pipe = format!("set -o pipefail; {} | {}", save.display(), to.docker(["load", "--quiet"]).display());
    let output = Command::new("bash").args(["-c", &pipe]).output(Duration::from_mins(30))?;
    interrupt::check()?;
    if output.success() {
        rig.sink.emit(Event::Note(format!("Copied in {}.", units::seconds(began.elapsed()))));
        return Ok(());
    }
    Err(Problem::new(ErrorId::ImageStream, "Bases could not be copied to an engine of our own.")
        .evidence(output.stderr.lines()))
}
