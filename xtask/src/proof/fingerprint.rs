//! A fingerprint: a digest of all that a proof depends on, in five parts, so that a person sees which of them has changed.

use std::fmt;
use std::str::FromStr;

/// Five digests of eight hexadecimal digits each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// What the proof is about: a lesson's folder, an answer's files, a page's commands.
    pub own: String,
    /// The app, with the HTTP contract.
    pub app: String,
    /// The recipes of the bases its images stand on.
    pub bases: String,
    /// The source files of the program that count for proofs like this one: its rules, its steps, its commands.
    pub code: String,
    /// The source files of the program that count for every proof of its kind: the core.
    pub core: String,
}

/// The part that all proofs of a kind share, as a person calls it.
const CORE: &str = "the program's core";

impl Fingerprint {
    /// The parts that differ, as a person calls them.
    pub fn differs_from(&self, other: &Self) -> Vec<&'static str> {
        [
            ("its own files", &self.own, &other.own),
            ("the app", &self.app, &other.app),
            ("the bases", &self.bases, &other.bases),
            ("the program", &self.code, &other.code),
            (CORE, &self.core, &other.core),
        ]
        .into_iter()
        .filter(|(_, one, other)| one != other)
        .map(|(name, ..)| name)
        .collect()
    }

    /// Whether the core is the only thing that differs.
    pub fn differs_in_the_core_only(&self, other: &Self) -> bool {
        self.differs_from(other) == [CORE]
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}-{}-{}", self.own, self.app, self.bases, self.code, self.core)
    }
}

impl FromStr for Fingerprint {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_digest = |part: &&str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_hexdigit());
        let parts: Vec<&str> = text.split('-').filter(is_digest).collect();
        match parts.as_slice() {
            [own, app, bases, code, all] if text.len() == 44 => {
                let owned = |part: &str| part.to_owned();
                Ok(Self { own: owned(own), app: owned(app), bases: owned(bases), code: owned(code), core: owned(all) })
            }
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_and_read_back() {
        let text = "01234567-89abcdef-00000000-ffffffff-00112233";
        let fingerprint: Fingerprint = text.parse().unwrap();
        assert_eq!(fingerprint.to_string(), text);
        for wrong in [
            "",
            "01234567",
            "01234567-89abcdef-00000000-ffffffff",
            "01234567-89abcdef-00000000-ffffffff-0011223g",
            "a-b-c-d-e",
        ] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn it_says_which_parts_changed() {
        let before: Fingerprint = "01234567-89abcdef-00000000-ffffffff-00112233".parse().unwrap();
        let after = Fingerprint { app: "00000000".to_owned(), code: "00000000".to_owned(), ..before.clone() };
        assert_eq!(after.differs_from(&before), ["the app", "the program"]);
        assert!(!after.differs_in_the_core_only(&before) && !before.differs_in_the_core_only(&before));
        let core = Fingerprint { core: "00000000".to_owned(), ..before.clone() };
        assert!(core.differs_in_the_core_only(&before));
    }
}
