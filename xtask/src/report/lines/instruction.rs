//! Lines of a Dockerfile that are wider than their room, written so that they stay what they are.

use textwrap::core::display_width;

use super::{hanging, shell};

/// What a comment begins with.
const COMMENT: &str = "#";
/// What begins a here-document, whose lines are taken as they stand, and what makes another letter of the backslash
/// (docs.docker.com/reference/dockerfile, *escape*).
const OTHERWISE: [&str; 2] = ["<<", "escape="];

/// Whether a line may go on behind a backslash anywhere in a Dockerfile, or in lines of one.
pub(in crate::report) fn takes_backslash(text: &str) -> bool {
    !OTHERWISE.iter().any(|mark| text.contains(mark))
}

/// A file's lines, each no wider than that where its words allow it: an instruction goes on behind a backslash, a comment behind
/// another `#`. Where a backslash could be part of the text, lines are only hung deeper.
pub(in crate::report) fn dockerfile(text: &str, width: usize) -> Vec<String> {
    let splits = takes_backslash(text);
    let one = |line: &str| if splits { instruction(line, width) } else { hanging(line, width, "    ") };
    text.trim_end().lines().flat_map(one).collect()
}

/// A line of a Dockerfile's diff, with its sign before each part.
pub(in crate::report) fn diff_line(line: &str, width: usize) -> Vec<String> {
    let is_head = ["+++", "---"].iter().any(|head| line.starts_with(head));
    match line.get(..1) {
        Some(sign @ ("+" | "-" | " ")) if !is_head => {
            instruction(&line[1..], width.saturating_sub(1)).iter().map(|part| format!("{sign}{part}")).collect()
        }
        _ => hanging(line, width, "      "),
    }
}

/// One line of a Dockerfile as [`dockerfile`] writes it.
fn instruction(line: &str, width: usize) -> Vec<String> {
    if display_width(line) <= width {
        return vec![line.to_owned()];
    }
    if line.trim_start().starts_with(COMMENT) {
        return hanging(line, width, "# ");
    }
    let words = line.trim_start();
    let indent = &line[..line.len() - words.len()];
    // A line that goes on by itself says so once.
    let (words, goes_on) = match words.strip_suffix('\\') {
        Some(words) => (words.trim_end(), true),
        None => (words, false),
    };
    let mut lines = shell(words, width.saturating_sub(indent.len()));
    if let Some(last) = lines.last_mut().filter(|_| goes_on) {
        last.push_str(super::GOES_ON);
    }
    lines.iter().map(|line| format!("{indent}{line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_instruction_is_still_one() {
        let text = "# What the build needs, and no more\nFROM a\nRUN apt-get update && \\\n  apt-get install -y one two three four\n";
        assert_eq!(
            dockerfile(text, 28),
            [
                "# What the build needs, and",
                "# no more",
                "FROM a",
                "RUN apt-get update && \\",
                "  apt-get install -y one \\",
                "      two three four",
            ]
        );
        assert_eq!(instruction("RUN one two three && \\", 14), ["RUN one two \\", "    three && \\"]);
    }

    #[test]
    fn a_sign_stands_before_each_part_of_a_changed_line() {
        assert_eq!(diff_line("+RUN one two three", 14), ["+RUN one two \\", "+    three"]);
        assert_eq!(diff_line("--- a/rather/long path", 18), ["--- a/rather/long", "      path"]);
    }

    #[test]
    fn a_here_document_gets_no_backslash() {
        let text = "RUN <<EOF\necho one two three four five\nEOF\n";
        assert_eq!(dockerfile(text, 20), ["RUN <<EOF", "echo one two three", "    four five", "EOF"]);
        assert!(!takes_backslash("# escape=`\nFROM a\n") && takes_backslash("FROM a\n"));
    }
}
