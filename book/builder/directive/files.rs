//! Files of the repository, whole or between two anchors.

use std::fs;
use std::path::{Component, Path};

use maud::html;

use super::block;
use crate::sources::{Outcome, Sources};

/// `PATH` or `PATH:NAME`.
pub fn include(arguments: &str, sources: &Sources) -> Outcome {
    let (path, anchor) = arguments.split_once(':').map_or((arguments, None), |(path, name)| (path, Some(name)));
    let text = read(path, sources)?;
    let text = match anchor {
        Some(name) => between(&text, name)
            .ok_or_else(|| format!("{path} has no place between ANCHOR: {name} and ANCHOR_END: {name}"))?,
        None => text,
    };
    let markup = html! {
        figure.file {
            figcaption { code { (path) } }
            pre tabindex="0" { code { (text.trim_end()) } }
        }
    };
    Ok(block(&markup.into_string()))
}

/// A file of the repository.
pub fn read(path: &str, sources: &Sources) -> Result<String, String> {
    let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err(format!("`{path}` is not a path inside the repository"));
    }
    fs::read_to_string(sources.workshop.root.join(path)).map_err(|error| format!("{path}: {error}"))
}

fn between(text: &str, name: &str) -> Option<String> {
    let is = |line: &str, mark: &str| line.split_once(mark).is_some_and(|(_, found)| found.trim() == name);
    let start = text.lines().position(|line| is(line, "ANCHOR: "))?;
    let inside: Vec<&str> = text.lines().skip(start + 1).take_while(|line| !is(line, "ANCHOR_END: ")).collect();
    let closed = text.lines().nth(start + 1 + inside.len()).is_some();
    closed.then(|| inside.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_found_whole_or_not_at_all() {
        let text = "a\n# ANCHOR: x\nb\nc\n# ANCHOR_END: x\nd\n";
        assert_eq!(between(text, "x").as_deref(), Some("b\nc"));
        assert_eq!(between(text, "y"), None);
        assert_eq!(between("# ANCHOR: x\nb\n", "x"), None, "it never ends");
    }
}
