//! `cargo xtask compare`: every app by every variant, or images of anybody's.

use super::Context;
use crate::cli;
use crate::engine::{Engine, reach};
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::Sink;
use crate::image::gather::gather;
use crate::image::{Depth, Way};
use crate::model::{Inspection, Inspections, Matrix};
use crate::plan::{self, Image};
use crate::report;
use crate::runner::{self, Job, Mute, Options};
use crate::session::{Opening, Session};
use crate::state;
use crate::tidy;
use crate::workshop::Workshop;

pub fn run(options: &cli::Compare, context: Context) -> Result<Exit> {
    if !options.image.is_empty() {
        let sink = report::sink(context.style, context.global.verbose);
        let names: Vec<&str> = options.image.iter().map(String::as_str).collect();
        let images = inspected(&names, Engine::new(sink.as_ref()))?;
        if options.json {
            report::data(report::json(&Inspections { schema: Inspections::SCHEMA, images }));
        } else {
            report::line(report::inspections(&images, context.style));
        }
        return Ok(Exit::Pass);
    }
    let workshop = Workshop::find()?;
    let apps = workshop.chosen(&options.app)?;
    let images = plan::everything(&workshop, &apps, |path| workshop.dockerfile(path))?;
    if images.is_empty() {
        return Err(Problem::new(ErrorId::NothingToRun, "There is no app with a variant to build."));
    }
    let sink = report::sink(context.style, context.global.verbose);
    let (matrix, problems) = measure(&workshop, &images, options, sink.as_ref())?;
    if options.json {
        report::data(report::json(&matrix));
    } else {
        report::line(report::matrix(&matrix, context.style));
    }
    for problem in &problems {
        report::message(report::problem(problem, context.style));
    }
    if let Some(problem) = problems.first() {
        return Ok(problem.exit());
    }
    // What did not answer is nothing to show.
    if options.record {
        let json = serde_json::to_string_pretty(&matrix).expect("plain data is always JSON");
        state::write_for_people(&workshop.root.join(tidy::MATRIX), format!("{json}\n").as_bytes())?;
        report::message(format!("wrote {}", tidy::MATRIX));
    }
    Ok(Exit::Pass)
}

/// What images are made of, each the engine's or an archive, with their pull bytes.
///
/// Errors: as [`gather`].
pub(super) fn inspected(names: &[&str], engine: Engine<'_>) -> Result<Vec<Inspection>> {
    let way = || Ok(Way::to(&reach::probe()?, true));
    names.iter().map(|name| gather(name, Depth::Everything, engine, &way, &|_| None)).collect()
}

fn measure(
    workshop: &Workshop,
    images: &[Image],
    options: &cli::Compare,
    sink: &dyn Sink,
) -> Result<(Matrix, Vec<Problem>)> {
    let title = Some("Every service, every way".to_owned());
    let opening = Opening { title, ..options.bases.opening(options.setup) };
    let session = Session::open(opening, Engine::new(sink))?;
    let sources = session.ensure(&plan::bases(images))?;
    let how = Options { weigh: session.way(true), ..session.options() };
    let job = Job {
        images,
        others: &[],
        dockerfiles: &[],
        steps: &[],
        changes: &runner::NO_CHANGES,
        expect: &[],
        sources: &sources,
        options: &how,
        root: &workshop.root,
    };
    let outcome = job.run(&mut Mute, session.engine)?;
    let matrix = Matrix {
        schema: Matrix::SCHEMA,
        environment: session.environment(),
        build_ms: u64::try_from(outcome.built_in.as_millis()).unwrap_or(u64::MAX),
        results: outcome.facts.results(),
        leftovers: outcome.leftovers,
    };
    Ok((matrix, outcome.problems))
}
