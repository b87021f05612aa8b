//! The general parts of a step's result as text.

use super::lines::{columns, hanging, paragraph, shell};
use super::table::{Cell, Table, wraps};
use super::{Style, lanes};
use crate::model::block::{Block, Output, Sign};
use crate::names::printable;

/// Columns before what a step shows.
const INDENT: usize = 4;
/// Columns before what belongs to a title.
const DEEPER: usize = 8;

/// The parts one after the other.
pub(super) fn blocks(blocks: &[Block], style: Style) -> String {
    let one = |block: &Block| match block {
        Block::Text { text } => paragraph(&text.split("\n\n").map(printable_words).collect::<Vec<_>>().join("\n\n")),
        Block::Table(table) => titled(&table.title, Table::from(table).text(INDENT, style), style),
        Block::Output(one) => output(one, style),
        Block::Lanes(one) => titled(&one.title, lanes::lanes(one, INDENT, columns(), style), style),
    };
    let mut text = String::new();
    for (position, block) in blocks.iter().enumerate() {
        // What several commands printed is one list.
        let output = |block: &Block| matches!(block, Block::Output(one) if is_titled(one));
        let list = position > 0 && output(block) && output(&blocks[position - 1]);
        text.push_str(if position == 0 {
            ""
        } else if list {
            "\n"
        } else {
            "\n\n"
        });
        text.push_str(&one(block));
    }
    text
}

fn is_titled(one: &Output) -> bool {
    !one.title.is_empty() || one.sign != Sign::Neutral
}

/// What a command printed, below its title and the command.
pub(super) fn output(one: &Output, style: Style) -> String {
    let mut title = Table::new([wraps("")]);
    title.row([Cell { sign: one.sign, ..Cell::strong(printable(&one.title)) }]);
    let mut text = if is_titled(one) { vec![title.text(INDENT, style)] } else { Vec::new() };
    let indent = if text.is_empty() { INDENT } else { DEEPER };
    let mut put = |line: String| text.push(format!("{}{line}", " ".repeat(indent)));
    let room = columns().saturating_sub(indent).max(DEEPER);
    if let Some(command) = &one.command {
        for line in shell(&format!("$ {}", printable(command)), room) {
            put(style.command(&line));
        }
    }
    one.lines.iter().flat_map(|line| hanging(&printable(line), room, "  ")).for_each(|line| put(style.dim(&line)));
    if one.of > one.lines.len() {
        put(style.dim(&format!("… {} lines more", one.of - one.lines.len())));
    }
    if let Some(status) = one.status {
        put(style.dim(&format!("exit status {status}")));
    }
    text.join("\n")
}

fn titled(title: &str, below: String, style: Style) -> String {
    if title.is_empty() { below } else { format!("{}{}\n{below}", " ".repeat(INDENT), style.dim(&printable(title))) }
}

fn printable_words(paragraph: &str) -> String {
    paragraph.split_whitespace().map(printable).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::block::{self, Column};

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    fn findings() -> Block {
        let mut table = block::Table::new(
            "What hadolint found",
            [Column::left("rule"), Column::right("line"), Column::code("instruction"), Column::left("judged")],
        );
        table.row([
            block::Cell::from("DL3008"),
            "7".into(),
            "RUN apt-get install curl\u{1b}[31m".into(),
            block::Cell::judged("fixed", true),
        ]);
        table.row([
            block::Cell::from("DL4006"),
            "12".into(),
            "RUN a | b".into(),
            block::Cell::judged("still there", false),
        ]);
        Block::Table(table)
    }

    #[test]
    fn a_table_says_what_held_in_symbols_or_in_words() {
        assert_eq!(
            blocks(&[Block::text("Two  of\nthem:\n\nhere"), findings()], PLAIN),
            "  Two of them:\n\n  here\n\n    What hadolint found\n    \
             rule    line  instruction                   judged\n    \
             DL3008     7  RUN apt-get install curl[31m  ✓ fixed\n    \
             DL4006    12  RUN a | b                     ✗ still there"
        );
        let words = blocks(&[findings()], Style { symbols: false, ..PLAIN });
        assert!(words.contains("ok fixed") && words.contains("failed still there"), "{words}");
    }

    #[test]
    fn output_stands_below_its_command_and_says_what_is_left_out() {
        let mut one = Output {
            command: Some("docker build --target test .".to_owned()),
            lines: vec!["#7 ERROR".to_owned()],
            of: 40,
            status: Some(1),
            ..Output::default()
        };
        assert_eq!(
            output(&one, PLAIN),
            "    $ docker build --target test .\n    #7 ERROR\n    … 39 lines more\n    exit status 1"
        );
        one = Output { title: "gate: failed, as it must".to_owned(), sign: Sign::Held, of: 1, status: None, ..one };
        assert_eq!(
            output(&one, PLAIN),
            "    ✓ gate: failed, as it must\n        $ docker build --target test .\n        #7 ERROR"
        );
    }
}
