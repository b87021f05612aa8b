//! From a table to lines of a terminal.

use textwrap::core::display_width;

use super::{Column, Fit, Table};
use crate::report::Style;
use crate::report::lines::cut;

/// Columns between two columns of the table.
const GAP: usize = 2;
/// A column of running text is not made narrower than this to save a table: a list reads better then.
const NARROW: usize = 16;

/// The lines of a table that has so much room.
pub(super) fn lines(table: &Table, room: usize, style: Style) -> Vec<String> {
    let rows = table.rows.iter().map(|row| row.iter().map(|cell| style.cell(cell)).collect());
    let plain = Plain { columns: &table.columns, rows: rows.collect(), name: table.name };
    match plain.widths(room) {
        Some(widths) => plain.laid_out(&widths),
        None => plain.listed(room),
    }
}

/// A table whose cells are text as the terminal gets it.
struct Plain<'t> {
    columns: &'t [Column],
    rows: Vec<Vec<String>>,
    name: usize,
}

impl Plain<'_> {
    /// How wide each column is; `None` where there is no room for all of them.
    fn widths(&self, room: usize) -> Option<Vec<usize>> {
        let all = 0..self.columns.len();
        let cells: Vec<usize> = all.clone().map(|column| self.widest(column, str::lines)).collect();
        let wanted: Vec<usize> =
            all.clone().map(|column| cells[column].max(display_width(&self.columns[column].head))).collect();
        let least = |column: usize| {
            let cells = match self.columns[column].fit {
                Fit::Whole => cells[column],
                Fit::Wraps => self.widest(column, str::split_whitespace).max(NARROW),
                Fit::Cut(least) => least,
            };
            let head = self.columns[column].head.split_whitespace().map(display_width).max();
            cells.max(head.unwrap_or_default()).min(wanted[column])
        };
        let mut widths: Vec<usize> = all.clone().map(least).collect();
        let gaps = GAP * self.columns.len().saturating_sub(1);
        let mut left = room.checked_sub(widths.iter().sum::<usize>() + gaps)?;
        // Whoever wants little gets all of it; the others share the rest.
        let mut order: Vec<usize> = all.collect();
        order.sort_by_key(|&column| wanted[column] - widths[column]);
        for (position, &column) in order.iter().enumerate() {
            let given = (wanted[column] - widths[column]).min(left / (order.len() - position));
            widths[column] += given;
            left -= given;
        }
        Some(widths)
    }

    /// Width of the widest part of a column's cells.
    fn widest<'t, I: Iterator<Item = &'t str>>(&'t self, column: usize, parts: impl Fn(&'t str) -> I) -> usize {
        self.rows.iter().flat_map(|row| parts(&row[column])).map(display_width).max().unwrap_or_default()
    }

    fn laid_out(&self, widths: &[usize]) -> Vec<String> {
        let mut lines = Vec::new();
        if self.columns.iter().any(|column| !column.head.is_empty()) {
            let mut heads: Vec<Vec<String>> =
                self.columns.iter().zip(widths).map(|(column, &width)| whole_words(&column.head, width, "")).collect();
            // A short head stands on the line that is nearest to its cells.
            let height = heads.iter().map(Vec::len).max().unwrap_or_default();
            for head in &mut heads {
                head.splice(0..0, vec![String::new(); height - head.len()]);
            }
            lines.extend(self.beside(&heads, widths));
        }
        for row in &self.rows {
            let cells =
                row.iter().zip(self.columns).zip(widths).map(|((cell, column), &width)| column.fit(cell, width));
            lines.extend(self.beside(&cells.collect::<Vec<_>>(), widths));
        }
        lines
    }

    /// Cells of several lines beside each other.
    fn beside(&self, cells: &[Vec<String>], widths: &[usize]) -> Vec<String> {
        let line = |line: usize| {
            let parts = cells.iter().zip(self.columns).zip(widths).map(|((cell, column), &width)| {
                let text = cell.get(line).map_or("", String::as_str);
                let blank = " ".repeat(width.saturating_sub(display_width(text)));
                if column.right { format!("{blank}{text}") } else { format!("{text}{blank}") }
            });
            parts.collect::<Vec<_>>().join(&" ".repeat(GAP))
        };
        (0..cells.iter().map(Vec::len).max().unwrap_or_default()).map(line).collect()
    }

    /// Each row as a list: its name, and below it `head: cell`.
    fn listed(&self, room: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for row in &self.rows {
            lines.extend(whole_words(&row[self.name], room, "  "));
            for (index, (column, cell)) in self.columns.iter().zip(row).enumerate() {
                if index == self.name || cell.is_empty() {
                    continue;
                }
                let cell = cell.lines().collect::<Vec<_>>().join(", ");
                let text = if column.head.is_empty() { cell } else { format!("{}: {cell}", column.head) };
                lines.extend(whole_words(&format!("  {text}"), room, "    "));
            }
        }
        lines
    }
}

impl Column {
    /// The lines of a cell in so many columns.
    fn fit(&self, cell: &str, width: usize) -> Vec<String> {
        let lines = cell.lines();
        match self.fit {
            Fit::Whole => lines.map(str::to_owned).collect(),
            Fit::Wraps => lines.flat_map(|line| whole_words(line, width, "")).collect(),
            Fit::Cut(_) => lines.map(|line| cut(line, width)).collect(),
        }
    }
}

/// Lines of whole words; a word that is longer than a line has one of its own. Further lines are moved to the right. A colour
/// that is not over at the end of a line is taken up again on the next one, so that it does not run into other columns.
fn whole_words(text: &str, width: usize, further: &str) -> Vec<String> {
    let options = textwrap::Options::new(width)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .break_words(false)
        .subsequent_indent(further);
    let mut open = String::new();
    let lines = textwrap::wrap(text, options).into_iter().map(|line| {
        let resumed = format!("{open}{line}");
        colour_at_the_end(&resumed).clone_into(&mut open);
        if open.is_empty() { resumed } else { format!("{resumed}{RESET}") }
    });
    lines.collect()
}

/// What ends every colour.
const RESET: &str = "\u{1b}[0m";

/// The escape code of the colour that a line ends with; empty for none.
fn colour_at_the_end(line: &str) -> &str {
    let Some(code) = line.rfind("\u{1b}[").map(|at| &line[at..]) else { return "" };
    let code = code.find('m').map_or("", |end| &code[..=end]);
    if code == RESET { "" } else { code }
}
