//! A container takes long to stop, or has to be killed.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown};
use crate::audit::shell::is_shell;
use crate::units;

pub const RULE: Rule = Rule {
    id: "stops-slowly",
    kind: Kind::Runtime,
    looks_for: "a container that does not end soon after the signal to stop",
    why: "Every deploy and every scale-down waits for it. A service that has to be killed drops the requests it was answering.",
    find,
};

/// What a service may take to finish what it does, in milliseconds.
const MOST: u64 = 3000;
/// The status of a program that was killed.
const KILLED: i32 = 137;

fn find(seen: &Seen) -> Found {
    let running = seen.running()?;
    if !running.is_well() {
        return Err(Unknown::because("The service was not well, so how it stops says nothing."));
    }
    let stop = running.stop.clone()?;
    // Killed at once, it was somebody else, such as the kernel for want of memory.
    let killed = stop.status == KILLED && stop.ms > MOST;
    if stop.ms <= MOST {
        return Ok(Vec::new());
    }
    let took = units::millis(stop.ms);
    let says = if killed {
        format!("It ignored the signal to stop, and the engine killed it after {took}.")
    } else {
        format!("It took {took} to stop.")
    };
    let pid1 = running.pid1.as_ref().ok();
    let program = pid1.and_then(|words| words.first()).map(String::as_str).unwrap_or_default();
    let mut finding = RULE
        .finding(says)
        .risk(if killed { Risk::Medium } else { Risk::Low })
        .saves_ms(stop.ms)
        .with(Evidence::of(format!("docker stop: exit status {}", stop.status)).ms(stop.ms));
    if let Some(words) = pid1 {
        finding = finding.with(Evidence::of(format!("PID 1 was {}", words.join(" "))));
    }
    if is_shell(program) {
        let by = if super::shell_is_pid_1::RULE.find_is_some(seen) {
            super::shell_is_pid_1::RULE.id
        } else {
            super::shell_form::RULE.id
        };
        return Ok(vec![finding.fix("Let the shell make way for the service.").settled_by(by)]);
    }
    if super::package_manager_is_pid_1::RULE.find_is_some(seen) {
        let by = super::package_manager_is_pid_1::RULE.id;
        return Ok(vec![finding.fix("Start the service itself.").settled_by(by)]);
    }
    let fix = if killed {
        "PID 1 gets no default action for a signal, so handle SIGTERM in the service: stop to listen, finish what was begun, end. Where \
         its code cannot be changed, let an init such as tini be PID 1, or name the signal that it knows with STOPSIGNAL."
    } else {
        "Look at what the service waits for when it gets SIGTERM: open connections, a timer, a queue. Give each a limit."
    };
    Ok(vec![finding.fix(fix)])
}

impl Rule {
    /// Whether it finds anything.
    fn find_is_some(&self, seen: &Seen) -> bool {
        (self.find)(seen).is_ok_and(|found| !found.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn one_that_was_killed_is_found_with_its_cause() {
        let seen = Fixture::of("FROM a\nCMD [\"node\", \"x.js\"]\n").running().stops(10_200, 137).seen();
        let found = find(&seen).unwrap();
        assert_eq!((found[0].risk, found[0].ms, found[0].settled_by.as_deref()), (Risk::Medium, 10_200, None));
        let shell = Fixture::of("FROM a\nCMD x\n").running().pid1(&["/bin/sh", "-c", "x"]).stops(10_200, 137).seen();
        assert_eq!(find(&shell).unwrap()[0].settled_by.as_deref(), Some("shell-form"));
        let npm =
            Fixture::of("FROM a\nCMD [\"npm\", \"start\"]\n").running().pid1(&["npm start"]).stops(10_200, 137).seen();
        assert_eq!(find(&npm).unwrap()[0].settled_by.as_deref(), Some("package-manager-is-pid-1"));
    }

    #[test]
    fn one_that_ends_soon_is_fine_whatever_its_status() {
        for (ms, status) in [(120, 0), (300, 143), (2900, 1), (50, 137)] {
            let seen = Fixture::of("FROM a\n").running().stops(ms, status).seen();
            assert!(find(&seen).unwrap().is_empty(), "{ms} {status}");
        }
    }

    #[test]
    fn one_that_was_never_well_says_nothing() {
        let seen = Fixture::of("FROM a\n").running().stops(10_200, 137);
        let seen = seen.with_running(|running| running.asked[0].status = Err("refused".to_owned())).seen();
        assert!(find(&seen).is_err());
        assert!(find(&Fixture::of("FROM a\n").seen()).is_err());
    }
}
