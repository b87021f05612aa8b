//! A fingerprint: a digest of all that a proof depends on, in four parts, so that a person sees which of them has changed.

use std::fmt;
use std::str::FromStr;

/// Four digests of eight hexadecimal digits each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// What the proof is about: a lesson's folder, an answer's files, a page's commands.
    pub own: String,
    /// The app, with the HTTP contract.
    pub app: String,
    /// The recipes of the bases its images stand on.
    pub bases: String,
    /// The source files of the program that build, measure and judge it.
    pub code: String,
}

impl Fingerprint {
    /// The parts that differ, as a person calls them.
    pub fn differs_from(&self, other: &Self) -> Vec<&'static str> {
        [
            ("its own files", &self.own, &other.own),
            ("the app", &self.app, &other.app),
            ("the bases", &self.bases, &other.bases),
            ("the program", &self.code, &other.code),
        ]
        .into_iter()
        .filter(|(_, one, other)| one != other)
        .map(|(name, ..)| name)
        .collect()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}-{}", self.own, self.app, self.bases, self.code)
    }
}

impl FromStr for Fingerprint {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_digest = |part: &&str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_hexdigit());
        let parts: Vec<&str> = text.split('-').filter(is_digest).collect();
        match parts.as_slice() {
            [own, app, bases, code] if text.len() == 35 => {
                let [own, app, bases, code] = [own, app, bases, code].map(|part| (*part).to_owned());
                Ok(Self { own, app, bases, code })
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
        let text = "01234567-89abcdef-00000000-ffffffff";
        let fingerprint: Fingerprint = text.parse().unwrap();
        assert_eq!(fingerprint.to_string(), text);
        for wrong in ["", "01234567", "01234567-89abcdef-00000000", "01234567-89abcdef-00000000-fffffffg", "a-b-c-d"] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn it_says_which_parts_changed() {
        let before: Fingerprint = "01234567-89abcdef-00000000-ffffffff".parse().unwrap();
        let after = Fingerprint { app: "00000000".to_owned(), code: "00000000".to_owned(), ..before.clone() };
        assert_eq!(after.differs_from(&before), ["the app", "the program"]);
    }
}
