//! Builds a definition with one bake call, and says what failed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Engine;
use super::bake::{Definition, Options};
use super::progress::{Record, Step, Summary};
use super::timeline;
use crate::dockerfile;
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::interrupt;
use crate::model::Timeline;
use crate::names::printable;

/// Lines of a failed step's output that are shown.
const LINES: usize = 15;

/// What is announced of a target whose image is in the store; steps it shares with another may still be reported.
const DONE: &str = "done";

/// A finished build.
#[derive(Debug)]
pub struct Built {
    /// Wall time of the whole call.
    pub took: Duration,
    record: Record,
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
        timeline::of(self.record.steps())
    }

    /// Whether any instruction came from the cache.
    pub fn any_cached(&self) -> bool {
        self.record.steps().iter().any(|step| step.cached && step.is_instruction())
    }
}

/// Builds a definition. `of` says what its targets are, in the plural, e.g. `images`; `dockerfiles` says which file each target is built from, relative to `root`.
///
/// Errors: [`ErrorId::BuildFailed`] with the failing step, its last lines and the Dockerfile line; [`ErrorId::Download`]
/// where the step failed on the network; [`ErrorId::DiskFull`]; [`ErrorId::BuildTooLong`]; [`ErrorId::Interrupted`].
pub fn build(
    of: &'static str,
    definition: &Definition,
    options: &Options,
    dockerfiles: &BTreeMap<String, String>,
    root: &Path,
    engine: Engine<'_>,
) -> Result<Built> {
    let sink = engine.sink();
    let command = definition.command(options).dir(root);
    engine.announce(&command);
    sink.emit(Event::Phase { name: "Building", total: definition.targets.len(), of });
    let mut record = Record::of(definition.targets.keys().cloned());
    let mut announced: BTreeMap<String, String> = BTreeMap::new();
    let began = Instant::now();
    let status = command.lines_within(options.limit, |line| {
        for index in record.line(line) {
            let step = &record.steps()[index];
            if step.target.is_empty() || step.started.is_none() {
                continue;
            }
            let doing = if step.completed.is_some() && step.name.starts_with("exporting") { DONE } else { &step.name };
            let news = |last: &String| last != doing && last != DONE;
            if announced.get(&step.target).is_none_or(news) {
                announced.insert(step.target.clone(), doing.to_owned());
                let item = step.target.clone();
                sink.emit(match doing {
                    DONE => Event::Done { remark: remark(record.summary(&item)), item },
                    doing => Event::Progress { item, doing: printable(doing) },
                });
            }
        }
    })?;
    interrupt::check()?;
    match (status, options.limit) {
        (Some(0), _) => {}
        (None, Some(limit)) => return Err(too_long(&record, limit, dockerfiles, root)),
        _ => return Err(explain(&record, dockerfiles, root)),
    }
    Ok(Built { took: began.elapsed(), record })
}

fn remark(summary: Summary) -> String {
    if summary.cached { "cached".to_owned() } else { crate::units::seconds(summary.took) }
}

/// Finds the step that failed and where it stands.
fn explain(record: &Record, dockerfiles: &BTreeMap<String, String>, root: &Path) -> Problem {
    let Some(step) = record.failed() else {
        // Failed before any step ran: the definition, the builder or a base.
        let lines: Vec<String> = record.plain().iter().map(|line| printable(line)).filter(|l| !l.is_empty()).collect();
        let text = lines.join("\n");
        let problem = Problem::new(classify(&text), "The build ended before a step of a Dockerfile ran.")
            .evidence(lines[lines.len().saturating_sub(LINES)..].iter().cloned());
        return advised(problem);
    };
    let at = place(step, dockerfiles, root);
    let fact = format!("{}: the step {} failed{at}.", step.target, printable(&step.name));
    let mut text = step.last_lines(LINES).join("\n");
    text.push_str(&step.error);
    let problem = Problem::new(classify(&text), fact)
        .evidence(step.last_lines(LINES).into_iter().map(printable))
        .evidence([printable(&step.error)]);
    advised(problem)
}

/// Adds what to do, by what was found.
fn advised(problem: Problem) -> Problem {
    match problem.id {
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

/// A build that was ended because it took too long: which step was at work, and what it said last.
fn too_long(record: &Record, limit: Duration, dockerfiles: &BTreeMap<String, String>, root: &Path) -> Problem {
    let took = crate::units::seconds(limit);
    // The builder may still have had the time to say that it gave the step up.
    let given_up = |step: &Step| step.error.contains("context canceled");
    let at_work =
        |step: &&Step| step.is_instruction() && step.started.is_some() && (step.completed.is_none() || given_up(step));
    let problem = match record.steps().iter().rfind(at_work) {
        Some(step) => {
            let at = place(step, dockerfiles, root);
            let fact = format!("{}: after {took} the step {} still ran{at}.", step.target, printable(&step.name));
            Problem::new(ErrorId::BuildTooLong, fact).evidence(step.last_lines(LINES).into_iter().map(printable))
        }
        None => Problem::new(ErrorId::BuildTooLong, format!("The build was not done after {took}.")),
    };
    problem
        .cause("It waits for something that does not come, or needs longer on this machine.")
        .next("--timeout 30m    gives it more time")
}

/// Where a step stands, as ` (my/x/go/Dockerfile:4)`; empty where that cannot be told.
fn place(step: &Step, dockerfiles: &BTreeMap<String, String>, root: &Path) -> String {
    let file = dockerfiles.get(&step.target);
    let place = file.and_then(|file| Some((file, line_of(step, &root.join(file))?)));
    place.map(|(file, line)| format!(" ({file}:{line})")).unwrap_or_default()
}

/// Line of the instruction a step came from: the one in the step's stage with the same words.
fn line_of(step: &Step, path: &Path) -> Option<usize> {
    let text = std::fs::read_to_string(path).ok()?;
    let file = dockerfile::parse(&text, "").ok()?;
    let (bracket, words) = step.name.strip_prefix('[')?.split_once("] ")?;
    let stage = bracket.rsplit_once(' ').map(|(stage, _)| stage.trim());
    let squeeze = |text: &str| text.replace('\\', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = squeeze(words);
    let of_stage =
        |index: usize, name: Option<&str>| stage.is_none_or(|s| name == Some(s) || s == format!("stage-{index}"));
    let mut found = file
        .stages
        .iter()
        .enumerate()
        .filter(|(i, s)| of_stage(*i, s.name.as_deref()))
        .flat_map(|(_, s)| &s.instructions);
    found.find(|i| squeeze(&i.text) == wanted).map(|i| i.line)
}

/// What the last lines of a step speak of: a registry ([`ErrorId::RegistryLimit`], [`ErrorId::Registry`]), the network
/// ([`ErrorId::Download`]), the disk ([`ErrorId::DiskFull`]) or none of these ([`ErrorId::BuildFailed`]).
pub fn classify(text: &str) -> ErrorId {
    /// What package managers and TLS libraries say when the network is at fault. The last four are apt's and pip's.
    const NETWORK: [&str; 16] = [
        "Could not resolve",
        "Temporary failure in name resolution",
        "dial tcp",
        "ENOTFOUND",
        "EAI_AGAIN",
        "ECONNREFUSED",
        "certificate signed by unknown authority",
        "SELF_SIGNED_CERT",
        "self-signed certificate",
        "self signed certificate",
        "SSL certificate problem",
        "CERTIFICATE_VERIFY_FAILED",
        "Temporary failure resolving",
        "Unable to connect to",
        "Failed to fetch",
        "NewConnectionError",
    ];
    // How BuildKit words a registry's answer: status and reason, as in `unexpected status from HEAD request to …: 429 Too Many
    // Requests`, or the error code of the distribution protocol.
    const LIMIT: [&str; 2] = ["429 Too Many Requests", "toomanyrequests"];
    const REFUSED: [&str; 3] = ["503 Service Unavailable", "502 Bad Gateway", "504 Gateway Timeout"];
    let says = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    if is_disk(text) {
        ErrorId::DiskFull
    } else if says(&LIMIT) {
        ErrorId::RegistryLimit
    } else if says(&REFUSED) {
        ErrorId::Registry
    } else if NETWORK.iter().any(|sign| text.contains(sign)) {
        ErrorId::Download
    } else {
        ErrorId::BuildFailed
    }
}

fn is_disk(text: &str) -> bool {
    text.contains("no space left on device") || text.contains("No space left on device")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_and_the_disk_are_told_from_a_broken_step() {
        assert_eq!(classify("dial tcp: lookup modules.example.org"), ErrorId::Download);
        assert_eq!(classify("write /x: no space left on device"), ErrorId::DiskFull);
        let limit = "unexpected status from HEAD request to https://r.example/v2/x/manifests/1: 429 Too Many Requests";
        assert_eq!(classify(limit), ErrorId::RegistryLimit);
        assert_eq!(classify("failed to copy: httpReadSeeker: 503 Service Unavailable"), ErrorId::Registry);
        assert_eq!(classify("main.go:3: syntax error"), ErrorId::BuildFailed);
    }

    #[test]
    fn a_step_is_found_in_its_stage() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("Dockerfile");
        std::fs::write(&path, "FROM a AS one\nRUN go   build \\\n    -o x\nFROM a\nRUN go build -o x\n").unwrap();
        let step = |name: &str| Step { name: name.to_owned(), ..Step::default() };
        assert_eq!(line_of(&step("[one 2/2] RUN go   build     -o x"), &path), Some(2));
        assert_eq!(line_of(&step("[stage-1 2/2] RUN go build -o x"), &path), Some(5));
        assert_eq!(line_of(&step("[one 2/2] RUN other"), &path), None);
    }
}
