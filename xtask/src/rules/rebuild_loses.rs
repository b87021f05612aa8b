//! `rebuild-loses`: after a change of the app, a build runs again at least this share of the cold build's `RUN` time. It
//! proves in every run that the bad order of a lesson is bad.

use super::rebuild_keeps::{find, measured, percent};
use super::{UNKNOWN, of, verdict};
use crate::model::{AppId, Facts, VariantId, Verdict};

pub(super) fn judge(
    facts: &Facts,
    app: Option<&AppId>,
    variant: &VariantId,
    change: &str,
    at_least: f64,
    why: &str,
) -> Vec<Verdict> {
    let judged = of(&facts.results, app, variant).map(|m| {
        let expected = format!("after the {change} change: at least {} of the RUN time again", percent(at_least));
        let Some((experiment, rebuild)) = find(facts, m, change) else {
            return verdict("rebuild-loses", m, false, expected, UNKNOWN.to_owned(), why);
        };
        let run = experiment.run_share(rebuild);
        verdict("rebuild-loses", m, run >= at_least, expected, measured(run, rebuild), why)
    });
    judged.collect()
}
