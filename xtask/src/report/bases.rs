//! The list of bases.

use super::Style;
use super::lines::{paragraph, paragraph_in};
use super::table::{Table, left, right};
use crate::model::{BaseReport, BaseRow, BaseState};
use crate::units;

/// The whole list as text: what there is, and how each differs from the official image.
pub fn bases(report: &BaseReport, style: Style) -> String {
    let from = paragraph(&format!("Bases: {}, because {}.", style.bold(&report.from), report.why));
    let ca = match report.ca_files.as_slice() {
        [] => "This machine trusts no certificates of its own that toolchain bases would need.".to_owned(),
        files => format!("Toolchain bases are given the certificates in {}.", files.join(", ")),
    };
    let ca = paragraph(&ca);
    let differs = report.bases.iter().map(|row| format!("  {}\n{}", row.name, paragraph_in(&row.differs, 2)));
    let differs = std::iter::once(format!("  {}", style.bold("How they differ from the official images")))
        .chain(differs)
        .collect::<Vec<_>>()
        .join("\n");
    [from, ca, table(&report.bases, style), differs].join("\n\n")
}

fn table(rows: &[BaseRow], style: Style) -> String {
    let mut table = Table::new([left("local base"), left("state"), right("size")]);
    for row in rows {
        let size = row.size_bytes.map_or_else(|| "–".to_owned(), units::bytes);
        table.row([row.name.clone(), state(row.state).to_owned(), size]);
    }
    table.text(2, style)
}

fn state(state: BaseState) -> &'static str {
    match state {
        BaseState::Present => "present",
        BaseState::Outdated => "outdated: its recipe has changed",
        BaseState::Absent => "absent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, state: BaseState, size_bytes: Option<u64>) -> BaseRow {
        let (tag, differs) = (format!("drydock.local/{name}"), "as the official one".to_owned());
        BaseRow { name: name.to_owned(), tag, state, size_bytes, parents: Vec::new(), differs }
    }

    #[test]
    fn sizes_line_up_and_a_missing_one_is_a_dash() {
        let rows = [row("a:1", BaseState::Present, Some(77_900_000)), row("long:name", BaseState::Absent, None)];
        let text = table(&rows, Style { color: false, live: false, symbols: true });
        let ends: Vec<_> = text.lines().skip(1).map(|l| l.chars().count()).collect();
        assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
        assert!(text.contains("77.9 MB") && text.contains('–'), "{text}");
    }
}
