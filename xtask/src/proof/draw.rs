//! Which proofs a run takes on, and why.
//!
//! By default that is little: what always is, what has changed, and a sample. The sample is drawn by the commit, so that
//! everybody who runs the same commit proves the same, and commit after commit everything comes round.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::{Kind, Standing};
use crate::names;

/// How long the proofs of one kind in a sample may take together, by the record; the first one drawn is taken even so.
pub const BUDGET: Duration = Duration::from_secs(45);

/// What a run is to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What always is proved, what has changed in its first language, and a sample drawn by this commit.
    Default(String),
    /// Everything in its first language, whether it stands on the record or not.
    First,
    /// Everything that does not stand on the record.
    OutOfDate,
    /// Everything.
    All,
}

/// One proof, as far as it decides whether it is taken on.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its key.
    pub key: String,
    /// Proofs of one kind have a sample of their own.
    pub kind: Kind,
    /// Whether every run proves it.
    pub always: bool,
    /// Whether a run proves it once it has changed.
    pub first: bool,
    /// How it stands.
    pub standing: Standing,
    /// How long it took, by the record.
    pub took: Duration,
}

/// Why a proof is taken on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Every run proves it.
    Always,
    /// It is not on the record.
    New,
    /// These parts of its fingerprint have changed.
    Changed(Vec<&'static str>),
    /// The commit drew it.
    Drawn,
    /// It was asked for, although it stands on the record.
    Asked,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("every run proves it"),
            Self::New => f.write_str("nobody has proved it"),
            Self::Changed(parts) => write!(f, "{} changed", names::list(parts.iter().copied())),
            Self::Drawn => f.write_str("drawn by the commit"),
            Self::Asked => f.write_str("you asked for it"),
        }
    }
}

/// The proofs that a run takes on, by key.
pub fn draw(candidates: &[Candidate], scope: &Scope) -> BTreeMap<String, Why> {
    let mut chosen: BTreeMap<String, Why> = BTreeMap::new();
    for candidate in candidates {
        let why = match (scope, &candidate.standing) {
            (Scope::Default(_) | Scope::First, _) if candidate.always => Some(Why::Always),
            (Scope::Default(_) | Scope::First, _) if !candidate.first => None,
            (_, Standing::Missing) => Some(Why::New),
            (_, Standing::Changed(parts)) => Some(Why::Changed(parts.clone())),
            (Scope::All | Scope::First, Standing::Holds | Standing::EarlierCore) => Some(Why::Asked),
            (_, Standing::Holds | Standing::EarlierCore) => None,
        };
        chosen.extend(why.map(|why| (candidate.key.clone(), why)));
    }
    if let Scope::Default(commit) = scope {
        let rest = |candidate: &&Candidate| candidate.standing.stands() && !candidate.always;
        let rest: Vec<&Candidate> = candidates.iter().filter(rest).collect();
        let kinds: BTreeSet<Kind> = rest.iter().map(|candidate| candidate.kind).collect();
        for kind in kinds {
            let of_kind = rest.iter().filter(|candidate| candidate.kind == kind).copied().collect();
            chosen.extend(sample(of_kind, commit).into_iter().map(|key| (key, Why::Drawn)));
        }
    }
    chosen
}

/// The candidates in the order of their keys hashed with the commit, as many as the budget has room for. Those that were proved with
/// an earlier core come first.
fn sample(mut candidates: Vec<&Candidate>, commit: &str) -> Vec<String> {
    candidates.sort_by_cached_key(|candidate| {
        (candidate.standing == Standing::Holds, Sha256::digest(format!("{commit} {}", candidate.key)).to_vec())
    });
    let mut left = BUDGET;
    let mut drawn = Vec::new();
    for candidate in candidates {
        match left.checked_sub(candidate.took) {
            Some(rest) => left = rest,
            // One that takes long has its turn too, or nobody would ever see it again.
            None if drawn.is_empty() => left = Duration::ZERO,
            None => break,
        }
        drawn.push(candidate.key.clone());
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(key: &str, standing: Standing) -> Candidate {
        let took = Duration::from_secs(20);
        Candidate { key: key.to_owned(), kind: Kind::Lesson, always: false, first: true, standing, took }
    }

    fn commit(name: &str) -> Scope {
        Scope::Default(name.to_owned())
    }

    #[test]
    fn what_changed_is_proved_in_its_first_language_and_what_always_is_always() {
        let candidates = [
            Candidate { always: true, ..candidate("lesson/a/go", Standing::Holds) },
            candidate("lesson/b/go", Standing::Missing),
            Candidate { first: false, ..candidate("lesson/b/node", Standing::Missing) },
            candidate("lesson/c/go", Standing::Changed(vec!["the app"])),
        ];
        let chosen = draw(&candidates, &commit("1"));
        let expected = [
            ("lesson/a/go".to_owned(), Why::Always),
            ("lesson/b/go".to_owned(), Why::New),
            ("lesson/c/go".to_owned(), Why::Changed(vec!["the app"])),
        ];
        assert_eq!(chosen, BTreeMap::from(expected));
    }

    #[test]
    fn a_commit_draws_the_same_again_and_another_one_others() {
        let keys: Vec<String> = (0..30).map(|number| format!("lesson/{number}/go")).collect();
        let candidates: Vec<Candidate> = keys.iter().map(|key| candidate(key, Standing::Holds)).collect();
        let drawn = |name: &str| draw(&candidates, &commit(name));
        assert_eq!(drawn("1").len(), 2, "as many as there is time for");
        assert!(drawn("1").values().all(|why| *why == Why::Drawn));
        assert_eq!(drawn("1"), drawn("1"));
        let all: BTreeSet<String> = (0..200).flat_map(|number| drawn(&number.to_string()).into_keys()).collect();
        assert_eq!(all.len(), keys.len(), "everything comes round");
    }

    #[test]
    fn what_takes_long_has_its_turn_and_each_kind_has_a_sample() {
        let long = Candidate { took: BUDGET * 10, ..candidate("lesson/long/rust", Standing::Holds) };
        let page = Candidate { kind: Kind::Page, ..candidate("page/a", Standing::Holds) };
        let chosen = draw(&[long, page], &commit("1"));
        assert_eq!(chosen.into_keys().collect::<Vec<_>>(), ["lesson/long/rust", "page/a"]);
    }

    #[test]
    fn what_was_proved_with_an_earlier_core_is_drawn_first() {
        let holds = (0..20).map(|number| candidate(&format!("lesson/{number}/go"), Standing::Holds));
        let earlier = candidate("lesson/earlier/go", Standing::EarlierCore);
        let candidates: Vec<Candidate> = holds.chain([earlier]).collect();
        for name in ["1", "2", "3"] {
            let drawn = draw(&candidates, &commit(name));
            assert!(drawn.len() == 2 && drawn.contains_key("lesson/earlier/go"), "{drawn:?}");
        }
        assert!(draw(&candidates, &Scope::OutOfDate).is_empty());
    }

    #[test]
    fn what_is_out_of_date_is_proved_in_every_language_on_request() {
        let candidates = [
            candidate("lesson/a/go", Standing::Holds),
            Candidate { first: false, ..candidate("lesson/b/node", Standing::Missing) },
        ];
        let keys = |scope| draw(&candidates, &scope).into_iter().collect::<Vec<_>>();
        assert_eq!(keys(Scope::OutOfDate), [("lesson/b/node".to_owned(), Why::New)]);
        assert_eq!(keys(Scope::All), [("lesson/a/go".to_owned(), Why::Asked), ("lesson/b/node".to_owned(), Why::New)]);
    }
}
