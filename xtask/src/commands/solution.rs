//! `cargo xtask solution`: a right answer beside the learner's.

use super::Context;
use super::check::onward;
use super::which::find_last;
use crate::cli;
use crate::engine::Engine;
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::Sink;
use crate::exercise::{self, Judge};
use crate::progress::{Book, Turn};
use crate::report;
use crate::session::Session;
use crate::workshop::Workshop;

pub fn run(options: &cli::Solution, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let sink = report::sink(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    let book = Book::open()?;
    let progress = book.load(sink)?;
    let task = find_last(&workshop, &options.which, &progress)?;
    let attempt = progress.attempt(task.spot());
    if !options.anyway && attempt.is_none_or(|attempt| attempt.solved.is_none()) {
        let fact = format!("The exercise of lesson {} is not solved yet for {}.", task.lesson.number, task.app.id);
        return Err(Problem::new(ErrorId::NotSolved, fact)
            .next(format!("{}    helps one step at a time", task.command("hint")))
            .next(format!("{} --anyway    shows it all the same", task.command("solution"))));
    }
    exercise::begin(&workshop.root, &task)?;
    let Some(answer) = exercise::nearest(&workshop.root, &task)? else {
        let fact = format!("No right answer is kept in {}/solution for {}.", task.exercise.folder, task.app.id);
        return Err(Problem::new(ErrorId::NoExercise, fact));
    };
    let mine = exercise::files(&workshop.root.join(task.folder()))?;
    let theirs = exercise::files(&workshop.root.join(&answer.folder))?;
    let folders = (task.folder(), answer.folder.clone());
    report::data(report::changes((&folders.0, &mine), (&folders.1, &theirs), context.style));

    // The difference is on the screen; measuring may take a build.
    let name = answer.kind.shown();
    let seen = if mine == theirs { "" } else { "That is the difference. " };
    report::message(context.style.dim(&format!("\n{seen}Now {name} is built and judged like yours.")));
    let opening = options.bases.opening(false).within(options.timeout);
    let judge = Judge::new(&workshop, Session::open(opening, Engine::new(sink))?);
    let named = exercise::beside(&task.lesson.id);
    let _turn = Turn::wait(&format!("{named}-{}", task.app.id), sink)?;
    let judged = judge.judge(&task, &answer.folder, Some(&named))?;
    if let Some(problem) = &judged.trouble {
        report::message(report::problem(problem, context.style));
    }
    let last = attempt.and_then(|attempt| attempt.last.as_ref());
    let yours =
        last.filter(|check| check.broke_off.is_none()).map(|check| (check.stored_bytes, check.failed.as_slice()));
    let failed = judged.failed();
    let theirs = (judged.result.as_ref().map(|result| result.stored_bytes), failed.as_slice());
    report::line(report::beside(yours, (&name, theirs), context.style));
    report::line(format!("\n{}", report::better(yours, (&name, theirs), answer.why.as_deref())));
    let next = onward(&workshop, &book, Some(&task.lesson.id))?;
    report::line(format!("\n{}", report::next(&next, context.style)));
    Ok(judged.exit())
}
