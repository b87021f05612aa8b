//! Names with what each does, as help lists them.

use super::Style;
use super::lines::columns;
use super::table::{Table, left, wraps};

/// Widest line of help, in columns.
pub const WIDEST: usize = 100;

/// A line for each name, further lines of what it does below the first one's text. Names may hold escape codes.
pub fn entries(entries: impl IntoIterator<Item = (String, String)>) -> String {
    let mut table = Table::new([left(""), wraps("")]);
    for (name, says) in entries {
        table.row([name, says]);
    }
    table.within(2, columns().min(WIDEST), Style { color: false, live: false, symbols: true })
}
