//! Dockerfiles as they are built, with notes on some of their lines.

use maud::{Markup, PreEscaped, html};

use super::{block, files, for_each_app};
use crate::sources::{Outcome, Sources};

/// Instructions, as they begin a line.
const KEYWORDS: [&str; 18] = [
    "FROM",
    "RUN",
    "COPY",
    "ADD",
    "CMD",
    "ENTRYPOINT",
    "ENV",
    "ARG",
    "EXPOSE",
    "LABEL",
    "USER",
    "WORKDIR",
    "HEALTHCHECK",
    "VOLUME",
    "SHELL",
    "STOPSIGNAL",
    "ONBUILD",
    "MAINTAINER",
];

/// A note on a line.
struct Note {
    /// Line of the Dockerfile, from 0.
    line: usize,
    /// What it says, as Markdown of one line.
    says: String,
}

/// `PATH`, or `PATH bare` without comments, and with an empty line between stages alone.
pub fn plain(arguments: &str, _several: bool, sources: &Sources) -> Outcome {
    match arguments.strip_suffix(" bare") {
        Some(path) => Ok(figure(path, &bare(&files::read(path, sources)?), &[])),
        None => Ok(figure(arguments, &files::read(arguments, sources)?, &[])),
    }
}

/// The lines that the builder acts on, stage by stage.
fn bare(text: &str) -> String {
    let says = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut out = String::new();
    for line in text.lines().filter(says) {
        if line.starts_with("FROM ") && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The block `annotated PATH`: a line a note, `PART :: NOTE`, whose part stands in exactly one line of the file. Where the path holds
/// `{app}`, a note goes to each language's file that has its part, and to one of them at least.
pub fn annotated(path: &str, body: &str, sources: &Sources) -> Outcome {
    let said: Vec<&str> = body.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut unused = said.clone();
    let shown = for_each_app(path, sources, |path, several, sources| {
        let text = files::read(path, sources)?;
        let mut notes = Vec::new();
        for line in &said {
            let stands = line.split_once(" :: ").is_none_or(|(part, _)| text.contains(part));
            if stands || !several {
                notes.push(note(line, &text, path)?);
                unused.retain(|unused| unused != line);
            }
        }
        notes.sort_by_key(|note| note.line);
        Ok(figure(path, &text, &notes))
    })?;
    match unused.first() {
        Some(line) => Err(format!("\"{line}\" belongs to no file {path}")),
        None => Ok(shown),
    }
}

fn note(line: &str, text: &str, path: &str) -> Result<Note, String> {
    let (part, says) = line.split_once(" :: ").ok_or_else(|| format!("\"{line}\" is not `PART :: NOTE`"))?;
    let found: Vec<usize> =
        text.lines().enumerate().filter(|(_, line)| line.contains(part)).map(|(index, _)| index).collect();
    match found[..] {
        [line] => Ok(Note { line, says: says.to_owned() }),
        [] => Err(format!("\"{part}\" does not stand in {path}")),
        _ => Err(format!("\"{part}\" stands in {} lines of {path}; a longer part tells which", found.len())),
    }
}

fn figure(path: &str, text: &str, notes: &[Note]) -> String {
    let numbers = |line: usize| (1..).zip(notes).filter(move |(_, note)| note.line == line).map(|(number, _)| number);
    let markup = html! {
        figure.dockerfile {
            figcaption { code { (path) } }
            ol.lines tabindex="0" {
                @for (index, line) in text.trim_end().lines().enumerate() {
                    li.noted[numbers(index).next().is_some()] {
                        code { (coloured(line)) }
                        @for number in numbers(index) { " " span.marker { (number) } }
                    }
                }
            }
            @if !notes.is_empty() {
                ol.notes { @for note in notes { li { (markdown(&note.says)) } } }
            }
        }
    };
    block(&markup.into_string())
}

/// A line with its instruction or comment told apart.
fn coloured(line: &str) -> Markup {
    let first = line.split_whitespace().next().unwrap_or_default();
    html! {
        @if line.trim_start().starts_with('#') { i.comment { (line) } }
        @else if !line.starts_with(' ') && KEYWORDS.contains(&first) { b.keyword { (first) } (line[first.len()..]) }
        @else if line.is_empty() { "\u{200b}" }
        @else { (line) }
    }
}

/// Markdown of one line, without the paragraph around it.
fn markdown(text: &str) -> Markup {
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, pulldown_cmark::Parser::new(text));
    PreEscaped(out.trim().trim_start_matches("<p>").trim_end_matches("</p>").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_stands_on_exactly_one_line() {
        let text = "FROM a AS build\nRUN make\nFROM b\n";
        assert_eq!(note("RUN :: It builds.", text, "p").unwrap().line, 1);
        assert!(note("FROM :: Twice.", text, "p").err().unwrap().contains("2 lines"));
        assert!(note("COPY :: Nowhere.", text, "p").is_err());
        assert!(note("RUN: It builds.", text, "p").is_err());
    }

    #[test]
    fn what_is_bare_has_no_comments_and_builds_the_same() {
        let text = "# a\nFROM a\n\nRUN x \\\n    # c\n && y\nFROM b\n";
        assert_eq!(bare(text), "FROM a\nRUN x \\\n && y\n\nFROM b\n");
    }

    #[test]
    fn instructions_are_told_from_what_only_looks_like_one() {
        assert_eq!(coloured("RUN make").into_string(), "<b class=\"keyword\">RUN</b> make");
        assert_eq!(coloured("    RUN make").into_string(), "    RUN make");
        assert_eq!(coloured("# FROM a").into_string(), "<i class=\"comment\"># FROM a</i>");
    }

    #[test]
    fn notes_are_markdown_of_one_line() {
        assert_eq!(markdown("takes `a` <b>").into_string(), "takes <code>a</code> <b>");
    }
}
