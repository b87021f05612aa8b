//! What a container that answers is and did: its user, its process, its sockets, what it wrote, its health, and how it ends.

use std::time::{Duration, Instant};

use super::serve::{How, Service, has_check};
use super::{Examiner, millis, sockets};
use crate::audit::seen::{Image, Known, Running, Stop, Unknown};
use crate::engine::docker;
use crate::error::{ErrorId, Result};
use crate::interrupt;
use crate::model::{EngineHealth, HealthState};
use crate::names::printable;
use crate::probe::ending;
use crate::state::runs::Run;
use crate::units;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(200);
/// How often the engine is told to check the health, in place of the image's own interval: its verdict comes sooner.
pub(super) const CHECKS: Duration = Duration::from_secs(2);
/// How long its verdict is waited for.
const VERDICT: Duration = Duration::from_secs(75);

impl Examiner<'_> {
    /// Everything else that a container that answers shows. It is stopped in the end.
    pub(super) fn shown(&self, service: &Service, name: &str, image: &Image, run: &Run) -> Result<Running> {
        let engine = self.engine;
        let mut asked = service.asked.clone();
        for request in &self.job.requests {
            asked.push(self.sent(service, request)?);
        }
        let state = self.state(service)?;
        let running = state.as_ref().is_some_and(|state| state.running);
        let gone = || Unknown::because("The container ended by itself.");
        let uid = if running {
            engine.user_of(&service.id).ok_or_else(|| Unknown::because("The engine does not say which user it is."))
        } else {
            Err(gone())
        };
        let process = state.as_ref().map_or(0, |state| state.pid);
        let pid1 = if running { self.first_process(service, process) } else { Err(gone()) };
        let listens = if running { sockets::of(process, &service.id) } else { Err(gone()) };
        let wrote = self.wrote(service);
        self.doing("on a read-only root file system");
        let (read_only, engines) = if service.port.is_some() {
            self.read_only(name, image, run)?
        } else {
            (Err(Unknown::because("The service names no port, so nothing tells whether it serves.")), None)
        };
        let health = if has_check(image) && running {
            self.doing("waiting for the engine's verdict on its health");
            self.health(service)?
        } else {
            Ok(EngineHealth { seen: vec![(0, HealthState::None)], watched_ms: 0, said: String::new() })
        };
        let log = self.log(service);
        let stop = if running {
            self.doing("docker stop");
            stopped(self, service, engines)?
        } else {
            Err(gone())
        };
        let ready_ms = service
            .ready
            .map(millis)
            .ok_or_else(|| Unknown::because("Nothing could be asked, so nobody knows when it was ready."));
        Ok(Running { port: service.port, asked, ready_ms, uid, pid1, stop, wrote, read_only, health, listens, log })
    }

    /// The command line of PID 1.
    fn first_process(&self, service: &Service, process: u32) -> Known<Vec<String>> {
        let unknown = || Unknown::because("The engine does not list the container's processes.");
        let command = docker(["top", &service.id, "-eo", "pid,args"]);
        let table = self.engine.ask(&command).ok().filter(crate::process::Output::success).ok_or_else(unknown)?;
        let rows = table.stdout.lines().skip(1).filter_map(|row| row.trim().split_once(char::is_whitespace));
        let mut rows = rows.filter(|(id, _)| id.parse() == Ok(process));
        let (_, line) = rows.next().ok_or_else(unknown)?;
        Ok(line.split_whitespace().map(printable).collect())
    }

    /// What it made or changed.
    fn wrote(&self, service: &Service) -> Known<Vec<String>> {
        let output = self.engine.ask(&docker(["diff", &service.id]));
        let output = output.ok().filter(crate::process::Output::success);
        let text = output.ok_or_else(|| Unknown::because("The engine does not say what the container wrote."))?.stdout;
        Ok(leaves(&text))
    }

    /// Whether it serves as well on a root file system that it cannot change; and how long the engine needs to end a container by
    /// force, where one came up.
    fn read_only(&self, name: &str, image: &Image, run: &Run) -> Result<(Known<Option<String>>, Option<Duration>)> {
        let how = How { read_only: true, ..How::default() };
        let mut notes = Vec::new();
        match self.start(name, image, how, run, &mut notes) {
            Ok(service) => {
                let killed = ending::kill(self.engine, &service.id).ok().map(|(_, after)| after);
                self.remove(&service, run);
                Ok((Ok(None), killed))
            }
            Err(problem) if [ErrorId::Interrupted, ErrorId::EngineSilent].contains(&problem.id) => Err(problem),
            Err(problem) => {
                let line = problem.evidence.iter().rev().find(|line| !line.trim().is_empty());
                Ok((Ok(Some(line.cloned().unwrap_or(problem.fact))), None))
            }
        }
    }

    /// Watches until the engine has made up its mind.
    fn health(&self, service: &Service) -> Result<Known<EngineHealth>> {
        let began = Instant::now();
        let mut seen: Vec<(u64, HealthState)> = Vec::new();
        loop {
            interrupt::check()?;
            let Some(state) = self.state(service)? else {
                return Ok(Err(Unknown::because("The container is gone.")));
            };
            let (now, said) = state.health();
            if seen.last().map(|(_, last)| *last) != Some(now) {
                seen.push((millis(service.began.elapsed()), now));
            }
            // One that was ill while it started may get well.
            let ill = now == HealthState::Unhealthy && began.elapsed() > CHECKS * 5;
            if now == HealthState::Healthy || ill || !state.running {
                let watched_ms = millis(service.began.elapsed());
                return Ok(Ok(EngineHealth { seen, watched_ms, said: printable(&said) }));
            }
            if began.elapsed() > VERDICT {
                let after = units::seconds(VERDICT);
                return Ok(Err(Unknown::because(format!("The engine had no verdict on the health after {after}."))));
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// The paths of `docker diff` that were made or changed, without folders that are there only because something in them is.
fn leaves(text: &str) -> Vec<String> {
    let rows = text.lines().filter_map(|line| line.split_once(' ')).filter(|(kind, _)| *kind != "D");
    let paths: Vec<&str> = rows.map(|(_, path)| path.trim()).collect();
    let within =
        |path: &str| paths.iter().any(|other| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
    let of_engine = ["/dev", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/.dockerenv"];
    let theirs = |path: &&&str| {
        !of_engine
            .iter()
            .any(|ours| path.strip_prefix(ours).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    paths.iter().filter(|path| !within(path)).filter(theirs).map(|path| printable(path)).collect()
}

/// Tells it to stop, and says how that went.
///
/// A busy machine adds to the time. What the engine needs to end a container at all, `engines`, is none of the service's.
fn stopped(examiner: &Examiner<'_>, service: &Service, engines: Option<Duration>) -> Result<Known<Stop>> {
    match ending::stop(examiner.engine, &service.id) {
        Ok((status, after)) => {
            let own = after.saturating_sub(engines.unwrap_or_default());
            Ok(Ok(Stop { ms: millis(own), status }))
        }
        Err(problem) if problem.id == ErrorId::Interrupted => Err(problem),
        Err(problem) => Ok(Err(Unknown::because(problem.fact))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_only_hold_what_was_written_are_left_out() {
        let text =
            "C /tmp\nA /tmp/a.log\nC /var\nC /var/lib\nA /var/lib/db\nA /var/lib/db/1\nD /x\nC /etc\nC /etc/hosts\n";
        assert_eq!(leaves(text), ["/tmp/a.log", "/var/lib/db/1"]);
    }
}
