//! `cargo xtask check`: builds and judges the learner's answer to an exercise.

use std::time::{Duration, Instant};

use super::Context;
use super::which::{find, headline};
use crate::cli;
use crate::engine::Engine;
use crate::error::{ErrorId, Exit, Result};
use crate::event::{Silent, Sink};
use crate::exercise::{self, Judge, Judged, Stamp, Task};
use crate::interrupt;
use crate::model::{CheckReport, LessonId, Trouble};
use crate::progress::{Book, Checked, Standing, Turn};
use crate::report;
use crate::session::Session;
use crate::workshop::Workshop;

/// How often `--watch` looks at the files. Looking at a few files costs nothing, works on every file system, and cannot
/// miss an editor that replaces a file instead of writing it.
const LOOK: Duration = Duration::from_millis(200);

pub fn run(options: &cli::Check, context: Context) -> Result<Exit> {
    let began = Instant::now();
    let workshop = Workshop::find()?;
    let sink = report::sink(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    let book = Book::open()?;
    let task = find(&workshop, &options.which, &book.load(sink)?)?;
    if exercise::begin(&workshop.root, &task)? {
        report::message(report::begun(task.lesson, task.exercise, &task.file(), &task.app.folder, context.style));
    } else {
        // Before the engine is asked anything, which may take a while.
        sink.emit(headline(&task));
    }
    let opening = options.bases.opening(options.setup).within(options.timeout);
    let judge = Judge::new(&workshop, Session::open(opening, Engine::new(sink))?);
    let check = Check { workshop: &workshop, task, judge: &judge, book: &book, sink };
    if options.watch {
        return Ok(check.watch(context));
    }
    let (checked, judged) = check.once(began)?;
    if options.json {
        report::data(report::json(&checked));
    } else {
        check.show(&checked, &judged, context);
    }
    Ok(judged.exit())
}

/// Now, RFC 3339, to the second.
pub(super) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What to type next for a learner who is in `lesson`, or where progress says: its exercise as long as that is not solved, then the
/// first lesson that is not done; where that lies behind the learner, also the next one ahead.
///
/// Errors: progress cannot be read.
pub(super) fn onward(workshop: &Workshop, book: &Book, lesson: Option<&LessonId>) -> Result<String> {
    let mut progress = book.load(&Silent)?;
    progress.at = lesson.cloned().or(progress.at);
    let standing = Standing::of(&workshop.lessons, &progress);
    let Some(next) = standing.command() else {
        return Ok("cargo xtask compare    shows how far every service goes".to_owned());
    };
    let Some(further) = standing.further() else { return Ok(next) };
    Ok(format!("{next}    is still open; `cargo xtask lesson {further}` goes on from here"))
}

/// Everything one check needs.
struct Check<'a> {
    workshop: &'a Workshop,
    task: Task<'a>,
    judge: &'a Judge<'a>,
    book: &'a Book,
    sink: &'a dyn Sink,
}

impl Check<'_> {
    /// Builds and judges, and writes down what came of it.
    fn once(&self, began: Instant) -> Result<(CheckReport, Judged)> {
        let task = &self.task;
        let _turn = Turn::wait(&task.name(), self.sink)?;
        let judged = match self.judge.judge(task, &task.folder(), None) {
            // What a signal ends fails in many ways, and none of them is news.
            Err(problem) if problem.id != ErrorId::Interrupted && !interrupt::requested() => {
                let why = format!("{} [{}]", problem.fact, problem.id.name());
                self.book.update(self.sink, |progress| progress.broke_off(task.spot(), &now(), &why))?;
                return Err(problem);
            }
            judged => judged?,
        };
        let marks = exercise::marks(self.workshop, task, Some(Engine::new(self.sink)))?;
        let check = Checked {
            date: now(),
            stored_bytes: judged.result.as_ref().map(|result| result.stored_bytes),
            failed: judged.failed(),
            clues: judged.clues(),
            broke_off: None,
        };
        let best_bytes = self.book.update(self.sink, |progress| {
            progress.checked(task.spot(), check);
            progress.attempt(task.spot()).and_then(|attempt| attempt.best_bytes)
        })?;
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let report = CheckReport {
            schema: CheckReport::SCHEMA,
            lesson: task.reference(),
            app: task.app.id.clone(),
            file: task.file(),
            environment: self.judge.environment(),
            solved: judged.passes(),
            result: judged.result.clone(),
            expectations: judged.verdicts.clone(),
            not_judged: judged.not_judged.clone(),
            trouble: judged.trouble.as_ref().map(|problem| Trouble {
                id: problem.id.name().to_owned(),
                fact: problem.fact.clone(),
                evidence: problem.evidence.clone(),
                cause: problem.cause.clone(),
                next: problem.next.clone(),
            }),
            context: judged.context.clone(),
            marks,
            best_bytes,
            took_ms: millis(began.elapsed()),
            build_ms: millis(judged.built_in),
        };
        Ok((report, judged))
    }

    fn show(&self, checked: &CheckReport, judged: &Judged, context: Context) {
        if let Some(problem) = &judged.trouble {
            report::message(report::problem(problem, context.style));
        }
        report::line(report::check(checked, &self.task.app.title, &self.next(checked), context.style));
    }

    /// What to type next.
    fn next(&self, checked: &CheckReport) -> Vec<String> {
        let task = &self.task;
        if !checked.solved {
            return vec![
                format!("{}    after you have edited {}", task.command("check"), task.file()),
                format!("{}    a nudge, one step at a time", task.command("hint")),
            ];
        }
        let next = onward(self.workshop, self.book, Some(&task.lesson.id));
        let other = format!("{}    another way to do it", task.command("solution"));
        // What was remembered was written a moment ago; where it cannot be read now, the other way is still there.
        next.into_iter().chain([other]).collect()
    }

    /// Checks whenever something was saved, until Ctrl-C. Nothing the learner saves ends it.
    fn watch(&self, context: Context) -> Exit {
        let folder = self.workshop.root.join(self.task.folder());
        loop {
            // Before the check: what is saved while it runs is checked next.
            let before = exercise::stamp(&folder).unwrap_or_default();
            match self.once(Instant::now()) {
                Ok((checked, judged)) => self.show(&checked, &judged, context),
                Err(problem) if problem.id == ErrorId::Interrupted || interrupt::requested() => break,
                Err(problem) => report::message(report::problem(&problem, context.style)),
            }
            report::message(
                context
                    .style
                    .dim(&format!("\nWatching {}: save a file to check again, Ctrl-C to stop.", self.task.folder())),
            );
            if !saved(&before, || exercise::stamp(&folder).unwrap_or_default()) {
                break;
            }
            self.sink.emit(headline(&self.task));
        }
        report::message("Stopped watching.");
        Exit::Interrupted
    }
}

/// Waits until something was saved and saving is over: two looks in a row that agree with each other and not with `before`.
/// Returns whether it was; a signal ends the wait.
fn saved(before: &Stamp, look: impl Fn() -> Stamp) -> bool {
    let mut last = before.clone();
    while !interrupt::requested() {
        std::thread::sleep(LOOK);
        let now = look();
        if now != *before && now == last {
            return true;
        }
        last = now;
    }
    false
}
