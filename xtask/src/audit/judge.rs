//! Asks all rules, and puts what they found in order.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::masked::Masks;
use super::model::{Audit, Figures, Finding, Kind, NotMeasured, Risk};
use super::rules::{self, Rule};
use super::seen::{Known, Seen};

/// What all rules say of what was seen. Subject and notes are the caller's.
pub fn judge(seen: &Seen) -> Audit {
    judge_by(rules::all(), seen)
}

/// As [`judge`], by these rules.
pub fn judge_by<'r>(rules: impl Iterator<Item = &'r Rule>, seen: &Seen) -> Audit {
    let mut audit = Audit { schema: Audit::SCHEMA, figures: figures(seen), ..Audit::default() };
    for rule in rules {
        match (rule.find)(seen) {
            Ok(found) if found.is_empty() => audit.held.push(rule.id.to_owned()),
            Ok(found) => audit.findings.extend(found),
            Err(unknown) => audit.not_measured.push(NotMeasured { rule: rule.id.to_owned(), why: unknown.0 }),
        }
    }
    rank(&mut audit.findings, seen);
    say_what_meets(&mut audit.findings);
    // Any rule may quote a line that holds a secret.
    let masks = seen.dockerfile.as_ref().map(Masks::of).unwrap_or_default();
    audit.findings.iter_mut().for_each(|finding| masks.apply(finding));
    for one in &mut audit.not_measured {
        one.why = masks.masked(&one.why);
    }
    audit
}

/// Puts findings in order, what matters most first. One that the fix of another settles comes behind all that need their own.
fn rank(findings: &mut [Finding], seen: &Seen) {
    let ids: Vec<String> = findings.iter().map(|finding| finding.id.clone()).collect();
    let is_settled = |finding: &Finding| finding.settled_by.as_ref().is_some_and(|by| ids.contains(by));
    // A rule that settles another may not be there itself.
    for finding in findings.iter_mut() {
        if !is_settled(finding) {
            finding.settled_by = None;
        }
    }
    let weight = |finding: &Finding| weight(finding) + unmeasured(finding, seen);
    findings.sort_by_key(|finding| (finding.settled_by.is_some(), Reverse(weight(finding)), finding.id.clone()));
}

/// How much a finding matters. A megabyte, a quarter of a second at each build or stop, and a hundredth of what is wrong now weigh
/// the same: 100 MB of an image matter more than a convention, and less than a password in it.
fn weight(finding: &Finding) -> u64 {
    let risk = match finding.risk {
        Risk::None => 0,
        Risk::Low => 15,
        Risk::Medium => 100,
        Risk::High => 10_000,
    };
    // What may be a secret that anybody reads comes before what only would make an intrusion worse.
    let published = if finding.kind == Kind::Secrets && finding.risk == Risk::Medium { 900 } else { 0 };
    risk + published + finding.bytes / 1_000_000 + finding.ms / 250
}

/// What a finding usually costs, in the same weights, where nothing was measured that would tell: a second stage saves hundreds of
/// megabytes, and an install that each edit runs again takes half a minute.
fn unmeasured(finding: &Finding, seen: &Seen) -> u64 {
    let is_measured = match finding.kind {
        Kind::Bytes => seen.image.is_ok(),
        Kind::Rebuild => seen.rebuild.is_ok(),
        Kind::Secrets | Kind::Runtime | Kind::Supply => true,
    };
    match finding.id.as_str() {
        _ if is_measured || finding.bytes > 0 || finding.ms > 0 => 0,
        "single-stage" => 500,
        "sources-before-install" => 120,
        "no-cache-mount" => 40,
        _ if finding.kind == Kind::Bytes && finding.risk < Risk::Medium => 60,
        _ => 0,
    }
}

/// Two fixes may change the same line. The later one then says so: pasted as it is, it would take the earlier one back.
fn say_what_meets(findings: &mut [Finding]) {
    let removed = |finding: &Finding| -> Vec<String> {
        finding.fix.diff.iter().filter(|line| line.len() > 1 && line.starts_with('-')).cloned().collect()
    };
    for at in 1..findings.len() {
        let (before, rest) = findings.split_at_mut(at);
        let Some(finding) = rest.first_mut() else { continue };
        let lines = removed(finding);
        let same = |other: &&Finding| {
            other.fix.file == finding.fix.file && removed(other).iter().any(|line| lines.contains(line))
        };
        let mut ids: Vec<String> = Vec::new();
        for other in before.iter().filter(same) {
            let id = format!("`{}`", other.id);
            if other.id != finding.id && !ids.contains(&id) {
                ids.push(id);
            }
        }
        if !ids.is_empty() {
            let (what, verb) = if ids.len() == 1 { ("fix", "changes") } else { ("fixes", "change") };
            let ids = crate::names::list(ids.iter().map(String::as_str));
            let _ = write!(finding.fix.says, " The {what} of {ids} {verb} the same line: keep what both change.");
        }
    }
}

fn figures(seen: &Seen) -> Figures {
    let mut figures = Figures::default();
    if let Ok(image) = &seen.image {
        let inspection = &image.inspection;
        figures.stored_bytes = Some(inspection.stored_bytes);
        figures.pull_bytes = inspection.pull_bytes;
        figures.wasted_bytes = Some(inspection.wasted_bytes);
        figures.packages = u64::try_from(inspection.packages.len()).ok();
        figures.setuid_files = u64::try_from(inspection.surface.setuid.len()).ok();
        figures.layers = u64::try_from(inspection.layers.len()).ok();
    }
    if let Ok(rebuild) = &seen.rebuild {
        figures.build_ms = rebuild.share().map(|_| rebuild.whole_ms);
        figures.rebuild_ms = Some(rebuild.took_ms);
        figures.rebuild_share = rebuild.share();
        figures.rebuild_bytes = Some(rebuild.new_bytes);
    }
    if let Ok(running) = &seen.running {
        figures.ready_ms = known(&running.ready_ms);
        figures.stop_ms = running.stop.as_ref().ok().map(|stop| stop.ms);
    }
    figures.context_bytes = seen.context.as_ref().ok().map(super::seen::Context::sent_bytes);
    figures
}

fn known<T: Copy>(fact: &Known<T>) -> Option<T> {
    fact.as_ref().ok().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn finding(id: &str, bytes: u64, ms: u64, risk: Risk) -> Finding {
        Finding { id: id.to_owned(), bytes, ms, risk, ..Finding::default() }
    }

    #[test]
    fn what_matters_most_comes_first() {
        let mut found = vec![
            finding("labels", 0, 0, Risk::Low),
            finding("toolchain", 900_000_000, 0, Risk::None).settled_by("stages"),
            finding("orphan", 300_000_000, 0, Risk::None).settled_by("nothing"),
            finding("order", 0, 30_000, Risk::None),
            finding("root", 0, 0, Risk::Medium),
            finding("secret", 20, 0, Risk::High),
            finding("stages", 1_000_000_000, 0, Risk::None),
        ];
        rank(&mut found, &Fixture::nothing().seen());
        let ids: Vec<_> = found.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(ids, ["secret", "stages", "orphan", "order", "root", "labels", "toolchain"]);
        assert_eq!(found[2].settled_by, None, "nothing is there that would settle it");
    }

    #[test]
    fn without_measures_the_usual_cost_decides() {
        let of = |id: &str, kind, risk| Finding { kind, ..finding(id, 0, 0, risk) };
        let mut found = vec![
            of("no-labels", Kind::Supply, Risk::Low),
            of("runs-as-root", Kind::Runtime, Risk::Medium),
            of("secret-in-layer", Kind::Secrets, Risk::Medium),
            of("single-stage", Kind::Bytes, Risk::None),
            of("sources-before-install", Kind::Rebuild, Risk::None),
        ];
        rank(&mut found, &Fixture::nothing().seen());
        let ids: Vec<_> = found.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(ids, ["secret-in-layer", "single-stage", "sources-before-install", "runs-as-root", "no-labels"]);
    }

    #[test]
    fn a_fix_says_which_other_one_changes_its_line() {
        let with = |id: &str, line: &str| finding(id, 0, 0, Risk::Low).fix("Do.").diff("Dockerfile", vec![line.into()]);
        let mut found = vec![with("a", "-CMD x"), with("b", "-CMD y"), with("c", "-CMD x")];
        say_what_meets(&mut found);
        assert_eq!(found[1].fix.says, "Do.");
        assert_eq!(found[2].fix.says, "Do. The fix of `a` changes the same line: keep what both change.");
    }

    #[test]
    fn no_form_of_an_audit_holds_a_secret() {
        let file = "FROM node:18\nARG API_TOKEN=Kran-77-hebt\nCOPY . .\nRUN npm ci --token=Kran-77-hebt\n\
                    ENV DATABASE_URL=\"postgresql://harbour:Anker-19-wirf@db:5432/harbour\"\nENV DB_PASSWORD Hafen-7-kran\n\
                    LABEL deploy.token=\"Segel-4-setzt\"\nCMD node x.js\n";
        let seen = Fixture::of(file).text("package.json", "{\"dependencies\": {\"a\": \"1\"}}").file("x.js", 9).seen();
        let audit = judge(&seen);
        assert!(audit.findings.iter().any(|finding| finding.id == "secret-in-environment"));
        let style = crate::report::Style::of(Some(false), true);
        let forms = [
            crate::report::audit(&audit, true, "cargo xtask audit", style),
            crate::report::audit_markdown(&audit),
            crate::report::audit_html(&audit, None, seen.dockerfile.as_ref().ok().map(|written| &written.parsed)),
            crate::report::json(&audit),
            crate::report::sarif(&audit),
        ];
        for form in &forms {
            for value in ["Kran-77", "Anker-19", "Hafen-7", "Segel-4"] {
                assert!(!form.contains(value), "{value}: {form}");
            }
        }
    }
}
