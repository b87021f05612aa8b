//! Executes a plan and reports events. It decides nothing about how they are shown or what they mean.

mod serve;

use std::collections::BTreeMap;

pub use serve::{Served, container_of, serve, start};

use crate::engine::{Engine, bake, build};
use crate::error::{Problem, Result};
use crate::event::Event;
use crate::image::weigh::{self, Subject};
use crate::interrupt;
use crate::model::{Contract, Measurement, Verdict};
use crate::plan::{self, Plan};
use crate::rules;
use crate::state::ledger::{self, Run};

/// What the learner asked of a run, apart from what to run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How to build.
    pub build: bake::Options,
    /// Leave the containers running.
    pub keep: bool,
    /// How images are weighed.
    pub weigh: weigh::Way,
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// One measurement for each image that ran, in the plan's order.
    pub results: Vec<Measurement>,
    /// What the lesson's expectations came to.
    pub verdicts: Vec<Verdict>,
    /// What went wrong with single containers. The others were measured all the same.
    pub problems: Vec<Problem>,
    /// Wall time of the build of all images together.
    pub built_in: std::time::Duration,
    /// Whether anything was taken from the build cache.
    pub any_cached: bool,
    /// Containers of this run that could not be removed.
    pub leftovers: usize,
    /// Containers left running on request: image and address.
    pub kept: Vec<(String, String)>,
}

/// Runs a plan: builds, weighs, starts, asks, removes, judges.
///
/// A container that is not healthy does not stop the others; a build that fails stops everything.
///
/// Errors: whatever building or weighing fails with, and [`crate::error::ErrorId::Interrupted`]. The run's containers are
/// removed in every case.
pub fn run(
    plan: &Plan,
    contexts: &BTreeMap<String, String>,
    contract: &Contract,
    options: &Options,
    root: &std::path::Path,
    engine: Engine<'_>,
) -> Result<Outcome> {
    let swept = ledger::sweep(engine)?;
    if swept > 0 {
        engine.sink().emit(Event::Note(format!("Removed {swept} containers that an earlier run had left behind.")));
    }
    let run = Run::begin()?;
    interrupt::note_run(Some(run.id()));
    let outcome = in_run(plan, contexts, contract, options, root, engine, &run);
    if options.keep && outcome.is_ok() && !interrupt::requested() {
        run.keep();
    }
    let leftovers = run.clean(engine);
    interrupt::note_run(None);
    if interrupt::requested() {
        return Err(interrupt::problem());
    }
    outcome.map(|outcome| Outcome { leftovers, ..outcome })
}

fn in_run(
    plan: &Plan,
    contexts: &BTreeMap<String, String>,
    contract: &Contract,
    options: &Options,
    root: &std::path::Path,
    engine: Engine<'_>,
    run: &Run,
) -> Result<Outcome> {
    let definition = plan::definition(&plan.images, contexts);
    let dockerfiles = plan.images.iter().map(|image| (image.name.target(), image.dockerfile())).collect();
    let built = build::build(&definition, &options.build, &dockerfiles, root, engine)?;
    interrupt::check()?;

    let tags: Vec<String> = plan.images.iter().map(|image| image.name.tag()).collect();
    let inspected = engine.inspect_images(&tags)?;
    let of = |tag: &str| inspected.iter().find(|i| i.repo_tags.iter().any(|t| t == tag));
    let subjects: Vec<Subject> = tags
        .iter()
        .filter_map(|tag| Some(Subject { image: tag.clone(), layers: of(tag)?.root_fs.layers.clone() }))
        .collect();
    let weights = weigh::weigh(&subjects, engine, options.weigh)?;
    interrupt::check()?;

    let served = serve(plan, contract, run, engine, options.keep);
    interrupt::check()?;

    let mut results = Vec::new();
    let mut problems = Vec::new();
    let mut kept = Vec::new();
    for (image, served) in plan.images.iter().zip(served) {
        let tag = image.name.tag();
        let summary = built.summary(&image.name.target());
        let user = of(&tag).map(|i| i.config.user.clone()).unwrap_or_default();
        let weight = weights.get(&tag).cloned().unwrap_or_default();
        results.push(Measurement {
            app: image.name.app.clone(),
            rung: image.name.rung.clone(),
            image: tag.clone(),
            stored_bytes: weight.stored_bytes,
            files: weight.files,
            pull_bytes: weight.pull_bytes,
            layers: of(&tag).map_or(0, |i| i.root_fs.layers.len()),
            build_ms: millis(summary.took),
            parallel: plan.images.len() > 1,
            cached: summary.cached,
            ready_ms: millis(served.ready),
            health: served.health,
            user: if user.is_empty() { "root".to_owned() } else { user },
            hardened: image.rung.hardened,
        });
        kept.extend(served.url.filter(|_| options.keep).map(|url| (image.name.to_string(), url)));
        problems.extend(
            served.problem.map(|problem| Problem { fact: format!("{}: {}", image.name, problem.fact), ..problem }),
        );
    }
    let verdicts = plan.lesson.expect.iter().flat_map(|expect| rules::judge(expect, &results)).collect();
    let any_cached = built.any_cached();
    Ok(Outcome { results, verdicts, problems, built_in: built.took, any_cached, leftovers: 0, kept })
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
