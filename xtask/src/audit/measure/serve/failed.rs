//! Says why a container ended or did not answer.

use super::Service;
use super::ask::Answered;
use super::port::port_of;
use crate::audit::measure::{Examiner, wants};
use crate::audit::seen::Image;
use crate::engine::container::State;
use crate::error::{ErrorId, Problem};
use crate::messages;
use crate::names::printable;

/// Lines of a log that are shown.
const SHOWN: usize = 12;

impl Examiner<'_> {
    pub(super) fn ended(&self, service: &Service, state: &State) -> Problem {
        let log = self.log(service);
        let (id, why) = if state.oom_killed {
            (ErrorId::ContainerOutOfMemory, "used more memory than it may".to_owned())
        } else {
            (ErrorId::ContainerExited, format!("ended with status {}", state.exit_code))
        };
        let problem = Problem::new(id, format!("The container {why} before it answered."));
        let problem = problem.evidence(messages::excerpt(&log.join("\n"), SHOWN));
        // Linux says so of a program for another kind of processor (`ENOEXEC`).
        if log.iter().any(|line| line.to_lowercase().contains("exec format error")) {
            let problem = problem.cause("Its program is for another kind of processor than this machine has.");
            return problem.next("--platform linux/ARCH    builds for this machine");
        }
        wants::advised(problem, &log, self.compose().as_deref())
    }

    /// The compose file that lies in the folder.
    fn compose(&self) -> Option<String> {
        if self.job.image.is_some() {
            return None;
        }
        let folder = if self.job.path.is_file() { self.job.path.parent()? } else { &self.job.path };
        let names = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
        let file = names.into_iter().map(|name| folder.join(name)).find(|file| file.is_file())?;
        Some(printable(&file.display().to_string()))
    }

    pub(super) fn silent(&self, service: &Service, image: &Image, path: &str, answer: Answered) -> Problem {
        let log = self.log(service);
        let port = service.port.map(|port| port.to_string()).unwrap_or_default();
        let problem = match answer {
            Ok((status, _)) => {
                let fact = format!("GET {path} on port {port} is answered with status {status}.");
                Problem::new(ErrorId::WrongAnswer, fact)
                    .next("--health PATH    names the path that tells whether it is well")
            }
            Err(error) => {
                let fact = format!("Nothing answers on port {port}: {}.", printable(&error));
                let problem = Problem::new(ErrorId::NeverListened, fact);
                match port_of(None, image).0.filter(|exposed| Some(*exposed) != service.port) {
                    Some(exposed) => problem.next(format!("--port {exposed}    is the port that the image names")),
                    None => problem.next("--port N    names another port"),
                }
            }
        };
        wants::advised(problem.evidence(messages::excerpt(&log.join("\n"), SHOWN)), &log, self.compose().as_deref())
    }
}
