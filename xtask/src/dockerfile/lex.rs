//! Words as BuildKit's shell lexer reads them: quotes, escapes, `$NAME` and `${NAME…}`.
//!
//! The rules are those of `frontend/dockerfile/shell/lex.go` in moby/buildkit. One lexer puts values in for variables, one
//! finds here-documents in a command line.

use std::collections::BTreeMap;

use super::pattern::Pattern;

/// How deep `${A:-${B:-…}}` may go. BuildKit has no limit; a stack has.
const DEEPEST: usize = 100;

/// How a text is taken apart.
#[derive(Clone, Copy)]
pub(super) struct Lex<'v> {
    /// What makes the next character an ordinary one: `\`, or `` ` `` where a directive says so.
    pub escape: char,
    /// Whether quotes stay where they are.
    pub raw_quotes: bool,
    /// Whether escapes stay where they are.
    pub raw_escapes: bool,
    /// The values of variables; `None` leaves what is not known as it is written.
    pub values: Option<&'v BTreeMap<String, String>>,
}

/// What came of a text: the whole of it, and the words between its spaces.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lexed {
    pub text: String,
    pub words: Vec<String>,
}

impl<'v> Lex<'v> {
    /// Puts values in for variables and takes quotes off.
    pub fn expanding(escape: char, values: &'v BTreeMap<String, String>) -> Self {
        Self { escape, raw_quotes: false, raw_escapes: false, values: Some(values) }
    }

    /// Takes a text apart.
    ///
    /// Errors: what BuildKit says of it.
    pub fn read(self, text: &str) -> Result<Lexed, String> {
        let chars: Vec<char> = text.chars().collect();
        let mut scan = Scan { lex: self, raw_escapes: self.raw_escapes, chars: &chars, at: 0, depth: 0 };
        scan.until(None, self.raw_escapes)
    }
}

struct Scan<'c, 'v> {
    lex: Lex<'v>,
    raw_escapes: bool,
    chars: &'c [char],
    at: usize,
    depth: usize,
}

/// The words of a text in the making. A space ends a word unless it is quoted or escaped.
#[derive(Default)]
struct Words {
    done: Vec<String>,
    word: String,
}

impl Words {
    fn add(&mut self, c: char) {
        if !c.is_whitespace() {
            self.word.push(c);
        } else if !self.word.is_empty() {
            self.done.push(std::mem::take(&mut self.word));
        }
    }

    fn finish(mut self) -> Vec<String> {
        if !self.word.is_empty() {
            self.done.push(self.word);
        }
        self.done
    }
}

impl Scan<'_, '_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    /// Reads up to a character, which is taken as well, or to the end.
    fn until(&mut self, stop: Option<char>, raw_escapes: bool) -> Result<Lexed, String> {
        if self.depth > DEEPEST {
            return Err(format!("substitutions are nested more than {DEEPEST} deep"));
        }
        let before = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        self.depth += 1;
        let read = self.rest_until(stop);
        self.depth -= 1;
        self.raw_escapes = before;
        read
    }

    fn rest_until(&mut self, stop: Option<char>) -> Result<Lexed, String> {
        let (mut text, mut words) = (String::new(), Words::default());
        while let Some(c) = self.peek() {
            if Some(c) == stop {
                self.next();
                return Ok(Lexed { text, words: words.finish() });
            }
            match c {
                '\'' | '"' => {
                    let quoted = if c == '"' { self.double_quoted()? } else { self.single_quoted()? };
                    words.word.push_str(&quoted);
                    text.push_str(&quoted);
                }
                '$' => {
                    let value = self.dollar()?;
                    value.chars().for_each(|c| words.add(c));
                    text.push_str(&value);
                }
                c if c == self.lex.escape => {
                    self.next();
                    if self.raw_escapes {
                        words.word.push(c);
                        text.push(c);
                    }
                    let Some(escaped) = self.next() else { break };
                    words.word.push(escaped);
                    text.push(escaped);
                }
                c => {
                    self.next();
                    words.add(c);
                    text.push(c);
                }
            }
        }
        match stop {
            Some(stop) => Err(format!("unexpected end of statement while looking for matching {stop}")),
            None => Ok(Lexed { text, words: words.finish() }),
        }
    }

    /// Between single quotes nothing is special.
    fn single_quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let open = self.next();
        text.extend(open.filter(|_| self.lex.raw_quotes));
        loop {
            match self.next() {
                None => return Err("unexpected end of statement while looking for matching single-quote".to_owned()),
                Some('\'') => {
                    text.extend(open.filter(|_| self.lex.raw_quotes));
                    return Ok(text);
                }
                Some(c) => text.push(c),
            }
        }
    }

    /// Between double quotes a dollar is special, and an escape before `"`, `$` or itself.
    fn double_quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let open = self.next();
        text.extend(open.filter(|_| self.lex.raw_quotes));
        loop {
            match self.peek() {
                None => return Err("unexpected end of statement while looking for matching double-quote".to_owned()),
                Some('"') => {
                    self.next();
                    text.extend(open.filter(|_| self.lex.raw_quotes));
                    return Ok(text);
                }
                Some('$') => text.push_str(&self.dollar()?),
                Some(mut c) => {
                    self.next();
                    if c == self.lex.escape {
                        if self.raw_escapes {
                            text.push(c);
                        }
                        match self.peek() {
                            None => continue,
                            Some(next) if next == '"' || next == '$' || next == self.lex.escape => {
                                self.next();
                                c = next;
                            }
                            Some(_) => {}
                        }
                    }
                    text.push(c);
                }
            }
        }
    }

    fn dollar(&mut self) -> Result<String, String> {
        let begin = self.at;
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            return Ok(match (name.is_empty(), self.lex.values) {
                (true, _) => "$".to_owned(),
                (false, Some(values)) => values.get(&name).cloned().unwrap_or_default(),
                (false, None) => format!("${name}"),
            });
        }
        self.next();
        match self.peek() {
            None => return Err("syntax error: missing '}'".to_owned()),
            Some('{' | '}' | ':') => return Err("syntax error: bad substitution".to_owned()),
            Some(_) => {}
        }
        let name = self.name();
        let value = self.substitution(&name)?;
        Ok(match self.lex.values {
            Some(_) => value,
            None => self.chars[begin..self.at].iter().collect(),
        })
    }

    /// What stands behind the name in `${NAME…}`, and what comes of it.
    fn substitution(&mut self, name: &str) -> Result<String, String> {
        let value = self.lex.values.and_then(|values| values.get(name)).cloned();
        let no_modifier = |said: &str| Err(format!("unsupported modifier ({said}) in substitution"));
        let Some(mut modifier) = self.next() else { return no_modifier("") };
        let mut said = modifier.to_string();
        match modifier {
            '}' => return Ok(value.unwrap_or_default()),
            '/' => return self.replacement(&value.unwrap_or_default()),
            ':' | '+' | '-' | '?' | '#' | '%' => {}
            _ => return no_modifier(&said),
        }
        let empty_is_unset = modifier == ':';
        if empty_is_unset {
            let Some(next) = self.next() else { return no_modifier(&said) };
            modifier = next;
            said.push(next);
        }
        let word = self.until(Some('}'), matches!(modifier, '#' | '%'));
        let word = word.map_err(|e| self.missing(e, "syntax error: missing '}'"))?.text;
        let set = value.filter(|value| !(empty_is_unset && value.is_empty() && matches!(modifier, '-' | '+' | '?')));
        match modifier {
            '-' => Ok(set.unwrap_or(word)),
            '+' => Ok(set.map(|_| word).unwrap_or_default()),
            // Where variables are left as they are, none is missed.
            '?' if self.lex.values.is_none() => Ok(String::new()),
            '?' => set.ok_or_else(|| {
                let why = if word.is_empty() { "is not allowed to be unset" } else { &word };
                format!("{name}: {why}")
            }),
            '#' | '%' => {
                let (greedy, word) = match word.strip_prefix(modifier) {
                    Some(rest) => (true, rest),
                    None => (false, word.as_str()),
                };
                let (pattern, value) = (Pattern::of(word)?, set.unwrap_or_default());
                Ok(if modifier == '#' {
                    pattern.without_prefix(&value, greedy)
                } else {
                    pattern.without_suffix(&value, greedy)
                })
            }
            _ => no_modifier(&said),
        }
    }

    /// `${NAME/pattern/text}` for the first match, `${NAME//pattern/text}` for all.
    fn replacement(&mut self, value: &str) -> Result<String, String> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let pattern = self.until(Some('/'), true);
        let pattern = pattern.map_err(|e| self.missing(e, "syntax error: missing '/' in ${}"))?.text;
        let text = self.until(Some('}'), true);
        let text = text.map_err(|e| self.missing(e, "syntax error: missing '}'"))?.text;
        Ok(Pattern::of(&pattern)?.replaced(value, &text, all))
    }

    fn missing(&self, said: String, at_end: &str) -> String {
        if self.peek().is_none() { at_end.to_owned() } else { said }
    }

    /// A variable's name: letters, digits and `_`; digits alone; or one of the shell's own, such as `$?`.
    fn name(&mut self) -> String {
        let Some(first) = self.peek() else { return String::new() };
        if "@*#?-$!".contains(first) {
            self.next();
            return first.to_string();
        }
        let digits = first.is_numeric();
        let is_part = |c: char| if digits { c.is_numeric() } else { c.is_alphanumeric() || c == '_' };
        let end = self.chars[self.at..].iter().position(|c| !is_part(*c)).map_or(self.chars.len(), |n| self.at + n);
        let name = self.chars[self.at..end].iter().collect();
        self.at = end;
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> Result<String, String> {
        let values = [("A", "one"), ("EMPTY", ""), ("PATH_", "a/b/c"), ("TAG", "1-slim-x")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Lex::expanding('\\', &values).read(text).map(|lexed| lexed.text)
    }

    #[test]
    fn every_form_of_a_variable_is_put_in() {
        for (text, becomes) in [
            ("$A:1", "one:1"),
            ("${A}x$A", "onexone"),
            ("$NO|${NO}|", "||"),
            ("${NO-x} ${EMPTY-x} ${A-x}", "x  one"),
            ("${NO:-x} ${EMPTY:-x} ${A:-x}", "x x one"),
            ("${NO+x} ${EMPTY+x} ${A+x}", " x x"),
            ("${NO:+x} ${EMPTY:+x} ${A:+x}", "  x"),
            ("${A?no} ${A:?no} ${EMPTY?no}", "one one "),
            ("${NO:-${NO:-$A}}", "one"),
            ("${NO:-a\\}b}", "a}b"),
            ("${PATH_#*/} ${PATH_##*/}", "b/c c"),
            ("${PATH_%/*} ${PATH_%%/*}", "a/b a"),
            ("${TAG%-x} ${TAG%-?} ${TAG%nothing}", "1-slim 1-slim 1-slim-x"),
            ("${PATH_/b/X} ${PATH_//\\//-} ${PATH_/b/} ${PATH_/?/X}", "a/X/c a-b-c a//c X/b/c"),
            ("'$A' \"$A\" \\$A \"\\$A\"", "$A one $A $A"),
            ("de\"bia\"n'!'", "debian!"),
            ("a$ $", "a$ $"),
            ("$1a $?b", "a b"),
            ("a\\", "a"),
        ] {
            assert_eq!(expanded(text).as_deref(), Ok(becomes), "{text}");
        }
    }

    #[test]
    fn what_has_no_end_or_no_sense_is_refused() {
        for text in
            ["${", "${A", "${}", "${:x}", "${{A}", "${A!x}", "${A:=x}", "'a", "\"a", "${NO?gone}", "${A/b}", "${A#\\x}"]
        {
            assert!(expanded(text).is_err(), "{text}");
        }
        assert_eq!(expanded("${NO:?is needed}"), Err("NO: is needed".to_owned()));
        assert!(expanded(&"${NO:-".repeat(100_000)).is_err());
    }

    #[test]
    fn a_command_line_keeps_quotes_and_variables() {
        let lex = Lex { escape: '\\', raw_quotes: true, raw_escapes: true, values: None };
        let read = |text| lex.read(text).unwrap().words;
        assert_eq!(
            read("cat <<\"EOF\" > $A/${B:-x} 'a b' c\\ d"),
            ["cat", "<<\"EOF\"", ">", "$A/${B:-x}", "'a b'", "c\\ d"]
        );
        assert_eq!(read("${X:?needed} ${Y%.*}"), ["${X:?needed}", "${Y%.*}"]);
    }
}
