//! The rules. Each is a file of its own: an id, why it matters, a function from what was seen to findings, and tests, among them
//! the case that looks like it and is not.

mod bytes;
mod rebuild;
mod runtime;
mod secrets;
mod supply;

use super::model::{Finding, Kind};
use super::seen::{Seen, Unknown};

/// What a rule found: nothing, findings, or why it could not look.
pub type Found = Result<Vec<Finding>, Unknown>;

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its permanent name, in kebab-case.
    pub id: &'static str,
    /// What it is about.
    pub kind: Kind,
    /// What it looks for, as a clause for lists of rules: `a final stage that also holds the compiler`.
    pub looks_for: &'static str,
    /// Why it matters, to somebody who never took the course: one or two sentences.
    pub why: &'static str,
    /// Looks for it. Reads what was seen, and nothing else.
    pub find: fn(&Seen) -> Found,
}

impl Rule {
    /// A finding of this rule that says this.
    pub fn finding(&self, says: impl Into<String>) -> Finding {
        Finding {
            id: self.id.to_owned(),
            kind: self.kind,
            says: says.into(),
            why: self.why.to_owned(),
            ..Finding::default()
        }
    }
}

/// All rules, by kind.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [bytes::ALL, rebuild::ALL, secrets::ALL, runtime::ALL, supply::ALL].into_iter().flatten()
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_plain_and_words_are_sentences() {
        let mut ids: Vec<_> = all().map(|rule| rule.id).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for rule in all() {
            assert!(rule.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()), "{}", rule.id);
            assert!(rule.why.ends_with('.') && !rule.looks_for.ends_with('.'), "{}", rule.id);
        }
    }
}
