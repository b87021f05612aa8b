//! The engine's verdict on a container's health is not what its answers say.

use super::health_check;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown};
use crate::model::HealthState;

pub const RULE: Rule = Rule {
    id: "health-check-lies",
    kind: Kind::Runtime,
    looks_for: "a HEALTHCHECK that calls a good service unhealthy, or a broken one healthy",
    why: "What restarts, replaces or waits for a container believes its health. A check that is wrong is worse than none.",
    find,
};

fn find(seen: &Seen) -> Found {
    let running = seen.running()?;
    let Some(check) = health_check(seen).filter(|check| !check.none) else { return Ok(Vec::new()) };
    let health = running.health.as_ref().map_err(Clone::clone)?;
    let Some(asked) = running.asked.first() else {
        return Err(Unknown::because("The service was not asked anything, so nobody knows how it is."));
    };
    let good = asked.status.as_ref().is_ok_and(|status| *status < 400);
    let broken = asked.status.as_ref().is_ok_and(|status| *status >= 500);
    let at = |evidence: Evidence| match check.line.at {
        Some(line) => evidence.line(line),
        None => evidence,
    };
    let answered = match &asked.status {
        Ok(status) => format!("{} answered {status}", asked.request),
        Err(why) => format!("{}: {why}", asked.request),
    };
    match health.state() {
        HealthState::Unhealthy if good => {
            let said = health.said.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing").trim();
            let finding = RULE
                .finding("The engine calls it unhealthy, and it answers well.")
                .risk(Risk::Medium)
                .with(at(Evidence::of(format!("the check said: {said}"))))
                .with(Evidence::of(answered))
                .fix("Let the check ask the port and the path that the service answers on, with what the image has.");
            Ok(vec![finding.settled_by(super::health_check_impossible::RULE.id)])
        }
        HealthState::Healthy if broken => Ok(vec![
            RULE.finding("The engine calls it healthy, and it does not work.")
                .risk(Risk::Medium)
                .with(at(Evidence::of("the check passed")))
                .with(Evidence::of(answered))
                .fix("Let the check ask what a user asks, and fail on any status that is not good: `curl -f`, `r.ok`."),
        ]),
        HealthState::Starting => Err(Unknown::because("The engine had not come to a verdict on its health.")),
        _ => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;
    use crate::model::EngineHealth;

    fn seen(state: HealthState, status: Result<u16, String>) -> Seen {
        let fixture = Fixture::of("FROM a\nHEALTHCHECK CMD x\n").running().with_running(|running| {
            running.health =
                Ok(EngineHealth { seen: vec![(9, state)], watched_ms: 9, said: "x: refused\n".to_owned() });
            running.asked[0].status = status;
        });
        fixture.seen()
    }

    #[test]
    fn both_ways_to_lie_are_found() {
        let found = find(&seen(HealthState::Unhealthy, Ok(200))).unwrap();
        assert_eq!(
            (found[0].evidence[0].line, found[0].evidence[0].says.as_str()),
            (Some(2), "the check said: x: refused")
        );
        assert_eq!(find(&seen(HealthState::Healthy, Ok(503))).unwrap().len(), 1);
    }

    #[test]
    fn agreement_and_what_may_be_either_are_no_lies() {
        for (state, status) in [
            (HealthState::Healthy, Ok(200)),
            (HealthState::Unhealthy, Ok(500)),
            (HealthState::Unhealthy, Err("refused".to_owned())),
            // The page that was asked need not be there.
            (HealthState::Healthy, Ok(404)),
        ] {
            assert!(find(&seen(state, status.clone())).unwrap().is_empty(), "{state:?} {status:?}");
        }
        assert!(find(&seen(HealthState::Starting, Ok(200))).is_err());
        assert!(find(&Fixture::of("FROM a\n").running().seen()).unwrap().is_empty(), "it has none");
    }
}
