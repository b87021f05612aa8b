//! Which port of a container is asked.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{PAUSE, Service};
use crate::audit::measure::{Examiner, sockets};
use crate::audit::seen::{Image, Listener};
use crate::error::Result;
use crate::interrupt;

/// How long it may take to listen, where no port is known.
const LISTENS: Duration = Duration::from_secs(15);

impl Examiner<'_> {
    /// The port that a container listens on, where it is only one and can be reached from outside.
    pub(super) fn finds_port(&self, service: &Service) -> Result<Option<u16>> {
        loop {
            interrupt::check()?;
            let Some(state) = self.state(service)? else { return Ok(None) };
            if !state.running {
                return Ok(None);
            }
            match sockets::of(state.pid, &service.id) {
                Err(_) => return Ok(None),
                Ok(found) => {
                    let ports: BTreeSet<u16> =
                        found.iter().filter(|one| !is_loopback(one)).map(|one| one.port).collect();
                    // Docker's own resolver listens on loopback only.
                    if ports.len() == 1 {
                        return Ok(ports.into_iter().next());
                    }
                }
            }
            if service.began.elapsed() > LISTENS {
                return Ok(None);
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// The port to ask, and others that the image names.
pub(super) fn port_of(named: Option<u16>, image: &Image) -> (Option<u16>, Vec<u16>) {
    if named.is_some() {
        return (named, Vec::new());
    }
    let exposed = image.config.exposed_ports.keys();
    let ports: Vec<u16> = exposed.filter_map(|port| port.trim_end_matches("/tcp").parse().ok()).collect();
    let usual = [8080, 80, 3000, 8000, 5000, 4000, 8081, 9000];
    let first = usual.into_iter().find(|port| ports.contains(port)).or(ports.first().copied());
    (first, ports.iter().copied().filter(|port| Some(*port) != first).collect())
}

fn is_loopback(listener: &Listener) -> bool {
    listener.address.starts_with("127.") || listener.address == "::1"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn image(change: impl FnOnce(Fixture) -> Fixture) -> Image {
        change(Fixture::nothing().image()).seen().image.unwrap()
    }

    #[test]
    fn the_usual_port_is_asked_first() {
        let image = image(|fixture| fixture.exposes(9229).exposes(3000).exposes(7));
        let (port, others) = port_of(None, &image);
        assert_eq!((port, others.len()), (Some(3000), 2));
        assert_eq!(port_of(Some(1), &image), (Some(1), vec![]));
    }
}
