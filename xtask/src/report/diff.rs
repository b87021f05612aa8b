//! Where the bytes went between two images, as text.

use comfy_table::{CellAlignment, Table, presets};

use super::Style;
use crate::model::{Comparison, Sizes};
use crate::names::{list, printable};
use crate::units;

/// Places that are shown.
const PLACES: usize = 12;
/// Classes that the first line names.
const NAMED: usize = 4;

/// One sentence, then classes and places with their bytes before and after.
pub fn diff(comparison: &Comparison, style: Style) -> String {
    let mut classes: Vec<_> = comparison.classes.iter().map(|(class, bytes)| ((*class).to_owned(), *bytes)).collect();
    classes.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.size()));
    let places = comparison.places.iter().take(PLACES).map(|place| (printable(&place.path), place.bytes));
    [
        format!("  {}", style.bold(&sentence(comparison, &classes))),
        format!("  {}\n{}", style.dim("By class"), table(&classes)),
        format!("  {}\n{}", style.dim("By place"), table(&places.collect::<Vec<_>>())),
    ]
    .join("\n\n")
}

fn sentence(comparison: &Comparison, classes: &[(String, Sizes)]) -> String {
    let stored = comparison.stored;
    if stored.size() == 0 {
        return "The two images store the same number of bytes.".to_owned();
    }
    let same_way = classes.iter().filter(|(_, bytes)| bytes.size() > 0 && bytes.shrank() == stored.shrank());
    let named = same_way.take(NAMED).map(|(class, bytes)| format!("{} {class}", units::bytes(bytes.size())));
    let named: Vec<_> = named.collect();
    let way = if stored.shrank() { "smaller" } else { "larger" };
    format!("{} {way}: {}.", units::bytes(stored.size()), list(named.iter().map(String::as_str)))
}

fn table(rows: &[(String, Sizes)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["before", "after", "change", ""]);
    for (what, bytes) in rows {
        let sign = if bytes.shrank() { "−" } else { "+" };
        let change = if bytes.size() == 0 { "=".to_owned() } else { format!("{sign}{}", units::bytes(bytes.size())) };
        table.add_row([units::bytes(bytes.before), units::bytes(bytes.after), change, what.clone()]);
    }
    for column in 0..3 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string().lines().map(|line| format!("   {}", line.trim_end())).collect::<Vec<_>>().join("\n")
}
