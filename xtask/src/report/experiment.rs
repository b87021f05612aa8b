//! Experiments as text: what each line cost, which ran again after which change, and how a prediction came out.

use std::time::Duration;

use super::Style;
use super::lines::{headed, paragraph_in};
use super::table::{Cell, Table, instructions, right};
use crate::model::{Experiment, Prediction, Rebuild};
use crate::units;

/// An instruction is cut to what fits beside the rest of its line, but not to less than this many characters.
const LEAST: usize = 30;
/// Columns before the table.
const INDENT: usize = 4;

/// One table a Dockerfile: a row an instruction, a column a build.
pub fn experiment(experiments: &[Experiment], prediction: Option<&Prediction>, style: Style) -> String {
    let mut parts: Vec<String> = experiments.iter().map(|experiment| one(experiment, style)).collect();
    parts.extend(prediction.map(|prediction| scored(prediction, style)));
    parts.join("\n\n")
}

/// What each line cost in the build without cache, and which ran again after which change.
pub(super) fn table(experiment: &Experiment) -> Table {
    let changes = experiment.rebuilds.iter().map(|rebuild| right(format!("{} change", rebuild.change)));
    let columns = [right("line"), instructions(experiment.variant.to_string(), LEAST), right("cold")];
    let mut table = Table::new(columns.into_iter().chain(changes)).named_by(1);
    for (index, step) in experiment.steps.iter().enumerate() {
        let line = step.line.map(|line| line.to_string()).unwrap_or_default();
        let again = experiment.rebuilds.iter().map(|rebuild| rebuild.ran.contains(&index));
        let again = again.map(|again| if again { Cell::strong("ran again") } else { "cached".into() });
        let cells = [line, step.instruction.clone(), seconds(step.cold_ms)].map(Cell::from);
        table.row(cells.into_iter().chain(again));
    }
    let mut sum = |name: &str, cold: String, of: &dyn Fn(&Rebuild) -> String| {
        table.row([String::new(), name.to_owned(), cold].into_iter().chain(experiment.rebuilds.iter().map(of)));
    };
    sum("the whole build", seconds(experiment.cold_ms), &|rebuild| seconds(rebuild.took_ms));
    sum("RUN steps run again, by cold time", "100 %".to_owned(), &|rebuild| {
        format!("{:.0} %", experiment.run_share(rebuild) * 100.0)
    });
    sum("bytes in new layers", String::new(), &|rebuild| units::bytes(rebuild.new_stored_bytes));
    table
}

fn one(experiment: &Experiment, style: Style) -> String {
    let mut text = table(experiment).text(INDENT, style);
    if let Some(date) = &experiment.cold_from {
        let day = date.replacen('T', " ", 1).replacen('Z', " UTC", 1);
        let words = format!("The cold build was measured at {day}; --no-cache measures it again.");
        text = format!("{text}\n{}", style.dim(&paragraph_in(&words, 2)));
    }
    text
}

/// How a prediction came out.
fn scored(prediction: &Prediction, style: Style) -> String {
    let whole = prediction.misses.is_empty();
    let head = format!(
        "Your prediction for {} after the {} change: {} of {} lines right{}.",
        prediction.variant,
        prediction.change,
        prediction.right,
        prediction.asked,
        match prediction.magnitude_right {
            Some(true) => ", and the magnitude too",
            Some(false) => ", and the bytes were of another magnitude",
            None => "",
        }
    );
    let mark = if whole { style.ok_mark() } else { style.bold("→") };
    let mut parts = vec![headed(&mark, &head, style)];
    parts.extend(prediction.misses.iter().map(|miss| paragraph_in(miss, 2)));
    parts.join("\n")
}

fn seconds(ms: u64) -> String {
    units::seconds(Duration::from_millis(ms))
}
