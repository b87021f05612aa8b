//! `cargo xtask test`: every check of the repository, each a part with a name. A part that cannot run is a failure.

use std::time::Instant;

use super::Context;
use super::tidy::{self, Proving};
use crate::cli::Test;
use crate::engine::{Engine, bake, build};
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::{Silent, Sink};
use crate::exercise::Languages;
use crate::plan;
use crate::process::Command;
use crate::report;
use crate::session::{Opening, Session};
use crate::setup::{self, Tool};
use crate::units;
use crate::workshop::Workshop;

/// One part of the test run.
struct Part {
    name: &'static str,
    /// What it proves, as a clause.
    proves: &'static str,
    /// Whether it needs an engine.
    engine: bool,
    /// Whether it only runs with `--full`.
    full: bool,
    /// Programs it needs on this machine.
    tools: &'static [Tool],
    run: Run,
}

/// Carries a part out. What it shows, it shows in this style.
type Run = fn(&Workshop, &dyn Sink, report::Style) -> Result<()>;

const PARTS: &[Part] = &[
    quick("format", "the code is formatted", |w, _, _| cargo(w, &["fmt", "--all", "--check"])),
    quick("lint", "clippy has nothing to say", |w, _, _| {
        cargo(w, &["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"])
    }),
    quick("unit", "the runner's rooms keep their promises", |w, _, _| {
        cargo(w, &["test", "--quiet", "--package", "xtask", "--package", "drydock-reader", "--lib"])?;
        // Apart, so that it uses the runner as it is compiled already: the tests above need features of it for themselves.
        cargo(w, &["test", "--quiet", "--package", "drydock-book", "--lib"])
    }),
    quick("tidy", "manifests, Dockerfiles and generated tables agree", |w, _, _| tidy::check(w)),
    quick("cli", "the command line says what it should", |w, _, _| trial(w, "cli")),
    quick("hostile", "archives that lie are refused, in bounded time and memory", |w, _, _| trial(w, "hostile")),
    quick("book", "the book builds, leads nowhere that is not there, and is spelled right", |w, _, _| trial(w, "book")),
    engine("engines", "engines that cannot be used are told apart", |w, _, _| trial(w, "engines")),
    engine("faults", "engines and containers that misbehave are told apart", |w, _, _| trial(w, "faults")),
    engine("oracle", "what our reader says of an image, dive or the file system says too", |w, _, _| {
        trial(w, "oracle")
    }),
    engine("apps", "each app's own formatter, linter and tests pass inside its build", |w, sink, _| {
        check_apps(w, sink)
    }),
    engine("contract", "every image of every app keeps the HTTP contract", |w, _, _| trial(w, "contract")),
    engine("answers", "what a learner may hand in is judged, and what cannot be judged is said", |w, _, _| {
        trial(w, "exercises")
    }),
    engine(
        "exercises",
        "every exercise tells right answers from wrong ones, in its first language",
        |w, sink, style| prove(w, Languages::First, sink, style),
    ),
    engine("lessons", "every lesson runs from start to end and its expectations hold", |w, _, _| trial(w, "lessons")),
    engine("registry", "a lesson builds on bases of a registry", |w, _, _| trial(w, "registry")),
    engine("rollout", "what a deploy sends is measured, whatever the build cache holds", |w, _, _| trial(w, "rollout")),
    engine("commands", "every command on a page of the book does what the page says", |w, _, _| trial(w, "commands")),
    Part {
        tools: &[Tool::Chromium],
        ..engine("pages", "what is written to be read in a browser reads well in one", |w, _, _| trial(w, "pages"))
    },
    Part {
        full: true,
        ..engine("every-lesson", "every lesson holds in every language", |w, _, _| {
            cargo(w, &["test", "--quiet", "--package", "drydock-tests", "--test", "lessons", "--", "--ignored"])
        })
    },
    Part {
        full: true,
        ..engine("every-exercise", "every exercise does so in every language", |w, sink, style| {
            prove(w, Languages::All, sink, style)
        })
    },
    Part { full: true, ..engine("stores", "an image weighs the same in both stores", |w, _, _| trial(w, "stores")) },
];

const fn quick(name: &'static str, proves: &'static str, run: Run) -> Part {
    Part { name, proves, engine: false, full: false, tools: &[], run }
}

const fn engine(name: &'static str, proves: &'static str, run: Run) -> Part {
    Part { name, proves, engine: true, full: false, tools: &[], run }
}

pub fn run(options: &Test, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let style = context.style;
    let wanted =
        |part: &&Part| options.parts.is_empty() || options.parts.iter().any(|p| part.name.contains(p.as_str()));
    let chosen: Vec<&Part> = PARTS.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let names = crate::names::list(PARTS.iter().map(|p| p.name));
        return Err(Problem::new(ErrorId::NothingToRun, format!("No part has such a name; there are {names}.")));
    }
    let (runs, left_out): (Vec<&Part>, Vec<&Part>) =
        chosen.into_iter().partition(|p| !(options.fast && p.engine) && (options.full || !p.full));

    let plain = report::Style { live: false, ..style };
    let sink = report::progress(plain, context.global.verbose);
    let tools: Vec<Tool> = runs.iter().flat_map(|part| part.tools).copied().collect();
    if options.setup {
        setup::tools(&tools, sink.as_ref())?;
    }
    tools.into_iter().try_for_each(setup::ensure_tool)?;
    if runs.iter().any(|part| part.engine) {
        prepare(&workshop, options.setup, sink.as_ref())?;
    }
    let mut failed = Vec::new();
    for part in &runs {
        report::message(format!("\n{} {}", style.bold(part.name), style.dim(part.proves)));
        let began = Instant::now();
        let ended = (part.run)(&workshop, sink.as_ref(), plain);
        crate::interrupt::check()?;
        let took = units::seconds(began.elapsed());
        match ended {
            Ok(()) => report::message(format!("{} {} in {took}", style.ok_mark(), part.name)),
            Err(problem) => {
                report::message(report::problem(&problem, style));
                report::message(format!("{} {} after {took}", style.fail_mark(), part.name));
                failed.push(part.name);
            }
        }
    }
    report::message("");
    for part in &left_out {
        let why = if part.full { "it runs with --full" } else { "--fast leaves out what needs an engine" };
        report::message(format!("not run: {} ({why})", part.name));
    }
    for name in &failed {
        report::message(format!("failed: {name}    cargo xtask test {name}    runs it alone"));
    }
    report::line(format!("{} passed, {} failed", runs.len() - failed.len(), failed.len()));
    Ok(if failed.is_empty() { Exit::Pass } else { Exit::ExpectationFailed })
}

/// Gets the bases of every image, so that each part finds them whatever order the parts run in.
fn prepare(workshop: &Workshop, setup: bool, sink: &dyn Sink) -> Result<()> {
    let images = plan::everything(workshop, &[], |path| workshop.dockerfile(path))?;
    let session = Session::open(Opening { setup, ..Opening::default() }, Engine::new(sink))?;
    session.ensure(&plan::bases(&images)).map(drop)
}

/// Runs cargo with its output going straight to the terminal.
fn cargo(workshop: &Workshop, args: &[&str]) -> Result<()> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let command = Command::new(cargo).args(args.iter().copied()).dir(&workshop.root);
    match command.inherit()? {
        0 => Ok(()),
        status => {
            Err(Problem::new(ErrorId::TestFailed, format!("cargo {} ended with status {status}.", args.join(" "))))
        }
    }
}

/// Runs one of the test programs in `tests/`.
fn trial(workshop: &Workshop, name: &str) -> Result<()> {
    cargo(workshop, &["test", "--quiet", "--package", "drydock-tests", "--test", name])
}

/// Builds the `check` stage of every app.
fn check_apps(workshop: &Workshop, sink: &dyn Sink) -> Result<()> {
    let mut images = Vec::new();
    let mut targets = std::collections::BTreeMap::new();
    for image in plan::everything(workshop, &[], |path| workshop.dockerfile(path))? {
        if image.app.check.variant == image.name.variant {
            targets.insert(image.name.target(), image.app.check.target.clone());
            let file = workshop.dockerfile(&image.dockerfile)?;
            let bases = file.images(Some(&image.app.check.target));
            images.push(plan::Image { bases, ..image });
        }
    }
    let session = Session::open(Opening::default(), Engine::new(sink))?;
    let sources = session.ensure(&plan::bases(&images))?;
    let mut definition = plan::definition(&images, &sources);
    for (name, target) in &mut definition.targets {
        target.target = targets.get(name).cloned();
        // Nothing to ship: the stage only has to succeed.
        target.tags.clear();
        target.outputs = vec!["type=cacheonly".to_owned()];
    }
    let dockerfiles = images.iter().map(|i| (i.name.target(), i.dockerfile.clone())).collect();
    build::build("checks", &definition, &bake::Options::default(), &dockerfiles, &workshop.root, session.engine)
        .map(drop)
}

/// Proves the exercises; see `cargo xtask tidy --exercises`.
fn prove(workshop: &Workshop, languages: Languages, sink: &dyn Sink, style: report::Style) -> Result<()> {
    let proving = Proving { lessons: &[], languages, anew: false, builds: &Silent };
    tidy::prove(workshop, proving, sink, style)
}
