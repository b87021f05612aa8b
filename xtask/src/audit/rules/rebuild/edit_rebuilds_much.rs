//! An edit of one source file runs steps again that do not depend on it. Measured.

use super::has_cache;
use crate::audit::installs::{fetches, installs, system_packages};
use crate::audit::model::{Evidence, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, StepAgain, Written};
use crate::audit::shell::calls;
use crate::units;

pub const RULE: Rule = Rule {
    id: "edit-rebuilds-much",
    kind: Kind::Rebuild,
    looks_for: "an edit of one file that runs much of the build again (measured)",
    why: "Somebody waits for this after every change, and each deploy moves the new layers to every machine.",
    find,
};

/// Less time, or a smaller share of the build, is what an edit costs.
const LONG: u64 = 3000;
const SHARE: f64 = 0.3;
/// So many bytes of new layers, of at least this share of the image, are more than an edit.
const MUCH: u64 = 50_000_000;

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let rebuild = seen.rebuild()?;
    let needless: Vec<&StepAgain> = rebuild.again.iter().filter(|step| is_needless(step, written)).collect();
    let ms: u64 = needless.iter().map(|step| step.ms).sum();
    let slow = ms >= LONG && share(ms, rebuild.whole_ms) >= SHARE;
    let large =
        rebuild.new_bytes >= MUCH && share(rebuild.new_bytes, rebuild.stored_bytes) >= SHARE && !needless.is_empty();
    if !slow && !large {
        return Ok(Vec::new());
    }
    let says = format!(
        "One edited line of {} ran {} of the {} of RUN steps again, and {} of layers were new.",
        rebuild.touched,
        seconds(rebuild.again_ms().min(rebuild.whole_ms)),
        seconds(rebuild.whole_ms),
        units::bytes(rebuild.new_bytes)
    );
    let evidence = needless
        .iter()
        .map(|step| Evidence::of(format!("`{}` ran again", shortened(&step.text))).line(step.line).ms(step.ms));
    let finding = RULE.finding(says).saves_ms(ms).saves_bytes(0).with_all(evidence);
    let first = needless.first().map(|step| step.line).unwrap_or_default();
    let fix = format!(
        "Move what does not need the sources before the line that copies them: line {first} runs again although the edit does not concern it."
    );
    let by = if needless.iter().any(|step| installs_in(step, written)) {
        "sources-before-install"
    } else {
        "no-cache-mount"
    };
    Ok(vec![finding.fix(fix).settled_by(by)])
}

/// Whether a step that ran again does what the edit does not concern: it fetches or installs, or compiles everything from nothing.
fn is_needless(step: &StepAgain, written: &Written) -> bool {
    let Some(instruction) = written.at(step.line) else { return false };
    let uncached = !has_cache(instruction);
    installs_in(step, written) || calls(instruction).iter().any(|call| fetches(call).is_some() && uncached)
}

fn installs_in(step: &StepAgain, written: &Written) -> bool {
    let calls = written.at(step.line).map(calls).unwrap_or_default();
    calls.iter().any(|call| installs(call).is_some() || !system_packages(call).is_empty())
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn seconds(ms: u64) -> String {
    units::seconds(std::time::Duration::from_millis(ms))
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn an_install_that_runs_again_is_found_with_its_seconds() {
        let fixture = Fixture::of("FROM node:24\nCOPY . .\nRUN npm ci && npm run build\n");
        let found = find(
            &fixture.rebuild(30_000, &[(2, "COPY . .", 100), (3, "RUN npm ci && npm run build", 25_000)], 9).seen(),
        )
        .unwrap();
        assert_eq!((found[0].ms, found[0].evidence[0].line), (25_000, Some(3)));
    }

    #[test]
    fn what_an_edit_costs_by_itself_is_not() {
        let well = "FROM node:24\nCOPY package.json .\nRUN npm ci\nCOPY . .\nRUN npm run build\n";
        let build = Fixture::of(well).rebuild(30_000, &[(4, "COPY . .", 100), (5, "RUN npm run build", 25_000)], 9);
        assert!(find(&build.seen()).unwrap().is_empty(), "a compiler has to run");
        let cached = "FROM golang:1\nCOPY . .\nRUN --mount=type=cache,target=/x go build .\n";
        let build = Fixture::of(cached).rebuild(30_000, &[(3, "RUN go build .", 25_000)], 9);
        assert!(find(&build.seen()).unwrap().is_empty());
        let short = Fixture::of("FROM node:24\nCOPY . .\nRUN npm ci\n").rebuild(2000, &[(3, "RUN npm ci", 1500)], 9);
        assert!(find(&short.seen()).unwrap().is_empty());
        assert!(find(&Fixture::of("FROM a\n").seen()).is_err());
    }
}
