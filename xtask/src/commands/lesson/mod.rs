//! `cargo xtask lesson`: lists the lessons, or runs one.

mod ahead;
mod apps;
mod end;
mod live;
mod narrator;
mod page;
mod wait;

use std::sync::atomic::{AtomicBool, Ordering};

use self::ahead::Waiting;
use self::end::Ran;
use self::narrator::Teller;
use super::Context;
use super::check::onward;
use crate::bases;
use crate::claim;
use crate::cli;
use crate::engine::Engine;
use crate::engine::bake;
use crate::error::{Exit, Result};
use crate::event::{Event, Sink};
use crate::lesson::Lesson;
use crate::model::{AppId, BaseSources};
use crate::plan::{self, Plan};
use crate::progress::Book;
use crate::report;
use crate::runner::{self, Job, Options};
use crate::session::{Opening, Session};
use crate::workshop::Workshop;

pub fn run(options: &cli::Lesson, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    if options.all {
        return every(&workshop, options, context);
    }
    let Some(typed) = &options.lesson else {
        if !options.app.is_empty() {
            apps::follow(&workshop, &options.app)?;
        }
        report::line(report::listing(&workshop.lessons, context.style));
        return Ok(Exit::Pass);
    };
    let lesson = workshop.lesson(typed)?;
    match &options.claim {
        None => one(&workshop, lesson, options, context),
        Some(id) => about(&workshop, lesson, id, options, context),
    }
}

/// Runs what one claim of a lesson needs, and says in the end what we make of the claim.
fn about(workshop: &Workshop, lesson: &Lesson, id: &str, options: &cli::Lesson, context: Context) -> Result<Exit> {
    let claim = claim::chosen(claim::of(&workshop.root, lesson)?, lesson, id)?;
    report::message(format!("The claim: {} ({})\nIt is measured by {}.\n", claim.says, claim.source, claim.how));
    let exit = one(workshop, &claim::only(lesson, &claim), options, context)?;
    if !options.dry_run {
        report::message(format!("\nOur verdict: it {}. {}", claim.verdict.told(), claim.why));
    }
    Ok(exit)
}

/// Runs every lesson in turn. The exit code is that of the first that did not pass.
fn every(workshop: &Workshop, options: &cli::Lesson, context: Context) -> Result<Exit> {
    let mut exit = Exit::Pass;
    for lesson in &workshop.lessons {
        let this = one(workshop, lesson, options, context)?;
        if exit == Exit::Pass {
            exit = this;
        }
    }
    Ok(exit)
}

fn one(workshop: &Workshop, lesson: &Lesson, options: &cli::Lesson, context: Context) -> Result<Exit> {
    let chosen = apps::choose(workshop, lesson, options)?;
    let apps = chosen.apps;
    let mut plan = Plan::of_lesson(workshop, lesson, &apps, &options.variant, |path| workshop.dockerfile(path))?;
    let held = report::held(context.style, context.global.verbose);
    let sink: &dyn Sink = &held;
    let progress = &held;
    if options.dry_run {
        return dry_run(&plan, options, sink);
    }
    let opening = Opening {
        title: Some(format!("Lesson {} · {}", lesson.number, lesson.title)),
        build: build_options(options),
        ..options.bases.opening(options.setup)
    };
    let session = Session::open(opening, Engine::new(sink))?;
    let mut not_run = Vec::new();
    if !session.bases.are_pulled() {
        not_run = plan.without_registry().iter().map(ToString::to_string).collect();
    }
    sink.emit(Event::Note(format!("{}\n", report::opening(lesson, &missing(workshop, lesson, sink)?, context.style))));
    if let Some(note) = chosen.note {
        sink.emit(Event::Note(format!("  {note}\n")));
    }
    let run_options = Options { keep: options.keep, ..session.options() };
    let nowhere = BaseSources::default();
    let job = Job {
        images: &plan.images,
        others: &plan.others,
        dockerfiles: &plan.dockerfiles,
        // A part of the lesson has no story.
        steps: if options.variant.is_empty() { &plan.lesson.step } else { &[] },
        changes: &plan.lesson.change,
        expect: &plan.lesson.expect,
        sources: &nowhere,
        options: &run_options,
        root: &workshop.root,
    };
    let gone = AtomicBool::new(false);
    let mut teller = Teller::new(lesson, &job, options, context.style, &gone);
    if let Some(words) = wait::words(&session, &plan, lesson, options.no_cache)? {
        teller.building = true;
        sink.emit(Event::Note(report::waits(&words, context.style)));
    }
    let runs = |app: &AppId| job.images.iter().any(|image| image.name.app == *app);
    teller.usual = wait::experiments(&workshop.root, lesson, runs);
    if options.open {
        teller.live = Some(live::Live::open(workshop, lesson, session.environment())?);
    }
    let (teller, sources, outcome) = std::thread::scope(|scope| {
        let mut waiting = if teller.is_attended() && !job.steps.is_empty() {
            progress.hold();
            let tell = move || {
                let mut teller = teller;
                let ahead = job.tell_ahead(&mut teller);
                // From here on the learner waits for the images.
                progress.release();
                (teller, ahead)
            };
            Waiting::ahead(scope.spawn(tell))
        } else {
            Waiting::here(teller)
        };
        let ran = session.ensure_with(&plan.bases(), &plan.helpers()).and_then(|sources| {
            let outcome = Job { sources: &sources, ..job }.run(&mut waiting, session.engine)?;
            Ok((sources, outcome))
        });
        // Where no step can follow, nobody waits for what was asked before it.
        let is_over = ran.as_ref().map_or(true, |(_, outcome)| !outcome.problems.is_empty());
        gone.store(is_over, Ordering::Relaxed);
        let teller = waiting.done();
        gone.store(false, Ordering::Relaxed);
        ran.map(|(sources, outcome)| (teller, sources, outcome))
    })?;
    let teller = &teller;
    let ran = Ran { workshop, plan: &plan, session: &session, sources: &sources, teller, options, context, not_run };
    ran.conclude(outcome, sink)
}

fn dry_run(plan: &Plan, options: &cli::Lesson, sink: &dyn Sink) -> Result<Exit> {
    let engine = Engine::new(sink);
    let bases = bases::choose(options.bases.bases.as_ref(), &options.bases.ca_file, engine)?;
    let sources = bases::sources(&plan.bases(), &bases)?;
    report::data(plan::definition(&plan.images, &sources).command(&build_options(options)).script());
    for image in &plan.images {
        report::data(runner::container_of(image, &crate::model::Setup::default(), "RUN").command().display());
    }
    Ok(Exit::Pass)
}

fn build_options(options: &cli::Lesson) -> bake::Options {
    bake::Options { no_cache: options.no_cache, builder: options.builder.clone(), ..bake::Options::default() }
}

/// The lessons that should have come before and have not, as far as this machine knows.
fn missing(workshop: &Workshop, lesson: &Lesson, sink: &dyn Sink) -> Result<Vec<String>> {
    let progress = Book::open()?.load(sink)?;
    let missing = lesson.needs.iter().filter(|need| !progress.knows(need));
    let named = missing.filter_map(|need| workshop.lessons.iter().find(|other| other.id == *need));
    Ok(named.map(|other| format!("{} ({})", other.number, other.title)).collect())
}
