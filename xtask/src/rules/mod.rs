//! The judges: one rule a file. A rule compares what is expected with the facts of a run. Pure arithmetic.
//!
//! The documentation of each file is what the book's reference says of the rule.

mod absent;
mod context_at_most;
mod hardened;
mod healthy;
mod leaks;
mod no_secret;
mod no_shell;
mod non_root;
mod present;
mod read_only;
mod ready_at_most;
mod rebuild_keeps;
mod rebuild_loses;
mod same_contract;
mod stops_within;
mod stored_at_most;
mod times_smaller_than;

use crate::model::{AppId, Expect, Facts, Inspection, Measurement, VariantId, Verdict};

/// Judges one expectation. Returns one verdict for each image it applies to, none for images that did not run.
///
/// A fact that is missing although the image ran is a failed verdict that says so: nothing passes for want of a measurement.
pub fn judge(expect: &Expect, facts: &Facts) -> Vec<Verdict> {
    match expect {
        Expect::Healthy { why } => healthy::judge(&facts.results, why),
        Expect::NonRoot { variant, why } => non_root::judge(&facts.results, variant, why),
        Expect::Hardened { variant, why } => hardened::judge(&facts.results, variant, why),
        Expect::TimesSmallerThan { app, variant, than, at_least, why } => {
            times_smaller_than::judge(&facts.results, app.as_ref(), variant, than, *at_least, why)
        }
        Expect::StoredAtMost { app, variant, bytes, times, of, why } => {
            stored_at_most::judge(&facts.results, app.as_ref(), variant, &Limit { bytes, times, of }, why)
        }
        Expect::Absent { app, variant, paths, packages, classes, why } => {
            absent::judge(facts, app.as_ref(), variant, &absent::Unwanted { paths, packages, classes }, why)
        }
        Expect::Present { app, variant, paths, why } => present::judge(facts, app.as_ref(), variant, paths, why),
        Expect::NoShell { variant, why } => no_shell::judge(facts, variant, why),
        Expect::NoSecret { variant, why } => no_secret::judge(facts, variant, why),
        Expect::Leaks { variant, at_least, why } => leaks::judge(facts, variant, *at_least, why),
        Expect::StopsWithin { variant, seconds, why } => stops_within::judge(facts, variant, *seconds, why),
        Expect::ReadyAtMost { app, variant, times, of, why } => {
            ready_at_most::judge(facts, app.as_ref(), variant, (*times, of), why)
        }
        Expect::ReadOnly { variant, why } => read_only::judge(facts, variant, why),
        Expect::SameContract { variant, why } => same_contract::judge(facts, variant, why),
        Expect::RebuildKeeps { app, variant, change, run_share_at_most, new_share_at_most, why } => {
            let limits = rebuild_keeps::Limits { run_share: *run_share_at_most, new_share: *new_share_at_most };
            rebuild_keeps::judge(facts, app.as_ref(), variant, change, limits, why)
        }
        Expect::RebuildLoses { app, variant, change, run_share_at_least, why } => {
            rebuild_loses::judge(facts, app.as_ref(), variant, change, *run_share_at_least, why)
        }
        Expect::ContextAtMost { app, variant, bytes, times, of, why } => {
            context_at_most::judge(facts, app.as_ref(), variant, &Limit { bytes, times, of }, why)
        }
    }
}

/// A largest number of bytes: absolute, as a multiple of another variant's, or both.
struct Limit<'e> {
    bytes: &'e Option<u64>,
    times: &'e Option<f64>,
    of: &'e Option<VariantId>,
}

impl Limit<'_> {
    /// The bytes allowed and the words for them; `None` where the variant compared with was not measured.
    fn resolve(&self, bytes_of: impl Fn(&VariantId) -> Option<u64>) -> Option<(u64, String)> {
        let absolute = self.bytes.map(|bytes| (bytes, format!("at most {}", crate::units::bytes(bytes))));
        let relative = match (self.times, self.of) {
            (Some(times), Some(of)) => {
                let bytes = bytes_of(of)?;
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a limit in bytes, far from 2^53"
                )]
                let limit = (bytes as f64 * times) as u64;
                Some((limit, format!("at most {} ({times} × {of})", crate::units::bytes(limit))))
            }
            _ => None,
        };
        match (absolute, relative) {
            (Some(a), Some(b)) => Some(if a.0 <= b.0 { a } else { b }),
            (a, b) => a.or(b),
        }
    }
}

/// The measurements of one variant, of one app or of all.
fn of<'a>(
    results: &'a [Measurement],
    app: Option<&'a AppId>,
    variant: &'a VariantId,
) -> impl Iterator<Item = &'a Measurement> {
    results.iter().filter(move |m| m.variant == *variant && app.is_none_or(|app| m.app == *app))
}

/// Judges what the images of a variant are made of. `look` returns whether it passes, what was measured, and where.
fn inspected(
    facts: &Facts,
    (app, variant): (Option<&AppId>, &VariantId),
    (id, expected, why): (&str, &str, &str),
    look: impl Fn(&Inspection) -> (bool, String, Option<String>),
) -> Vec<Verdict> {
    let judged = of(&facts.results, app, variant).map(|m| {
        let found = facts.inspections.iter().find(|inspection| inspection.image == m.image);
        let (pass, measured, place) = found.map_or_else(|| (false, UNKNOWN.to_owned(), None), &look);
        Verdict { place, ..verdict(id, m, pass, expected.to_owned(), measured, why) }
    });
    judged.collect()
}

/// What is said where a fact is missing.
pub(crate) const UNKNOWN: &str = "it was not measured";

/// The first three of some places, and how many there are.
fn places(all: &[String]) -> String {
    let shown = all.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > 3 { format!("{shown} and {} more", all.len() - 3) } else { shown }
}

fn verdict(id: &str, of: &Measurement, pass: bool, expected: String, measured: String, why: &str) -> Verdict {
    let subject = format!("{}/{}", of.app, of.variant);
    Verdict { id: id.to_owned(), subject, pass, expected, measured, place: None, why: why.to_owned() }
}

#[cfg(test)]
mod tests;
