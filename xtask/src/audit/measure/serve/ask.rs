//! Asks a service until it answers, and finds the path that tells whether it is well.

use std::time::{Duration, Instant};

use super::{PAUSE, Service};
use crate::audit::measure::Examiner;
use crate::audit::seen::{Asked, Image};
use crate::error::{ErrorId, Problem, Result};
use crate::interrupt;
use crate::model::{Expected, Request};
use crate::names::printable;
use crate::probe::{self, Patience, Seen as Looked};

/// How long a service may take to answer unless `--timeout` says more.
const START: Duration = Duration::from_mins(1);
/// Bytes of a body that are kept.
const BODY: usize = 4096;
/// Paths where services answer whether they are well, the most usual first.
const HEALTH: [&str; 10] = [
    "/healthz",
    "/health",
    "/api/health",
    "/livez",
    "/readyz",
    "/actuator/health",
    "/ping",
    "/status",
    "/_health",
    "/",
];

/// Status and the beginning of the body, or the text of what is wrong with the connection.
pub(super) type Answered = std::result::Result<(u16, String), String>;

impl Examiner<'_> {
    /// Waits for the first answer, and finds the path that tells whether the service is well.
    pub(super) fn answers(&self, mut service: Service, image: &Image) -> Result<Service> {
        if service.address.is_none() {
            let state = self.state(&service)?;
            return Err(match state {
                Some(state) if !state.running => self.ended(&service, &state),
                _ => Problem::new(ErrorId::NeverListened, "The engine published no port of the container.")
                    .next("--port N    names another one"),
            });
        }
        let named = self.job.health.clone().or_else(|| checked_path(image));
        let first = named.clone().unwrap_or_else(|| HEALTH[0].to_owned());
        let within = self.job.timeout.map_or(START, |limit| limit.min(START * 5));
        let mut patience = Patience::of_start(within);
        let mut looked = Instant::now();
        loop {
            interrupt::check()?;
            let answer = self.ask(&service, "GET", &first)?;
            if let Ok((status, body)) = &answer {
                service.ready.get_or_insert_with(|| service.began.elapsed());
                // A path that was named has to say that all is well; of others any answer shows that it serves.
                if *status < 400 || (named.is_none() && *status < 500) {
                    let request = format!("GET {first}");
                    service.asked.push(Asked { request, status: Ok(*status), body: body.clone() });
                    break;
                }
            }
            if looked.elapsed() > Duration::from_secs(1) {
                looked = Instant::now();
                let state = self.state(&service)?;
                if let Some(state) = state.filter(|state| !state.running) {
                    return Err(self.ended(&service, &state));
                }
                let usage = self.engine.usage(&service.id);
                if patience.look(service.began.elapsed(), usage, false) != Looked::Going {
                    return Err(self.silent(&service, image, &first, answer));
                }
            }
            std::thread::sleep(PAUSE);
        }
        if named.is_none()
            && let Some(well) = self.well_at(&service)?
        {
            service.asked = vec![well];
        }
        Ok(service)
    }

    /// Sends one request.
    ///
    /// Errors: [`ErrorId::StillAtWork`], [`ErrorId::Interrupted`]; the engine does not answer.
    fn ask(&self, service: &Service, method: &str, path: &str) -> Result<Answered> {
        let Some(address) = &service.address else { return Ok(Err("it has no address".to_owned())) };
        let (engine, name) = (self.engine, self.called());
        let asked = probe::Service { engine, container: &service.id, address, name: &name };
        let answer = asked.ask(&request(method, path))?;
        Ok(answer.map(|answer| (answer.status, answer.body.chars().take(BODY).collect())))
    }

    /// Sends one request, e.g. `GET /x`, and keeps its answer.
    ///
    /// Errors: as [`Self::ask`].
    pub fn sent(&self, service: &Service, line: &str) -> Result<Asked> {
        let (method, path) = line.trim().split_once(' ').unwrap_or(("GET", line.trim()));
        let answer = self.ask(service, method, path.trim())?;
        let body = answer.as_ref().map(|(_, body)| body.clone()).unwrap_or_default();
        let status = answer.map(|(status, _)| status);
        Ok(Asked { request: printable(&format!("{method} {}", path.trim())), status, body })
    }

    /// The first of the usual paths that says that all is well, in place of what was asked already.
    fn well_at(&self, service: &Service) -> Result<Option<Asked>> {
        let is_well = |asked: &Asked| asked.status.as_ref().is_ok_and(|status| (200..400).contains(status));
        if service.asked.first().is_some_and(is_well) {
            return Ok(None);
        }
        for path in HEALTH.iter().skip(1) {
            let asked = self.sent(service, &format!("GET {path}"))?;
            if is_well(&asked) {
                return Ok(Some(asked));
            }
        }
        // It serves, and none of its paths is one of those: then that it answers has to do.
        Ok(None)
    }
}

fn request(method: &str, path: &str) -> Request {
    let expect = Expected {
        status: 0,
        json: serde_json::Map::default(),
        fields: std::collections::BTreeMap::default(),
        contains: None,
        headers: Vec::new(),
    };
    Request {
        id: String::new(),
        role: None,
        method: method.to_owned(),
        path: path.to_owned(),
        body: None,
        setup: String::new(),
        needs: None,
        expect,
        otherwise: None,
    }
}

/// The path that the image's `HEALTHCHECK` asks for.
fn checked_path(image: &Image) -> Option<String> {
    let line = image.config.healthcheck.as_ref()?.test.join(" ");
    let (_, rest) = line.split_once("://")?;
    let end = rest.find(|c: char| c.is_whitespace() || "\"'|;)&".contains(c)).unwrap_or(rest.len());
    let path = rest[..end].find('/').map(|at| rest[at..end].to_owned());
    Some(path.unwrap_or_else(|| "/".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn image(change: impl FnOnce(Fixture) -> Fixture) -> Image {
        change(Fixture::nothing().image()).seen().image.unwrap()
    }

    #[test]
    fn the_path_of_a_health_check_is_read() {
        for (line, path) in [
            ("curl -f http://localhost:3000/health || exit 1", Some("/health")),
            ("wget -qO- http://127.0.0.1:8080", Some("/")),
            ("pg_isready", None),
        ] {
            let image = image(|fixture| fixture.healthcheck(&["CMD-SHELL", line]));
            assert_eq!(checked_path(&image).as_deref(), path, "{line}");
        }
    }
}
