//! Colour and symbols, and when to do without.

use std::io::IsTerminal;

use super::table::Cell;
use crate::model::block::Sign;

/// How text may be dressed. Meaning is always in the words as well.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether escape codes may be used.
    pub color: bool,
    /// Whether lines may be redrawn.
    pub live: bool,
    /// Whether symbols such as ✓ may stand for words.
    pub symbols: bool,
}

impl Style {
    /// What the options, the environment and the streams allow. `color` is what was asked for; where nothing was, a terminal
    /// gets colour, unless `NO_COLOR` is set. `accessible` means plain lines of words.
    pub fn of(color: Option<bool>, accessible: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        let forbidden = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let color = color.unwrap_or_else(|| std::io::stdout().is_terminal() && terminal && !dumb && !forbidden);
        Self { color, live: terminal && !dumb && !accessible, symbols: !accessible }
    }

    /// Bold.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// For what matters less.
    pub fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// For what is well.
    pub fn good(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// For what is wrong.
    pub fn bad(self, text: &str) -> String {
        self.wrap("31;1", text)
    }

    /// For what the reader may type.
    pub fn command(self, text: &str) -> String {
        self.wrap("36", text)
    }

    /// `✓` or the word.
    pub fn ok_mark(self) -> String {
        self.good(if self.symbols { "✓" } else { "ok" })
    }

    /// `✗` or the word.
    pub fn fail_mark(self) -> String {
        self.bad(if self.symbols { "✗" } else { "failed" })
    }

    /// The symbol or the word for how something came out; `None` where nobody expected anything of it.
    pub fn mark(self, sign: Sign) -> Option<String> {
        match sign {
            Sign::Held => Some(self.ok_mark()),
            Sign::Failed => Some(self.fail_mark()),
            Sign::NotMeasured => Some(self.dim(if self.symbols { "?" } else { "not measured" })),
            Sign::Neutral => None,
        }
    }

    /// Text behind its mark, where it has one.
    pub(super) fn signed(self, text: &str, sign: Sign) -> String {
        match self.mark(sign) {
            None => text.to_owned(),
            Some(mark) if text.is_empty() => mark,
            Some(mark) => format!("{mark} {text}"),
        }
    }

    /// A cell of a table as the terminal gets it.
    pub(super) fn cell(self, cell: &Cell) -> String {
        let text = self.signed(&cell.text, cell.sign);
        if cell.strong { self.bold(&text) } else { text }
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
