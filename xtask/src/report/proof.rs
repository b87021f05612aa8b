//! What the proof of the exercises came to.

use std::time::Duration;

use super::Style;
use super::table::{Cell, Table, left, right};
use crate::model::Proof;
use crate::names;
use crate::units;

/// What is said of one answer when it was judged.
pub fn proved(proof: &Proof) -> String {
    let failed = match proof.failed.len() {
        0 => "passes".to_owned(),
        _ => format!("fails {}", names::list(proof.failed.iter().map(String::as_str))),
    };
    match &proof.fault {
        Some(fault) => format!("wrong: {fault}"),
        None if proof.before => format!("{failed}, as on {}", proof.date.split('T').next().unwrap_or_default()),
        None => format!("{failed}, {}", units::seconds(Duration::from_millis(proof.took_ms))),
    }
}

/// One row an exercise and app: how many answers of each kind, and what is wrong.
pub fn proofs(rows: &[(String, Vec<Proof>)], missing: &[String], took: Duration, style: Style) -> String {
    let numbers = ["shipped", "wrong", "right", "took"].map(right);
    let mut table = Table::new([left("exercise")].into_iter().chain(numbers).chain([left("")]));
    let (mut all, mut before, mut faults) = (0, 0, Vec::new());
    for (name, proofs) in rows {
        let of = |kind: &str| proofs.iter().filter(|proof| proof.answer.contains(&format!(": {kind}"))).count();
        let ms: u64 = proofs.iter().filter(|proof| !proof.before).map(|proof| proof.took_ms).sum();
        let bad = proofs.iter().filter(|proof| proof.fault.is_some());
        faults
            .extend(bad.clone().map(|proof| format!("{}: {}", proof.answer, proof.fault.clone().unwrap_or_default())));
        let well = bad.count() == 0;
        let took = if ms == 0 { "–".to_owned() } else { units::seconds(Duration::from_millis(ms)) };
        let counts = ["as shipped", "wrong/", "solution/"].map(|kind| of(kind).to_string());
        let [shipped, wrong, solved] = counts;
        let cells = [name.clone(), shipped, wrong, solved, took].map(Cell::from);
        table.row(cells.into_iter().chain([Cell::mark(well)]));
        all += proofs.len();
        before += proofs.iter().filter(|proof| proof.before).count();
    }
    let mut lines = vec![table.text(2, style), String::new()];
    faults.extend(missing.iter().cloned());
    lines.extend(faults.iter().map(|fault| format!("  {} {fault}", style.fail_mark())));
    lines.push(format!(
        "  {} {all} answers judged as they should be, {before} of them earlier with nothing changed since; {} in all.",
        if faults.is_empty() { style.ok_mark() } else { style.fail_mark() },
        units::seconds(took)
    ));
    if !faults.is_empty() {
        let last = lines.len() - 1;
        lines[last] = format!(
            "  {} {} faults among {all} answers, in {}.",
            style.fail_mark(),
            faults.len(),
            units::seconds(took)
        );
    }
    lines.join("\n")
}
