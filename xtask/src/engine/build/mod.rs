//! Builds a definition with one bake call, and says what failed.

mod failed;
mod known;
mod signs;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

pub use failed::FailedBuild;
pub use signs::classify;

use super::Engine;
use super::bake::{Definition, Options};
use super::instructions;
use super::record::{BuildRecord, Part, Step, Summary};
use super::timeline;
use crate::dockerfile;
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::interrupt;
use crate::model::Timeline;
use crate::model::block::Sign;
use crate::names::printable;

/// What is announced of a target whose image is in the store; steps it shares with another may still be reported.
const DONE: &str = "done";

/// How a build is told of while it runs.
#[derive(Clone, Copy, Debug)]
pub enum Announced<'a> {
    /// As a phase of its own with an item a target. What the targets are, in the plural, e.g. `images`.
    Phase(&'static str),
    /// As work on this item of a phase that the caller has begun. The caller says when the item is done.
    Item(&'a str),
}

impl From<&'static str> for Announced<'_> {
    fn from(of: &'static str) -> Self {
        Self::Phase(of)
    }
}

/// How a build came to its end.
#[derive(Debug)]
pub enum Ended {
    /// With its images.
    Built(Built),
    /// Without them.
    Failed(FailedBuild),
}

/// A finished build.
#[derive(Debug)]
pub struct Built {
    /// Wall time of the whole call.
    pub took: Duration,
    record: BuildRecord,
    /// What a person calls each target.
    called: BTreeMap<String, String>,
}

impl Built {
    /// What one target's part came to.
    pub fn summary(&self, target: &str) -> Summary {
        self.record.summary(target)
    }

    /// The steps, as the builder recorded them.
    pub fn steps(&self) -> &[Step] {
        self.record.steps()
    }

    /// When each step ran.
    pub fn timeline(&self) -> Timeline {
        timeline::of(self.record.steps(), &self.called)
    }

    /// Whether any instruction came from the cache.
    pub fn any_cached(&self) -> bool {
        self.record.steps().iter().any(|step| step.cached && step.instruction().is_some())
    }
}

/// Builds a definition that must build. The arguments are those of [`attempt`].
///
/// Errors: as [`attempt`], and [`ErrorId::BuildFailed`] with the failing step, its last lines and the Dockerfile line;
/// [`ErrorId::Download`], [`ErrorId::Registry`], [`ErrorId::RegistryLimit`] or [`ErrorId::DiskFull`] where these are to blame.
pub fn build<'a>(
    announced: impl Into<Announced<'a>>,
    definition: &Definition,
    options: &Options,
    root: &Path,
    engine: Engine<'_>,
) -> Result<Built> {
    match attempt(announced, definition, options, root, engine)? {
        Ended::Built(built) => Ok(built),
        Ended::Failed(failed) => Err(failed.problem()),
    }
}

/// Builds a definition that may fail to build. Its paths are relative to `root`.
///
/// Errors: [`ErrorId::BuildTooLong`], [`ErrorId::Interrupted`]; no `docker` command.
pub fn attempt<'a>(
    announced: impl Into<Announced<'a>>,
    definition: &Definition,
    options: &Options,
    root: &Path,
    engine: Engine<'_>,
) -> Result<Ended> {
    let (sink, announced) = (engine.sink(), announced.into());
    let tags: Vec<String> = definition.targets.values().flat_map(|target| target.tags.clone()).collect();
    engine.note_images(&tags)?;
    let command = definition.command(options).dir(root);
    engine.announce(&command);
    if let Announced::Phase(of) = announced {
        sink.emit(Event::Phase { name: "Building", total: definition.targets.len(), of });
    }
    let mut record = BuildRecord::of(definition.targets.keys().cloned());
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    let began = Instant::now();
    let status = command.lines_within(options.limit, |line| {
        for index in record.line(line) {
            let step = &record.steps()[index];
            if step.target.is_empty() || step.started.is_none() {
                continue;
            }
            let doing = if step.completed.is_some() && step.part == Part::Export { DONE } else { &step.name };
            let news = |last: &String| last != doing && last != DONE;
            if told.get(&step.target).is_none_or(news) {
                told.insert(step.target.clone(), doing.to_owned());
                match (announced, doing) {
                    (Announced::Phase(_), DONE) => sink.emit(Event::Done {
                        item: definition.called(&step.target).to_owned(),
                        remark: record.summary(&step.target).remark(),
                        sign: Sign::Held,
                    }),
                    (Announced::Item(_), DONE) => {}
                    (Announced::Phase(_), doing) => sink.emit(Event::Progress {
                        item: definition.called(&step.target).to_owned(),
                        doing: printable(doing),
                    }),
                    (Announced::Item(item), doing) => {
                        sink.emit(Event::Progress { item: item.to_owned(), doing: printable(doing) });
                    }
                }
            }
        }
    })?;
    interrupt::check()?;
    let took = began.elapsed();
    match (status, options.limit) {
        (Some(0), _) => {
            let called = |name: &String| (name.clone(), definition.called(name).to_owned());
            Ok(Ended::Built(Built { took, record, called: definition.targets.keys().map(called).collect() }))
        }
        (None, Some(limit)) => Err(too_long(&record, limit, definition)),
        _ => {
            let place = blamed(&record, definition);
            let known = known::known(&record, definition);
            let called = record.failed().map(|step| definition.called(&step.target).to_owned()).unwrap_or_default();
            Ok(Ended::Failed(FailedBuild { took, record, place, known, called }))
        }
    }
}

/// A build that was ended because it took too long: which step was at work, and what it said last.
fn too_long(record: &BuildRecord, limit: Duration, definition: &Definition) -> Problem {
    let took = crate::units::seconds(limit);
    // The builder may still have had the time to say that it gave the step up.
    let at_work = |step: &&Step| step.instruction().is_some() && step.was_at_work();
    let problem = match record.steps().iter().rfind(at_work) {
        Some(step) => {
            let file = file_of(definition, &step.target);
            let place = file.and_then(|file| Some((&file.path, line_of(step, record.steps(), file)?)));
            let at = place.map(|(path, line)| format!(" ({path}:{line})")).unwrap_or_default();
            let called = definition.called(&step.target);
            let fact = format!("{called}: after {took} the step {} still ran{at}.", printable(&step.name));
            Problem::new(ErrorId::BuildTooLong, fact).evidence(failed::lines(step))
        }
        None => Problem::new(ErrorId::BuildTooLong, format!("The build was not done after {took}.")),
    };
    problem
        .cause("It waits for something that does not come, or needs longer on this machine.")
        .next("--timeout 30m    gives it more time")
}

/// Where a build failed: the Dockerfile of the failed step, or the only one, and the line that the builder itself names.
fn blamed(record: &BuildRecord, definition: &Definition) -> Option<(String, usize)> {
    let step = record.failed();
    let target = match step {
        Some(step) => step.target.as_str(),
        None if definition.targets.len() == 1 => definition.targets.keys().next()?,
        None => return None,
    };
    let file = file_of(definition, target)?;
    let line = record.blamed_line().or_else(|| line_of(step?, record.steps(), file))?;
    Some((file.path.clone(), line))
}

fn file_of<'d>(definition: &'d Definition, target: &str) -> Option<&'d dockerfile::File> {
    definition.targets.get(target)?.file.as_deref()
}

/// Line of the instruction a step came from.
fn line_of(step: &Step, steps: &[Step], file: &dockerfile::File) -> Option<usize> {
    let places = instructions::all_places(file.parsed().ok()?);
    Some(places[instructions::position(&places, step, steps)?].line)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::bake::Target;

    /// A record of buildx 0.13 for a build of one target.
    fn record(lines: &str) -> BuildRecord {
        let mut record = BuildRecord::of(["go-mine".to_owned()]);
        for line in lines.lines() {
            record.line(line);
        }
        record
    }

    fn definition(text: &str) -> Definition {
        let file = Some(Arc::new(dockerfile::File::of("my/Dockerfile", text.to_owned())));
        Definition { targets: BTreeMap::from([("go-mine".to_owned(), Target { file, ..Target::default() })]) }
    }

    const FAILED: &str = r#"{"vertexes":[{"digest":"a","name":"[build 2/2] RUN false","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z","error":"exit code: 1"}],"logs":[{"vertex":"a","data":"b2ggbm8K"}]}"#;

    #[test]
    fn a_failed_step_is_told_with_its_line_and_what_it_said() {
        let definition = definition("FROM a AS build\nCOPY . .\nRUN false\n");
        let record = record(FAILED);
        let place = blamed(&record, &definition);
        let called = "Go, your answer".to_owned();
        let failed = FailedBuild { took: Duration::ZERO, record, place, known: None, called };
        assert_eq!((failed.line(), failed.said().as_str()), (Some(3), "oh no\n\nexit code: 1"));
        let problem = failed.problem();
        assert_eq!(problem.id, ErrorId::BuildFailed);
        assert_eq!(problem.fact, "Go, your answer: the step [build 2/2] RUN false failed (my/Dockerfile:3).");
        assert_eq!(problem.evidence, ["oh no", "exit code: 1"]);
    }

    #[test]
    fn the_builder_knows_the_line_best() {
        let definition = definition("FROM a AS build\nRUN false\nRUN false\n");
        let record = record(&format!("{FAILED}\nDockerfile:2\n--------\n   2 | >>> RUN false\n--------\nERROR: x\n"));
        assert_eq!(blamed(&record, &definition), Some(("my/Dockerfile".to_owned(), 2)));
    }

    #[test]
    fn a_dockerfile_that_is_none_fails_before_any_step() {
        let record = record(
            "Dockerfile:2\n--------\n   2 | >>> RUNN x\n--------\nERROR: failed to solve: unknown instruction: RUNN",
        );
        let place = blamed(&record, &definition("RUNN x"));
        let failed = FailedBuild { took: Duration::ZERO, record, place, known: None, called: String::new() };
        assert!(failed.step().is_none() && failed.said().contains("unknown instruction"));
        let fact = "The build ended before a step of a Dockerfile ran (my/Dockerfile:2).";
        assert_eq!((failed.line(), failed.problem().fact.as_str()), (Some(2), fact));
    }

    #[test]
    fn a_build_that_takes_too_long_names_the_step_at_work() {
        let definition = definition("FROM a AS build\nCOPY . .\nRUN sleep 99\n");
        let record = record(concat!(
            r#"{"vertexes":[{"digest":"a","name":"[build 1/2] COPY . .","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z"}]}"#,
            "\n",
            r#"{"vertexes":[{"digest":"b","name":"[build 2/2] RUN sleep 99","started":"2026-01-01T00:00:01Z"}]}"#
        ));
        let problem = too_long(&record, Duration::from_mins(1), &definition);
        let fact = "go-mine: after 60.0 s the step [build 2/2] RUN sleep 99 still ran (my/Dockerfile:3).";
        assert_eq!(problem.fact, fact);
    }
}
