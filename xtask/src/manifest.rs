//! Reads TOML manifests into types, and says where one is wrong.
//!
//! Types decide what is valid (`deny_unknown_fields`); this module turns their complaint into a message with file, line
//! and column, a snippet, and the nearest key that would have been right.

use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::de::DeserializeOwned;

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

/// A manifest that parses but means something impossible, pointing at the first place `needle` occurs.
pub fn contradiction(text: &str, shown: &str, needle: &str, message: &str) -> Problem {
    let span = text.find(needle).map(|start| start..start + needle.len());
    invalid(text, shown, message, span)
}

fn invalid(text: &str, shown: &str, message: &str, span: Option<std::ops::Range<usize>>) -> Problem {
    let message = first_line(message);
    let span = span.unwrap_or(0..0);
    let (line, column) = position(text, span.start);
    let snippet = Snippet::source(text).path(shown).annotation(AnnotationKind::Primary.span(span).label(&message));
    let report = [Level::ERROR.primary_title("not a valid manifest").element(snippet)];
    let drawn = Renderer::plain().render(&report);
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
    fn a_syntax_error_is_located() {
        let problem = parse::<Sample>("title = \n", "a.toml").unwrap_err();
        assert!(problem.fact.starts_with("a.toml:1:"), "{}", problem.fact);
    }
}
