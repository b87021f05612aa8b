//! What any step can show: words, a table, what a command printed, bars along a line of time.
//!
//! A new kind of step says what came of it in these blocks. The terminal, the page and the book render each block once, so
//! that the step needs no renderer of its own.

use serde::{Deserialize, Serialize};

use super::Outcome;

/// One part of what a step shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
    /// Running text.
    Text {
        /// The words. An empty line ends a paragraph; what stands between backticks is code.
        text: String,
    },
    /// Rows of cells.
    Table(Table),
    /// What a command printed, or a container wrote to its log.
    Output(Output),
    /// Bars along a line of time.
    Lanes(Lanes),
}

/// A table. Where it does not fit, each row becomes a list under its first cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Table {
    /// What it shows, in a few words: read out before the table, and on the terminal above it.
    pub title: String,
    /// The columns from left to right. The first one names the row.
    pub columns: Vec<Column>,
    /// The rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Column {
    /// Its head.
    pub head: String,
    /// Where its cells stand.
    #[serde(default)]
    pub align: Align,
    /// Whether its cells are code: instructions, paths.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code: bool,
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// At the left: words.
    #[default]
    Left,
    /// At the right: numbers.
    Right,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cell {
    /// Its words.
    pub text: String,
    /// Whether it is as it should be.
    #[serde(default, skip_serializing_if = "Sign::is_neutral")]
    pub sign: Sign,
}

/// Whether something is as it should be. Shown by a symbol or a word, never by a colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// It is.
    Held,
    /// It is not.
    Failed,
    /// Nobody knows, since it was not measured.
    NotMeasured,
    /// Nobody expected anything of it.
    #[default]
    Neutral,
}

/// What a command printed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Output {
    /// What it was about, e.g. `multi-stage: exit status 137`; empty where the command says it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Whether it came out as it should.
    #[serde(default, skip_serializing_if = "Sign::is_neutral")]
    pub sign: Sign,
    /// The command, as a shell takes it; `null` where the lines are a log.
    pub command: Option<String>,
    /// The lines that are shown.
    pub lines: Vec<String>,
    /// How many lines there were.
    pub of: usize,
    /// Its exit status; `null` where it is not known or says nothing.
    pub status: Option<i32>,
}

/// Bars along one line of time, lane under lane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Lanes {
    /// What it shows, in a few words.
    pub title: String,
    /// What a group is, e.g. `image`.
    pub group: String,
    /// What a lane is, e.g. `stage`.
    pub lane: String,
    /// What a bar is, e.g. `instruction`.
    pub bar: String,
    /// The length of the line, in milliseconds.
    pub took_ms: u64,
    /// The groups from top to bottom.
    pub groups: Vec<Group>,
}

/// Lanes that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Group {
    /// Its name, e.g. `Go, multi-stage`.
    pub name: String,
    /// Its lanes from top to bottom.
    pub lanes: Vec<Lane>,
}

/// One lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Lane {
    /// Its name, e.g. `build`.
    pub name: String,
    /// Its bars.
    pub bars: Vec<Bar>,
    /// What is said at its end, e.g. `4.2 s` or `cached`.
    pub value: String,
}

/// Something that took time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Bar {
    /// What it was, e.g. `RUN make` or `unhealthy`.
    pub name: String,
    /// Milliseconds from the start of the line; `null` where that is not known.
    pub start_ms: Option<u64>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Whether it came from a cache: then it is a point, and took no time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// Whether it is as it should be.
    #[serde(default, skip_serializing_if = "Sign::is_neutral")]
    pub sign: Sign,
}

impl Block {
    /// Running text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
}

impl Table {
    /// A table without rows. `title` says what it shows.
    pub fn new(title: impl Into<String>, columns: impl IntoIterator<Item = Column>) -> Self {
        Self { title: title.into(), columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row. It must have as many cells as there are columns.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
}

impl Column {
    /// A column of words.
    pub fn left(head: impl Into<String>) -> Self {
        Self { head: head.into(), align: Align::Left, code: false }
    }

    /// A column of numbers.
    pub fn right(head: impl Into<String>) -> Self {
        Self { head: head.into(), align: Align::Right, code: false }
    }

    /// A column of code, at the left.
    pub fn code(head: impl Into<String>) -> Self {
        Self { head: head.into(), align: Align::Left, code: true }
    }
}

impl Cell {
    /// A cell that is as it should be where `held`.
    pub fn judged(text: impl Into<String>, held: bool) -> Self {
        Self { text: text.into(), sign: Sign::of(held) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, sign: Sign::Neutral }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Outcome> for Sign {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Held => Self::Held,
            Outcome::Failed => Self::Failed,
            Outcome::NotMeasured => Self::NotMeasured,
        }
    }
}

impl Sign {
    /// Held or failed.
    pub fn of(held: bool) -> Self {
        if held { Self::Held } else { Self::Failed }
    }

    /// Whether nobody expected anything.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_neutral(&self) -> bool {
        *self == Self::Neutral
    }
}
