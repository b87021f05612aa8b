//! Colour and symbols, and when to do without.

use std::io::IsTerminal;

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

    fn wrap(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
