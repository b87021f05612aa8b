//! Tables for the terminal. Where a table is wider than the terminal, first its running text wraps; if that does not help,
//! every row becomes a list. No word is ever broken.

use textwrap::core::display_width;

use super::lines::{columns, cut};

/// Columns between two columns of the table.
const GAP: usize = 2;
/// A column of running text is not made narrower than this to save a table: a list reads better then.
const NARROW: usize = 16;

/// A table under construction.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    name: usize,
}

/// A column of it.
#[derive(Clone, Debug)]
pub(super) struct Column {
    head: String,
    right: bool,
    fit: Fit,
}

/// What may happen to the cells of a column where there is little room.
#[derive(Clone, Copy, Debug)]
enum Fit {
    /// Nothing.
    Whole,
    /// They wrap between words.
    Wraps,
    /// They lose their end, down to so many characters.
    Cut(usize),
}

/// A column of short words.
pub(super) fn left(head: impl Into<String>) -> Column {
    Column { head: head.into(), right: false, fit: Fit::Whole }
}

/// A column of numbers.
pub(super) fn right(head: impl Into<String>) -> Column {
    Column { right: true, ..left(head) }
}

/// A column of running text. Its cells hold no escape codes: a colour would run on into the next column.
pub(super) fn wraps(head: impl Into<String>) -> Column {
    Column { fit: Fit::Wraps, ..left(head) }
}

/// A column of text whose end can be spared, down to so many characters. A list shows it whole.
pub(super) fn spares(head: impl Into<String>, least: usize) -> Column {
    Column { fit: Fit::Cut(least), ..left(head) }
}

impl Table {
    /// A table without rows. Where no column has a head, the table has no first line of them.
    pub(super) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new(), name: 0 }
    }

    /// The column whose cells head the rows where they become lists; the first one unless said.
    pub(super) fn named_by(self, column: usize) -> Self {
        Self { name: column, ..self }
    }

    /// Adds a row, a cell for each column. A cell may have several lines.
    pub(super) fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let row: Vec<String> = cells.into_iter().map(Into::into).collect();
        debug_assert_eq!(row.len(), self.columns.len(), "{row:?}");
        self.rows.push(row);
    }

    /// The table as text for this terminal, moved to the right by so many columns.
    pub(super) fn text(&self, indent: usize) -> String {
        self.within(indent, columns())
    }

    /// As [`Self::text`], for a terminal of so many columns.
    pub(super) fn within(&self, indent: usize, columns: usize) -> String {
        let room = columns.saturating_sub(indent);
        let lines = match self.widths(room) {
            Some(widths) => self.laid_out(&widths),
            None => self.listed(room),
        };
        lines
            .iter()
            .map(|line| format!("{}{line}", " ".repeat(indent)).trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// How wide each column is; `None` where there is no room for all of them.
    fn widths(&self, room: usize) -> Option<Vec<usize>> {
        let wanted: Vec<usize> = (0..self.columns.len()).map(|column| self.widest(column, str::lines)).collect();
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|column| match self.columns[column].fit {
                Fit::Whole => wanted[column],
                Fit::Wraps => self.widest(column, str::split_whitespace).max(NARROW).min(wanted[column]),
                Fit::Cut(least) => least.max(display_width(&self.columns[column].head)).min(wanted[column]),
            })
            .collect();
        let gaps = GAP * self.columns.len().saturating_sub(1);
        let mut left = room.checked_sub(widths.iter().sum::<usize>() + gaps)?;
        // Whoever wants little gets all of it; the others share the rest.
        let mut order: Vec<usize> = (0..widths.len()).collect();
        order.sort_by_key(|&column| wanted[column] - widths[column]);
        for (position, &column) in order.iter().enumerate() {
            let given = (wanted[column] - widths[column]).min(left / (order.len() - position));
            widths[column] += given;
            left -= given;
        }
        Some(widths)
    }

    /// Width of the widest part of a column's cells, and of its head.
    fn widest<'t, I: Iterator<Item = &'t str>>(&'t self, column: usize, parts: impl Fn(&'t str) -> I) -> usize {
        let cells = self.rows.iter().flat_map(|row| parts(&row[column])).map(display_width);
        cells.chain([display_width(&self.columns[column].head)]).max().unwrap_or_default()
    }

    fn laid_out(&self, widths: &[usize]) -> Vec<String> {
        let heads: Vec<String> = self.columns.iter().map(|column| column.head.clone()).collect();
        let head = heads.iter().any(|head| !head.is_empty()).then_some(&heads);
        let mut lines = Vec::new();
        for row in head.into_iter().chain(&self.rows) {
            let cells: Vec<Vec<String>> = row
                .iter()
                .zip(&self.columns)
                .zip(widths)
                .map(|((cell, column), &width)| column.fit(cell, width))
                .collect();
            for line in 0..cells.iter().map(Vec::len).max().unwrap_or_default() {
                let parts = cells.iter().zip(&self.columns).zip(widths).map(|((cell, column), &width)| {
                    let text = cell.get(line).map_or("", String::as_str);
                    let blank = " ".repeat(width.saturating_sub(display_width(text)));
                    if column.right { format!("{blank}{text}") } else { format!("{text}{blank}") }
                });
                lines.push(parts.collect::<Vec<_>>().join(&" ".repeat(GAP)));
            }
        }
        lines
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

/// Lines of whole words; a word that is longer than a line has one of its own. Further lines are moved to the right.
fn whole_words(text: &str, width: usize, further: &str) -> Vec<String> {
    let options = textwrap::Options::new(width)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .break_words(false)
        .subsequent_indent(further);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers() -> Table {
        let mut table = Table::new([right("#"), right("stored"), left("from"), spares("made by", 20)]).named_by(3);
        table.row(["1", "74.8 MB", "debian:trixie-slim", "COPY --from=build /out/program /usr/local/bin/program"]);
        table.row(["2", "0 B", "–", "USER 65532"]);
        table
    }

    #[test]
    fn numbers_stand_at_the_right_and_nothing_trails() {
        assert_eq!(
            layers().within(2, 100),
            "  #   stored  from                made by\n  \
               1  74.8 MB  debian:trixie-slim  COPY --from=build /out/program /usr/local/bin/program\n  \
               2      0 B  –                   USER 65532"
        );
    }

    #[test]
    fn what_can_be_spared_is_cut_first() {
        assert_eq!(
            layers().within(2, 60),
            "  #   stored  from                made by\n  \
               1  74.8 MB  debian:trixie-slim  COPY --from=build /out/pr…\n  \
               2      0 B  –                   USER 65532"
        );
    }

    #[test]
    fn a_table_without_room_is_a_list_that_loses_nothing() {
        assert_eq!(
            layers().within(2, 40),
            "  COPY --from=build /out/program\n    /usr/local/bin/program\n    #: 1\n    stored: 74.8 MB\n    \
               from: debian:trixie-slim\n  USER 65532\n    #: 2\n    stored: 0 B\n    from: –"
        );
    }

    #[test]
    fn running_text_wraps_between_words_at_every_width() {
        let words = "Pin versions in apt-get install, since /usr/share/doc/a-very-long-path changes";
        let mut table = Table::new([left("rule"), right("line"), wraps("says")]);
        table.row(["DL3008", "12", words]);
        table.row(["DL4006", "7", "short"]);
        for columns in 20..120 {
            let text = table.within(2, columns);
            for word in words.split(' ') {
                assert!(text.split_whitespace().any(|shown| shown == word), "{columns}: {text}");
            }
            let table = text.starts_with("  rule");
            assert!(!table || text.lines().all(|line| display_width(line) <= columns), "{columns}: {text}");
        }
        assert!(table.within(2, 80).starts_with("  rule") && !table.within(2, 40).contains("rule"));
    }

    #[test]
    fn a_colour_takes_no_room_and_lines_of_a_cell_stay_below_each_other() {
        let mut table = Table::new([left(""), left("")]);
        table.row(["\u{1b}[32m✓\u{1b}[0m", "a:1\na:again"]);
        table.row(["x", "b"]);
        assert_eq!(table.within(0, 80), "\u{1b}[32m✓\u{1b}[0m  a:1\n   a:again\nx  b");
    }
}
