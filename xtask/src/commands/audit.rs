//! `cargo xtask audit`: what is wrong with an image of anybody's, and how to write it better.

mod masking;
mod outputs;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::masking::Masking;
use super::Context;
use crate::audit::config::settle;
use crate::audit::job::Job;
use crate::audit::judge::judge;
use crate::audit::masked::Masks;
use crate::audit::measure::{Lab, Measured};
use crate::audit::model::{Audit, Subject};
use crate::audit::propose::{self, model::Proposed};
use crate::audit::read::Place;
use crate::audit::seen::{Seen, Written};
use crate::audit::{lessons, read};
use crate::cli;
use crate::dockerfile::File;
use crate::engine::{Engine, bake};
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::{Event, Sink};
use crate::names::printable;
use crate::report;
use crate::session::{Opening, Session};
use crate::workshop::Workshop;

pub fn run(options: &cli::Audit, context: Context) -> Result<Exit> {
    let sink = report::sink(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    let workshop = Workshop::find()?;
    let job = options.job();
    present(&job)?;
    let Looked { measured, shown, outside, folder, proposal } = look(options, &job, &workshop, sink)?;
    sink.emit(Event::Quiet);
    let masks = masks(&measured.seen);
    let proposal = proposal.map(|proposal| masking::proposal(proposal, &masks));
    let mut audit = Audit {
        subject: subject(&job, shown, outside, &measured),
        notes: measured.notes,
        proposal,
        ..judge(&measured.seen)
    };
    lessons::name(&mut audit, |id| workshop.lessons.iter().any(|lesson| lesson.id.as_str() == id));
    let settled = settle::settle(&mut audit, folder.as_deref(), options.baseline.as_deref(), crate::audit::today())?;
    if let Some(folder) = folder.filter(|_| options.init) {
        let path = settle::write(&folder, &audit)?;
        sink.emit(Event::Note(format!("Wrote {}.", path.display())));
    }
    // What is different comes first.
    if let Some(changed) = settled.changed {
        sink.emit(Event::Note(changed));
    }
    if options.json {
        report::data(report::json(&audit));
    } else {
        report::line(report::audit(&audit, options.all, &typed(options), context.style));
        if let Some(proposal) = &audit.proposal {
            report::line(format!("\n{}", report::audit_proposal(proposal, &typed(options), context.style)));
        }
    }
    outputs::write(&options.outputs, &audit, &measured.seen)?;
    match measured.problem {
        // What was found is shown in any case; what kept the rest from being measured decides the status.
        Some(problem) => Err(masking::problem(problem, &masks)),
        // The thresholds that were just written are of these figures.
        None if settled.is_broken && !options.init => Ok(Exit::ExpectationFailed),
        None => Ok(Exit::Pass),
    }
}

/// Refuses what would only be missed after a build of minutes.
///
/// Errors: the file of `--env-file` cannot be read.
fn present(job: &Job) -> Result<()> {
    match &job.env_file {
        Some(file) if !file.is_file() => {
            let fact =
                format!("There is no file `{}`, which --env-file names.", printable(&file.display().to_string()));
            Err(Problem::new(ErrorId::Usage, fact).next("Write it, one NAME=VALUE a line, or use --env NAME=VALUE."))
        }
        _ => Ok(()),
    }
}

/// What was measured, and the Dockerfile as it is shown.
struct Looked {
    measured: Measured,
    shown: Option<String>,
    /// Whether it lies outside of the folder.
    outside: bool,
    /// The folder; `None` where an image was named.
    folder: Option<PathBuf>,
    proposal: Option<Proposed>,
}

fn look(options: &cli::Audit, job: &Job, workshop: &Workshop, sink: &dyn Sink) -> Result<Looked> {
    if let Some(image) = &job.image {
        let dockerfile = job.dockerfile.as_deref().map(read_file).transpose()?;
        let masks = dockerfile.as_ref().and_then(Written::of).as_ref().map(Masks::of).unwrap_or_default();
        let sink = Masking { sink, masks };
        let session = Session::open(opening(options), Engine::new(&sink))?;
        let lab = Lab { session: &session, repository: &workshop.root, job };
        let measured = lab.image(image, dockerfile.as_ref())?;
        return Ok(Looked {
            measured,
            shown: dockerfile.map(|file| printable(&file.path)),
            outside: false,
            folder: None,
            proposal: None,
        });
    }
    let why = if options.no_build { "Nothing was built (--no-build)." } else { "Nothing was built." };
    let (place, seen) = read::folder(job, why)?;
    let shown = Some(place.shown.clone());
    let (folder, outside) = (Some(place.folder.clone()), place.outside);
    if options.no_build {
        let measured = Measured { seen, image: None, notes: Vec::new(), problem: None };
        return Ok(Looked { measured, shown, outside, folder, proposal: None });
    }
    let words = format!("This runs the commands of {} and starts what they make.", place.shown);
    sink.emit(Event::Note(words));
    let masking = Masking { sink, masks: masks(&seen) };
    let session = match Session::open(opening(options), Engine::new(&masking)) {
        Ok(session) => session,
        // Without an engine, the files still tell something.
        Err(problem) if problem.exit() == Exit::Environment => {
            return Ok(Looked { measured: unbuilt(seen, problem), shown, outside, folder, proposal: None });
        }
        Err(problem) => return Err(problem),
    };
    let lab = Lab { session: &session, repository: &workshop.root, job };
    sink.emit(Event::Phase { name: "Building", total: 1, of: "images" });
    let measured = lab.folder(&place, seen)?;
    let proposal = proposed(&options.proposing, lab, &place, &measured)?;
    Ok(Looked { measured, shown, outside, folder, proposal })
}

/// A better Dockerfile, where one is asked for.
fn proposed(options: &cli::Proposing, lab: Lab<'_>, place: &Place, measured: &Measured) -> Result<Option<Proposed>> {
    if !options.propose {
        return Ok(None);
    }
    let mut proposed = propose::propose(lab, place, measured, options.app.as_deref())?;
    if let Some(accepted) = proposed.accepted.as_mut().filter(|_| options.write) {
        let written = propose::write(accepted, &place.folder)?;
        accepted.written = written.iter().map(|path| printable(&path.display().to_string())).collect();
    }
    Ok(Some(proposed))
}

/// What the Dockerfile holds that must not be said.
fn masks(seen: &Seen) -> Masks {
    seen.dockerfile.as_ref().map(Masks::of).unwrap_or_default()
}

fn unbuilt(seen: Seen, problem: Problem) -> Measured {
    Measured { seen, image: None, notes: Vec::new(), problem: Some(problem) }
}

fn opening(options: &cli::Audit) -> Opening {
    let build = bake::Options { limit: options.timeout, ..bake::Options::default() };
    Opening { build, ..options.bases.opening(false) }
}

fn read_file(file: &Path) -> Result<Arc<File>> {
    File::read(Path::new(""), &file.display().to_string())
}

fn subject(job: &Job, shown: Option<String>, outside: bool, measured: &Measured) -> Subject {
    Subject {
        folder: job.image.is_none().then(|| printable(&job.path.display().to_string())),
        dockerfile: shown,
        outside,
        target: job.target.as_deref().map(printable),
        image: measured.image.as_deref().map(printable),
        platform: job.platform.as_deref().map(printable),
    }
}

/// The command as it was typed, as far as it names what is looked at: what comes next begins with it.
fn typed(options: &cli::Audit) -> String {
    let mut command = crate::process::Command::new("cargo").args(["xtask", "audit"]);
    if options.path != Path::new(".") {
        command = command.arg(options.path.display().to_string());
    }
    let given = [
        ("--image", options.image.clone()),
        ("--dockerfile", options.dockerfile.as_ref().map(|path| path.display().to_string())),
        ("--target", options.target.clone()),
        ("--platform", options.platform.clone()),
    ];
    for (option, value) in given.into_iter().filter_map(|(option, value)| Some((option, value?))) {
        command = command.args([option.to_owned(), value]);
    }
    if options.no_build {
        command = command.arg("--no-build");
    }
    printable(&command.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_variables_that_is_not_there_is_refused_at_once() {
        let job = Job { env_file: Some("/no/such/file".into()), ..Job::default() };
        assert_eq!(present(&job).unwrap_err().id, ErrorId::Usage);
        assert!(present(&Job::default()).is_ok());
    }
}
