//! Running text in lines: as wide as is comfortable to read, and no wider than the terminal.

use super::Style;

/// Widest line of running text, in columns: what is comfortable to read.
const WIDTH: usize = 92;
/// Columns of what is written to a file or a pipe.
const USUAL: usize = 100;
/// Narrowest: below that, text is broken to no use.
const NARROWEST: usize = 30;

/// Running text, wrapped and indented. Paragraphs are separated by an empty line.
pub(super) fn paragraph(text: &str) -> String {
    paragraph_in(text, 0)
}

/// As [`paragraph`], for text that whoever puts it in moves further to the right by so many columns.
pub(super) fn paragraph_in(text: &str, columns: usize) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        wrapped(&words, width() - columns).iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A paragraph behind a word that stands out, its further lines below the first one's text.
pub(super) fn headed(head: &str, text: &str, style: Style) -> String {
    let indent = head.chars().count() + 1;
    let lines = wrapped(text, width() - indent);
    let text = lines.join(&format!("\n  {}", " ".repeat(indent)));
    format!("  {} {text}", style.bold(head))
}

/// Columns that running text has: those of the terminal, where there is one, without the indentation.
pub(super) fn width() -> usize {
    columns().saturating_sub(4).clamp(NARROWEST, WIDTH)
}

/// Columns of the terminal; for a file or a pipe, those that `COLUMNS` asks for, or what most have.
pub(super) fn columns() -> usize {
    let asked = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
    let terminal = console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    terminal.or_else(asked).unwrap_or(USUAL)
}

/// The text, or as much of it as fits into so many columns, with an ellipsis for the rest.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Lines of whole words, none wider than that.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    // A hyphen is often part of an option or a name, and a break there would change it.
    let options = textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_word_keeps_its_column() {
        let style = Style { color: false, live: false, symbols: true };
        let text = headed("Look:", &"word ".repeat(40), style);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() > 1 && lines[0].starts_with("  Look: word"), "{text}");
        assert!(lines[1..].iter().all(|line| line.starts_with("        word")), "{text}");
        assert!(lines.iter().all(|line| line.len() <= WIDTH + 2), "{text}");
    }
}
