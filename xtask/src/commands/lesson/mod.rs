//! `cargo xtask lesson`: lists the lessons, or runs one.

mod apps;
mod narrator;
mod page;

use self::narrator::Teller;
use super::Context;
use crate::bases;
use crate::cli;
use crate::engine::Engine;
use crate::engine::bake;
use crate::error::{Exit, Result};
use crate::event::{Event, Silent, Sink};
use crate::lesson::Lesson;
use crate::model::{BaseSources, Cache, Cold, Environment, FullReport, LessonRef, LessonReport};
use crate::plan::{self, Plan};
use crate::progress::Book;
use crate::report::{self, Finish};
use crate::runner::{self, Job, Looker, Options, Outcome};
use crate::session::{Opening, Session};
use crate::state;
use crate::state::settings::Settings;
use crate::tidy;
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
    one(&workshop, workshop.lesson(typed)?, options, context)
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
    let sink = report::sink(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
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
    let sources = session.ensure_with(&plan.bases(), &plan.helpers())?;
    let run_options = Options { keep: options.keep, ..session.options() };
    let job = Job {
        images: &plan.images,
        others: &plan.others,
        dockerfiles: &plan.dockerfiles,
        // A part of the lesson has no story.
        steps: if options.variant.is_empty() { &plan.lesson.step } else { &[] },
        changes: &plan.lesson.change,
        expect: &plan.lesson.expect,
        sources: &sources,
        options: &run_options,
        root: &workshop.root,
    };
    let mut teller =
        Teller { lesson, style: context.style, quiet: options.json, predict: options.predict.clone(), step: 0 };
    let mut outcome = job.run(&mut teller, session.engine)?;
    let build = std::mem::take(&mut outcome.timeline);
    let (ids, seen) = (std::mem::take(&mut outcome.ids), outcome.facts.inspections());
    let environment = session.environment();
    let (report, exit) = finish(workshop, &plan, &sources, Ran { outcome, not_run, environment }, options, context)?;
    // The result is on the screen already: looking into the images takes longer than to read its first line.
    let command = page::again(workshop, &report, options);
    // A part of a lesson is not the lesson, and one that failed has not shown what it is for.
    if exit == Exit::Pass && options.variant.is_empty() {
        Book::open()?.update(sink, |progress| progress.ran(&lesson.id, &report.environment.date))?;
    }
    let tags: Vec<_> = report.results.iter().map(|m| m.image.clone()).collect();
    let dockerfiles = |tag: &str| plan.all().find(|image| image.name.tag() == tag)?.stages().ok();
    let looker = Looker {
        engine: session.engine,
        way: run_options.weigh,
        at_once: run_options.at_once,
        dockerfiles: &dockerfiles,
        ids: &ids,
        results: &report.results,
    };
    let images = looker.briefly(&tags, &seen)?;
    let page = page::write(workshop, lesson, &FullReport { report, command, build, images })?;
    if !options.json {
        report::line(format!("  {} {page}", context.style.bold("Report:")));
    }
    Ok(exit)
}

/// A run that came to its end.
struct Ran {
    outcome: Outcome,
    /// Images left out because they need a registry.
    not_run: Vec<String>,
    environment: Environment,
}

fn finish(
    workshop: &Workshop,
    plan: &Plan,
    sources: &BaseSources,
    ran: Ran,
    options: &cli::Lesson,
    context: Context,
) -> Result<(LessonReport, Exit)> {
    let Ran { outcome, not_run, environment } = ran;
    let lesson = &plan.lesson;
    let last_cold = remember_cold(&outcome, &environment.date)?;
    let report = LessonReport {
        schema: LessonReport::SCHEMA,
        lesson: LessonRef { id: lesson.id.clone(), number: lesson.number, title: lesson.title.clone() },
        environment,
        build_ms: u64::try_from(outcome.built_in.as_millis()).unwrap_or(u64::MAX),
        results: outcome.facts.results(),
        told: outcome.told,
        not_run,
        expectations: outcome.verdicts,
        leftovers: outcome.leftovers,
    };
    if options.record {
        let path = tidy::recorded_path(lesson.number, lesson.id.as_str());
        let json = serde_json::to_string_pretty(&report.to_keep()).expect("plain data is always JSON");
        state::write_for_people(&workshop.root.join(&path), format!("{json}\n").as_bytes())?;
        report::message(format!("wrote {path}"));
    }
    if options.json {
        report::line(report::json(&report));
    } else {
        let example = plan.images.last().map(|image| image.target(sources).by_hand().display()).unwrap_or_default();
        let finish = Finish {
            built_in: outcome.built_in,
            cache: outcome.cache,
            last_cold,
            by_hand: example,
            kept: &outcome.kept,
            next: next(workshop, lesson)?,
        };
        report::line(report::lesson(lesson, &report, &finish, context.style, context.global.verbose));
    }
    for problem in &outcome.problems {
        report::message(report::problem(problem, context.style));
    }
    let unhealthy = outcome.problems.first().map(crate::error::Problem::exit);
    let failed = report.expectations.iter().any(|v| !v.held()).then_some(Exit::ExpectationFailed);
    Ok((report, unhealthy.or(failed).unwrap_or(Exit::Pass)))
}

fn dry_run(plan: &Plan, options: &cli::Lesson, sink: &dyn Sink) -> Result<Exit> {
    let engine = Engine::new(sink);
    let bases = bases::choose(options.bases.bases.as_ref(), &options.bases.ca_file, engine)?;
    let sources = bases::sources(&plan.bases(), &bases)?;
    report::line(plan::definition(&plan.images, &sources).command(&build_options(options)).script());
    for image in &plan.images {
        report::line(runner::container_of(image, &crate::model::Setup::default(), "RUN").command().display());
    }
    Ok(Exit::Pass)
}

fn build_options(options: &cli::Lesson) -> bake::Options {
    bake::Options { no_cache: options.no_cache, builder: options.builder.clone(), ..bake::Options::default() }
}

/// Remembers a build that used no cache, and returns the one to show beside a build that did.
fn remember_cold(outcome: &Outcome, date: &str) -> Result<Option<Cold>> {
    if outcome.cache != Cache::None {
        return Ok(Settings::load()?.last_cold);
    }
    let ms = u64::try_from(outcome.built_in.as_millis()).unwrap_or(u64::MAX);
    let cold = Cold { ms, images: outcome.facts.results().len(), date: date.to_owned() };
    Settings::update(|memory| memory.last_cold = Some(cold))?;
    Ok(None)
}

/// The lessons that should have come before and have not, as far as this machine knows.
fn missing(workshop: &Workshop, lesson: &Lesson, sink: &dyn Sink) -> Result<Vec<String>> {
    let progress = Book::open()?.load(sink)?;
    let missing = lesson.needs.iter().filter(|need| !progress.knows(need));
    let named = missing.filter_map(|need| workshop.lessons.iter().find(|other| other.id == *need));
    Ok(named.map(|other| format!("{} ({})", other.number, other.title)).collect())
}

/// What to type next: the lesson's exercise as long as it is not solved, then the next lesson.
fn next(workshop: &Workshop, lesson: &Lesson) -> Result<String> {
    if Book::open()?.load(&Silent)?.open(lesson).next().is_some() {
        return Ok(format!("cargo xtask check {}    gives you the exercise", lesson.number));
    }
    Ok(match workshop.lessons.iter().find(|l| l.number > lesson.number) {
        Some(next) => format!("cargo xtask lesson {}", next.number),
        None => {
            format!("cargo xtask lesson {} --keep    leaves the containers running, to look around in", lesson.number)
        }
    })
}
