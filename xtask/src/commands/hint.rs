//! `cargo xtask hint`: one more hint for what failed in the last check.

use super::Context;
use super::which::{find_last, headline};
use crate::cli;
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::Sink;
use crate::exercise;
use crate::progress::Book;
use crate::report;
use crate::workshop::Workshop;

pub fn run(options: &cli::Hint, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let sink = report::sink(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    let book = Book::open()?;
    let progress = book.load(sink)?;
    let task = find_last(&workshop, &options.which, &progress)?;
    let last = progress.attempt(task.spot()).and_then(|attempt| attempt.last.as_ref());
    let Some(last) = last else {
        let fact = format!("{} has not been checked yet, so nothing is known to fail.", task.file());
        return Err(Problem::new(ErrorId::NotChecked, fact).next(task.command("check")));
    };
    sink.emit(headline(&task));
    if let Some(why) = &last.broke_off {
        report::line(format!("Your last check ended before anything was judged: {why}"));
        report::line(format!("  {} {}", context.style.bold("Next:"), context.style.command(&task.command("check"))));
        return Ok(Exit::Pass);
    }
    if last.failed.is_empty() {
        report::line("Nothing failed in your last check.");
        report::line(report::next(&task.command("solution"), context.style));
        return Ok(Exit::Pass);
    }
    let Some(hints) = exercise::hints(&task, last) else {
        let failed = crate::names::list(last.failed.iter().map(String::as_str));
        report::line(format!(
            "There is no hint for what failed: {failed}. What {} printed names the place and the reason.",
            task.command("check")
        ));
        let command = format!("{} --anyway", task.command("solution"));
        report::line(report::next(&command, context.style));
        return Ok(Exit::Pass);
    };
    let there_are = hints.say.len();
    let given = book.update(sink, |progress| progress.hint(task.spot(), &hints.about, there_are))?;
    let next = if given < there_are {
        format!("{}    one more", task.command("hint"))
    } else if last.failed.len() > 1 {
        let others = "that was the last one for this; a check after the repair opens those for what else failed";
        format!("{}    {others}", task.command("check"))
    } else {
        format!("{} --anyway    that was the last one; this shows a right answer", task.command("solution"))
    };
    report::line(report::hint(&hints, given, &next, context.style));
    Ok(Exit::Pass)
}
