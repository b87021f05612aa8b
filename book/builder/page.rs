//! Finds the directives of a page and puts in what they stand for.
//!
//! A directive stands alone on its line, `{{#name arguments}}`, or is a fenced block of a kind of its own; `value` and `term`
//! stand inside a sentence. What stands in inline code or in another fenced block is left as it is.

use crate::commands::Block;
use crate::directive;
use crate::sources::{Outcome, Sources};

/// The page with everything put in. `path` is relative to `book/src`.
///
/// Errors: one line for each directive that is wrong: `book/src/page.md:12: what is wrong`.
pub fn render(text: &str, path: &str, sources: &Sources) -> Result<String, Vec<String>> {
    let mut out = String::with_capacity(text.len() * 4);
    let mut faults = Vec::new();
    for part in parts(text) {
        let (line, outcome) = match part {
            Part::Kept { text } => (0, Ok(text)),
            Part::Text { line, text } => (line, inline(text, path, sources)),
            Part::Directive { line, text } => (line, directive::expand(text, path, sources)),
            Part::Fenced { line, kind: "run", options, body } => (line, run(options, &body, path, sources)),
            Part::Fenced { line, options, body, .. } => (line, directive::annotated(options, &body, sources)),
        };
        match outcome {
            Ok(text) => out.push_str(&text),
            Err(fault) => faults.push(format!("book/src/{path}:{line}: {fault}")),
        }
        out.push('\n');
    }
    if faults.is_empty() { Ok(out) } else { Err(faults) }
}

/// The commands of a page, in their order.
///
/// Errors: one line for each block that is not written as it must be.
pub fn blocks(text: &str, path: &str) -> Result<Vec<Block>, Vec<String>> {
    let mut blocks = Vec::new();
    let mut faults = Vec::new();
    for part in parts(text) {
        if let Part::Fenced { line, kind: "run", options, body } = part {
            match Block::parse(options, &body) {
                Ok(block) => blocks.push(block),
                Err(fault) => faults.push(format!("book/src/{path}:{line}: {fault}")),
            }
        }
    }
    if faults.is_empty() { Ok(blocks) } else { Err(faults) }
}

fn run(options: &str, body: &str, path: &str, sources: &Sources) -> Outcome {
    directive::run(&Block::parse(options, body)?, path, sources)
}

/// A piece of a page. Lines count from 1.
enum Part<'t> {
    /// Lines that are shown as they are.
    Kept { text: String },
    /// A line that is shown as it is, apart from values in it.
    Text { line: usize, text: &'t str },
    /// What stands between the braces of a directive on a line of its own.
    Directive { line: usize, text: &'t str },
    /// A fenced block of a kind of ours, with what stands behind the kind.
    Fenced { line: usize, kind: &'t str, options: &'t str, body: String },
}

/// Kinds of fenced blocks that are ours.
const KINDS: [&str; 2] = ["run", "annotated"];

/// How the directives begin that stand inside a sentence, even where they are all that a line has.
const INSIDE: [&str; 2] = ["value ", "term "];

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let ticks = fence(line);
        if ticks == 0 {
            let alone = line.strip_prefix("{{#").and_then(|rest| rest.trim_end().strip_suffix("}}"));
            match alone.filter(|inside| !inside.contains("{{#")) {
                Some(inside) if !INSIDE.iter().any(|name| inside.starts_with(name)) => {
                    parts.push(Part::Directive { line: number, text: inside });
                }
                _ => parts.push(Part::Text { line: number, text: line }),
            }
            continue;
        }
        let info = line.trim_start().trim_start_matches('`').trim();
        let (kind, options) = info.split_once(' ').unwrap_or((info, ""));
        let closes = |line: &str| fence(line) >= ticks && line.trim().chars().all(|c| c == '`');
        let inside: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| !closes(line)).collect();
        let body = inside.join("\n");
        if KINDS.contains(&kind) {
            parts.push(Part::Fenced { line: number, kind, options, body });
        } else {
            // What it holds is not looked at, so that a page can show how pages are written.
            let inside: String = inside.iter().flat_map(|line| [line, "\n"]).collect();
            parts.push(Part::Kept { text: format!("{line}\n{inside}{}", "`".repeat(ticks)) });
        }
    }
    parts
}

/// How many backticks a line opens or closes a block with; 0 where it does neither.
fn fence(line: &str) -> usize {
    let ticks = line.trim_start().bytes().take_while(|b| *b == b'`').count();
    if ticks >= 3 { ticks } else { 0 }
}

/// A line with its values and terms put in.
fn inline(text: &str, page: &str, sources: &Sources) -> Outcome {
    let mut out = String::new();
    let mut rest = text;
    let mut in_code = false;
    while let Some(at) = rest.find("{{#") {
        in_code ^= rest[..at].bytes().filter(|b| *b == b'`').count() % 2 == 1;
        out.push_str(&rest[..at]);
        let end = rest[at..].find("}}").map(|end| at + end);
        let (Some(end), false) = (end, in_code) else {
            out.push_str("{{#");
            rest = &rest[at + 3..];
            continue;
        };
        let inside = &rest[at + 3..end];
        let outcome = directive::inside(inside, page, sources)
            .unwrap_or_else(|| Err(format!("`{inside}` has to stand alone on its line")));
        out.push_str(&outcome?);
        rest = &rest[end + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        let kind = |part: &Part<'_>| match part {
            Part::Kept { .. } => "kept",
            Part::Text { .. } => "text",
            Part::Directive { .. } => "directive",
            Part::Fenced { kind: "run", .. } => "run",
            Part::Fenced { .. } => "annotated",
        };
        parts(text).iter().map(kind).collect()
    }

    #[test]
    fn directives_stand_alone_and_blocks_end_where_they_should() {
        assert_eq!(kinds("a\n{{#step x | y}}\nb"), ["text", "directive", "text"]);
        assert_eq!(kinds("```run\nls\n```\na"), ["run", "text"]);
        assert_eq!(kinds("```annotated p\nFROM :: a\n```"), ["annotated"]);
        assert_eq!(kinds("```text\n{{#step x}}\n```"), ["kept"], "not looked at");
        assert_eq!(kinds("````text\n```run\nls\n```\n````\na"), ["kept", "text"], "a block inside another");
        assert_eq!(kinds("```text\n```\na"), ["kept", "text"], "an empty block");
        assert_eq!(kinds("It weighs {{#value a b stored:c}}."), ["text"]);
        assert_eq!(kinds("{{#value a b stored:c}} is much."), ["text"]);
        assert_eq!(kinds("{{#term layer}}"), ["text"], "a line of a paragraph");
    }

    #[test]
    fn nothing_of_a_page_is_lost() {
        let page = "a\n\n```text\nx\n\n\n```\n\nb\n";
        let text = |part| match part {
            Part::Text { text, .. } => text.to_owned(),
            Part::Kept { text } => text,
            _ => String::new(),
        };
        let texts: Vec<_> = parts(page).into_iter().map(text).collect();
        assert_eq!(texts.join("\n") + "\n", page);
    }
}
