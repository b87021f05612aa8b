//! An emulator for the time of a command, where what it runs is for several platforms.

use super::Context;
use super::which::{find, find_last};
use crate::cli;
use crate::event::{Event, Silent};
use crate::lesson::Lesson;
use crate::model::Platform;
use crate::progress::Book;
use crate::report;
use crate::setup::emulation::{self, Lent};
use crate::workshop::Workshop;

/// For the images of a lesson.
pub(super) fn lesson(options: &cli::Lesson, context: Context) -> Option<Lent> {
    if options.dry_run || (options.lesson.is_none() && !options.all) {
        return None;
    }
    let workshop = Workshop::find().ok()?;
    let lessons: Vec<&Lesson> = match options.lesson.as_deref() {
        Some(typed) => vec![workshop.lesson(typed).ok()?],
        None => workshop.lessons.iter().collect(),
    };
    let variants = lessons.into_iter().flat_map(|lesson| lesson.variant.values());
    lent(variants.flat_map(|variant| &variant.platforms), options.setup, context)
}

/// For the learner's answer to the exercise that is meant.
pub(super) fn check(options: &cli::Check, context: Context) -> Option<Lent> {
    let workshop = Workshop::find().ok()?;
    let task = find(&workshop, &options.which, &Book::open().ok()?.load(&Silent).ok()?).ok()?;
    lent(&task.exercise.mine.platforms, options.setup, context)
}

/// For a right answer to the exercise that is meant, which is judged beside the learner's.
pub(super) fn solution(options: &cli::Solution, context: Context) -> Option<Lent> {
    let workshop = Workshop::find().ok()?;
    let task = find_last(&workshop, &options.which, &Book::open().ok()?.load(&Silent).ok()?).ok()?;
    lent(&task.exercise.mine.platforms, false, context)
}

/// For these platforms. Without an emulator their images are built and not run, and the command says so; why it could not be lent is a
/// warning. What else is wrong the command itself tells.
fn lent<'p>(platforms: impl IntoIterator<Item = &'p Platform>, setup: bool, context: Context) -> Option<Lent> {
    let platforms = platforms.into_iter().map(Platform::as_str);
    let sink = report::sink(context.style, context.global.verbose);
    emulation::lend(platforms, setup, sink.as_ref()).unwrap_or_else(|problem| {
        sink.emit(Event::Warning(format!("No emulator was lent: {problem}")));
        None
    })
}
