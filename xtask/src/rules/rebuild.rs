//! What rules say of a build after a change.

use super::Case;
use crate::model::{Experiment, Rebuild};
use crate::units;

/// The experiment on an image, and its rebuild after a change.
pub(super) fn rebuilt<'f>(case: &Case<'f>, change: &str) -> Option<(&'f Experiment, &'f Rebuild)> {
    let experiment = case.facts.experiment.as_ref()?;
    experiment.rebuilds.iter().find(|rebuild| rebuild.change == change).map(|rebuild| (experiment, rebuild))
}

/// `100 % of the RUN time again, 12.1 MB in new layers`
pub(super) fn again(run: f64, rebuild: &Rebuild) -> String {
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

/// The instruction that made the largest of the new layers.
pub(super) fn bulkiest(experiment: &Experiment, rebuild: &Rebuild) -> Option<String> {
    let (index, bytes) = rebuild.largest_new?;
    let step = experiment.steps.get(index)?;
    let line = step.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    Some(format!("{line}{} (its layer of {} is new after the edit)", step.instruction, units::bytes(bytes)))
}

/// `12 %`
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A part of a whole, from 0 to 1; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share, to be shown in percent")]
pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
