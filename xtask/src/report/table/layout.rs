//! From a table to lines of a terminal.

use textwrap::core::display_width;

use super::{Column, Fit, Table};
use crate::report::Style;
use crate::report::lines::{cut, hanging, unbroken, unmounted, wrapped};

/// Columns between two columns of the table.
const GAP: usize = 2;
/// A column of running text is not made narrower than this to save a table: a list reads better then.
const NARROW: usize = 16;
/// So many rows may have a line for each of their cells where a table becomes a list.
const FEW: usize = 4;
/// Widest cell that may share its line.
const SHORT: usize = 24;
/// What moves the cells of a list to the right of its head.
const DEEPER: &str = "  ";

/// The lines of a table that has so much room.
pub(super) fn lines(table: &Table, room: usize, style: Style) -> Vec<String> {
    let rows = table.rows.iter().map(|row| row.iter().map(|cell| style.cell(cell)).collect());
    let plain = Plain { columns: &table.columns, rows: rows.collect(), name: table.name };
    if let Some(widths) = plain.widths(room) {
        return plain.laid_out(&widths);
    }
    // The command of an instruction tells more than its mounts do, and a table more than a list.
    let short = plain.unmounted();
    match short.widths(room) {
        Some(widths) => short.laid_out(&widths),
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
    /// The same with instructions whose mounts are left out.
    fn unmounted(&self) -> Self {
        let cell = |(cell, column): (&String, &Column)| if column.code { unmounted(cell) } else { cell.clone() };
        let rows = self.rows.iter().map(|row| row.iter().zip(self.columns).map(cell).collect());
        Self { columns: self.columns, rows: rows.collect(), name: self.name }
    }

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
                self.columns.iter().zip(widths).map(|(column, &width)| wrapped(&column.head, width)).collect();
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

    /// Each row as a list, after the head of the column with the names: its name, and below it a line for each of its
    /// other cells, behind the head of the column. Cells without a head share a line, and so do the short cells of many rows.
    fn listed(&self, room: usize) -> Vec<String> {
        let headed = |(index, column): &(usize, &Column)| *index != self.name && !column.head.is_empty();
        let heads = self.columns.iter().enumerate().filter(headed).map(|(_, column)| display_width(&column.head));
        let label = heads.max().unwrap_or_default();
        let mut lines = Vec::new();
        let name = &self.columns[self.name];
        // A number alone names nothing: `line 4`.
        let is_number = name.right && !name.head.is_empty();
        lines.extend(Some(name.head.clone()).filter(|head| !head.is_empty() && !is_number));
        for row in &self.rows {
            let called = if is_number { format!("{} {}", name.head, row[self.name]) } else { row[self.name].clone() };
            lines.extend(hanging(&called, room, DEEPER));
            let others = || {
                self.columns
                    .iter()
                    .zip(row)
                    .enumerate()
                    .filter(|(index, (_, cell))| *index != self.name && !cell.is_empty())
            };
            let one_line = |cell: &str| cell.lines().collect::<Vec<_>>().join(", ");
            let bare: Vec<String> = others()
                .filter(|(_, (column, _))| column.head.is_empty())
                .map(|(_, (_, cell))| one_line(cell))
                .collect();
            if !bare.is_empty() {
                lines.extend(hanging(&format!("{DEEPER}{}", bare.join(" · ")), room, "    "));
            }
            let headed: Vec<_> = others()
                .filter(|(_, (column, _))| !column.head.is_empty())
                .map(|(_, (column, cell))| (column.head.as_str(), one_line(cell)))
                .collect();
            // Of many rows the cells share lines: below each other, they would take several screens.
            if self.rows.len() > FEW && headed.iter().all(|(_, cell)| display_width(cell) <= SHORT) {
                let cells: Vec<String> = headed.iter().map(|(head, cell)| format!("{head} {cell}")).collect();
                lines.extend(hanging(&format!("{DEEPER}{}", cells.join(" · ")), room, "    "));
                continue;
            }
            for (head, cell) in &headed {
                lines.extend(entry(head, label, cell, room));
            }
        }
        lines
    }
}

/// A cell of a list behind its label, which has so many columns; below it where the cell then needs fewer lines, or has a word
/// that is too long to stand beside.
fn entry(head: &str, label: usize, cell: &str, room: usize) -> Vec<String> {
    let beside = room.saturating_sub(DEEPER.len() + label + GAP);
    let whole = room.saturating_sub(2 * DEEPER.len());
    let longest = unbroken(cell).map(display_width).max().unwrap_or_default();
    if longest > beside || (beside < display_width(cell) && display_width(cell) <= whole) {
        let below = wrapped(cell, whole);
        let below = below.iter().map(|line| format!("{DEEPER}{DEEPER}{line}"));
        return std::iter::once(format!("{DEEPER}{head}")).chain(below).collect();
    }
    let blank = " ".repeat(label - display_width(head) + GAP);
    let further = " ".repeat(DEEPER.len() + label + GAP);
    let lines = wrapped(cell, beside).into_iter().enumerate();
    lines
        .map(|(at, line)| if at == 0 { format!("{DEEPER}{head}{blank}{line}") } else { format!("{further}{line}") })
        .collect()
}

impl Column {
    /// The lines of a cell in so many columns.
    fn fit(&self, cell: &str, width: usize) -> Vec<String> {
        let lines = cell.lines();
        let short =
            |line: &str| if display_width(line) > width { cut(&unmounted(line), width) } else { line.to_owned() };
        match self.fit {
            Fit::Whole => lines.map(str::to_owned).collect(),
            Fit::Wraps => lines.flat_map(|line| wrapped(line, width)).collect(),
            Fit::Cut(_) => lines.map(short).collect(),
        }
    }
}
