//! The commands of a `RUN`, taken apart as far as rules need it: words, and what is piped into what. No shell is run.

use std::iter::Peekable;
use std::str::Chars;

use crate::dockerfile::Instruction;

/// One command of a `RUN`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The program and its arguments, quotes taken off, without variables that are set for it alone and without `sudo`, `exec`,
    /// `env` and `time` before it.
    pub words: Vec<String>,
    /// Variables that are set for it alone, `NAME=value`.
    pub set: Vec<String>,
    /// The line of the Dockerfile that it begins on, from 1.
    pub line: usize,
    /// Whether it reads what the call before it prints.
    pub piped: bool,
}

impl Call {
    /// The program's name without its folder; empty where there is none.
    pub fn program(&self) -> &str {
        self.words.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word))
    }

    /// The arguments.
    pub fn arguments(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The first argument that is no option: `install` of `npm --silent install`.
    pub fn verb(&self) -> &str {
        self.arguments().iter().find(|word| !word.starts_with('-')).map_or("", String::as_str)
    }

    /// Whether an argument is one of these words.
    pub fn has(&self, words: &[&str]) -> bool {
        self.arguments().iter().any(|word| words.contains(&word.as_str()))
    }

    /// Whether an argument is one of these options, alone or with a value behind `=`.
    pub fn has_option(&self, options: &[&str]) -> bool {
        self.arguments().iter().any(|word| options.contains(&word.split('=').next().unwrap_or_default()))
    }

    /// The same without options in front: `bash -` of `sudo -E bash -`.
    #[must_use]
    pub fn behind_options(&self) -> Self {
        let options = self.words.iter().take_while(|word| word.starts_with('-')).count();
        Self { words: self.words[options..].to_vec(), ..self.clone() }
    }

    /// The program and its arguments as one text.
    pub fn text(&self) -> String {
        self.words.join(" ")
    }
}

/// The commands of a `RUN`, in order; of its here-document, too. Empty for any other instruction.
pub fn calls(instruction: &Instruction) -> Vec<Call> {
    if instruction.keyword != "RUN" {
        return Vec::new();
    }
    let list = super::seen::operands(instruction);
    let rest = behind_flags(&instruction.joined);
    if rest.starts_with('[') && serde_json::from_str::<Vec<String>>(rest).is_ok() {
        // A list that names a shell holds a line for it.
        return match list.as_slice() {
            [shell, option, line] if is_shell(shell) && option.starts_with('-') && option.ends_with('c') => {
                of_text(line, instruction.line)
            }
            _ => tidied(Call { words: list, line: instruction.line, ..Call::default() }).into_iter().collect(),
        };
    }
    let text = behind_flags(&instruction.text);
    let before = instruction.text.len() - text.len();
    let line = instruction.line + instruction.text[..before].matches('\n').count();
    of_text(&without_comments(text), line)
}

/// The commands of a text in the language of shells, whose first line has this number.
pub fn of_text(text: &str, line: usize) -> Vec<Call> {
    let mut reader = Reader { chars: text.chars().peekable(), line, ..Reader::default() };
    reader.read();
    reader.calls
}

/// Whether this names a shell.
pub fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next().unwrap_or(program), "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
}

/// Lines of comments between those of one command are none of it; they stay as empty lines, so that the others keep their numbers.
fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| if line.trim_start().starts_with('#') { "\\" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn behind_flags(instruction: &str) -> &str {
    let mut rest = instruction.trim_start().split_once(|c: char| c.is_whitespace()).map_or("", |(_, rest)| rest);
    loop {
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
        if !trimmed.starts_with("--") {
            return trimmed;
        }
        rest = trimmed.split_once(|c: char| c.is_whitespace()).map_or("", |(_, rest)| rest);
    }
}

/// Reads a text once from front to end.
struct Reader<'t> {
    chars: Peekable<Chars<'t>>,
    line: usize,
    /// The word that is being read; `None` between words.
    word: Option<String>,
    call: Call,
    /// Whether the next word is where output goes, and no argument.
    redirected: bool,
    calls: Vec<Call>,
}

impl Default for Reader<'_> {
    fn default() -> Self {
        Self {
            chars: "".chars().peekable(),
            line: 0,
            word: None,
            call: Call::default(),
            redirected: false,
            calls: vec![],
        }
    }
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(c) = self.chars.next() {
            match c {
                '\\' => match self.chars.next() {
                    Some('\n') => self.new_line(),
                    Some(c) => self.add(c),
                    None => {}
                },
                '\'' | '"' => self.quoted(c),
                '\n' => {
                    self.end_call(false);
                    self.new_line();
                }
                ';' | '&' | '|' | '(' | ')' | '`' => {
                    let doubled = self.chars.next_if_eq(&c).is_some();
                    self.end_call(c == '|' && !doubled);
                }
                '$' if self.chars.peek() == Some(&'(') => {
                    self.chars.next();
                    // What is computed for an argument is a command of its own; the argument keeps a mark.
                    self.add('$');
                    self.substitution();
                }
                '<' | '>' => {
                    // `2>` names a stream and is no argument.
                    if self.word.as_ref().is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit())) {
                        self.word = None;
                    }
                    self.end_word();
                    while self.chars.next_if(|c| matches!(c, '<' | '>' | '&' | '-')).is_some() {}
                    self.redirected = true;
                }
                '#' if self.word.is_none() => while self.chars.next_if(|c| *c != '\n').is_some() {},
                c if c.is_whitespace() => self.end_word(),
                c => self.add(c),
            }
        }
        self.end_call(false);
    }

    fn substitution(&mut self) {
        let (mut depth, mut inner, line) = (1, String::new(), self.line);
        for c in self.chars.by_ref() {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if c == '\n' {
                self.line += 1;
            }
            if depth == 0 {
                break;
            }
            inner.push(c);
        }
        self.calls.extend(of_text(&inner, line));
    }

    fn quoted(&mut self, quote: char) {
        self.word.get_or_insert_default();
        while let Some(c) = self.chars.next() {
            match c {
                c if c == quote => return,
                '\\' if quote == '"' => match self.chars.next() {
                    Some('\n') => self.new_line(),
                    Some(c) => self.add(c),
                    None => {}
                },
                '\n' => {
                    self.add(c);
                    self.new_line();
                }
                c => self.add(c),
            }
        }
    }

    fn add(&mut self, c: char) {
        if self.call.words.is_empty() && self.call.set.is_empty() && self.word.is_none() {
            self.call.line = self.line;
        }
        self.word.get_or_insert_default().push(c);
    }

    fn new_line(&mut self) {
        self.end_word();
        self.line += 1;
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take()
            && !std::mem::take(&mut self.redirected)
        {
            self.call.words.push(word);
        }
    }

    fn end_call(&mut self, pipes: bool) {
        self.end_word();
        self.redirected = false;
        let call = std::mem::take(&mut self.call);
        self.calls.extend(tidied(call));
        self.call.piped = pipes;
    }
}

/// Words of a shell that stand before a command.
const BEFORE: [&str; 12] = ["if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "fi", "done"];

/// A command without what only stands before it; `None` where nothing is left.
fn tidied(mut call: Call) -> Option<Call> {
    loop {
        let first = call.words.first()?.clone();
        let name = first.split('=').next().unwrap_or_default();
        let sets =
            first.contains('=') && !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if sets {
            call.set.push(first);
        } else if !(BEFORE.contains(&first.as_str())
            || matches!(first.as_str(), "sudo" | "exec" | "env" | "time" | "command"))
        {
            return Some(call);
        }
        call.words.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::parse;

    fn of(run: &str) -> Vec<(usize, String)> {
        let file = parse(&format!("FROM a\n{run}\n"), "Dockerfile").unwrap();
        let run = &file.stages[0].instructions[1];
        calls(run).into_iter().map(|call| (call.line, call.text())).collect()
    }

    fn lines(run: &str) -> Vec<String> {
        of(run).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn commands_are_told_apart_with_their_lines() {
        let run = "RUN --mount=type=cache,target=/x apt-get update && \\\n    # words\n    apt-get install -y curl;\\\n  rm -rf /x";
        let expected = [(2, "apt-get update"), (4, "apt-get install -y curl"), (5, "rm -rf /x")];
        assert_eq!(of(run), expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn quotes_hold_words_together_and_redirections_are_no_arguments() {
        assert_eq!(lines("RUN echo 'a && b' \"c;d\" > /f 2>&1"), ["echo a && b c;d"]);
        assert_eq!(lines("RUN CGO_ENABLED=0 go build ./... || true"), ["go build ./...", "true"]);
        assert_eq!(lines("RUN if [ -f x ]; then npm ci; fi"), ["[ -f x ]", "npm ci"]);
    }

    #[test]
    fn what_is_piped_is_known() {
        let file = parse("FROM a\nRUN curl -fsSL https://x/y | bash -s -- && true || false\n", "Dockerfile").unwrap();
        let piped: Vec<_> = calls(&file.stages[0].instructions[1]).into_iter().map(|call| call.piped).collect();
        assert_eq!(piped, [false, true, false, false]);
    }

    #[test]
    fn lists_and_here_documents_hold_commands_too() {
        assert_eq!(lines("RUN [\"npm\", \"ci\"]"), ["npm ci"]);
        assert_eq!(lines("RUN [\"/bin/sh\", \"-c\", \"npm ci && x\"]"), ["npm ci", "x"]);
        assert_eq!(lines("RUN <<EOF\nnpm ci\nnpm run build\nEOF"), ["npm ci", "npm run build", "EOF"]);
        assert_eq!(lines("RUN x $(which y)"), ["which y", "x $"]);
    }

    #[test]
    fn a_call_is_asked_for_its_parts() {
        let file = parse("FROM a\nRUN FOO=1 /usr/bin/npm --silent install --omit=dev\n", "Dockerfile").unwrap();
        let call = calls(&file.stages[0].instructions[1]).remove(0);
        assert_eq!((call.program(), call.verb()), ("npm", "install"));
        assert!(call.has_option(&["--omit"]) && !call.has(&["ci"]) && call.set == ["FOO=1"]);
    }
}
