//! Reads TOML manifests into types, and says where one is wrong.
//!
//! Types decide what is valid (`deny_unknown_fields`); this module turns their complaint into a message with file, line
//! and column, a snippet, and the nearest key that would have been right.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use crate::error::{self, ErrorId, Problem, Result};
use crate::names;

/// Largest manifest that is read, in bytes. The longest of ours has about 10 kB.
const LARGEST: u64 = 1 << 20;

/// Reads and parses one manifest. `shown` is the path as the user knows it, relative to the repository.
///
/// Errors: [`ErrorId::File`] when it cannot be read or is larger than 1 MiB, [`ErrorId::Manifest`] when it is not valid.
pub fn load<T: DeserializeOwned>(path: &Path, shown: &str) -> Result<T> {
    let size = std::fs::metadata(path).map_err(|e| error::io("read", Path::new(shown), &e))?.len();
    if size > LARGEST {
        return Err(Problem::new(
            ErrorId::File,
            format!("{shown} has {size} bytes; a manifest has at most {LARGEST}."),
        ));
    }
    let text = std::fs::read_to_string(path).map_err(|e| error::io("read", Path::new(shown), &e))?;
    parse(&text, shown)
}

/// Parses the text of one manifest.
///
/// Errors: [`ErrorId::Manifest`], with line and column in the evidence.
pub fn parse<T: DeserializeOwned>(text: &str, shown: &str) -> Result<T> {
    toml::from_str(text).map_err(|e| invalid(text, shown, e.message(), e.span()))
}

/// A manifest's text, kept to point into it where its types are right and its meaning is not.
#[derive(Debug)]
pub struct Source {
    text: String,
    /// The path as the user knows it, relative to the repository.
    pub shown: String,
}

impl Source {
    /// Reads a manifest of the repository at `root`.
    ///
    /// Errors: as [`load`].
    pub fn read(root: &Path, shown: &str) -> Result<Self> {
        // Loading as a table checks size and syntax.
        let _: toml::Table = load(&root.join(shown), shown)?;
        let path = root.join(shown);
        let text = std::fs::read_to_string(&path).map_err(|e| error::io("read", Path::new(shown), &e))?;
        Ok(Self { text, shown: shown.to_owned() })
    }

    /// The manifest as a type.
    ///
    /// Errors: as [`parse`].
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        parse(&self.text, &self.shown)
    }

    /// A complaint about a value: the first one below `place` that is `value` or has it in it, with the nearest of what would
    /// have been right. `place` is a path of keys and positions such as `step.3.do`; a part of it that is not there ends it.
    pub fn wrong<'a>(
        &self,
        place: &str,
        value: &str,
        message: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Problem {
        let problem = invalid(&self.text, &self.shown, message, self.span(place, value));
        match names::nearest(value, known) {
            Some(name) => problem.next(format!("Did you mean `{name}`?")),
            None => problem,
        }
    }

    /// Where the value stands, else where the place does.
    fn span(&self, place: &str, value: &str) -> Option<Range<usize>> {
        let table = DeTable::parse(&self.text).ok()?;
        let mut span = table.span();
        let whole = DeValue::Table(table.into_inner());
        let mut here = &whole;
        for part in place.split('.').filter(|part| !part.is_empty()) {
            let next = match here {
                DeValue::Table(table) => table.iter().find(|(key, _)| key.get_ref() == part).map(|(_, value)| value),
                DeValue::Array(array) => part.parse().ok().and_then(|index: usize| array.get(index)),
                _ => None,
            };
            let Some(next) = next else { break };
            (here, span) = (next.get_ref(), next.span());
        }
        find(here, span.clone(), value).or(Some(span))
    }
}

/// The first key or text in a value that is `wanted`, else the first text that has it in it.
fn find(value: &DeValue<'_>, span: Range<usize>, wanted: &str) -> Option<Range<usize>> {
    fn every<'v>(value: &'v DeValue<'_>, span: Range<usize>, found: &mut Vec<(&'v str, Range<usize>)>) {
        match value {
            DeValue::String(text) => found.push((text, span)),
            DeValue::Array(array) => array.iter().for_each(|one| every(one.get_ref(), one.span(), found)),
            DeValue::Table(table) => {
                for (key, one) in table {
                    found.push((key.get_ref(), key.span()));
                    every(one.get_ref(), one.span(), found);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    every(value, span, &mut all);
    // Tables are sorted by their keys: what is asked for is the first in the file.
    all.sort_by_key(|(_, span)| span.start);
    let is = all.iter().find(|(text, _)| *text == wanted);
    is.or_else(|| all.iter().find(|(text, _)| text.contains(wanted))).map(|(_, span)| span.clone())
}

/// Widest line of a manifest that is drawn, in columns: a picture with carets bears no wrapping, and every terminal has these.
const WIDTH: usize = 72;

fn invalid(text: &str, shown: &str, message: &str, span: Option<Range<usize>>) -> Problem {
    let message = first_line(message);
    let span = span.unwrap_or(0..0);
    let (line, column) = position(text, span.start);
    // The whole message stands above; beside the carets there is little room.
    let label = message.split(", ").next().unwrap_or_default();
    let snippet = Snippet::source(text).path(shown).annotation(AnnotationKind::Primary.span(span).label(label));
    let report = [Level::ERROR.primary_title("not a valid manifest").element(snippet)];
    let drawn = Renderer::plain().term_width(WIDTH).render(&report);
    let problem = Problem::new(ErrorId::Manifest, format!("{shown}:{line}:{column}: {message}."))
        .evidence(drawn.lines().skip(1).map(str::to_owned));
    match nearest_key(&message) {
        Some(key) => problem.next(format!("Did you mean `{key}`?")),
        None => problem,
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// Line and column of a byte offset, both counted from 1, columns in characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset.min(text.len()))];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Reads serde's complaint about an unknown field and returns the candidate it lists that is nearest to it.
fn nearest_key(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.starts_with("unknown ").then(|| quoted.next()).flatten()?;
    names::nearest(unknown, quoted).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Sample {
        title: String,
        port: u16,
    }

    #[test]
    fn an_unknown_key_is_located_and_its_neighbour_named() {
        let problem = parse::<Sample>("title = \"Go\"\nprot = 8080\n", "apps/go/app.toml").unwrap_err();
        assert_eq!(problem.fact, "apps/go/app.toml:2:1: unknown field `prot`, expected `title` or `port`.");
        assert_eq!(problem.next, ["Did you mean `port`?"]);
        assert!(problem.evidence.iter().any(|l| l.contains("prot = 8080")), "{:?}", problem.evidence);
    }

    #[test]
    fn a_wrong_type_is_located() {
        let problem = parse::<Sample>("title = \"Go\"\nport = \"eighty\"\n", "a.toml").unwrap_err();
        assert!(problem.fact.starts_with("a.toml:2:8: invalid type"), "{}", problem.fact);
        assert!(problem.next.is_empty());
    }

    #[test]
    fn a_value_is_pointed_at_where_it_stands() {
        let text = "# one\nvariants = [\"one\"]\n[[step]]\ntitle = \"two\"\ndo.ask.variants = [\"one\", \"too\"]\n";
        let source = Source { text: text.to_owned(), shown: "a.toml".to_owned() };
        let at = |place: &str, value: &str| source.wrong(place, value, "no", ["two"]);
        assert_eq!(at("step.0.do", "too").fact, "a.toml:5:27: no.");
        assert_eq!(at("step.0.do", "too").next, ["Did you mean `two`?"]);
        assert_eq!(at("variants", "one").fact, "a.toml:2:13: no.");
        assert_eq!(at("step.0", "variants").fact, "a.toml:5:8: no.");
        // What is not there is looked for where the path ends.
        assert_eq!(at("step.0.title.x", "nothing").fact, "a.toml:4:9: no.");
    }

    #[test]
    fn a_syntax_error_is_located() {
        let problem = parse::<Sample>("title = \n", "a.toml").unwrap_err();
        assert!(problem.fact.starts_with("a.toml:1:"), "{}", problem.fact);
    }
}
