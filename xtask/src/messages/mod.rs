//! What messages of builds and of starting containers mean: the table `messages.toml`, and which row a line of output fits.
//!
//! Errors take their cause and their next step from it, hints begin with it, and the book's troubleshooting page shows it as a whole.

mod excerpt;

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};
use serde::Deserialize;

use crate::error::{ErrorId, Problem};
use crate::names::printable;

pub use excerpt::{excerpt, of_lines};

/// How many lines of an output are searched, the last ones: a step can print thousands.
const SEARCHED: usize = 400;

/// The whole table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    message: Vec<Message>,
    noise: Noise,
}

/// Lines that say nothing of the cause.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Noise {
    lines: Vec<Pattern>,
    block: Vec<NoisyBlock>,
}

/// Lines from one that fits to the next that fits, both among them: the help of a tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoisyBlock {
    from: Pattern,
    to: Pattern,
}

/// A row: one message, and what it means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Its name, as the hints of exercises refer to it.
    pub id: String,
    /// The tools that print it.
    pub tools: Vec<String>,
    pattern: Pattern,
    except: Option<Pattern>,
    #[serde(default)]
    general: bool,
    #[serde(default, deserialize_with = "error_id")]
    error: Option<ErrorId>,
    #[serde(default)]
    blames: Vec<String>,
    means: String,
    look: String,
    examples: Vec<String>,
    #[serde(default)]
    provoked: bool,
    source: Option<String>,
}

/// A regular expression that is read with the table.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Pattern(Regex);

impl TryFrom<String> for Pattern {
    type Error = regex_lite::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Regex::new(&text).map(Self)
    }
}

fn error_id<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<ErrorId>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let id = ErrorId::ALL.iter().copied().find(|id| id.name() == name);
    id.map(Some).ok_or_else(|| serde::de::Error::custom(format!("there is no error `{name}`")))
}

fn table() -> &'static Table {
    static TABLE: LazyLock<Table> =
        LazyLock::new(|| toml::from_str(include_str!("messages.toml")).expect("messages.toml is part of the program"));
    &TABLE
}

/// Every message of the table, in its order.
pub fn all() -> &'static [Message] {
    &table().message
}

impl Message {
    /// The row with this id.
    pub fn named(id: &str) -> Option<&'static Self> {
        all().iter().find(|message| message.id == id)
    }

    /// Lines that the tools print.
    pub fn examples(&self) -> &[String] {
        &self.examples
    }

    /// Whether the examples were provoked; else [`Self::source`] says where they come from.
    pub fn provoked(&self) -> bool {
        self.provoked
    }

    /// Where the examples come from that were not provoked.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    fn fits(&self, line: &str) -> bool {
        self.pattern.0.is_match(line) && !self.except.as_ref().is_some_and(|except| except.0.is_match(line))
    }
}

/// A line of output together with the row it fits.
#[derive(Clone, Debug)]
pub struct Found {
    /// The row.
    pub message: &'static Message,
    /// The line, without control characters.
    pub line: String,
}

impl Found {
    /// What the message means here.
    pub fn means(&self) -> String {
        self.filled(&self.message.means)
    }

    /// What to look at.
    pub fn look(&self) -> String {
        self.filled(&self.message.look)
    }

    /// The error that a build ends with because of it, where the Dockerfile is not at fault.
    pub fn error(&self) -> Option<ErrorId> {
        self.message.error
    }

    /// The instructions that may be at fault, the one that decides first.
    pub fn blames(&self) -> &'static [String] {
        &self.message.blames
    }

    /// Adds cause and next step to a problem that shows the message.
    #[must_use]
    pub fn advise(&self, mut problem: Problem) -> Problem {
        problem.cause = Some(self.means());
        problem.next.insert(0, self.look());
        problem
    }

    /// A text with what the pattern captured in the place of `{name}`. A row may capture the same thing under one name in one wording
    /// of a tool and under another in the next.
    fn filled(&self, text: &str) -> String {
        let Some(captures) = self.message.pattern.0.captures(&self.line) else { return text.to_owned() };
        let mut out = text.to_owned();
        for name in self.message.pattern.0.capture_names().flatten() {
            let slot = format!("{{{name}}}");
            if out.contains(&slot) {
                let value = captures.name(name).or_else(|| any(&captures)).map_or("it", |found| found.as_str());
                out = out.replace(&slot, value);
            }
        }
        out
    }
}

/// The first part that a pattern captured.
fn any<'l>(captures: &Captures<'l>) -> Option<regex_lite::Match<'l>> {
    captures.iter().skip(1).flatten().next()
}

/// The line that tells the cause, among the last ones of an output: the first that a row fits; one that only says that something failed
/// counts where there is no other.
pub fn find<'l>(lines: impl IntoIterator<Item = &'l str>) -> Option<Found> {
    let lines: Vec<String> = lines.into_iter().map(|line| printable(line).trim_end().to_owned()).collect();
    let searched = &lines[lines.len().saturating_sub(SEARCHED)..];
    let mut general = None;
    for line in searched {
        for message in all().iter().filter(|message| message.fits(line)) {
            if !message.general {
                return Some(Found { message, line: line.clone() });
            }
            general.get_or_insert_with(|| Found { message, line: line.clone() });
        }
    }
    general
}

#[cfg(test)]
mod tests;
