//! `cargo xtask` alone: where you are and what to type next.

use super::Context;
use super::progress::gather;
use crate::error::{Exit, Result};
use crate::event::Sink;
use crate::progress::Book;
use crate::report;
use crate::state::terminals;
use crate::workshop::Workshop;

pub fn run(context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let style = context.style;
    if report::terminal() {
        let sink = report::sink(style, context.global.verbose);
        let sink: &dyn Sink = sink.as_ref();
        let mut progress = Book::open()?.load(sink)?;
        progress.at = terminals::here().map(|here| here.lesson).or(progress.at);
        // Nobody asked for numbers, so no engine is asked for them.
        let standing = gather(&workshop, &progress, None)?;
        let at = progress.at.as_ref().and_then(|at| standing.lessons.iter().find(|row| row.lesson.id == *at));
        report::line(report::here(&standing, at, style));
        return Ok(Exit::Pass);
    }
    report::line(format!("{}\n", style.bold("Drydock: Docker multi-stage builds, measured on your machine")));
    report::line(report::listing(&workshop.lessons, style));
    if let Some(first) = workshop.lessons.first() {
        report::line(format!("\n{}", report::next(&format!("cargo xtask lesson {}", first.number), style)));
    }
    report::line(format!("  {}", style.dim("cargo xtask --help lists all commands.")));
    Ok(Exit::Pass)
}
