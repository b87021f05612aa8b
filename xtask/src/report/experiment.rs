//! Experiments as text: what each line cost, which ran again after which change, and how a prediction came out.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};

use super::Style;
use super::lines::{columns, cut, paragraph};
use crate::model::{Experiment, Prediction};
use crate::units;

/// An instruction is cut to what fits beside the rest of its line: to no more than this many characters,
const MOST: usize = 58;
/// and to no fewer.
const LEAST: usize = 30;
/// Columns of the indentation, the line's number, the time of the cold build, and the gaps between them.
const BESIDE: usize = 20;

/// One table a Dockerfile: a row an instruction, a column a build.
pub fn experiment(experiments: &[Experiment], prediction: Option<&Prediction>, style: Style) -> String {
    let mut parts: Vec<String> = experiments.iter().map(|experiment| one(experiment, style)).collect();
    parts.extend(prediction.map(|prediction| scored(prediction, style)));
    parts.join("\n\n")
}

fn one(experiment: &Experiment, style: Style) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut header = vec!["line".to_owned(), experiment.variant.to_string(), "cold".to_owned()];
    header.extend(experiment.rebuilds.iter().map(|rebuild| format!("{} change", rebuild.change)));
    let taken: usize = header.iter().skip(3).map(|change| change.len() + 2).sum();
    let most = columns().saturating_sub(taken + BESIDE).clamp(LEAST, MOST);
    let columns = header.len();
    table.set_header(header);
    for (index, step) in experiment.steps.iter().enumerate() {
        let mut row = vec![
            step.line.map(|line| line.to_string()).unwrap_or_default(),
            cut(&step.instruction, most),
            seconds(step.cold_ms),
        ];
        row.extend(
            experiment
                .rebuilds
                .iter()
                .map(|rebuild| if rebuild.ran.contains(&index) { "ran again".to_owned() } else { "cached".to_owned() }),
        );
        table.add_row(row);
    }
    let mut whole = vec![String::new(), "the whole build".to_owned(), seconds(experiment.cold_ms)];
    whole.extend(experiment.rebuilds.iter().map(|rebuild| seconds(rebuild.took_ms)));
    table.add_row(whole);
    let mut shares = vec![String::new(), "RUN steps run again, by cold time".to_owned(), "100 %".to_owned()];
    shares.extend(experiment.rebuilds.iter().map(|rebuild| format!("{:.0} %", experiment.run_share(rebuild) * 100.0)));
    table.add_row(shares);
    let mut bytes = vec![String::new(), "bytes in new layers".to_owned(), String::new()];
    bytes.extend(experiment.rebuilds.iter().map(|rebuild| units::bytes(rebuild.new_stored_bytes)));
    table.add_row(bytes);
    for index in (0..columns).filter(|&index| index != 1) {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = table.lines().map(|line| format!("   {}", line.trim_end())).collect::<Vec<_>>().join("\n");
    if let Some(date) = &experiment.cold_from {
        let day = date.replacen('T', " ", 1).replacen('Z', " UTC", 1);
        let words = format!("The cold build was measured at {day}; --no-cache measures it again.");
        text = format!("{text}\n    {}", style.dim(&words));
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
    let mut parts = vec![format!("  {mark} {head}")];
    parts.extend(prediction.misses.iter().map(|miss| paragraph(&format!("  {miss}"))));
    parts.join("\n")
}

fn seconds(ms: u64) -> String {
    units::seconds(Duration::from_millis(ms))
}
