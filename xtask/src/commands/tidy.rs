//! `cargo xtask tidy`: what must agree, agrees; with `--exercises`, every exercise judges as it should.

use std::time::{Duration, Instant};

use super::Context;
use crate::cli::Tidy;
use crate::engine::Engine;
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::{Event, Silent, Sink};
use crate::exercise::{self, Judge, Known, Languages, Prover};
use crate::interrupt;
use crate::model::Proof;
use crate::report::{self, Style};
use crate::session::{Opening, Session};
use crate::tidy;
use crate::workshop::Workshop;

/// How long one known answer may take to build.
const LIMIT: Duration = Duration::from_mins(10);

pub fn run(options: &Tidy, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    if let Some(lessons) = &options.exercises {
        let sink = report::progress(context.style, context.global.verbose);
        let sink = sink.as_ref();
        // What single builds say would drown what is proved.
        let builds: &dyn Sink = if context.global.verbose { sink } else { &Silent };
        let proving = Proving { lessons, languages: Languages::All, anew: options.anew, builds };
        prove(&workshop, proving, sink, context.style)?;
        return Ok(Exit::Pass);
    }
    if options.fix {
        for file in tidy::fix(&workshop)? {
            report::message(format!("wrote {file}"));
        }
    }
    check(&workshop)?;
    report::message(format!("{} the repository is tidy", context.style.ok_mark()));
    Ok(Exit::Pass)
}

/// Checks without writing.
pub(super) fn check(workshop: &Workshop) -> Result<()> {
    tidy::check(workshop)
}

/// What is proved.
#[derive(Clone, Copy)]
pub(super) struct Proving<'p> {
    /// The lessons whose exercises are; all of them when empty.
    pub lessons: &'p [String],
    /// For which languages.
    pub languages: Languages,
    /// Whether to judge again what was proved before.
    pub anew: bool,
    /// Hears what single builds say.
    pub builds: &'p dyn Sink,
}

/// Judges every known answer to some exercises.
///
/// Errors: [`ErrorId::TestFailed`] where one does not fare as it should, [`ErrorId::NothingToRun`] where there is none.
pub(super) fn prove(workshop: &Workshop, proving: Proving<'_>, sink: &dyn Sink, style: Style) -> Result<()> {
    let began = Instant::now();
    let Known { answers, missing } = exercise::all(workshop, proving.lessons, proving.languages)?;
    if answers.is_empty() {
        return Err(Problem::new(ErrorId::NothingToRun, "There is no exercise to prove."));
    }
    let engine = Engine::new(proving.builds);
    let judge = Judge::new(workshop, Session::open(Opening::default().within(LIMIT), engine)?);
    let mut prover = Prover::open(workshop, &judge, engine, proving.anew)?;
    sink.emit(Event::Phase { name: "Judging", total: answers.len(), of: "answers" });
    let mut rows: Vec<(String, Vec<Proof>)> = Vec::new();
    for (task, answer) in &answers {
        let item = format!("{} {} {}", task.lesson.number, task.app.id, answer.kind.shown());
        sink.emit(Event::Progress { item: item.clone(), doing: "build, run, judge".to_owned() });
        let proof = prover.prove(task, answer)?;
        interrupt::check()?;
        sink.emit(Event::Done { item, remark: report::proved(&proof) });
        let name = format!("{} {} {}", task.lesson.number, task.lesson.id, task.app.id);
        match rows.last_mut() {
            Some((last, proofs)) if *last == name => proofs.push(proof),
            _ => rows.push((name, vec![proof])),
        }
    }
    report::line(report::proofs(&rows, &missing, began.elapsed(), style));
    let faults = rows.iter().flat_map(|(_, proofs)| proofs).filter(|proof| proof.fault.is_some()).count();
    if faults + missing.len() > 0 {
        let fact = "Not every exercise judges as it should.";
        return Err(Problem::new(ErrorId::TestFailed, fact)
            .next("cargo xtask tidy --exercises LESSON    judges those of one lesson again"));
    }
    Ok(())
}
