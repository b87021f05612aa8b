//! From the lines of a file to its instructions: directives, comments, lines that go on in the next one, here-documents.
//!
//! The rules are those of `frontend/dockerfile/parser/parser.go` and `directives.go` in moby/buildkit.

use super::heredoc;
use super::split::{Split, is_list};

/// What is wrong with a Dockerfile, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Line of the instruction, from 1; `None` where the whole file is at fault.
    pub line: Option<usize>,
    /// A clause without a full stop.
    pub said: String,
}

impl Fault {
    pub fn at(line: usize, said: impl Into<String>) -> Self {
        Self { line: Some(line), said: said.into() }
    }
}

/// One instruction as it stands in the file.
#[derive(Debug)]
pub(super) struct Logical {
    /// Line it begins on, from 1.
    pub line: usize,
    /// Its lines as written, here-documents included.
    pub text: String,
    /// Its lines as one, without what makes them go on and without the comments between them.
    pub joined: String,
    /// The same, taken apart.
    pub split: Split,
}

/// A file as a list of instructions.
#[derive(Debug)]
pub(super) struct Lines {
    pub instructions: Vec<Logical>,
    /// What makes a line go on in the next, and the next character an ordinary one.
    pub escape: char,
}

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Lines, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.split_inclusive('\n').map(|line| line.trim_end_matches(['\r', '\n'])).collect();
    let mut directives = Directives::default();
    let mut instructions = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let start = at;
        let first = lines[at].trim_start();
        directives.line(first, at + 1)?;
        at += 1;
        if first.is_empty() || first.starts_with('#') {
            continue;
        }
        let (mut joined, mut goes_on) = continued(first, directives.escape);
        while goes_on && at < lines.len() {
            let line = lines[at];
            at += 1;
            let written = line.trim_start();
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            let (more, again) = continued(line, directives.escape);
            joined.push_str(&more);
            goes_on = again;
        }
        let split = Split::of(&joined);
        for document in documents(&split, &joined).map_err(|said| Fault::at(start + 1, said))? {
            let length = lines[at..].iter().position(|line| document.ends_with(line));
            let length = length.ok_or_else(|| Fault::at(start + 1, "unterminated heredoc"))?;
            at += length + 1;
        }
        let text = lines[start..at].join("\n").trim().to_owned();
        instructions.push(Logical { line: start + 1, text, joined: joined.trim().to_owned(), split });
    }
    Ok(Lines { instructions, escape: directives.escape })
}

/// A line without the escape at its end, and whether there was one: the line goes on in the next. Two escapes are none.
fn continued(line: &str, escape: char) -> (String, bool) {
    let kept = line.trim_end_matches([' ', '\t']).strip_suffix(escape).filter(|kept| !kept.ends_with(escape));
    (kept.unwrap_or(line).to_owned(), kept.is_some())
}

/// The here-documents that begin on a command line. `ONBUILD` has those of its instruction.
fn documents(split: &Split, joined: &str) -> Result<Vec<heredoc::Heredoc>, String> {
    let inner = (split.keyword == "ONBUILD").then(|| Split::of(&split.rest));
    let of = inner.as_ref().unwrap_or(split);
    if !matches!(of.keyword.as_str(), "RUN" | "COPY" | "ADD") || !joined.contains("<<") || is_list(&of.rest) {
        return Ok(Vec::new());
    }
    heredoc::of_line(joined)
}

/// The comments at the top of a file that say how it is to be read.
struct Directives {
    escape: char,
    seen: Vec<String>,
    done: bool,
}

impl Default for Directives {
    fn default() -> Self {
        Self { escape: '\\', seen: Vec::new(), done: false }
    }
}

impl Directives {
    /// Looks at a line, which is a directive as long as all before it were.
    fn line(&mut self, line: &str, number: usize) -> Result<(), Fault> {
        let directive = line.strip_prefix('#').and_then(|comment| comment.split_once('=')).map(|(name, value)| {
            let name = name.trim().to_ascii_lowercase();
            (name, value.trim())
        });
        let known = directive
            .filter(|(name, value)| ["syntax", "escape", "check"].contains(&name.as_str()) && !value.is_empty());
        let Some((name, value)) = known.filter(|_| !self.done) else {
            self.done = true;
            return Ok(());
        };
        if self.seen.contains(&name) {
            return Err(Fault::at(number, format!("only one {name} parser directive can be used")));
        }
        if name == "escape" {
            self.escape = match value {
                "\\" => '\\',
                "`" => '`',
                _ => return Err(Fault::at(number, format!("invalid escape token '{value}' does not match ` or \\"))),
            };
        }
        self.seen.push(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> Vec<(usize, String)> {
        read(text).unwrap().instructions.into_iter().map(|i| (i.line, i.joined)).collect()
    }

    fn pairs(pairs: &[(usize, &str)]) -> Vec<(usize, String)> {
        pairs.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn a_line_goes_on_past_comments_and_empty_lines() {
        let text = "FROM a\nRUN x \\\n  # no\n\n  && y \\ \t\n  && z\nUSER 1";
        assert_eq!(joined(text), pairs(&[(1, "FROM a"), (2, "RUN x   && y   && z"), (7, "USER 1")]));
        assert_eq!(joined("FR\\\n#\nOM a\n\\\nRUN x"), pairs(&[(1, "FROM a"), (4, "RUN x")]));
        assert_eq!(joined("RUN a \\\\\nRUN b \\\n"), pairs(&[(1, "RUN a \\\\"), (2, "RUN b")]));
    }

    #[test]
    fn directives_count_at_the_top_alone() {
        assert_eq!(joined("# Escape = `\r\nRUN a `\r\n b \\\r\nRUN c"), pairs(&[(2, "RUN a  b \\"), (4, "RUN c")]));
        assert_eq!(joined("\u{feff}#syntax=x\n# check=skip=all\n#escape=`\nRUN a `\nb"), pairs(&[(4, "RUN a b")]));
        for late in ["\n#escape=`\n", "# words\n#escape=`\n", "#other=1\n#escape=`\n"] {
            assert_eq!(joined(&format!("{late}RUN a `\nRUN b")).len(), 2, "{late:?}");
        }
        assert_eq!(read("#escape=x\n").unwrap_err().line, Some(1));
        assert_eq!(read("#escape=`\n#escape=`\n").unwrap_err().line, Some(2));
    }

    #[test]
    fn a_here_document_belongs_to_its_instruction() {
        let text = "COPY <<a <<-\"b\" /x/\nFROM 1\na\n\tFROM 2\n\tb\nONBUILD RUN cat 3<<E\nE\nCMD cat <<E\nUSER 1";
        let read = read(text).unwrap().instructions;
        let at: Vec<usize> = read.iter().map(|i| i.line).collect();
        assert_eq!((at, read[0].text.lines().count()), (vec![1, 6, 8, 9], 5));
    }

    #[test]
    fn a_here_document_without_an_end_is_refused_where_it_begins() {
        let fault = read("FROM a\nRUN <<E\n E\n").unwrap_err();
        assert_eq!(fault, Fault::at(2, "unterminated heredoc"));
        assert_eq!(joined("RUN [\"cat\", \"<<E\"]\nRUN x").len(), 2);
    }
}
