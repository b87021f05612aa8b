//! The rules. Each is a file of its own: an id, why it matters, a function from what was seen to findings, and tests, among them
//! the case that looks like it and is not.

mod bytes;
mod rebuild;
mod runtime;
mod secrets;
mod supply;

use super::model::{Evidence, Finding, Kind};
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

/// So many places of one finding are listed; who has more sees how many.
const MOST_PLACES: usize = 200;

/// Each of these paths as something seen, and how many more there are than anybody reads.
fn at_each<'p>(paths: impl ExactSizeIterator<Item = &'p str>, says: &str) -> Vec<Evidence> {
    let more = paths.len().saturating_sub(MOST_PLACES);
    let mut places: Vec<Evidence> = paths.take(MOST_PLACES).map(|path| Evidence::of(says).path(path)).collect();
    if more > 0 {
        places.push(Evidence::of(format!("and {more} more, not listed")));
    }
    places
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

    #[test]
    fn places_add_up() {
        let paths: Vec<String> = (0..MOST_PLACES + 7).map(|number| number.to_string()).collect();
        let places = at_each(paths.iter().map(String::as_str), "x");
        assert_eq!((places.len(), places.last().unwrap().says.as_str()), (MOST_PLACES + 1, "and 7 more, not listed"));
        assert_eq!(at_each(paths[..11].iter().map(String::as_str), "x").len(), 11);
    }
}
