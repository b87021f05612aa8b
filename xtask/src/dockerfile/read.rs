//! From instructions to stages: names, bases, and what is taken from where.
//!
//! The rules are those of `instructions/parse.go` and `dockerfile2llb/convert.go` in moby/buildkit's `frontend/dockerfile`. The
//! engine judges a Dockerfile; this reader refuses only what leaves it without stages, or what no frontend knows.

use std::collections::BTreeMap;

use super::given::Given;
use super::lex::Lex;
use super::lines::{self, Fault, Lines, Logical};
use super::split::{self, SPACE, Split};
use super::{Dockerfile, Instruction, Source, Stage, Take};
use crate::error::{ErrorId, Problem, Result};
use crate::names::printable;

/// Largest Dockerfile that is read, in bytes. A file of 10,000 lines is well below it.
pub(super) const LARGEST: usize = 4 << 20;

/// Every instruction there is (`frontend/dockerfile/command/command.go`).
const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Reads a Dockerfile for a build without arguments on this machine's platform. `shown` is its path as the user knows it.
///
/// Errors: as [`parse_for`].
pub fn parse(text: &str, shown: &str) -> Result<Dockerfile> {
    parse_for(text, shown, &Given::default())
}

/// Reads a Dockerfile for a build that is given these things. `shown` is its path as the user knows it.
///
/// Errors: [`ErrorId::Dockerfile`] with the line, when it has an instruction that nobody knows, no `FROM`, a here-document without
/// an end or a variable without one, or is larger than 4 MiB.
pub fn parse_for(text: &str, shown: &str, given: &Given<'_>) -> Result<Dockerfile> {
    if text.len() > LARGEST {
        let fact = format!("{shown} has {} bytes; a Dockerfile of more than {LARGEST} is not read.", text.len());
        return Err(Problem::new(ErrorId::Dockerfile, fact));
    }
    read(text, given).map_err(|fault| problem(text, shown, &fault))
}

/// Why there is nothing in a file that could be built, where that is so.
///
/// Such a file must not reach an engine: one that has only `ARG` ends the whole daemon of Docker 26, whose BuildKit 0.13 takes the
/// last stage of an empty list (`dispatchStates.lastTarget`).
pub(super) fn nothing_to_build(text: &str, shown: &str) -> Option<Problem> {
    let has_stage = lines::read(text).ok()?.instructions.iter().any(|logical| logical.split.keyword == "FROM");
    if has_stage { None } else { parse(text, shown).err() }
}

fn problem(text: &str, shown: &str, fault: &Fault) -> Problem {
    let said = printable(&fault.said);
    let Some(line) = fault.line else { return Problem::new(ErrorId::Dockerfile, format!("{shown} {said}.")) };
    let written = text.lines().nth(line - 1).unwrap_or_default();
    let column = written.chars().take_while(|c| c.is_whitespace()).count() + 1;
    Problem::new(ErrorId::Dockerfile, format!("{shown}:{line}:{column}: {said}."))
        .evidence([format!("{line:>4} | {}", printable(written))])
}

fn read(text: &str, given: &Given<'_>) -> std::result::Result<Dockerfile, Fault> {
    let Lines { instructions, escape } = lines::read(text)?;
    if instructions.is_empty() {
        return Err(Fault { line: None, said: "is empty: it has no instruction".to_owned() });
    }
    let mut drafts: Vec<Draft> = Vec::new();
    let mut values = given.values();
    for logical in instructions {
        match (logical.split.keyword.as_str(), drafts.last_mut()) {
            ("FROM", _) => drafts.push(Draft::of(logical, escape, &values)?),
            (keyword, _) if !KEYWORDS.contains(&keyword) => {
                return Err(Fault::at(logical.line, format!("unknown instruction `{}`", first_word(&logical.joined))));
            }
            (_, Some(draft)) => draft.instructions.push(logical),
            ("ARG", None) => global(&logical, escape, given, &mut values)?,
            (keyword, None) => {
                return Err(Fault::at(logical.line, format!("`{keyword}` stands before the first `FROM`")));
            }
        }
    }
    if drafts.is_empty() {
        return Err(Fault { line: None, said: "has no `FROM`: there is no stage to build".to_owned() });
    }
    Ok(Dockerfile { target: drafts.len() - 1, stages: stages(&drafts) })
}

fn first_word(joined: &str) -> &str {
    joined.split(SPACE).next().unwrap_or_default()
}

/// An `ARG` above the first `FROM`: it has the value it is given, else its default.
fn global(
    logical: &Logical,
    escape: char,
    given: &Given<'_>,
    values: &mut BTreeMap<String, String>,
) -> std::result::Result<(), Fault> {
    for word in split::words(&logical.split.rest, escape) {
        let (name, default) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        let value = match (given.argument(name), default) {
            (Some(value), _) => value.to_owned(),
            (None, Some(default)) => {
                Lex::expanding(escape, values).read(default).map_err(|said| Fault::at(logical.line, said))?.text
            }
            // A name alone keeps what the builder says of itself, such as the platform.
            (None, None) => continue,
        };
        values.insert(name.to_owned(), value);
    }
    Ok(())
}

/// A stage whose sources are names yet.
struct Draft {
    name: Option<String>,
    base: String,
    from: Logical,
    instructions: Vec<Logical>,
}

impl Draft {
    /// A `FROM`, with values put in for variables.
    fn of(from: Logical, escape: char, values: &BTreeMap<String, String>) -> std::result::Result<Self, Fault> {
        let words: Vec<&str> = from.split.rest.split(SPACE).filter(|word| !word.is_empty()).collect();
        let (base, name) = match words.as_slice() {
            [base] => (*base, None),
            [base, word, name] if word.eq_ignore_ascii_case("as") => (*base, Some((*name).to_owned())),
            _ => return Err(Fault::at(from.line, "`FROM` takes an image, or an image, `AS` and a name")),
        };
        let base = Lex::expanding(escape, values).read(base).map_err(|said| Fault::at(from.line, said))?.text;
        Ok(Self { name, base, from, instructions: Vec::new() })
    }
}

/// Looks up what is taken: a `FROM` knows the stages above it; `COPY` and `RUN` know all.
fn stages(drafts: &[Draft]) -> Vec<Stage> {
    let names: Vec<Option<String>> = drafts.iter().map(|draft| draft.name.as_deref().map(str::to_lowercase)).collect();
    let earlier = |name: &str, among: usize| names[..among].iter().rposition(|known| known.as_deref() == Some(name));
    let image = |name: &str| if name == "scratch" { Source::Scratch } else { Source::Image(name.to_owned()) };
    let source = |name: &str, numbers: bool| {
        let numbered = || name.parse().ok().filter(|&index: &usize| numbers && index < names.len());
        let index = numbered().or_else(|| earlier(&name.to_lowercase(), names.len()));
        index.map_or_else(|| image(name), Source::Stage)
    };
    let takes = |logical: &Logical| -> Vec<Take> {
        let froms = froms(&logical.split);
        froms.into_iter().map(|(name, numbers)| Take { from: source(&name, numbers), line: logical.line }).collect()
    };
    // What a stage has others do that begin from it.
    let triggers: Vec<Vec<Take>> = drafts
        .iter()
        .map(|draft| {
            let triggers = draft.instructions.iter().filter(|logical| logical.split.keyword == "ONBUILD");
            let inner = triggers.map(|logical| Logical {
                line: logical.line,
                text: String::new(),
                joined: String::new(),
                split: Split::of(&logical.split.rest),
            });
            inner.flat_map(|logical| takes(&logical)).collect()
        })
        .collect();
    let stages = drafts.iter().enumerate().map(|(at, draft)| {
        let base = earlier(&draft.base, at).map_or_else(|| image(&draft.base), Source::Stage);
        let inherited = match base {
            Source::Stage(below) => triggers[below].clone(),
            _ => Vec::new(),
        };
        let own = draft.instructions.iter().flat_map(&takes);
        let all = std::iter::once(&draft.from).chain(&draft.instructions);
        Stage {
            name: draft.name.clone(),
            base,
            line: draft.from.line,
            takes: inherited.into_iter().chain(own).collect(),
            instructions: all.map(instruction).collect(),
        }
    });
    stages.collect()
}

/// What an instruction takes from elsewhere, by name, and whether a number names a stage there.
fn froms(split: &Split) -> Vec<(String, bool)> {
    match split.keyword.as_str() {
        "COPY" => split.values("from").map(|name| (name.to_owned(), true)).collect(),
        "RUN" => split.values("mount").filter_map(|mount| Some((mounted_from(mount)?, false))).collect(),
        _ => Vec::new(),
    }
}

fn mounted_from(mount: &str) -> Option<String> {
    let fields = split::fields(mount);
    let mut from =
        fields.iter().filter_map(|field| field.split_once('=')).filter(|(key, _)| key.eq_ignore_ascii_case("from"));
    from.next_back().map(|(_, name)| name.to_owned()).filter(|name| !name.is_empty())
}

fn instruction(logical: &Logical) -> Instruction {
    Instruction {
        keyword: logical.split.keyword.clone(),
        line: logical.line,
        text: logical.text.clone(),
        joined: logical.joined.clone(),
    }
}
