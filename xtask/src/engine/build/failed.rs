//! What is known of a build that did not come to its end.

use std::time::Duration;

use super::classify;
use crate::engine::instructions::{self, Fate, Place};
use crate::engine::record::{BuildRecord, Step};
use crate::error::{ErrorId, Problem};
use crate::messages::{self, Found};
use crate::names::printable;
use crate::printed::last_lines;

/// Lines of a failed step's output that are shown.
const LINES: usize = 15;

/// Lines at the end of an output that say whose fault it is.
const LAST: usize = 30;

/// A build that the builder ended.
#[derive(Debug)]
pub struct FailedBuild {
    /// Wall time of the whole call.
    pub took: Duration,
    pub(super) record: BuildRecord,
    /// Where the failed step stands: its Dockerfile, relative to the repository, and the line of its instruction, from 1.
    pub(super) place: Option<(String, usize)>,
    /// What we can say of it ourselves.
    pub(super) known: Option<Problem>,
    /// What a person calls the target whose step failed.
    pub(super) called: String,
}

impl FailedBuild {
    /// The step that failed; `None` where the builder ended before any, e.g. because the Dockerfile has an unknown word.
    pub fn step(&self) -> Option<&Step> {
        self.record.failed()
    }

    /// All steps, as the builder recorded them.
    pub fn steps(&self) -> &[Step] {
        self.record.steps()
    }

    /// Line of the instruction that failed, from 1; `None` where none did, e.g. because the target does not exist.
    pub fn line(&self) -> Option<usize> {
        self.place.as_ref().map(|(_, line)| *line)
    }

    /// What the failed step printed and why the builder says it failed; what the builder said itself where no step failed.
    /// Control characters are left in.
    pub fn said(&self) -> String {
        match self.step() {
            Some(step) => format!("{}\n{}", step.log, step.error),
            None => self.record.plain().join("\n"),
        }
    }

    /// What became of the instructions at these places.
    pub fn fates(&self, places: &[Place]) -> Vec<Fate> {
        instructions::fates(places, self.record.steps())
    }

    /// Whose fault it is: [`ErrorId::BuildFailed`] where it is the Dockerfile's, else the network's, a registry's or the disk's.
    pub fn id(&self) -> ErrorId {
        if let Some(known) = &self.known {
            return known.id;
        }
        // A download that was tried again and came is not the cause of what failed later.
        let last = last_lines(&self.said(), LAST);
        let found = messages::find(last.iter().map(String::as_str));
        found.and_then(|found| found.error()).unwrap_or_else(|| match self.step() {
            Some(step) => classify(&format!("{}{}", lines(step).join("\n"), step.error)),
            None => classify(&self.record.plain().join("\n")),
        })
    }

    /// The line that tells the cause, where the table of messages knows it.
    fn found(&self) -> Option<Found> {
        messages::find(self.said().lines())
    }

    /// The failure as a problem: the failing step, its last lines and where it stands.
    pub fn problem(&self) -> Problem {
        if let Some(known) = &self.known {
            // Ours is the better advice, unless there is none.
            return match self.found().filter(|_| known.next.is_empty()) {
                Some(found) => found.advise(known.clone()),
                None => known.clone(),
            };
        }
        let place = self.place.as_ref().map(|(file, line)| format!(" ({file}:{line})")).unwrap_or_default();
        let problem = if let Some(step) = self.step() {
            let fact = format!("{}: the step {} failed{place}.", self.called, printable(&step.name));
            Problem::new(self.id(), fact).evidence(lines(step)).evidence([printable(&step.error)])
        } else {
            // The definition, the Dockerfile's text, the builder or a base.
            let fact = format!("The build ended before a step of a Dockerfile ran{place}.");
            Problem::new(self.id(), fact).evidence(messages::excerpt(&self.record.plain().join("\n"), LINES))
        };
        advised(problem, self.found().as_ref())
    }
}

/// What a step printed, as far as it is shown.
pub(super) fn lines(step: &Step) -> Vec<String> {
    messages::excerpt(&step.log, LINES)
}

/// Adds what to do, by what was found.
fn advised(problem: Problem, found: Option<&Found>) -> Problem {
    let problem = match found {
        Some(found) => found.advise(problem),
        None => problem,
    };
    match problem.id {
        ErrorId::Download if found.is_some() => problem,
        ErrorId::Download => problem
            .cause("A download failed: no network, a proxy that the build does not know, or a network that intercepts TLS.")
            .next("--ca-file FILE        gives a network's certificate to the toolchain bases"),
        ErrorId::RegistryLimit | ErrorId::Registry => problem
            .next("--bases local                    builds the bases here, without a registry")
            .next("--bases registry=HOST            asks another one, such as a mirror")
            .next("cargo xtask bases load FILE      takes them from a file that somebody saved"),
        ErrorId::DiskFull => problem.next("cargo xtask clean --dry-run    shows what of ours could be removed"),
        _ => problem,
    }
}
