//! `rebuild-keeps`: after a change of the app, a build runs again at most this share of the cold build's `RUN` time, and at
//! most this share of the image's stored bytes is in new layers.
//!
//! The share counts each instruction that ran again with what it cost in the cold build, so it is a ratio of two numbers of
//! one machine. The change is new in every run: the build cache cannot hold its result already.

use super::{UNKNOWN, of, verdict};
use crate::model::{AppId, Experiment, Facts, Measurement, Rebuild, VariantId, Verdict};
use crate::units;

/// What is allowed, as shares from 0 to 1.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub run_share: Option<f64>,
    pub new_share: Option<f64>,
}

pub(super) fn judge(
    facts: &Facts,
    app: Option<&AppId>,
    variant: &VariantId,
    change: &str,
    limits: Limits,
    why: &str,
) -> Vec<Verdict> {
    let judged = of(&facts.results, app, variant).map(|m| {
        let mut expected = Vec::new();
        expected.extend(limits.run_share.map(|share| format!("at most {} of the RUN time again", percent(share))));
        expected.extend(limits.new_share.map(|share| format!("at most {} of the bytes in new layers", percent(share))));
        let expected = format!("after the {change} change: {}", expected.join(", "));
        let Some((experiment, rebuild)) = find(facts, m, change) else {
            return verdict("rebuild-keeps", m, false, expected, UNKNOWN.to_owned(), why);
        };
        let run = experiment.run_share(rebuild);
        let new = share(rebuild.new_stored_bytes, rebuild.stored_bytes);
        let pass =
            limits.run_share.is_none_or(|limit| run <= limit) && limits.new_share.is_none_or(|limit| new <= limit);
        let place = (!pass).then(|| dearest(experiment, rebuild)).flatten();
        Verdict { place, ..verdict("rebuild-keeps", m, pass, expected, measured(run, rebuild), why) }
    });
    judged.collect()
}

/// The experiment on an image, and its rebuild after a change.
pub(super) fn find<'f>(facts: &'f Facts, m: &Measurement, change: &str) -> Option<(&'f Experiment, &'f Rebuild)> {
    let experiment = facts.experiments.iter().find(|e| e.app == m.app && e.variant == m.variant)?;
    experiment.rebuilds.iter().find(|rebuild| rebuild.change == change).map(|rebuild| (experiment, rebuild))
}

/// `100 % of the RUN time again, 12.1 MB in new layers`
pub(super) fn measured(run: f64, rebuild: &Rebuild) -> String {
    format!("{} of the RUN time again, {} in new layers", percent(run), units::bytes(rebuild.new_stored_bytes))
}

/// The instruction that ran again and costs most.
pub(super) fn dearest(experiment: &Experiment, rebuild: &Rebuild) -> Option<String> {
    let ran = rebuild.ran.iter().filter_map(|&index| experiment.steps.get(index)).filter(|step| step.is_run());
    let step = ran.max_by_key(|step| step.cold_ms)?;
    let line = step.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let cost = units::seconds(std::time::Duration::from_millis(step.cold_ms));
    Some(format!("{line}{} ({cost} in a cold build)", step.instruction))
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[expect(clippy::cast_precision_loss, reason = "a share, to be shown in percent")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
