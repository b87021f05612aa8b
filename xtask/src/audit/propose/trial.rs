//! Tries Dockerfiles: builds each, starts it hardened, asks it what the present image is asked, and builds again after an edit.
//! The first that answers alike is proposed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::model::{Accepted, Compared, Proposed, Tried};
use super::{Proposal, Service, ladder, shape};
use crate::audit::job::Job;
use crate::audit::judge::judge;
use crate::audit::measure::{Examiner, Lab, Measured, Start};
use crate::audit::model::Figures;
use crate::audit::read::{self, Place};
use crate::audit::seen::{Image, Running, Seen};
use crate::audit::stack::{self, Present, Tree};
use crate::error::{self, ErrorId, Problem, Result};
use crate::event::Event;
use crate::image::weigh::{Base, Subject, weigh};
use crate::interrupt;
use crate::model::HealthState;
use crate::names::printable;

/// How many Dockerfiles are tried: the best one, and one that asks less of the service.
const TRIES: usize = 2;
/// Lines of a log that a try keeps.
const LINES: usize = 20;
/// A path that no service has. Both images say so in their own way.
const NOWHERE: &str = "GET /no/such/page/here";

/// Looks for a better Dockerfile for a folder that was measured.
///
/// Errors: [`ErrorId::Interrupted`]; the engine does not answer; a file below `target/` cannot be written. That nothing passes is no
/// error.
pub fn propose(lab: Lab<'_>, place: &Place, measured: &Measured, app: Option<&str>) -> Result<Proposed> {
    let refused =
        |stack: Option<String>, why: String| Ok(Proposed { stack, refused: Some(why), ..Proposed::default() });
    let seen = &measured.seen;
    let written = match seen.dockerfile() {
        Ok(written) => written,
        Err(unknown) => return refused(None, unknown.0),
    };
    let (tree, present) = (Tree::read(&place.folder)?, Present::of(&written.parsed));
    let mut found = match stack::recognise(&tree, &present, app) {
        Ok(found) => found,
        Err(why) => return refused(None, why.words()),
    };
    if found.name == stack::words::slug("") {
        found.name = stack::words::slug(&lab.called());
    }
    let called = Some(found.stack.called());
    let (image, before, running) = match (&measured.image, seen.image(), seen.running()) {
        (Some(name), Ok(image), Ok(running)) => (name, image, running),
        (_, Err(unknown), _) | (_, _, Err(unknown)) => {
            let why = format!("There is nothing to compare a proposal with. {}", unknown.0);
            return refused(called, why);
        }
        (None, _, _) => return refused(called, "There is no present image to compare a proposal with.".to_owned()),
    };
    let service = service(running, present.folder.as_deref().unwrap_or("/app"));
    let mut proposed = Proposed { stack: called, ..Proposed::default() };
    for (step, proposal) in (1..).zip(ladder(&found, &tree, &present, &service).into_iter().take(TRIES)) {
        let kind = proposal.kind.clone();
        lab.session.engine.sink().emit(Event::Note(format!("Trying a proposal: {kind}.")));
        let trial = Trial { lab, place, seen, image, before, running, proposal: &proposal, step };
        let path = trial.file();
        let path = path.strip_prefix(lab.repository).unwrap_or(&path).display().to_string();
        match trial.run(&service) {
            Ok(accepted) => {
                proposed.tried.push(Tried { kind, path, failed: None, log: Vec::new() });
                proposed.accepted = Some(accepted);
                return Ok(proposed);
            }
            Err(problem) if matches!(problem.id, ErrorId::Interrupted | ErrorId::EngineSilent) => return Err(problem),
            Err(problem) => {
                interrupt::check()?;
                let from = problem.evidence.len().saturating_sub(LINES);
                let log = problem.evidence[from..].iter().map(|line| printable(line)).collect();
                proposed.tried.push(Tried { kind, path, failed: Some(printable(&problem.fact)), log });
            }
        }
    }
    let why = "No proposal did all that the present image does, so none is made.";
    Ok(Proposed { refused: Some(why.to_owned()), ..proposed })
}

/// Writes an accepted Dockerfile beside the present one, with its `.dockerignore`, and never over a file. Returns the paths.
///
/// Errors: a file cannot be written.
pub fn write(accepted: &Accepted, folder: &Path) -> Result<Vec<PathBuf>> {
    let folder = folder.join(&accepted.context);
    let names =
        (1..).map(|n| if n == 1 { "multi-stage.Dockerfile".to_owned() } else { format!("multi-stage-{n}.Dockerfile") });
    for name in names {
        let (file, list) = (folder.join(&name), folder.join(format!("{name}.dockerignore")));
        if list.symlink_metadata().is_ok() {
            continue;
        }
        match fs::OpenOptions::new().write(true).create_new(true).open(&file) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(e) => return Err(error::io("write", &file, &e)),
            Ok(mut opened) => {
                use std::io::Write;
                opened.write_all(accepted.dockerfile.as_bytes()).map_err(|e| error::io("write", &file, &e))?;
            }
        }
        let opened = fs::OpenOptions::new().write(true).create_new(true).open(&list);
        let written =
            opened.and_then(|mut opened| std::io::Write::write_all(&mut opened, accepted.dockerignore.as_bytes()));
        written.map_err(|e| error::io("write", &list, &e))?;
        return Ok(vec![file, list]);
    }
    Err(crate::bug("Numbers ended"))
}

/// What a running service shows of itself.
fn service(running: &Running, folder: &str) -> Service {
    let first = running.asked.first();
    let well = first.filter(|asked| asked.status.as_ref().is_ok_and(|status| (200..300).contains(status)));
    let health = well.and_then(|asked| asked.request.strip_prefix("GET ")).map(str::to_owned);
    // Caches, and what a package manager notes at home, are written where they can be and missed nowhere.
    let aside = |path: &&String| {
        let parts = ["__pycache__", ".cache", ".npm", ".config", "/root/", "/home/", "/var/log/", "/nonexistent"];
        parts.iter().any(|part| path.contains(part)) || path.starts_with("/etc/")
    };
    let parent = |path: &String| path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    let paths = running.wrote.as_deref().unwrap_or_default().iter();
    let folders: BTreeSet<String> = paths.filter(|path| !aside(path)).filter_map(parent).collect();
    let folders = folders.into_iter().filter(|path| path.len() > 1 && path != folder);
    Service { port: running.port, health, writes: folders.collect() }
}

/// One Dockerfile on trial.
struct Trial<'t> {
    lab: Lab<'t>,
    place: &'t Place,
    seen: &'t Seen,
    image: &'t str,
    before: &'t Image,
    running: &'t Running,
    proposal: &'t Proposal,
    step: usize,
}

impl Trial<'_> {
    /// Where its text lies.
    fn file(&self) -> PathBuf {
        let name = format!("{}-proposal-{}", crate::audit::measure::slug(self.lab.job), self.step);
        self.lab.repository.join("target/drydock/audit").join(name).join("Dockerfile")
    }

    /// Builds, starts, compares, builds again.
    ///
    /// Errors: why it did not pass.
    fn run(&self, service: &Service) -> Result<Accepted> {
        let file = self.file();
        self.lay(&file)?;
        let folder = self.place.folder.join(&self.proposal.context);
        let job = self.job(&folder, &file, service);
        let (_, seen) = read::folder(&job, "It was not measured yet.")?;
        // Named after its own file, so that its image does not take the name of the present one.
        let own = Job { path: file.clone(), dockerfile: None, ..job };
        let lab = Lab { job: &own, ..self.lab };
        let place = Place { folder, dockerfile: file, shown: "the proposal".to_owned(), outside: false };
        let measured = lab.folder(&place, seen)?;
        let outcome = self.judged(&lab, &measured);
        if let Some(image) = &measured.image {
            lab.remove_image(image);
        }
        outcome
    }

    /// Writes the text below `target/`.
    fn lay(&self, file: &Path) -> Result<()> {
        let folder = file.parent().unwrap_or(file);
        fs::create_dir_all(folder).map_err(|e| error::io("create", folder, &e))?;
        let list = folder.join("Dockerfile.dockerignore");
        for (path, text) in [(file, &self.proposal.dockerfile), (list.as_path(), &self.proposal.dockerignore)] {
            fs::write(path, text).map_err(|e| error::io("write", path, &e))?;
        }
        Ok(())
    }

    /// The same that was asked for, of the proposed Dockerfile.
    fn job(&self, folder: &Path, file: &Path, service: &Service) -> Job {
        let job = self.lab.job;
        let mut environment = job.environment.clone();
        for (name, value) in &self.proposal.withheld {
            environment.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let touched = self.seen.rebuild.as_ref().ok().map(|rebuild| rebuild.touched.as_str());
        let inside = |path: &str| {
            let below = Path::new(path).strip_prefix(&self.proposal.context).ok()?;
            folder.join(below).is_file().then(|| below.display().to_string())
        };
        Job {
            path: folder.to_owned(),
            dockerfile: Some(file.to_owned()),
            target: None,
            port: self.proposal.port.or(service.port),
            health: job.health.clone().or_else(|| service.health.clone()),
            environment,
            tmpfs: self.proposal.tmpfs.clone(),
            touch: touched.and_then(inside),
            ..job.clone()
        }
    }

    /// Compares what was measured with the present image.
    fn judged(&self, lab: &Lab<'_>, measured: &Measured) -> Result<Accepted> {
        if let Some(problem) = &measured.problem {
            return Err(problem.clone());
        }
        let unknown = |unknown: crate::audit::seen::Unknown| Problem::new(ErrorId::WrongAnswer, unknown.0);
        let (name, image) = (measured.image.as_deref().unwrap_or_default(), measured.seen.image().map_err(unknown)?);
        let running = measured.seen.running().map_err(unknown)?;
        if image.config.healthcheck.is_some()
            && let Ok(health) = &running.health
            && !health.seen.iter().any(|(_, state)| *state == HealthState::Healthy)
        {
            let fact = "The engine's own health check of the proposed image fails.";
            return Err(Problem::new(ErrorId::WrongAnswer, fact).evidence(health.said.lines()));
        }
        let compared = self.compared(lab, name, image)?;
        if let Some(other) = compared.iter().find(|one| !one.is_same()) {
            let fact = format!("The proposed image answers `{}` in another way.", other.request);
            let lines = [format!("present:  {}", other.before), format!("proposed: {}", other.after)];
            return Err(Problem::new(ErrorId::WrongAnswer, fact).evidence(lines));
        }
        let (was, is) = (judge(self.seen), judge(&measured.seen));
        let ids = |audit: &crate::audit::model::Audit| -> BTreeSet<String> {
            audit.findings.iter().map(|one| one.id.clone()).collect()
        };
        let (had, has) = (ids(&was), ids(&is));
        let (mut before, mut after) = (was.figures, is.figures);
        if after.stored_bytes >= before.stored_bytes && has.len() >= had.len() {
            let fact = "The proposed image is no smaller and leaves no fewer findings than the present one.";
            return Err(Problem::new(ErrorId::WrongAnswer, fact));
        }
        self.pulls(name, &mut before, &mut after)?;
        let hardened = ["--read-only", "--cap-drop ALL", "--security-opt no-new-privileges"].map(str::to_owned);
        let tmpfs = self.proposal.tmpfs.iter().map(|path| format!("--tmpfs {path}"));
        Ok(Accepted {
            kind: self.proposal.kind.clone(),
            context: self.proposal.context.clone(),
            dockerfile: self.proposal.dockerfile.clone(),
            dockerignore: self.proposal.dockerignore.clone(),
            before,
            after,
            compared,
            gone: had.difference(&has).cloned().collect(),
            left: had.intersection(&has).cloned().collect(),
            new: has.difference(&had).cloned().collect(),
            hardened: hardened.into_iter().chain(tmpfs).collect(),
            withheld: self.proposal.withheld.iter().map(|(name, _)| name.clone()).collect(),
            written: Vec::new(),
        })
    }

    /// Asks both images the same, the proposed one with no more rights than it needs.
    fn compared(&self, lab: &Lab<'_>, name: &str, image: &Image) -> Result<Vec<Compared>> {
        if self.running.port.is_none() {
            return Ok(Vec::new());
        }
        let well = self.running.asked.iter().map(|asked| asked.request.clone());
        let mut requests: Vec<String> = Vec::new();
        for request in well.chain(["GET /".to_owned(), NOWHERE.to_owned()]).chain(self.lab.job.requests.clone()) {
            if !requests.contains(&request) {
                requests.push(request);
            }
        }
        lab.examiner().in_a_run(|run| {
            let asked = |of: Examiner<'_>, name: &str, image: &Image, how: Start| -> Result<Vec<String>> {
                let service = of.start(name, image, how, run, &mut Vec::new())?;
                let answers = requests.iter().map(|request| of.sent(&service, request).map(|asked| shape::of(&asked)));
                let answers = answers.collect::<Result<Vec<String>>>();
                of.remove(&service, run);
                answers
            };
            let before = asked(self.lab.examiner(), self.image, self.before, Start::default())?;
            let after = asked(lab.examiner(), name, image, Start { read_only: true, unprivileged: true })?;
            let rows = requests.iter().zip(before).zip(after);
            Ok(rows.map(|((request, before), after)| Compared { request: request.clone(), before, after }).collect())
        })
    }

    /// What a machine fetches of each image. A push that cannot be made leaves both unknown.
    fn pulls(&self, name: &str, before: &mut Figures, after: &mut Figures) -> Result<()> {
        let engine = self.lab.session.engine;
        let names = [self.image.to_owned(), name.to_owned()];
        let inspected = engine.inspect_images(&names)?;
        if inspected.len() != names.len() {
            return Ok(());
        }
        let subjects: Vec<Subject> = names
            .iter()
            .zip(inspected)
            .map(|(image, inspected)| Subject {
                image: image.clone(),
                layers: inspected.root_fs.layers,
                base: Base::Unknown,
            })
            .collect();
        let weights = weigh(&subjects, engine, self.lab.session.way(true))?;
        for (name, figures) in names.iter().zip([before, after]) {
            figures.pull_bytes = weights.get(name).and_then(|weight| weight.pull_bytes).or(figures.pull_bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn folders_that_a_service_needs_are_told_from_caches() {
        let paths = [
            "/data/db/a.sqlite",
            "/data/db/b",
            "/root/.npm/_logs/x",
            "/app/__pycache__/a.pyc",
            "/app/log.txt",
            "/tmp/x",
        ];
        let seen = Fixture::nothing().image().running().with_running(|running| {
            running.wrote = Ok(paths.map(str::to_owned).to_vec());
        });
        let seen = seen.seen();
        let service = service(seen.running.as_ref().unwrap(), "/app");
        assert_eq!((service.port, service.health.as_deref()), (Some(8080), Some("/")));
        assert_eq!(service.writes, ["/data/db", "/tmp"]);
    }

    #[test]
    fn nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let accepted = Accepted { dockerfile: "FROM a\n".into(), dockerignore: ".git\n".into(), ..Accepted::default() };
        let names = |paths: Vec<PathBuf>| -> Vec<String> {
            paths.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(
            names(write(&accepted, dir.path()).unwrap()),
            ["multi-stage.Dockerfile", "multi-stage.Dockerfile.dockerignore"]
        );
        fs::write(dir.path().join("multi-stage-2.Dockerfile.dockerignore"), "mine").unwrap();
        assert_eq!(names(write(&accepted, dir.path()).unwrap())[0], "multi-stage-3.Dockerfile");
        assert_eq!(fs::read_to_string(dir.path().join("multi-stage-2.Dockerfile.dockerignore")).unwrap(), "mine");
        assert!(!dir.path().join("multi-stage-2.Dockerfile").exists());
    }
}
