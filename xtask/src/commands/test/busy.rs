//! The proof that a busy machine changes times and no verdict: everything that waits for containers, while four processes take
//! all the processors they can get.

use std::thread;

use super::lesson::{self, Machine};
use super::parts::Rig;
use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::exercise::{self, Judge, Kind};
use crate::interrupt;
use crate::lesson::Lesson;
use crate::model::App;
use crate::process::{Background, Command};
use crate::workshop::Workshop;

/// Processes that do nothing but run.
const SPINNING: usize = 4;
/// The numbers of the lessons that run: the first, and the one that starts the most containers.
const LESSONS: [u32; 2] = [1, 5];
/// How often all of them run at the same time.
const ROUNDS: usize = 5;

/// Runs the lessons in every language, the contract, and of each exercise what is shipped and one right answer; then the lessons
/// all at once.
///
/// Errors: [`ErrorId::TestFailed`] with what failed, one line each, after everything was tried.
pub(super) fn prove(rig: &mut Rig<'_>) -> Result<()> {
    let spinning: Vec<Background> = (0..SPINNING)
        .map(|_| Command::new("sh").args(["-c", "while :; do :; done"]).background())
        .collect::<Result<_>>()?;
    let mut failed = Vec::new();
    let (workshop, sink) = (rig.workshop, rig.sink);
    let pairs: Vec<(&Lesson, &App)> = workshop
        .lessons
        .iter()
        .filter(|lesson| LESSONS.contains(&lesson.number))
        .flat_map(|lesson| lesson.apps_of(&workshop.apps).map(move |app| (lesson, app)))
        .collect();
    for (lesson, app) in &pairs {
        one(sink, &mut failed, &format!("lesson/{}/{}", lesson.id, app.id), || {
            lesson::prove(workshop, lesson, app, Machine::Busy).map(drop)
        })?;
    }
    for app in workshop.apps.keys() {
        one(sink, &mut failed, &format!("contract/{app}"), || {
            rig.program("contract", &["--quiet", &format!("app::{app}::")])
        })?;
    }
    let judge = Judge::new(workshop, rig.session()?);
    let mut solved = None;
    for (task, answer) in exercise::all(workshop)?.answers {
        let name = format!("exercise/{}/{}/{}", task.exercise.folder, task.app.id, answer.kind.name());
        let of = (task.exercise.folder.clone(), task.app.id.clone());
        let wanted = match answer.kind {
            Kind::Shipped => true,
            Kind::Right(_) => solved.replace(of.clone()) != Some(of),
            Kind::Wrong(..) => false,
        };
        if wanted {
            one(sink, &mut failed, &name, || exercise::prove(&judge, &task, &answer).map(drop))?;
        }
    }
    for round in 1..=ROUNDS {
        one(sink, &mut failed, &format!("round {round}: {} lessons at once", pairs.len()), || {
            at_once(workshop, &pairs)
        })?;
    }
    drop(spinning);
    if failed.is_empty() {
        return Ok(());
    }
    Err(Problem::new(ErrorId::TestFailed, "A busy machine changed verdicts.").evidence(failed))
}

/// Runs one of the things, says how it ended, and goes on.
///
/// Errors: the run was interrupted.
fn one(sink: &dyn Sink, failed: &mut Vec<String>, name: &str, run: impl FnOnce() -> Result<()>) -> Result<()> {
    let ended = run();
    interrupt::check()?;
    let how = if ended.is_ok() { "passed" } else { "failed" };
    sink.emit(Event::Note(format!("  {name}: {how}")));
    if let Err(problem) = ended {
        failed.push(format!("{name}: {}", problem.fact));
        failed.extend(problem.evidence.into_iter().map(|line| format!("  {line}")));
    }
    Ok(())
}

/// Runs all of the lessons at the same time.
fn at_once(workshop: &Workshop, pairs: &[(&Lesson, &App)]) -> Result<()> {
    let ended: Vec<Result<()>> = thread::scope(|scope| {
        let running: Vec<_> = pairs
            .iter()
            .map(|(lesson, app)| scope.spawn(move || lesson::run(workshop, lesson, app, Machine::Busy).map(drop)))
            .collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|_| Err(crate::bug("A lesson panicked")))).collect()
    });
    let mut problems = ended.into_iter().filter_map(Result::err);
    let Some(first) = problems.next() else { return Ok(()) };
    Err(problems.fold(first, |all, problem| all.evidence([problem.fact]).evidence(problem.evidence)))
}
