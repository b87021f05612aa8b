//! Tables: what is in them, for the terminal and for pages.

mod layout;

use super::Style;
use super::lines::columns;
use crate::model::block::{self, Align, Sign};
use crate::names::printable;

/// A table under construction.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    name: usize,
}

/// A column of it.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its head.
    pub(super) head: String,
    /// Whether its cells stand at the right, as numbers do.
    pub(super) right: bool,
    /// Whether its cells are code.
    pub(super) code: bool,
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

/// A cell of it. It may have several lines, and on its way to the terminal alone escape codes.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// Its words.
    pub(super) text: String,
    /// Whether it is as it should be.
    pub(super) sign: Sign,
    /// Whether it stands out among the others of its column.
    pub(super) strong: bool,
}

/// A column of short words.
pub(super) fn left(head: impl Into<String>) -> Column {
    Column { head: head.into(), right: false, code: false, fit: Fit::Whole }
}

/// A column of numbers.
pub(super) fn right(head: impl Into<String>) -> Column {
    Column { right: true, ..left(head) }
}

/// A column of running text.
pub(super) fn wraps(head: impl Into<String>) -> Column {
    Column { fit: Fit::Wraps, ..left(head) }
}

/// A column of paths: code that is never broken.
pub(super) fn paths(head: impl Into<String>) -> Column {
    Column { code: true, ..left(head) }
}

/// A column of code that wraps between words.
pub(super) fn code(head: impl Into<String>) -> Column {
    Column { code: true, ..wraps(head) }
}

/// A column of instructions, whose ends can be spared down to so many characters. A list shows them whole.
pub(super) fn instructions(head: impl Into<String>, least: usize) -> Column {
    Column { fit: Fit::Cut(least), ..code(head) }
}

impl Table {
    /// A table without rows. Where no column has a head, the table has no first line of them.
    pub(super) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new(), name: 0 }
    }

    /// The column whose cells name the rows, and head them where they become lists; the first one unless said.
    pub(super) fn named_by(self, column: usize) -> Self {
        Self { name: column, ..self }
    }

    /// Without heads: for the terminal, where the cells say what they are.
    pub(super) fn headless(mut self) -> Self {
        self.columns.iter_mut().for_each(|column| column.head.clear());
        self
    }

    /// Adds a row, a cell for each column.
    pub(super) fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let row: Vec<Cell> = cells.into_iter().map(Into::into).collect();
        debug_assert_eq!(row.len(), self.columns.len(), "{row:?}");
        self.rows.push(row);
    }

    /// The columns.
    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows.
    pub(super) fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// Whether this column names the rows.
    pub(super) fn is_name(&self, column: usize) -> bool {
        column == self.name
    }

    /// The table as text for this terminal, moved to the right by so many columns. Where it is wider than the terminal, first its
    /// running text wraps; if that does not help, every row becomes a list. No word is ever broken.
    pub(super) fn text(&self, indent: usize, style: Style) -> String {
        self.within(indent, columns(), style)
    }

    /// As [`Self::text`], for a terminal of so many columns.
    pub(super) fn within(&self, indent: usize, columns: usize, style: Style) -> String {
        let lines = layout::lines(self, columns.saturating_sub(indent), style);
        let indented = lines.iter().map(|line| format!("{}{line}", " ".repeat(indent)).trim_end().to_owned());
        indented.collect::<Vec<_>>().join("\n")
    }
}

impl Cell {
    /// A cell that stands out.
    pub(super) fn strong(text: impl Into<String>) -> Self {
        Self { strong: true, ..text.into().into() }
    }

    /// Only the mark for what is or is not as it should be.
    pub(super) fn mark(held: bool) -> Self {
        Self { sign: Sign::of(held), ..String::new().into() }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, sign: Sign::Neutral, strong: false }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&block::Table> for Table {
    fn from(one: &block::Table) -> Self {
        let column = |column: &block::Column| {
            let head = printable(&column.head);
            let shown = if column.align == Align::Right { right(head) } else { wraps(head) };
            Column { code: column.code, ..shown }
        };
        let cell = |cell: &block::Cell| Cell { text: printable(&cell.text), sign: cell.sign, strong: false };
        let mut table = Self::new(one.columns.iter().map(column));
        for row in &one.rows {
            table.row(row.iter().map(cell));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use textwrap::core::display_width;

    use super::*;

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    fn layers() -> Table {
        let mut table =
            Table::new([right("#"), right("stored"), left("from"), instructions("made by", 20)]).named_by(3);
        table.row(["1", "74.8 MB", "debian:trixie-slim", "COPY --from=build /out/program /usr/local/bin/program"]);
        table.row(["2", "0 B", "–", "USER 65532"]);
        table
    }

    #[test]
    fn numbers_stand_at_the_right_and_nothing_trails() {
        assert_eq!(
            layers().within(2, 100, PLAIN),
            "  #   stored  from                made by\n  \
               1  74.8 MB  debian:trixie-slim  COPY --from=build /out/program /usr/local/bin/program\n  \
               2      0 B  –                   USER 65532"
        );
    }

    #[test]
    fn what_can_be_spared_is_cut_first() {
        assert_eq!(
            layers().within(2, 60, PLAIN),
            "  #   stored  from                made by\n  \
               1  74.8 MB  debian:trixie-slim  COPY --from=build …\n  \
               2      0 B  –                   USER 65532"
        );
    }

    #[test]
    fn a_table_without_room_is_a_list_that_loses_nothing() {
        assert_eq!(
            layers().within(2, 40, PLAIN),
            "  made by\n  COPY --from=build /out/program\n    /usr/local/bin/program\n    #       1\n    stored  74.8 MB\n    \
               from    debian:trixie-slim\n  USER 65532\n    #       2\n    stored  0 B\n    from    –"
        );
    }

    #[test]
    fn the_short_cells_of_many_rows_share_lines_where_a_table_is_a_list() {
        let mut table = Table::new([right("#"), right("stored"), left("made by")]).named_by(2);
        for number in 1..=5 {
            table.row([
                number.to_string(),
                "74.8 MB".to_owned(),
                "COPY --from=build /out/program /usr/bin/".to_owned(),
            ]);
        }
        let text = table.within(2, 40, PLAIN);
        let first = "  made by\n  COPY --from=build /out/program\n    /usr/bin/\n    # 1 · stored 74.8 MB\n  COPY";
        assert!(text.starts_with(first), "{text}");
    }

    /// What becomes of the instructions of a build: the number of the line names each.
    fn fates() -> Table {
        let columns = [block::Column::right("line"), block::Column::code("instruction"), block::Column::left("became")];
        let mut table = block::Table::new("", columns);
        let modules = "--mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod";
        let cache = "--mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build";
        let instruction = format!("RUN {modules} {cache}     go vet ./... && go test ./...");
        table.row([block::Cell::from("4"), "COPY . .".into(), "ran, 0.0 s".into()]);
        table.row([block::Cell::from("20"), instruction.as_str().into(), "failed".into()]);
        Table::from(&table)
    }

    #[test]
    fn mounts_are_left_out_before_the_command_they_serve() {
        assert_eq!(
            fates().within(2, 72, PLAIN),
            "  line  instruction                                  became\n     \
                 4  COPY . .                                     ran, 0.0 s\n    \
                20  RUN --mount=… go vet ./... && go test ./...  failed"
        );
        let mut cut = Table::new([instructions("made by", 20), left("is")]);
        cut.row(["RUN --mount=type=cache,target=/go/pkg/mod go test ./...", "new"]);
        assert_eq!(
            cut.within(0, 36, PLAIN),
            "made by                          is\nRUN --mount=… go test ./...      new"
        );
        assert_eq!(cut.within(0, 80, PLAIN).lines().last().unwrap().split("  ").count(), 2);
    }

    #[test]
    fn a_number_that_names_a_row_stands_behind_what_it_counts() {
        let list = fates().within(2, 30, PLAIN);
        let starts = "  line 4\n    instruction  COPY . .\n    became       ran, 0.0 s\n  line 20\n    instruction\n";
        assert!(list.starts_with(starts), "{list}");
        assert!(list.contains("      target=/root/.cache/go-build"), "{list}");
    }

    #[test]
    fn running_text_wraps_between_words_at_every_width() {
        let words = "Pin versions in apt-get install, since /usr/share/doc/a-very-long-path changes";
        let mut table = Table::new([left("rule"), right("line"), wraps("says")]);
        table.row(["DL3008", "12", words]);
        table.row(["DL4006", "7", "short"]);
        for columns in 20..120 {
            let text = table.within(2, columns, PLAIN);
            for word in words.split(' ') {
                assert!(text.split_whitespace().any(|shown| shown == word), "{columns}: {text}");
            }
            let table = text.lines().next().is_some_and(|head| head.ends_with("says"));
            assert!(!table || text.lines().all(|line| display_width(line) <= columns), "{columns}: {text}");
        }
        assert!(table.within(2, 80, PLAIN).starts_with("  rule    line  says\n"));
        assert!(table.within(2, 40, PLAIN).starts_with("  rule\n  DL3008\n    line  12\n    says\n      Pin versions"));
    }

    #[test]
    fn a_colour_takes_no_room_and_lines_of_a_cell_stay_below_each_other() {
        let mut table = Table::new([left(""), left("")]);
        table.row(["\u{1b}[32m✓\u{1b}[0m", "a:1\na:again"]);
        table.row(["x", "b"]);
        assert_eq!(table.within(0, 80, PLAIN), "\u{1b}[32m✓\u{1b}[0m  a:1\n   a:again\nx  b");
    }

    #[test]
    fn long_heads_wrap_before_a_table_becomes_a_list() {
        let mut table = Table::new([left("image"), right("dependency change"), right("a day")]);
        table.row(["go/full", "32.0 MB", "60.0 GB"]);
        assert_eq!(
            table.within(0, 30, PLAIN),
            "           dependency\nimage          change    a day\ngo/full       32.0 MB  60.0 GB"
        );
        assert!(
            table
                .within(0, 27, PLAIN)
                .starts_with("image\ngo/full\n  dependency change\n    32.0 MB\n  a day\n    60.0 GB")
        );
    }

    #[test]
    fn a_colour_does_not_run_into_the_next_column() {
        let style = Style { color: true, ..PLAIN };
        let mut table = Table::new([wraps(""), left("")]);
        table.row([Cell::strong("one two three four five"), "x".into()]);
        table.row([Cell::mark(false), Cell::strong("y")]);
        assert_eq!(
            table.within(0, 20, style),
            "\u{1b}[1mone two three\u{1b}[0m      x\n\u{1b}[1mfour five\u{1b}[0m\n\u{1b}[31;1m✗\u{1b}[0m                  \u{1b}[1my\u{1b}[0m"
        );
    }
}
