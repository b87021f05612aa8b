//! Asks all rules, and puts what they found in order.

use std::cmp::Reverse;

use super::model::{Audit, Figures, Finding, NotMeasured, Risk};
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
    rank(&mut audit.findings);
    audit
}

/// Puts findings in order, what matters most first. One that the fix of another settles comes behind all that need their own.
fn rank(findings: &mut [Finding]) {
    let ids: Vec<String> = findings.iter().map(|finding| finding.id.clone()).collect();
    let is_settled = |finding: &Finding| finding.settled_by.as_ref().is_some_and(|by| ids.contains(by));
    // A rule that settles another may not be there itself.
    for finding in findings.iter_mut() {
        if !is_settled(finding) {
            finding.settled_by = None;
        }
    }
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
    risk + finding.bytes / 1_000_000 + finding.ms / 250
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
        figures.build_ms = Some(rebuild.whole_ms);
        figures.rebuild_ms = Some(rebuild.took_ms);
        figures.rebuild_share = Some(rebuild.share());
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
        rank(&mut found);
        let ids: Vec<_> = found.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(ids, ["secret", "stages", "orphan", "order", "root", "labels", "toolchain"]);
        assert_eq!(found[2].settled_by, None, "nothing is there that would settle it");
    }
}
