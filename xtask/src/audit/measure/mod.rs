//! Builds, looks into, starts and builds again: everything an audit asks an engine for.
//!
//! Nothing is written into the folder that is audited. What cannot be measured is left unknown, with its reason, and the rest goes on.

mod again;
mod bases;
mod build;
mod examiner;
mod look;
mod observed;
mod serve;
mod sockets;
mod touch;
mod wants;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use build::{Made, Recipe};
pub use examiner::Examiner;
pub use serve::{How as Start, Service};
pub use touch::{brings, is_source};

use super::job::Job;
use super::read::Place;
use super::seen::{Seen, Unknown, Written};
use crate::dockerfile::File;
use crate::error::{Problem, Result};
use crate::interrupt;
use crate::names::printable;
use crate::session::Session;

/// Where an audit takes place.
#[derive(Clone, Copy)]
pub struct Lab<'a> {
    /// Engine and bases.
    pub session: &'a Session<'a>,
    /// The folder of this repository, below whose `target/` copies are made.
    pub repository: &'a Path,
    /// What was asked for.
    pub job: &'a Job,
}

/// All that came of measuring.
#[derive(Debug)]
pub struct Measured {
    /// What was seen.
    pub seen: Seen,
    /// The image, by the name the engine knows it under.
    pub image: Option<String>,
    /// What should be known of the run.
    pub notes: Vec<String>,
    /// What kept it from going on: a build that failed, a service that did not start.
    pub problem: Option<Problem>,
}

impl Lab<'_> {
    /// Measures a folder whose files were read: builds it, looks into the image, starts it, touches a file and builds again.
    ///
    /// Errors: [`ErrorId::Interrupted`]; the engine does not answer. A build that fails is told in [`Measured::problem`].
    pub fn folder(&self, place: &Place, mut seen: Seen) -> Result<Measured> {
        let mut notes = Vec::new();
        let recipe = Recipe::of(self.job, place);
        let made = match self.build(&recipe, seen.dockerfile.as_ref().ok(), &mut notes) {
            Ok(made) => made,
            Err(problem) => {
                interrupt::check()?;
                let why = Unknown::because(format!("The image was not built: {}", problem.fact));
                (seen.image, seen.running, seen.rebuild) = (Err(why.clone()), Err(why.clone()), Err(why));
                return Ok(Measured { seen, image: None, notes, problem: Some(problem) });
            }
        };
        let written = seen.dockerfile.as_ref().ok().cloned();
        let image = self.examiner().look(&made.image, written.as_ref())?;
        let (running, problem) = self.examiner().serve(&made.image, &image, &mut notes)?;
        seen.running = running;
        seen.rebuild = self.again(&recipe, &made, &seen, &mut notes)?;
        seen.image = Ok(image);
        Ok(Measured { seen, image: Some(made.image), notes, problem })
    }

    /// Measures an image that is there already, be it in the engine or in an archive.
    ///
    /// Errors: there is no such image, or it cannot be read; as [`Self::folder`].
    pub fn image(&self, name: &str, dockerfile: Option<&Arc<File>>) -> Result<Measured> {
        let mut notes = Vec::new();
        let written = dockerfile.and_then(Written::of);
        let image = self.examiner().look(name, written.as_ref())?;
        let (running, problem) = if crate::image::gather::is_on_disk(name) {
            let why = "An archive is looked into, and not started.";
            (Err(Unknown::because(why)), None)
        } else {
            self.examiner().serve(name, &image, &mut notes)?
        };
        let seen = Seen {
            dockerfile: written.ok_or_else(|| Unknown::because("There is no Dockerfile: an image was named.")),
            context: Err(Unknown::because("There is no build context: an image was named.")),
            image: Ok(image),
            running,
            rebuild: Err(Unknown::because("Nothing was built: an image was named.")),
            today: crate::audit::today(),
        };
        Ok(Measured { seen, image: Some(name.to_owned()), notes, problem })
    }

    /// What looks into images and starts them.
    pub fn examiner(&self) -> Examiner<'_> {
        Examiner { engine: self.session.engine, way: self.session.way(false), job: self.job }
    }

    /// What the service is called where something is said of it.
    pub fn called(&self) -> String {
        called(self.job)
    }

    /// Where copies are made.
    fn copies(&self) -> PathBuf {
        self.repository.join("target/drydock/audit").join(slug(self.job))
    }
}

/// What people call what is audited: its image, or its folder's last name.
fn called(job: &Job) -> String {
    if let Some(image) = &job.image {
        return printable(image);
    }
    let path = job.path.canonicalize().unwrap_or_else(|_| job.path.clone());
    let folder = if path.is_file() { path.parent().map(Path::to_owned).unwrap_or(path) } else { path };
    folder.file_name().map_or_else(|| "image".to_owned(), |name| printable(&name.to_string_lossy()))
}

/// The same as a part of an image's name and of a path: a word for people and digits that tell folders of one name apart.
pub fn slug(job: &Job) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let word: String = called(job).chars().map(plain).take(30).collect();
    let word = word.trim_matches('-');
    let path = job.path.canonicalize().unwrap_or_else(|_| job.path.clone());
    let digest = crate::image::Digest::of(path.display().to_string().as_bytes()).to_string();
    let digits = digest.rsplit(':').next().unwrap_or_default().get(..6).unwrap_or_default().to_owned();
    if word.is_empty() { digits } else { format!("{word}-{digits}") }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
