//! The judges: one rule a file. A rule compares what a lesson expects with what was measured. Pure arithmetic.

mod hardened;
mod healthy;
mod non_root;
mod stored_at_most;
mod times_smaller_than;

use crate::model::{AppId, Expect, Measurement, RungId, Verdict};

/// Judges one expectation of a lesson. Returns one verdict for each image it applies to, none for images that did not run.
pub fn judge(expect: &Expect, results: &[Measurement]) -> Vec<Verdict> {
    match expect {
        Expect::Healthy { why } => healthy::judge(results, why),
        Expect::NonRoot { rung, why } => non_root::judge(results, rung, why),
        Expect::Hardened { rung, why } => hardened::judge(results, rung, why),
        Expect::TimesSmallerThan { app, rung, than, at_least, why } => {
            times_smaller_than::judge(results, app.as_ref(), rung, than, *at_least, why)
        }
        Expect::StoredAtMost { app, rung, bytes, why } => {
            stored_at_most::judge(results, app.as_ref(), rung, *bytes, why)
        }
    }
}

/// The measurements of one rung, of one app or of all.
fn of<'a>(
    results: &'a [Measurement],
    app: Option<&'a AppId>,
    rung: &'a RungId,
) -> impl Iterator<Item = &'a Measurement> {
    results.iter().filter(move |m| m.rung == *rung && app.is_none_or(|app| m.app == *app))
}

fn verdict(id: &str, of: &Measurement, pass: bool, expected: String, measured: String, why: &str) -> Verdict {
    let subject = format!("{}/{}", of.app, of.rung);
    Verdict { id: id.to_owned(), subject, pass, expected, measured, why: why.to_owned() }
}

#[cfg(test)]
mod tests;
