//! `cargo xtask progress`: what was done, what is next, how small it got.

use super::Context;
use crate::cli;
use crate::engine::Engine;
use crate::error::{Exit, Result};
use crate::event::{Silent, Sink};
use crate::exercise::{self, Task};
use crate::lesson::Exercise;
use crate::model::{LessonProgress, LessonRef, ProgressReport, Reached};
use crate::progress::{Book, Progress, Standing};
use crate::report;
use crate::workshop::Workshop;

pub fn run(options: &cli::Progress, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let sink = report::sink(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    let progress = Book::open()?.load(sink)?;
    let report = gather(&workshop, &progress, Some(Engine::new(&Silent)))?;
    if options.json {
        report::data(report::json(&report));
    } else {
        report::line(report::standing(&report, context.style));
    }
    Ok(Exit::Pass)
}

/// All of it; sizes to compare with are those of `engine` where it has them, else the recorded ones.
///
/// Errors: there is no place for state.
pub(super) fn gather(workshop: &Workshop, progress: &Progress, engine: Option<Engine<'_>>) -> Result<ProgressReport> {
    let standing = Standing::of(&workshop.lessons, progress);
    let mut lessons = Vec::new();
    for (row, lesson) in standing.rows.iter().zip(&workshop.lessons) {
        let mut reached = Vec::new();
        let visited = progress.lessons.get(&lesson.id);
        let attempts = |exercise: &Exercise| visited.and_then(|visited| visited.attempts.get(&exercise.id));
        let each = lesson.exercises.iter().flat_map(|exercise| {
            attempts(exercise).into_iter().flatten().map(move |(app, attempt)| (exercise, app, attempt))
        });
        for (exercise, id, attempt) in each {
            let Some(app) = workshop.apps.get(id).or_else(|| lesson.guests.get(id)) else { continue };
            let task = Task { lesson, exercise, app };
            // Without an engine there still is the recorded run.
            let marks = exercise::marks(workshop, &task, engine).or_else(|_| exercise::marks(workshop, &task, None))?;
            reached.push(Reached {
                exercise: (lesson.exercises.len() > 1).then(|| exercise.id.clone()),
                app: id.clone(),
                solved: attempt.solved.clone(),
                failed: attempt.last.as_ref().map(|last| last.failed.clone()).unwrap_or_default(),
                best_bytes: attempt.best_bytes,
                marks,
            });
        }
        lessons.push(LessonProgress {
            lesson: LessonRef { id: lesson.id.clone(), number: lesson.number, title: lesson.title.clone() },
            exercise: row.exercise,
            done: row.done,
            reached,
        });
    }
    Ok(ProgressReport { schema: ProgressReport::SCHEMA, lessons, next: standing.command() })
}
