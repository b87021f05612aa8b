//! `cargo xtask lesson`: lists the lessons, or runs one.

use std::collections::BTreeMap;

use super::Context;
use crate::bases;
use crate::cli;
use crate::engine::Engine;
use crate::engine::bake;
use crate::engine::disk;
use crate::engine::reach;
use crate::error::{Exit, Result};
use crate::event::{Event, Sink};
use crate::image::Way;
use crate::model::{App, AppId, Cache, Environment, FullReport, Lesson, LessonRef, LessonReport};
use crate::plan::{self, Plan};
use crate::process::Command;
use crate::report::{self, Finish};
use crate::runner::{self, Job, Options, Outcome};
use crate::setup;
use crate::state;
use crate::state::memory::{Cold, Memory};
use crate::tidy;
use crate::workshop::Workshop;

/// Version of the JSON document.
const SCHEMA: u32 = 1;

pub fn run(options: &cli::Lesson, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let Some(typed) = &options.lesson else {
        report::line(report::listing(&workshop.lessons, context.style));
        return Ok(Exit::Pass);
    };
    let lesson = workshop.lesson(typed)?;
    let apps = apps(&workshop, options)?;
    let plan = Plan::of_lesson(&workshop, lesson, &apps, &options.rung, |app, rung| workshop.dockerfile(app, rung))?;
    let sink = report::progress(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    if options.dry_run {
        return dry_run(&plan, options, sink);
    }
    if options.setup {
        setup::engine(sink)?;
    }
    let reached = reach::probe()?;
    let engine = Engine::new(sink);
    let bases = bases::choose(options.bases.bases.as_ref(), &options.bases.ca_file, engine)?;
    sink.emit(Event::Started {
        title: format!("Lesson {} · {}", lesson.number, lesson.title),
        surroundings: format!("bases: {} · engine {} · {} CPUs", bases.described(), reached.engine, reached.cpus),
    });
    sink.emit(Event::Note(format!("{}\n", lesson.question)));
    if let Some(builder) = &options.builder {
        bases.require_builder(builder, engine)?;
    }
    disk::require(&reached, disk::FOR_A_LESSON.0, disk::FOR_A_LESSON.1)?;
    let build = bake::Options { no_cache: options.no_cache, builder: options.builder.clone() };
    let contexts = bases::ensure(&plan::bases(&plan.images), &bases, options.setup, engine)?;
    let run_options = Options {
        build,
        keep: options.keep,
        at_once: usize::try_from(reached.cpus).unwrap_or(1),
        weigh: Way::to(&reached, false),
    };
    let job = Job {
        images: &plan.images,
        expect: &plan.lesson.expect,
        contexts: &contexts,
        contract: &workshop.contract,
        options: &run_options,
        root: &workshop.root,
    };
    let mut outcome = job.run(engine)?;
    let build = std::mem::take(&mut outcome.timeline);
    let environment = reached.environment(bases.described());
    let (report, exit) = finish(&workshop, &plan, &contexts, outcome, environment, options, context)?;
    // The result is on the screen already: looking into the images takes longer than to read its first line.
    let command = again(&workshop, &report, options);
    let tags: Vec<_> = report.results.iter().map(|m| m.image.clone()).collect();
    let images = runner::look(&tags, engine, run_options.weigh, run_options.at_once)?;
    let page = write_page(&workshop, lesson, &FullReport { report, command, build, images })?;
    if !options.json {
        report::line(format!("  {} {page}", context.style.bold("Report:")));
    }
    Ok(exit)
}

/// Writes the page and the document beside it. Returns the page's path inside the repository.
///
/// Errors: the folder or a file cannot be written.
fn write_page(workshop: &Workshop, lesson: &Lesson, full: &FullReport) -> Result<String> {
    let folder = format!("target/drydock/{}", lesson.id);
    let json = serde_json::to_string_pretty(full).expect("plain data is always JSON");
    state::write_atomically(&workshop.root.join(&folder).join("report.json"), json.as_bytes())?;
    let page = format!("{folder}/report.html");
    state::write_atomically(&workshop.root.join(&page), report::html(lesson, full).as_bytes())?;
    Ok(page)
}

/// The command line of this run with the apps it ran for, which may have been remembered rather than typed.
fn again(workshop: &Workshop, report: &LessonReport, options: &cli::Lesson) -> String {
    let mut command =
        Command::new("cargo").args(["xtask".to_owned(), "lesson".to_owned(), report.lesson.number.to_string()]);
    let mut apps: Vec<_> = report.results.iter().map(|m| m.app.as_str()).collect();
    apps.dedup();
    if apps.len() == workshop.apps.len() {
        apps = vec!["all"];
    }
    for app in apps {
        command = command.args(["--app", app]);
    }
    for rung in &options.rung {
        command = command.args(["--rung", rung]);
    }
    if let Some(bases) = &options.bases.bases {
        command = command.args(["--bases".to_owned(), bases.to_string()]);
    }
    for file in &options.bases.ca_file {
        command = command.args(["--ca-file".to_owned(), file.display().to_string()]);
    }
    if let Some(builder) = &options.builder {
        command = command.args(["--builder", builder]);
    }
    if options.no_cache {
        command = command.arg("--no-cache");
    }
    command.display()
}

fn finish(
    workshop: &Workshop,
    plan: &Plan,
    contexts: &BTreeMap<String, String>,
    outcome: Outcome,
    environment: Environment,
    options: &cli::Lesson,
    context: Context,
) -> Result<(LessonReport, Exit)> {
    let lesson = &plan.lesson;
    let last_cold = remember_cold(&outcome, &environment.date)?;
    let report = LessonReport {
        schema: SCHEMA,
        lesson: LessonRef { id: lesson.id.clone(), number: lesson.number, title: lesson.title.clone() },
        environment,
        build_ms: u64::try_from(outcome.built_in.as_millis()).unwrap_or(u64::MAX),
        results: outcome.results,
        expectations: outcome.verdicts,
        leftovers: outcome.leftovers,
    };
    if options.record {
        let path = tidy::recorded_path(lesson.number, lesson.id.as_str());
        let json = serde_json::to_string_pretty(&report).expect("plain data is always JSON");
        state::write_atomically(&workshop.root.join(&path), format!("{json}\n").as_bytes())?;
        report::message(format!("wrote {path}"));
    }
    if options.json {
        report::line(serde_json::to_string_pretty(&report).expect("plain data is always JSON"));
    } else {
        let example = plan.images.last().map(|image| image.target(contexts).by_hand().display()).unwrap_or_default();
        let finish = Finish {
            built_in: outcome.built_in,
            cache: outcome.cache,
            last_cold,
            by_hand: example,
            kept: &outcome.kept,
            next: next(workshop, lesson),
        };
        report::line(report::lesson(lesson, &report, &finish, context.style, context.global.verbose));
    }
    for problem in &outcome.problems {
        report::message(report::problem(problem, context.style));
    }
    let unhealthy = outcome.problems.first().map(crate::error::Problem::exit);
    let failed = report.expectations.iter().any(|v| !v.pass).then_some(Exit::ExpectationFailed);
    Ok((report, unhealthy.or(failed).unwrap_or(Exit::Pass)))
}

/// The apps to run: those named, else those the learner chose, else all. Asked once, on a terminal.
fn apps(workshop: &Workshop, options: &cli::Lesson) -> Result<Vec<AppId>> {
    if !options.app.is_empty() {
        let chosen = workshop.chosen(&options.app)?;
        if report::terminal() {
            Memory::update(|memory| memory.apps = Some(chosen.clone()))?;
        }
        return Ok(chosen);
    }
    if !report::terminal() || options.json {
        return Ok(Vec::new());
    }
    if let Some(remembered) = Memory::load()?.apps {
        return Ok(remembered.into_iter().filter(|id| workshop.apps.contains_key(id)).collect());
    }
    let titles: Vec<&str> = workshop.apps.values().map(|app: &App| app.title.as_str()).collect();
    let chosen: Vec<AppId> =
        match report::choose("Which language do you write? The lessons follow it.", &titles, "all of them")? {
            Some(index) => workshop.apps.keys().nth(index).cloned().into_iter().collect(),
            None => Vec::new(),
        };
    Memory::update(|memory| memory.apps = Some(chosen.clone()))?;
    Ok(chosen)
}

fn dry_run(plan: &Plan, options: &cli::Lesson, sink: &dyn Sink) -> Result<Exit> {
    let engine = Engine::new(sink);
    let bases = bases::choose(options.bases.bases.as_ref(), &options.bases.ca_file, engine)?;
    let contexts = bases::contexts(&plan::bases(&plan.images), &bases)?;
    let build = bake::Options { no_cache: options.no_cache, builder: options.builder.clone() };
    report::line(plan::definition(&plan.images, &contexts).command(&build).script());
    for image in &plan.images {
        report::line(runner::container_of(image, &crate::model::Setup::default(), "RUN").command().display());
    }
    Ok(Exit::Pass)
}

/// Remembers a build that used no cache, and returns the one to show beside a build that did.
fn remember_cold(outcome: &Outcome, date: &str) -> Result<Option<Cold>> {
    if outcome.cache != Cache::None {
        return Ok(Memory::load()?.last_cold);
    }
    let ms = u64::try_from(outcome.built_in.as_millis()).unwrap_or(u64::MAX);
    let cold = Cold { ms, images: outcome.results.len(), date: date.to_owned() };
    Memory::update(|memory| memory.last_cold = Some(cold))?;
    Ok(None)
}

fn next(workshop: &Workshop, lesson: &Lesson) -> String {
    match workshop.lessons.iter().find(|l| l.number > lesson.number) {
        Some(next) => format!("cargo xtask lesson {}", next.number),
        None => {
            format!("cargo xtask lesson {} --keep    leaves the containers running, to look around in", lesson.number)
        }
    }
}
