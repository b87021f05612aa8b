//! The pairs that `ENV`, `LABEL` and `ARG` set.

use crate::dockerfile::Instruction;

/// One name and its value, quotes taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value; variables in it stay as they are written. `None` where an `ARG` gives none.
    pub value: Option<String>,
}

impl Pair {
    /// The value; empty where there is none.
    pub fn value(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }
}

/// The pairs of an instruction, in order; none for any other than `ENV`, `LABEL` and `ARG`.
pub fn pairs(instruction: &Instruction) -> Vec<Pair> {
    if !matches!(instruction.keyword.as_str(), "ENV" | "LABEL" | "ARG") {
        return Vec::new();
    }
    let words = words(instruction.joined.get(instruction.keyword.len()..).unwrap_or_default());
    let is_pair = words.first().is_some_and(|word| word.contains('='));
    if instruction.keyword != "ARG" && !is_pair {
        // The form of old: one name, and all that follows is its value.
        let Some((name, rest)) = words.split_first() else { return Vec::new() };
        return vec![Pair { name: name.clone(), value: Some(rest.join(" ")) }];
    }
    let pair = |word: String| match word.split_once('=') {
        Some((name, value)) => Pair { name: name.to_owned(), value: Some(value.to_owned()) },
        None => Pair { name: word, value: None },
    };
    words.into_iter().map(pair).collect()
}

/// The words of a text, quotes taken off.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (open, '\\') if open != Some('\'') => word.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::parse;

    fn of(line: &str) -> Vec<(String, Option<String>)> {
        let file = parse(&format!("FROM a\n{line}\n"), "Dockerfile").unwrap();
        pairs(&file.stages[0].instructions[1]).into_iter().map(|pair| (pair.name, pair.value)).collect()
    }

    fn is(line: &str, expected: &[(&str, Option<&str>)]) {
        let expected: Vec<_> = expected.iter().map(|(n, v)| ((*n).to_owned(), v.map(str::to_owned))).collect();
        assert_eq!(of(line), expected, "{line}");
    }

    #[test]
    fn every_form_is_read() {
        is("ENV A=b C=\"d e\" \\\n  F=g\\ h", &[("A", Some("b")), ("C", Some("d e")), ("F", Some("g h"))]);
        is("ENV A b c", &[("A", Some("b c"))]);
        is("LABEL \"a.b\"='c=d' e=", &[("a.b", Some("c=d")), ("e", Some(""))]);
        is("ARG A B=1", &[("A", None), ("B", Some("1"))]);
        is("RUN A=b", &[]);
    }
}
