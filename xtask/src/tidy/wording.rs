//! What people read is free of the words that `wording.toml` lists: pages, manifests, README, and what the program says.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::cli;
use crate::error::{ErrorId, Exit};
use crate::proof::watch::is_test;
use crate::workshop::Workshop;

/// The list, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    avoid: Vec<Avoid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Avoid {
    phrases: Vec<String>,
    instead: String,
}

/// One line a finding.
pub fn find(workshop: &Workshop) -> Vec<String> {
    let table: Table = toml::from_str(include_str!("wording.toml")).expect("wording.toml is part of the program");
    let mut findings = Vec::new();
    let mut look = |place: &str, text: &str| {
        findings.extend(table.found(text).into_iter().map(|(line, what)| format!("{place}:{line} {what}")));
    };
    for name in ["README.md", "CONTRIBUTING.md"] {
        look(name, &prose(&fs::read_to_string(workshop.root.join(name)).unwrap_or_default()));
    }
    for folder in ["book", "apps", "lessons", "xtask/src"] {
        visit(&workshop.root, folder, &mut |path, text| match path.rsplit_once('.') {
            Some((_, "md")) => look(path, &prose(text)),
            Some((_, "toml")) if !path.ends_with("wording.toml") => look(path, &values(text)),
            Some((_, "rs")) if path.starts_with("xtask/") && !is_test(path) => look(path, &literals(text)),
            _ => {}
        });
    }
    for id in ErrorId::ALL {
        look(&format!("cargo xtask explain {}", id.name()), &prose(&id.explanation()));
    }
    for exit in Exit::ALL {
        look(&format!("exit code {}", *exit as u8), exit.meaning());
    }
    let mut command = cli::command();
    command.build();
    for sub in command.get_subcommands_mut() {
        let name = format!("cargo xtask {} --help", sub.get_name());
        look(&name, &sub.render_long_help().to_string());
    }
    findings
}

impl Table {
    /// Line and words of every phrase in a text.
    fn found(&self, text: &str) -> Vec<(usize, String)> {
        let words = words(text);
        let mut found = Vec::new();
        for (phrase, avoid) in self.avoid.iter().flat_map(|avoid| avoid.phrases.iter().map(move |one| (one, avoid))) {
            let wanted: Vec<&str> = phrase.split(' ').collect();
            let here = words.windows(wanted.len()).filter(|window| {
                window.iter().zip(&wanted).all(|((_, word), wanted)| word.eq_ignore_ascii_case(wanted))
            });
            found.extend(here.map(|window| (window[0].0, format!("says \"{phrase}\"; instead: {}", avoid.instead))));
        }
        found
    }
}

/// The words of a text, each with its line, from 1. What joins letters, as in `host-names` or `don't`, belongs to the word.
fn words(text: &str) -> Vec<(usize, &str)> {
    let joined = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '\'' | '’');
    (1..)
        .zip(text.lines())
        .flat_map(|(number, line)| line.split(move |c| !joined(c)).map(move |word| (number, word)))
        .filter(|(_, word)| !word.is_empty())
        .collect()
}

/// Markdown without code: fenced blocks, apart from the notes on Dockerfiles, and what stands between backticks. Lines keep
/// their places.
fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<(usize, bool)> = None;
    for line in text.lines() {
        let ticks = line.trim_start().bytes().take_while(|b| *b == b'`').count();
        match fence {
            Some((open, _)) if ticks >= open => fence = None,
            Some((_, true)) => out.push_str(&plain(line.split_once(" :: ").map_or("", |(_, note)| note))),
            Some((_, false)) => {}
            None if ticks >= 3 => fence = Some((ticks, line.contains("`annotated "))),
            None => out.push_str(&plain(line)),
        }
        out.push('\n');
    }
    out
}

/// A line without what stands between backticks. Something stands in its place, so that the words around it do not meet.
fn plain(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" _ ")
}

/// A manifest without comments, keys and code.
fn values(text: &str) -> String {
    let value = |line: &str| {
        // A comment behind a value is behind an even number of quotes.
        let comment = line.match_indices('#').find(|(at, _)| line[..*at].matches('"').count().is_multiple_of(2));
        let line = match comment {
            Some((0, _)) => "",
            Some((at, _)) if line[..at].ends_with(' ') => &line[..at],
            _ => line,
        };
        match line.split_once(" = ") {
            Some((key, value)) if !key.contains(' ') => plain(value),
            _ => plain(line),
        }
    };
    text.lines().map(value).collect::<Vec<_>>().join("\n")
}

/// The texts of a source file, up to its tests, each on its line. A text may go on over several lines.
fn literals(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines().take_while(|line| line.trim() != "#[cfg(test)]") {
        if inside || !line.trim_start().starts_with("//") {
            let line = line.replace("'\"'", "").replace("\\\\", " ").replace("\\\"", " ");
            for (index, part) in line.split('"').enumerate() {
                inside ^= index > 0;
                if inside {
                    out.push_str(&plain(&without_names(part)));
                    out.push(' ');
                }
            }
        }
        out.push('\n');
    }
    out
}

/// A text without what stands between braces: names of values, which a reader never sees.
fn without_names(text: &str) -> String {
    let outside = |part: &str| part.split_once('}').map_or_else(|| part.to_owned(), |(_, after)| after.to_owned());
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + " _ " + &outside(part))
}

/// Every file below a folder, with its path relative to the repository, in order.
fn visit(root: &Path, folder: &str, each: &mut impl FnMut(&str, &str)) {
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    for name in names {
        let path = format!("{folder}/{name}");
        let file = root.join(&path);
        if file.is_dir() {
            if name != "node_modules" && name != "target" {
                visit(root, &path, each);
            }
        } else if let Ok(text) = fs::read_to_string(&file) {
            each(&path, &text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let avoid = |phrase: &str| Avoid { phrases: vec![phrase.to_owned()], instead: "x".to_owned() };
        Table { avoid: vec![avoid("mend"), avoid("the latter"), avoid("process 1")] }
    }

    fn lines(text: &str) -> Vec<usize> {
        table().found(text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn phrases_are_whole_words_in_any_case_and_across_lines() {
        assert_eq!(lines("a\nMend it."), [2]);
        assert_eq!(lines("of the\nlatter"), [1]);
        assert_eq!(lines("It is process 1."), [1]);
        assert!(lines("recommend amends mend-it process 10 the\n\nbetter latter").is_empty());
    }

    #[test]
    fn code_is_not_words_and_notes_are() {
        assert!(lines(&prose("`mend`\n```run\nmend\n```\nthe `x` latter")).is_empty());
        assert_eq!(lines(&prose("a\n```annotated x\nmend :: Then mend it.\n```\nmend")), [3, 5]);
        assert!(lines(&values("# mend\nmend = \"a\"\nfind = \"`mend`\" # mend")).is_empty());
        assert_eq!(lines(&values("a = \"\"\"\nmend\n\"\"\"")), [2]);
        assert_eq!(lines(&literals("// \"mend\"\nlet mend = f(\"mend it\");\n#[cfg(test)]\nf(\"mend\")")), [2]);
        assert!(lines(&literals("f(\"{mend}{x:?} a\");")).is_empty());
        assert!(lines(&literals("const END: &str = \" \\\\\";\n// mend")).is_empty());
        assert_eq!(lines(&literals("f('\"', \"a \\\n  mend \\\"mend\\\"\", mend);")), [2, 2]);
    }

    #[test]
    fn the_list_can_be_read() {
        let table: Table = toml::from_str(include_str!("wording.toml")).unwrap();
        assert!(table.avoid.iter().all(|avoid| !avoid.phrases.is_empty() && !avoid.instead.is_empty()));
    }
}
