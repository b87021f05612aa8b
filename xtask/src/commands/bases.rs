//! `cargo xtask bases`: lists, builds, saves and loads the local bases.

use std::collections::BTreeSet;
use std::path::Path;

use super::Context;
use crate::bases::{self, Bases, BasesOption, Choice};
use crate::cli::{self, BasesCommand};
use crate::engine::Engine;
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::model::{BaseReport, BaseRow, BaseState};
use crate::{names, report};

/// Version of the JSON document.
const SCHEMA: u32 = 1;

pub fn run(options: &cli::Bases, context: Context) -> Result<Exit> {
    let sink = report::sink(context.style, context.global.verbose);
    let engine = Engine::new(sink.as_ref());
    match &options.command {
        None => list(false, engine, context),
        Some(BasesCommand::List { json }) => list(*json, engine, context),
        Some(BasesCommand::Build { names, setup, ca_file }) => build(names, *setup, ca_file, engine, context),
        Some(BasesCommand::Save { file }) => save(file, engine, context),
        Some(BasesCommand::Load { file }) => load(file, engine, context),
    }
}

fn list(json: bool, engine: Engine<'_>, context: Context) -> Result<Exit> {
    let chosen = bases::choose(None, &[], engine)?;
    let arch = bases::architecture(engine)?;
    let report = BaseReport {
        schema: SCHEMA,
        from: chosen.decision.choice.to_string(),
        why: chosen.decision.why.clone(),
        bases: bases::list(chosen.surroundings(&arch), engine)?,
        ca_files: chosen.overlay.files.iter().map(|file| file.display().to_string()).collect(),
        arch,
    };
    if json {
        report::data(report::json(&report));
    } else {
        report::line(report::bases(&report, context.style));
    }
    Ok(Exit::Pass)
}

/// Local bases, wherever builds get theirs from: who builds, saves or loads them means those.
fn local(ca_file: &[std::path::PathBuf], engine: Engine<'_>) -> Result<Bases> {
    bases::choose(Some(&BasesOption::Exactly(Choice::Local)), ca_file, engine)
}

fn build(
    wanted: &[String],
    setup: bool,
    ca_file: &[std::path::PathBuf],
    engine: Engine<'_>,
    context: Context,
) -> Result<Exit> {
    let chosen = local(ca_file, engine)?;
    let all = || chosen.recipes.all().map(|recipe| recipe.base.name.clone()).collect();
    let needed: BTreeSet<String> = if wanted.is_empty() { all() } else { wanted.iter().cloned().collect() };
    chosen.recipes.closure(&needed)?;
    let sources = bases::ensure(&needed, &chosen, setup, engine)?;
    bases::weigh_all(&sources, engine)?;
    report::message(format!("{} {} there, made by today's recipes", context.style.ok_mark(), counted(needed.len())));
    Ok(Exit::Pass)
}

fn save(file: &Path, engine: Engine<'_>, context: Context) -> Result<Exit> {
    if file.exists() {
        let fact = format!("{} exists already; nothing is overwritten.", file.display());
        return Err(Problem::new(ErrorId::Usage, fact).next("Name another file, or remove this one."));
    }
    let names = present(&rows(engine)?);
    if names.is_empty() {
        return Err(Problem::new(ErrorId::NothingToRun, "There is no local base to save.")
            .next("cargo xtask bases build    builds them"));
    }
    bases::save(&names, file, engine)?;
    report::message(format!("{} {} in {}", context.style.ok_mark(), counted(names.len()), file.display()));
    Ok(Exit::Pass)
}

fn load(file: &Path, engine: Engine<'_>, context: Context) -> Result<Exit> {
    let loaded = bases::load(file, engine)?;
    let usable = present(&rows(engine)?);
    let (good, stale): (Vec<_>, Vec<_>) = loaded.iter().partition(|entry| usable.contains(&entry.name));
    report::message(format!("{} {} loaded", context.style.ok_mark(), counted(good.len())));
    if !good.is_empty() {
        bases::remember(&Choice::Local)?;
        report::message("Builds use them from now on; --bases auto asks for a registry again.");
    }
    if stale.is_empty() {
        return Ok(Exit::Pass);
    }
    // Another version of the recipes, or another architecture: they are there, and will be built again when needed.
    let names = names::list(stale.iter().map(|entry| entry.name.as_str()));
    Err(Problem::new(
        ErrorId::StaleBases,
        format!("{} not what this version's recipes make: {names}.", be(stale.len())),
    )
    .cause("The file was saved by another version of Drydock, or on a machine of another architecture.")
    .next("cargo xtask bases save FILE    on such a machine, with this version"))
}

fn rows(engine: Engine<'_>) -> Result<Vec<BaseRow>> {
    let chosen = local(&[], engine)?;
    let arch = bases::architecture(engine)?;
    bases::list(chosen.surroundings(&arch), engine)
}

fn present(rows: &[BaseRow]) -> Vec<String> {
    rows.iter().filter(|row| row.state == BaseState::Present).map(|row| row.name.clone()).collect()
}

fn counted(bases: usize) -> String {
    format!("{bases} {}", if bases == 1 { "base" } else { "bases" })
}

fn be(bases: usize) -> String {
    format!("{} {}", counted(bases), if bases == 1 { "is" } else { "are" })
}
