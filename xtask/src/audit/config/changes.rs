//! What is different from an earlier audit.

use crate::audit::model::{Audit, Figures};
use crate::units;

/// What is different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Ids of findings that were not there before, in today's order.
    pub new: Vec<String>,
    /// Ids of findings that are gone.
    pub gone: Vec<String>,
    /// Figures that are others, worst first.
    pub figures: Vec<Change>,
}

/// A figure that is another one than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is a figure of.
    pub name: &'static str,
    /// As it was, as it is shown.
    pub was: String,
    /// As it is.
    pub is: String,
    /// Whether it is more than before.
    pub more: bool,
}

/// Times differ from run to run: less than this share, and less than so many milliseconds, is no change.
const NOISE: u64 = 4;
const NOISE_MS: u64 = 1000;

impl Changes {
    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.figures.is_empty()
    }
}

/// What is different now.
pub fn changes(before: &Audit, now: &Audit) -> Changes {
    let ids = |audit: &Audit| {
        let mut ids: Vec<String> = Vec::new();
        for finding in &audit.findings {
            if !ids.contains(&finding.id) {
                ids.push(finding.id.clone());
            }
        }
        ids
    };
    let (were, are) = (ids(before), ids(now));
    // A rule that could not look is neither found nor gone.
    let judged = |audit: &Audit, id: &String| !audit.not_measured.iter().any(|one| one.rule == *id);
    Changes {
        new: are.iter().filter(|id| !were.contains(id) && judged(before, id)).cloned().collect(),
        gone: were.iter().filter(|id| !are.contains(id) && judged(now, id)).cloned().collect(),
        figures: figures(&before.figures, &now.figures),
    }
}

fn figures(before: &Figures, now: &Figures) -> Vec<Change> {
    let bytes = |name, was: Option<u64>, is: Option<u64>| exact(name, was, is, units::bytes);
    let count = |name, was: Option<u64>, is: Option<u64>| exact(name, was, is, |number| number.to_string());
    let time = |name, was: Option<u64>, is: Option<u64>| {
        let (was, is) = (was?, is?);
        let differ = was.abs_diff(is);
        let noise = differ < NOISE_MS || differ < was.max(is) / NOISE;
        (!noise).then(|| Change { name, was: units::millis(was), is: units::millis(is), more: is > was })
    };
    let mut changes: Vec<Change> = [
        bytes("stored", before.stored_bytes, now.stored_bytes),
        bytes("pull", before.pull_bytes, now.pull_bytes),
        bytes("wasted", before.wasted_bytes, now.wasted_bytes),
        bytes("context", before.context_bytes, now.context_bytes),
        count("packages", before.packages, now.packages),
        count("setuid files", before.setuid_files, now.setuid_files),
        count("layers", before.layers, now.layers),
        time("rebuild", before.rebuild_ms, now.rebuild_ms),
        time("ready", before.ready_ms, now.ready_ms),
        time("stop", before.stop_ms, now.stop_ms),
    ]
    .into_iter()
    .flatten()
    .collect();
    changes.sort_by_key(|change| !change.more);
    changes
}

fn exact(name: &'static str, was: Option<u64>, is: Option<u64>, shown: fn(u64) -> String) -> Option<Change> {
    let (was, is) = (was?, is?);
    // What is shown alike would only puzzle.
    let (shown_was, shown_is) = (shown(was), shown(is));
    let more = is > was;
    (shown_was != shown_is).then_some(Change { name, was: shown_was, is: shown_is, more })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::{Finding, NotMeasured};

    fn audit(ids: &[&str], unknown: &[&str], figures: Figures) -> Audit {
        let findings = ids.iter().map(|id| Finding { id: (*id).to_owned(), ..Finding::default() }).collect();
        let not_measured =
            unknown.iter().map(|id| NotMeasured { rule: (*id).to_owned(), why: "x".to_owned() }).collect();
        Audit { figures, findings, not_measured, ..Audit::default() }
    }

    #[test]
    fn new_and_gone_findings_are_told_apart_from_what_was_not_measured() {
        let before = audit(&["a", "b", "c"], &["e"], Figures::default());
        let now = audit(&["b", "d", "d", "e"], &["c"], Figures::default());
        let changes = changes(&before, &now);
        assert_eq!((changes.new, changes.gone), (vec!["d".to_owned()], vec!["a".to_owned()]));
    }

    #[test]
    fn figures_that_are_shown_alike_and_noise_are_no_changes() {
        let figures = |stored, rebuild, packages| Figures {
            stored_bytes: Some(stored),
            rebuild_ms: Some(rebuild),
            packages: Some(packages),
            ..Figures::default()
        };
        let same =
            changes(&audit(&[], &[], figures(52_400_000, 3000, 7)), &audit(&[], &[], figures(52_400_900, 3900, 7)));
        assert!(same.is_empty(), "{same:?}");
        let other =
            changes(&audit(&[], &[], figures(52_400_000, 30_000, 9)), &audit(&[], &[], figures(61_000_000, 3900, 7)));
        let names: Vec<_> = other.figures.iter().map(|change| (change.name, change.more)).collect();
        assert_eq!(names, [("stored", true), ("packages", false), ("rebuild", false)]);
    }
}
