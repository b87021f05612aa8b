//! The patterns of `${NAME#pattern}`, `${NAME%pattern}` and `${NAME/pattern/text}`.
//!
//! `*` is any text and `?` any character, as in `convertShellPatternToRegex` of moby/buildkit's `frontend/dockerfile/shell/lex.go`.

/// A part of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Just(char),
}

/// A pattern that a value may begin with, end in, or hold.
pub(super) struct Pattern(Vec<Part>);

impl Pattern {
    /// Reads a pattern.
    ///
    /// Errors: what BuildKit says of an escape that it does not know.
    pub fn of(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '*' => Part::Any,
                '?' => Part::One,
                '\\' => match chars.peek().copied() {
                    // These two are escaped for the sake of `${…}` around the pattern.
                    Some('}' | '/') => continue,
                    Some(c @ ('*' | '?' | '\\')) => {
                        chars.next();
                        Part::Just(c)
                    }
                    other => {
                        let other = other.map(String::from).unwrap_or_default();
                        return Err(format!("invalid pattern ({text}) in substitution: invalid escape '\\{other}'"));
                    }
                },
                c => Part::Just(c),
            });
        }
        Ok(Self(parts))
    }

    /// The value without what it begins with: the shortest match, or the longest.
    pub fn without_prefix(&self, value: &str, longest: bool) -> String {
        let value: Vec<char> = value.chars().collect();
        let end = end(self.0.iter(), &value, longest).unwrap_or(0);
        value[end..].iter().collect()
    }

    /// The value without what it ends in: the shortest match, or the longest.
    pub fn without_suffix(&self, value: &str, longest: bool) -> String {
        let mut value: Vec<char> = value.chars().rev().collect();
        let end = end(self.0.iter().rev(), &value, longest).unwrap_or(0);
        value.drain(..end);
        value.iter().rev().collect()
    }

    /// The value with another text in place of the first match, or of all; each is as long as it can be.
    pub fn replaced(&self, value: &str, by: &str, all: bool) -> String {
        let value: Vec<char> = value.chars().collect();
        let (mut result, mut at, mut done) = (String::new(), 0, false);
        while at <= value.len() {
            if let Some(length) = end(self.0.iter(), &value[at..], true).filter(|_| all || !done) {
                result.push_str(by);
                done = true;
                if length == 0 {
                    result.extend(value.get(at));
                }
                at += length.max(1);
            } else {
                result.extend(value.get(at));
                at += 1;
            }
        }
        result
    }
}

/// How many characters at the beginning of a value match: the fewest or the most there can be.
fn end<'p>(parts: impl Iterator<Item = &'p Part>, value: &[char], longest: bool) -> Option<usize> {
    // At which places in the value the parts so far may end.
    let mut ends = vec![false; value.len() + 1];
    ends[0] = true;
    for part in parts {
        match part {
            Part::Any => {
                let first = ends.iter().position(|end| *end).unwrap_or(ends.len());
                ends[first..].fill(true);
            }
            Part::One | Part::Just(_) => {
                for at in (0..value.len()).rev() {
                    ends[at + 1] = ends[at] && (*part == Part::One || *part == Part::Just(value[at]));
                }
                ends[0] = false;
            }
        }
    }
    if longest { ends.iter().rposition(|end| *end) } else { ends.iter().position(|end| *end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_and_the_longest_match_are_told_apart() {
        let cut = |pattern: &str, value: &str, longest| Pattern::of(pattern).unwrap().without_prefix(value, longest);
        assert_eq!((cut("*a", "xaxa!", false), cut("*a", "xaxa!", true)), ("xa!".into(), "!".into()));
        assert_eq!(
            (cut("", "x", true), cut("y*", "x", true), cut("*", "x", false)),
            ("x".into(), "x".into(), "x".into())
        );
        let cut = |pattern: &str, value: &str, longest| Pattern::of(pattern).unwrap().without_suffix(value, longest);
        assert_eq!((cut("-*", "1-a-b", false), cut("-*", "1-a-b", true)), ("1-a".into(), "1".into()));
        assert_eq!(cut("\\*?", "1*x", false), "1");
    }

    #[test]
    fn one_match_or_all_are_replaced() {
        let put = |pattern: &str, value: &str, all| Pattern::of(pattern).unwrap().replaced(value, "-", all);
        assert_eq!(
            (put("o", "foo", false), put("o", "foo", true), put("x", "foo", true)),
            ("f-o".into(), "f--".into(), "foo".into())
        );
        assert_eq!((put("o*", "foo", false), put("*", "foo", false)), ("f-".into(), "-".into()));
    }
}
