//! An emulator for the time of a command, where what it runs is for several platforms.

use super::Context;
use crate::cli;
use crate::event::Event;
use crate::lesson::Lesson;
use crate::model::Platform;
use crate::report;
use crate::setup::emulation::{self, Lent};
use crate::workshop::Workshop;

/// For the images of a lesson.
pub(super) fn lesson(options: &cli::Lesson, context: Context) -> Option<Lent> {
    if options.dry_run || (options.lesson.is_none() && !options.all) {
        return None;
    }
    lent(options.lesson.as_deref(), options.setup, context, |lesson| {
        lesson.variant.values().flat_map(|variant| &variant.platforms).collect()
    })
}

/// For the answer to an exercise.
pub(super) fn check(options: &cli::Check, context: Context) -> Option<Lent> {
    lent(options.which.lesson.as_deref(), options.setup, context, |lesson| {
        lesson.exercises.iter().flat_map(|exercise| &exercise.mine.platforms).collect()
    })
}

/// For the platforms of the lesson that was typed, else of all. Without an emulator their images are built and not run, and the command
/// says so; why it could not be lent is a warning. What else is wrong the command itself tells.
fn lent(
    typed: Option<&str>,
    setup: bool,
    context: Context,
    platforms: impl Fn(&Lesson) -> Vec<&Platform>,
) -> Option<Lent> {
    let workshop = Workshop::find().ok()?;
    // An exercise among several is typed behind a slash.
    let typed = typed.map(|typed| typed.split('/').next().unwrap_or(typed));
    let lessons: Vec<&Lesson> = match typed {
        Some(typed) => vec![workshop.lesson(typed).ok()?],
        None => workshop.lessons.iter().collect(),
    };
    let platforms = lessons.into_iter().flat_map(platforms).map(Platform::as_str);
    let sink = report::sink(context.style, context.global.verbose);
    emulation::lend(platforms, setup, sink.as_ref()).unwrap_or_else(|problem| {
        sink.emit(Event::Warning(format!("No emulator was lent: {problem}")));
        None
    })
}
