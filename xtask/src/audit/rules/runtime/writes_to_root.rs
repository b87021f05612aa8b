//! A container writes to its own root file system, and fails where it may not.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule, at_each};
use crate::audit::seen::Seen;

pub const RULE: Rule = Rule {
    id: "writes-to-root",
    kind: Kind::Runtime,
    looks_for: "a service that does not work on a read-only root file system",
    why: "With a root that nobody can change, an intruder can leave nothing behind. What a service writes there is also lost with the \
          container.",
    find,
};

/// How many folders are named in one command.
const SHOWN: usize = 5;

fn find(seen: &Seen) -> Found {
    let running = seen.running()?;
    let Some(why) = running.read_only.clone()? else { return Ok(Vec::new()) };
    let mut finding = RULE
        .finding("On a read-only root file system it does not work.")
        .risk(Risk::Low)
        .with(Evidence::of(format!("with --read-only: {why}")));
    let wrote: Vec<&String> = running.wrote.iter().flatten().collect();
    finding = finding.with_all(at_each(wrote.iter().map(|path| path.as_str()), "written while it served"));
    let folders: std::collections::BTreeSet<String> = wrote.iter().filter_map(|path| folder(path)).collect();
    let fix = if folders.is_empty() {
        "Find out what it writes, with `docker diff`, and give it a tmpfs or a volume for that.".to_owned()
    } else {
        let mounts: Vec<String> = folders.iter().take(SHOWN).map(|folder| format!("--tmpfs {folder}")).collect();
        format!("Start it with `--read-only {}`, or with a volume where the data should stay.", mounts.join(" "))
    };
    Ok(vec![finding.fix(fix)])
}

/// The folder that a path is in, where a mount could go.
fn folder(path: &str) -> Option<String> {
    let folder = path.rsplit_once('/')?.0;
    (!folder.is_empty()).then(|| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::Unknown;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_service_that_fails_is_found_with_the_mounts_it_needs() {
        let seen = Fixture::of("FROM a\n").running().with_running(|running| {
            running.read_only = Ok(Some("it ended with status 1".to_owned()));
            running.wrote = Ok(vec!["/var/cache/nginx/a".to_owned(), "/run/nginx.pid".to_owned()]);
        });
        let found = find(&seen.seen()).unwrap();
        assert!(found[0].fix.says.contains("--tmpfs /run --tmpfs /var/cache/nginx"), "{}", found[0].fix.says);
    }

    #[test]
    fn one_that_writes_and_does_without_is_fine() {
        let seen =
            Fixture::of("FROM a\n").running().with_running(|running| running.wrote = Ok(vec!["/tmp/x".to_owned()]));
        assert!(find(&seen.seen()).unwrap().is_empty());
    }

    #[test]
    fn unmeasured_is_no_pass() {
        let seen = Fixture::of("FROM a\n").running();
        let seen = seen.with_running(|running| running.read_only = Err(Unknown::because("It was not well."))).seen();
        assert!(find(&seen).is_err());
        assert!(find(&Fixture::of("FROM a\n").seen()).is_err());
    }
}
