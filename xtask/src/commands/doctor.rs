//! `cargo xtask doctor`: what this machine has and lacks, and the proof that its engine works. Leaves nothing behind.

use super::Context;
use super::check::onward;
use crate::bases::{self, Bases, Choice};
use crate::cli;
use crate::engine::proof::{self, Proof};
use crate::engine::reach::{self, Reached};
use crate::engine::versions::Version;
use crate::engine::{Engine, disk, sweep};
use crate::error::{Exit, Problem, Result};
use crate::event::Sink;
use crate::model::{BaseRow, BaseState, Diagnosis, Finding, State};
use crate::progress::Book;
use crate::proof::engines::{Engines, Proved};
use crate::setup::{self, Tool, emulation};
use crate::state::runs::Run;
use crate::workshop::Workshop;
use crate::{interrupt, names, report, units, workshop};

/// Room that all bases and every image of every app take with their build cache, bytes and inodes. Rounded up from what an
/// amd64 machine held after building them: 6.5 GB of images, and cache beside it.
const EVERYTHING: (u64, u64) = (10_000_000_000, 400_000);
/// What lessons need beside that: containers, and builds that are repeated.
const ELBOW_ROOM: (u64, u64) = (2_000_000_000, 50_000);

pub fn run(options: &cli::Doctor, context: Context) -> Result<Exit> {
    let sink = report::sink(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    if options.setup {
        setup::engine(sink)?;
        let engine = Engine::new(sink);
        if bases::choose(None, &[], engine)?.decision.choice == Choice::Local {
            setup::tools(&[Tool::Mmdebstrap], sink)?;
        }
    }
    let (diagnosis, exit) = diagnose(sink);
    interrupt::check()?;
    // The doctor has its say also where the course or the progress cannot be read: that is for other commands to tell.
    let next = Workshop::find().and_then(|workshop| onward(&workshop, &Book::open()?, None));
    let next = next.unwrap_or_else(|_| "cargo xtask lesson 1".to_owned());
    if options.json {
        report::data(report::json(&diagnosis));
    } else {
        report::line(report::doctor(&diagnosis, &next, context.style));
    }
    Ok(exit)
}

/// Looks at everything, and returns what was found with the exit code of the first problem.
fn diagnose(sink: &dyn Sink) -> (Diagnosis, Exit) {
    let mut found = Findings { exit: Exit::Pass, list: Vec::new() };
    match reach::look() {
        Err(problem) => found.problem("docker command", problem),
        Ok(look) => {
            let engine = look.engine;
            match &engine {
                Ok(reached) => found.ok("docker command", reached.client.clone()),
                Err(_) => found.ok("docker command", format!("looks for its engine at {}", look.endpoint.words())),
            }
            match look.buildx {
                Some(Ok(version)) => found.ok("buildx", format!("{version}, building with {}", look.builder.words())),
                Some(Err(problem)) => found.problem("buildx", problem),
                None => found.unknown("buildx", "the docker command gave no list of its plugins"),
            }
            match engine {
                Ok(reached) => with_engine(&reached, sink, &mut found),
                Err(problem) => found.problem("engine", problem),
            }
        }
    }
    (Diagnosis::of(found.list), found.exit)
}

/// What can be looked at once an engine answers.
fn with_engine(reached: &Reached, sink: &dyn Sink, found: &mut Findings) {
    let engine = Engine::new(sink);
    found.ok("engine", format!("{}, API {}, at {}", reached.engine, reached.api, reached.endpoint.words()));
    let memory = units::bytes(reached.memory_bytes);
    let place = if reached.local { "this machine" } else { "not this machine" };
    found
        .ok("runs on", format!("{place}: {}, {}, {} CPUs, {memory} of memory", reached.os, reached.arch, reached.cpus));
    found.ok("images", format!("in the {}, under {}", reached.store.words(), reached.data_root.display()));
    with_emulation(reached, engine, found);
    with_course(reached, found);
    // Where bases come from, and with that whether a registry answers, is decided and explained by the bases' own room.
    let missing = match bases::choose(None, &[], engine) {
        Ok(chosen) => with_bases(&chosen, &reached.arch, engine, found),
        Err(problem) => {
            found.problem("bases", problem);
            Share::ALL
        }
    };
    with_disk(reached, missing, found);
    if interrupt::requested() {
        return;
    }
    if found.list.iter().any(|finding| finding.what == "buildx" && !matches!(finding.state, State::Ok { .. })) {
        found.unknown("proof", "not tried: it is built with buildx");
        return;
    }
    match prove(engine, &reached.arch) {
        Ok(Proof::Afloat(took)) => {
            let took = units::seconds(took);
            found.ok("proof", format!("built an image and ran a container of it in {took}; both are removed"));
        }
        Ok(Proof::NoProgram) => {
            found.unknown("proof", &format!("there is no test program for {}", reached.arch));
        }
        Err(problem) => found.problem("proof", problem),
    }
}

/// Says whether programs for the other processor that lessons build for run here.
fn with_emulation(reached: &Reached, engine: Engine<'_>, found: &mut Findings) {
    let Some(other) = emulation::other_than(&reached.arch) else { return };
    match emulation::runnable(engine) {
        None => found.unknown("emulation", "the builder does not say which platforms it can run"),
        Some(runs) if runs.contains(&other) => found.ok("emulation", format!("programs for {other} run here, too")),
        Some(_) => found.ok(
            "emulation",
            format!("none: images for {other} are built and not run; a lesson with --setup borrows an emulator"),
        ),
    }
}

/// Sets the engine beside those that the course was proved on. One that is not among them is as welcome.
fn with_course(reached: &Reached, found: &mut Findings) {
    let engines = workshop::root().and_then(|root| Engines::open(&root));
    let list = match engines {
        Ok(engines) => engines,
        Err(problem) => return found.problem("proved on", problem),
    };
    let words: Vec<String> = list.iter().map(Proved::words).collect();
    let listed = names::list(words.iter().map(String::as_str));
    let is_newer = |newest: &Proved| Version::parse(&reached.engine).is_some_and(|engine| engine > newest.engine);
    match list.newest() {
        None => found.unknown("proved on", "no engine yet"),
        Some(newest) if is_newer(newest) => {
            found.ok("proved on", format!("{listed}; this one is newer, and should do as well"));
        }
        Some(_) => found.ok("proved on", listed),
    }
}

/// A part of a whole, both counted.
#[derive(Clone, Copy)]
struct Share {
    part: u64,
    whole: u64,
}

impl Share {
    const ALL: Self = Self { part: 1, whole: 1 };

    fn of(self, amount: u64) -> u64 {
        amount * self.part / self.whole.max(1)
    }
}

/// Whether what is still to be built fits on the engine's disk.
fn with_disk(reached: &Reached, missing: Share, found: &mut Findings) {
    let bytes = missing.of(EVERYTHING.0) + ELBOW_ROOM.0;
    let inodes = missing.of(EVERYTHING.1) + ELBOW_ROOM.1;
    match (disk::require(reached, bytes, inodes), disk::free(reached)) {
        (Err(problem), _) => found.problem("disk", problem),
        (Ok(()), Some(free)) => {
            found.ok(
                "disk",
                format!("{} free; lessons take up to {} more", units::bytes(free.bytes), units::bytes(bytes)),
            );
        }
        (Ok(()), None) => found.unknown("disk", "the engine's disk cannot be seen from here"),
    }
}

/// Says where bases come from. Returns how many of them are still to come.
fn with_bases(chosen: &Bases, arch: &str, engine: Engine<'_>, found: &mut Findings) -> Share {
    let decision = &chosen.decision;
    let from = format!("{}, because {}", decision.choice, decision.why);
    let missing = if decision.choice == Choice::Local {
        match bases::list(chosen.surroundings(arch), engine) {
            Ok(rows) => local_bases(&rows, &from, found),
            Err(problem) => {
                found.problem("bases", problem);
                Share::ALL
            }
        }
    } else {
        found.ok("bases", from);
        Share::ALL
    };
    let files: Vec<String> = chosen.overlay.files.iter().map(|file| file.display().to_string()).collect();
    found.ok(
        "certificates",
        match files.as_slice() {
            [] => "none but the public ones".to_owned(),
            files => format!("builds trust {} as well", names::list(files.iter().map(String::as_str))),
        },
    );
    missing
}

/// Local bases that are not there yet have to be built, which takes a tool.
fn local_bases(rows: &[BaseRow], from: &str, found: &mut Findings) -> Share {
    let present = rows.iter().filter(|row| row.state == BaseState::Present).count();
    found.ok("bases", format!("{from}; {present} of {} are ready", rows.len()));
    if present < rows.len() {
        match setup::ensure_tool(Tool::Mmdebstrap) {
            Ok(()) => found.ok("mmdebstrap", "makes the bases that are not built yet"),
            Err(problem) => found.problem("mmdebstrap", problem),
        }
    }
    Share { part: (rows.len() - present) as u64, whole: rows.len() as u64 }
}

/// Proves the engine in a run of its own, so that a later one removes what a kill leaves.
fn prove(engine: Engine<'_>, arch: &str) -> Result<Proof> {
    let run = Run::begin()?;
    let proof = proof::prove(engine, run.id(), arch);
    sweep::end(&run, engine);
    proof
}

/// Findings as they come in, with the exit code of the first problem among them.
struct Findings {
    exit: Exit,
    list: Vec<Finding>,
}

impl Findings {
    fn ok(&mut self, what: &'static str, found: impl Into<String>) {
        self.list.push(Finding { what, state: State::Ok { found: found.into() } });
    }

    fn unknown(&mut self, what: &'static str, why: &str) {
        self.list.push(Finding { what, state: State::Unknown { found: why.to_owned() } });
    }

    fn problem(&mut self, what: &'static str, problem: Problem) {
        if self.exit == Exit::Pass {
            self.exit = problem.exit();
        }
        let (id, Problem { fact, evidence, cause, next, .. }) = (problem.id.name(), problem);
        self.list.push(Finding { what, state: State::Problem { id, fact, evidence, cause, next } });
    }
}
