//! A Dockerfile of one stage as one of two: the lines to change, with the file's own names and paths.

mod compiled;
mod jvm;
mod kept;
mod node;
mod parts;
mod python;
#[cfg(test)]
mod tests;

use self::kept::kept;
use super::builds::Family;
use super::seen::{Context, Written};
use crate::dockerfile::Instruction;

/// Instructions that only tell how the container starts and what it knows: they belong to the last stage, and those behind the work
/// stay where they are, below its `FROM`.
const OF_START: [&str; 9] =
    ["EXPOSE", "USER", "HEALTHCHECK", "CMD", "ENTRYPOINT", "STOPSIGNAL", "VOLUME", "ENV", "LABEL"];

/// A file of one stage as one of two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The lines to change.
    pub lines: Vec<String>,
    /// What the lines alone do not tell, in sentences.
    pub also: Vec<String>,
}

/// The second stage, and what has to change for it.
#[derive(Default)]
struct Second {
    /// Lines that the build gets before the instruction on this line.
    first: Option<(usize, Vec<String>)>,
    /// Lines that end the build.
    last: Vec<String>,
    /// `FROM`, and what comes before what is kept.
    from: Vec<String>,
    /// What is copied into it.
    copies: Vec<String>,
    /// The command that takes the place of the present one: its line, and the new text.
    start: Option<(usize, String)>,
    /// What the lines alone do not tell.
    also: Vec<String>,
}

/// The change that splits the target in two; `None` where nobody can tell what the second stage needs.
pub fn split(written: &Written, context: Option<&Context>, family: Family) -> Option<Split> {
    let stage = written.target();
    let from = stage.instructions.first()?;
    let named = match &stage.name {
        Some(_) => None,
        None => Some(format!("{} AS build", from.joined.trim_end())),
    };
    let name = stage.name.clone().unwrap_or_else(|| "build".to_owned());
    let mut second = second(written, context, family, &name)?;
    let work = |one: &&Instruction| ["RUN", "COPY", "ADD", "WORKDIR"].contains(&one.keyword.as_str());
    let last_work = stage.instructions.iter().filter(work).map(|one| one.line).max()?;
    let start = stage.instructions.iter().find(|one| one.line > last_work && OF_START.contains(&one.keyword.as_str()));
    let end = written.file.text.lines().count() + 1;
    let at = start.map_or(end, |one| one.line);
    let before = stage.instructions.iter().filter(|one| one.line < last_work);
    let kept = kept(written, &before.collect::<Vec<_>>(), &mut second)?;

    let mut lines: Vec<String> = second.last.clone();
    lines.push(String::new());
    lines.extend(second.from.iter().chain(&kept).chain(&second.copies).cloned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut parts = vec![named.map(|named| written.replaced(from.line, &[&named])).unwrap_or_default()];
    if let Some((line, first)) = &second.first {
        let first: Vec<&str> = first.iter().map(String::as_str).collect();
        let mut part = written.inserted_before(*line, &first);
        if *line == from.line + 1 {
            // The change of FROM ends with the line that this one stands before.
            parts[0].pop();
            part.remove(0);
            parts[0].extend(part);
        } else {
            parts.push(part);
        }
    }
    parts.push(written.inserted_before(at, &lines));
    if let Some((line, text)) = &second.start {
        let mut change = written.replaced(*line, &[text]);
        if *line == at {
            // The insertion ends with the line that changes.
            parts.last_mut()?.pop();
            change.retain(|line| line.starts_with(['-', '+']));
            parts.last_mut()?.extend(change);
        } else {
            parts.push(change);
        }
    }
    parts.retain(|part| !part.is_empty());
    Some(Split { lines: parts.join(&" …".to_owned()), also: second.also })
}

/// The second stage by the language.
fn second(written: &Written, context: Option<&Context>, family: Family, name: &str) -> Option<Second> {
    let mut second = Second::default();
    match family {
        Family::Go => compiled::go(written, name, &mut second)?,
        Family::Rust => compiled::rust(written, context, name, &mut second)?,
        Family::Node => node::node(written, context, name, &mut second)?,
        Family::Python => python::python(written, name, &mut second)?,
        Family::Jvm => jvm::jvm(written, name, &mut second),
        Family::DotNet | Family::Native => return None,
    }
    Some(second)
}
