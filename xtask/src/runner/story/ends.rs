//! `ends`: containers that end at once, or do not start, each with the words the person on call would read.

use std::time::Duration;

use super::Underway;
use crate::error::Result;
use crate::lesson::Ends;
use crate::model::{AppId, Ended, Setup, Shown};
use crate::plan::Image;
use crate::printed;
use crate::probe::ending::{self, Ending};
use crate::runner::container_of;

/// How long a container may sleep before it counts as one that lives.
const PATIENCE: Duration = Duration::from_secs(8);
/// What is said of one that did not end.
const LIVED: &str = "(it went on running)";
/// Lines that are shown.
const LINES: u32 = 6;

impl Underway<'_> {
    pub(super) fn ends(&self, step: &Ends, app: &AppId) -> Result<Shown> {
        let mut ended = Vec::new();
        for image in self.named(&step.variants, app) {
            let (status, lines) = self.end_of(image)?;
            // One that ends well has ended all the same: a service should not.
            let lived = lines.iter().any(|line| line == LIVED);
            let told = !lived && lines.iter().any(|line| line.contains(&step.contains));
            ended.push(Ended { variant: image.name.variant.clone(), status, lines, as_told: told });
        }
        Ok(Shown::Ends { ended })
    }

    /// Exit status and last words.
    fn end_of(&self, image: &Image) -> Result<(Option<i32>, Vec<String>)> {
        let run = container_of(image, &Setup::default(), self.run.id());
        let id = match self.engine.start(&run) {
            Ok(id) => id,
            Err(problem) => {
                // The engine made the container and could not start its program: it is there all the same, and nobody was told its
                // id. The others serve later questions.
                let all = self.engine.containers_of(self.run.id())?;
                all.iter().filter(|id| !self.run.knows(id)).for_each(|id| self.remove(id));
                let words = printed::lines(&problem.evidence.join("\n")).into_iter().filter(|line| !is_noise(line));
                return Ok((None, words.collect()));
            }
        };
        self.run.add(&id);
        let status = match ending::ends(self.engine, &id, PATIENCE, || Ok(()))?.0 {
            Ending::Ended(status) => Some(status),
            Ending::GoesOn => None,
        };
        let mut lines = self.engine.logs(&id, LINES);
        if status.is_none() {
            lines.push(LIVED.to_owned());
        }
        self.remove(&id);
        Ok((status, lines))
    }
}

/// Lines of the docker client that are about the client: the container's id, and where its help is.
fn is_noise(line: &str) -> bool {
    let id = line.trim();
    line.contains("run --help") || (id.len() == 64 && id.chars().all(|c| c.is_ascii_hexdigit()))
}
