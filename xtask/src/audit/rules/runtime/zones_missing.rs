//! The image has no time zones, and the service needs them.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown};

pub const RULE: Rule = Rule {
    id: "zones-missing",
    kind: Kind::Runtime,
    looks_for: "a service that asks for a time zone in an image without their data",
    why: "Some programs fail when a zone is unknown; most say nothing and count in UTC, so that every local time is wrong.",
    find,
};

/// What programs print that do not find a zone. Sources: Go's time, Python's zoneinfo, Java, chrono-tz and jiff.
const SAID: [&str; 5] = [
    "unknown time zone",
    "zoneinfonotfounderror",
    "no time zone found",
    "zonerulesexception",
    "failed to find time zone",
];

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    if image.inspection.surface.tzdata {
        return Ok(Vec::new());
    }
    let finding =
        || RULE.finding("The service asks for a time zone, and the image has no zone data.").risk(Risk::Medium);
    let fix = "Install tzdata in the final stage, copy /usr/share/zoneinfo from a stage that has it, or let the program carry the data.";
    let log = seen.running().ok().map(|running| &running.log);
    let said = log.and_then(|log| {
        log.iter().find(|line| {
            let line = line.to_ascii_lowercase();
            SAID.iter().any(|said| line.contains(said))
        })
    });
    if let Some(said) = said {
        return Ok(vec![finding().with(Evidence::of(format!("the log says: {said}"))).fix(fix)]);
    }
    let zone = image.config.env.iter().filter_map(|one| one.strip_prefix("TZ=")).find(|zone| is_of_data(zone));
    if let Some(zone) = zone {
        // Programs of Go, Node and Java may carry the data themselves; then the variable works without files.
        let own =
            image.inspection.packages.iter().any(|package| package.ecosystem == "go" || package.ecosystem == "cargo");
        let known = seen.dockerfile().ok().and_then(|written| written.base()).map(crate::audit::base::Base::of);
        let node = known.is_some_and(|base| base.language().is_some_and(|(language, _)| language == "Node"));
        if own || node {
            return Err(Unknown::because("TZ is set and the image has no zone data; the program may carry its own."));
        }
        return Ok(vec![finding().with(Evidence::of(format!("TZ={zone}, and no /usr/share/zoneinfo"))).fix(fix)]);
    }
    if log.is_none() {
        return Err(Unknown::because("The image has no zone data, and no container was there to ask for it."));
    }
    Ok(Vec::new())
}

/// Whether a zone is looked up in the data: `UTC` and `<+03>-3` are not.
fn is_of_data(zone: &str) -> bool {
    zone.contains('/') && !zone.starts_with("Etc/UTC") && !zone.starts_with("Etc/GMT") && !zone.contains('<')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_zone_that_cannot_be_looked_up_is_found() {
        let seen = Fixture::of("FROM debian:13\n").image().env("TZ=Europe/Berlin").seen();
        assert_eq!(find(&seen).unwrap().len(), 1);
        let seen = Fixture::of("FROM scratch\n").image().running();
        let seen =
            seen.with_running(|running| running.log = vec!["panic: unknown time zone Europe/Berlin".to_owned()]).seen();
        assert_eq!(find(&seen).unwrap().len(), 1);
    }

    #[test]
    fn data_that_is_there_zones_without_data_and_programs_that_carry_it() {
        let there =
            Fixture::of("FROM a\n").image().env("TZ=Europe/Berlin").surface(|surface| surface.tzdata = true).seen();
        assert!(find(&there).unwrap().is_empty());
        let utc = Fixture::of("FROM a\n").image().running().env("TZ=UTC").seen();
        assert!(find(&utc).unwrap().is_empty());
        let go = Fixture::of("FROM scratch\n").image().env("TZ=Europe/Berlin").package("go", "x", "1").running().seen();
        assert!(find(&go).is_err());
        assert!(find(&Fixture::of("FROM scratch\n").image().seen()).is_err());
    }
}
