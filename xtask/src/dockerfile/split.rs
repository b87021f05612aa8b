//! An instruction taken apart: its keyword, its flags, and the rest.
//!
//! The rules are those of `split_command.go` and `line_parsers.go` in moby/buildkit's `frontend/dockerfile/parser`.

/// What BuildKit takes for space within a line.
pub(super) const SPACE: [char; 5] = ['\t', '\u{b}', '\u{c}', '\r', ' '];

/// The parts of an instruction.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    /// In upper case.
    pub keyword: String,
    /// `--name=value`, quotes taken off.
    pub flags: Vec<String>,
    /// What stands behind the flags.
    pub rest: String,
}

impl Split {
    /// Takes an instruction apart.
    pub fn of(joined: &str) -> Self {
        let joined = joined.trim();
        let (keyword, rest) = joined.split_once(SPACE).unwrap_or((joined, ""));
        let (flags, rest) = flags(rest);
        Self { keyword: keyword.to_ascii_uppercase(), flags, rest: rest.trim().to_owned() }
    }

    /// The values of a flag.
    pub fn values<'s>(&'s self, flag: &'s str) -> impl Iterator<Item = &'s str> {
        self.flags.iter().filter_map(move |given| given.strip_prefix("--")?.strip_prefix(flag)?.strip_prefix('='))
    }
}

/// The flags at the beginning, and what stands behind them. A backslash escapes here whatever the directive says.
fn flags(line: &str) -> (Vec<String>, &str) {
    let mut flags = Vec::new();
    let mut line = line.trim_start();
    while line.starts_with("--") {
        let (mut word, mut quote) = (String::new(), None);
        let mut chars = line.char_indices();
        let mut end = line.len();
        while let Some((at, c)) = chars.next() {
            match quote {
                None if c.is_whitespace() => {
                    end = at;
                    break;
                }
                None if c == '\'' || c == '"' => quote = Some(c),
                Some(open) if c == open => quote = None,
                _ if c == '\\' => word.extend(chars.next().map(|(_, escaped)| escaped)),
                _ => word.push(c),
            }
        }
        line = &line[end..];
        // Two dashes alone end the flags.
        if word == "--" {
            break;
        }
        flags.push(word);
        line = line.trim_start();
    }
    (flags, line)
}

/// The words of a line such as that of `ARG`, quotes left on.
pub(super) fn words(line: &str, escape: char) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match quote {
            None if c.is_whitespace() => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            _ if c == escape && quote != Some('\'') => {
                if let Some(escaped) = chars.next() {
                    word.extend([c, escaped]);
                }
            }
            _ => {
                if quote == Some(c) {
                    quote = None;
                } else if quote.is_none() && (c == '\'' || c == '"') {
                    quote = Some(c);
                }
                word.push(c);
            }
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Whether the rest of an instruction is a list of words in JSON, which no shell reads.
pub(super) fn is_list(rest: &str) -> bool {
    rest.starts_with('[') && serde_json::from_str::<Vec<String>>(rest).is_ok()
}

/// The fields of `--mount`, which BuildKit reads as a line of CSV.
pub(super) fn fields(value: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            _ => field.push(c),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_end_where_something_else_begins() {
        let split = Split::of("  copy\t--from='a b' --chown=\"1:1\" --link  --x=\\\"y -- --not /b ");
        assert_eq!(split.keyword, "COPY");
        assert_eq!(split.flags, ["--from=a b", "--chown=1:1", "--link", "--x=\"y"]);
        assert_eq!(split.rest, "--not /b");
        assert_eq!(split.values("from").collect::<Vec<_>>(), ["a b"]);
        assert_eq!(Split::of("FROM --platform=$P a AS b").rest, "a AS b");
        assert_eq!(Split::of("RUN\u{b}true").rest, "true");
        assert_eq!((Split::of("USER").rest.as_str(), Split::of("").keyword.as_str()), ("", ""));
    }

    #[test]
    fn words_keep_their_quotes() {
        assert_eq!(words("A=\"x y\" B='p \\' C=a\\ b D", '\\'), ["A=\"x y\"", "B='p \\'", "C=a\\ b", "D"]);
        assert_eq!(words("A=a` b B=\"q`\"\" C\\", '`'), ["A=a` b", "B=\"q`\"\"", "C\\"]);
    }

    #[test]
    fn a_mount_is_a_line_of_csv() {
        assert_eq!(
            fields("type=bind,\"from=b\",\"target=/a,b\",\"x=\"\"y\"\"\""),
            ["type=bind", "from=b", "target=/a,b", "x=\"y\""]
        );
    }

    #[test]
    fn a_list_is_json_of_words_alone() {
        assert!(
            is_list("[\"a\", \"b\"]")
                && is_list("[]")
                && !is_list("['a']")
                && !is_list("[\"a\", ]")
                && !is_list("[ -f x ] && y")
        );
    }
}
