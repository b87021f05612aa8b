//! `cargo xtask reset`: begins an exercise again, and keeps what was there.

use super::Context;
use super::which::find_last;
use crate::cli;
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::Sink;
use crate::exercise;
use crate::progress::{Book, Turn};
use crate::report;
use crate::workshop::Workshop;

pub fn run(options: &cli::Reset, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let sink = report::sink(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    let book = Book::open()?;
    let task = find_last(&workshop, &options.which, &book.load(sink)?)?;
    let there = workshop.root.join(task.folder()).exists();
    if there && !options.yes {
        if !report::terminal() {
            let fact = format!("{} would be begun again, and nobody is here to be asked.", task.folder());
            return Err(Problem::new(ErrorId::Usage, fact).next(format!("{} --yes", task.command("reset"))));
        }
        if !report::confirm(&format!("Begin {} again? What you have is kept beside.", task.folder()))? {
            report::message("Nothing was changed.");
            return Ok(Exit::Pass);
        }
    }
    // A check that is at it finishes first.
    let _turn = Turn::wait(&task.name(), sink)?;
    let backup = exercise::begin_again(&workshop.root, &task)?;
    book.update(sink, |progress| progress.begin_again(task.spot()))?;
    if let Some(backup) = backup {
        report::line(format!("What you had is in {backup}."));
    }
    report::line(report::begun(task.lesson, task.exercise, &task.file(), &task.app.folder, context.style));
    report::line(report::next(&task.command("check"), context.style));
    Ok(Exit::Pass)
}
