//! `cargo xtask test`: every check of the repository, each a part with a name. A part that cannot run is a failure.
//!
//! Some parts do the same every time. Others take on proofs: those that always are proved, those that something they depend on
//! has changed for, and a sample; the rest stands on the record (see [`crate::proof`]).

mod app;
mod busy;
mod lesson;
mod parts;
mod prepare;
mod programs;
mod proofs;
mod today;

use std::path::Path;
use std::time::{Duration, Instant};

use self::parts::{Does, PARTS, Part, Rig};
use self::programs::Programs;
use self::proofs::{Asked, Proofs};
use super::Context;
use crate::cli::Test;
use crate::engine::reach;
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::interrupt;
use crate::proof::draw::Scope;
use crate::proof::engines::{Engines, Proved};
use crate::proof::{Digests, Subject, Tree};
use crate::report::{self, PartOutcome};
use crate::setup::{self, Tool};
use crate::workshop::Workshop;

pub fn run(options: &Test, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let (keys, names): (Vec<String>, Vec<String>) = options.parts.iter().cloned().partition(|part| part.contains('/'));
    let is_elsewhere = |part: &Part| part.elsewhere && names.iter().any(|name| part.name.contains(name.as_str()));
    let (keys, keys_elsewhere) = if PARTS.iter().any(is_elsewhere) { (Vec::new(), keys) } else { (keys, Vec::new()) };
    let parts = parts(options, &names, &keys)?;
    // Only proofs and the record ask what git knows.
    let needs_proofs = parts.iter().any(|part| !matches!(part.does, Does::Own(_)));
    let tree = if needs_proofs { Some(Tree::open(&workshop.root)?) } else { None };
    let digests = tree.as_ref().map(|tree| Digests::open(&workshop, tree)).transpose()?;
    let mut proofs = match (&tree, &digests) {
        (Some(tree), Some(digests)) => {
            let asked = asked(options, &workshop, names.is_empty(), keys)?;
            Some(Proofs::open(&workshop, tree, digests, &asked)?)
        }
        _ => None,
    };
    let sink = report::sink(report::Style { live: false, ..context.style }, context.global.verbose);
    let mut rig = Rig {
        workshop: &workshop,
        sink: sink.as_ref(),
        style: context.style,
        verbose: context.global.verbose,
        programs: Programs::new(&workshop.root),
        keys: keys_elsewhere,
        full: options.full,
        setup: options.setup,
    };
    let outcomes = all(&parts, options, &mut rig, proofs.as_mut())?;
    let summary = proofs.as_ref().map(Proofs::summary);
    report::message(report::parts(&outcomes, &left_out(options), summary, context.style));
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    report::line(format!("{} passed, {failed} failed", outcomes.len() - failed));
    Ok(if failed == 0 { Exit::Pass } else { Exit::ExpectationFailed })
}

/// The parts that run.
fn parts(options: &Test, names: &[String], keys: &[String]) -> Result<Vec<&'static Part>> {
    let is_named = |part: &Part| names.iter().any(|name| part.name.contains(name.as_str()));
    if !names.is_empty() && !PARTS.iter().any(is_named) {
        let known = crate::names::list(PARTS.iter().map(|part| part.name));
        return Err(Problem::new(ErrorId::NothingToRun, format!("No part has such a name; there are {known}.")));
    }
    let everything = names.is_empty() && keys.is_empty();
    let runs = |part: &&Part| {
        let takes_proofs = matches!(part.does, Does::Proofs(..));
        let wanted =
            (everything && (options.full || !part.rare)) || is_named(part) || (takes_proofs && !keys.is_empty());
        // While proofs are written down, the record is looked at when they are done.
        let later = matches!(part.does, Does::Record) && (options.record || options.full);
        wanted && !later && !(options.fast && part.engine) && (takes_proofs || !options.record)
    };
    Ok(PARTS.iter().filter(runs).collect())
}

/// The parts that do not run although nobody chose among them: why, and their names.
fn left_out(options: &Test) -> Vec<(&'static str, Vec<&'static str>)> {
    let names = |is_left: fn(&Part) -> bool| PARTS.iter().filter(|part| is_left(part)).map(|part| part.name).collect();
    if options.fast {
        vec![("--fast needs no engine", names(|part| part.engine))]
    } else if options.parts.is_empty() && !options.record && !options.full {
        vec![("only --full or its name asks for it", names(|part| part.rare))]
    } else {
        Vec::new()
    }
}

/// Which proofs these options ask for.
fn asked(options: &Test, workshop: &Workshop, by_default: bool, keys: Vec<String>) -> Result<Asked> {
    let scope = if options.full {
        Scope::All
    } else if options.record {
        Scope::OutOfDate
    } else if !keys.is_empty() {
        // A key says all by itself.
        Scope::All
    } else if by_default {
        Scope::Default(proofs::commit(workshop)?)
    } else {
        // A part that somebody names has something to do, whatever stands on the record.
        Scope::First
    };
    Ok(Asked { scope, keys, records: options.record || options.full })
}

/// Runs the parts, one after the other.
fn all(
    parts: &[&'static Part],
    options: &Test,
    rig: &mut Rig<'_>,
    mut proofs: Option<&mut Proofs<'_>>,
) -> Result<Vec<PartOutcome>> {
    let mut outcomes = Vec::new();
    let runs = |part: &&&Part| match (&part.does, &proofs) {
        (Does::Proofs(which, _), Some(proofs)) => !proofs.chosen(which).is_empty(),
        _ => true,
    };
    let parts: Vec<&&Part> = parts.iter().filter(runs).collect();
    let tools: Vec<Tool> = parts.iter().flat_map(|part| part.tools).copied().collect();
    if options.setup {
        setup::tools(&tools, rig.sink)?;
    }
    tools.into_iter().try_for_each(setup::ensure_tool)?;
    let taken =
        |subject: &Subject<'_>| parts.iter().any(|part| matches!(part.does, Does::Proofs(which, _) if which(subject)));
    let mut prepared = false;
    for part in &parts {
        if part.engine && !prepared {
            prepared = true;
            let (workshop, sink, proofs) = (rig.workshop, rig.sink, proofs.as_deref());
            let ended = outcome("prepare", "an engine, bases and the images that proofs look at", rig.style, || {
                prepare::bases(workshop, options.setup, sink)?;
                proofs.map_or(Ok(()), |proofs| prepare::images(workshop, &proofs.chosen(taken), sink))
            })?;
            outcomes.push(ended);
        }
        let ended = outcome(part.name, part.shows, rig.style, || match (&part.does, proofs.as_deref_mut()) {
            (Does::Own(run), _) => run(rig),
            (Does::Record, Some(proofs)) => proofs.check(),
            (Does::Proofs(_, run), Some(proofs)) => run(rig, proofs),
            (Does::Record | Does::Proofs(..), None) => Err(crate::bug("A proof was taken on before it was chosen")),
        })?;
        outcomes.push(ended);
    }
    if let Some(proofs) = proofs.filter(|_| options.record || options.full) {
        proofs.close()?;
        if options.parts.is_empty() {
            let (root, full) = (&rig.workshop.root, options.full);
            outcomes.push(outcome("record", "everything stands on the record", rig.style, || {
                proofs.check()?;
                if full { note_engine(root) } else { Ok(()) }
            })?);
        }
    }
    Ok(outcomes)
}

/// Writes down that everything was proved on the engine in use.
fn note_engine(root: &Path) -> Result<()> {
    let reached = reach::probe()?;
    Proved::today(&reached.engine, &reached.buildx, reached.store)
        .map_or(Ok(()), |proved| Engines::open(root)?.note(proved))
}

/// Runs one part, and says how it ended.
///
/// Errors: only that the run was interrupted.
fn outcome(
    name: &'static str,
    shows: &str,
    style: report::Style,
    run: impl FnOnce() -> Result<()>,
) -> Result<PartOutcome> {
    report::message(format!("\n{} {}", style.bold(name), style.dim(shows)));
    let began = Instant::now();
    let ended = run();
    interrupt::check()?;
    let took: Duration = began.elapsed();
    if let Err(problem) = &ended {
        report::message(report::problem(problem, style));
    }
    let outcome = PartOutcome { name, took, passed: ended.is_ok() };
    report::message(report::part(&outcome, style));
    Ok(outcome)
}
