//! What a tool finds, and what a lesson expects it to find.

use serde::{Deserialize, Serialize};

use crate::names;

/// One thing that a tool found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ToolFinding {
    /// What kind of thing, in the tool's own words: `DL3008`; for a package `deb/openssl`.
    pub code: String,
    /// How bad the tool thinks it is, e.g. `warning`; empty where it does not say.
    pub level: String,
    /// The line of the Dockerfile, from 1; `null` where it is about none.
    pub line: Option<usize>,
    /// The tool's words for it; of a package its version.
    pub says: String,
}

/// What a tool must find, and must not.
///
/// A code stands for itself and for all that begin with it and a slash: `deb` for every Debian package.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Finds {
    /// Codes that must each be found.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Codes of which none may be found.
    #[serde(default)]
    pub none_of: Vec<String>,
    /// Largest number of findings.
    pub at_most: Option<usize>,
    /// The codes and levels that count for `at-most`; all of them when left out.
    #[serde(default)]
    pub counting: Vec<String>,
}

impl ToolFinding {
    /// Whether a code of a manifest stands for this one.
    pub fn is(&self, code: &str) -> bool {
        self.code.strip_prefix(code).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Finds {
    /// Whether no finding and no lack of one could be wrong.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.none_of.is_empty() && self.at_most.is_none()
    }

    /// Whether a finding must not be there.
    pub fn forbids(&self, finding: &ToolFinding) -> bool {
        self.none_of.iter().any(|code| finding.is(code))
    }

    /// What is expected, in words.
    pub fn expected(&self, tool: &str) -> String {
        let mut parts = Vec::new();
        if !self.codes.is_empty() {
            parts.push(names::list(self.codes.iter().map(String::as_str)));
        }
        if !self.none_of.is_empty() {
            parts.push(format!("none of {}", names::list(self.none_of.iter().map(String::as_str))));
        }
        if let Some(most) = self.at_most {
            let of = match self.counting.as_slice() {
                [] => "findings".to_owned(),
                counting => names::list(counting.iter().map(String::as_str)),
            };
            parts.push(format!("at most {most} {of}"));
        }
        format!("{tool} finds {}", parts.join("; "))
    }

    /// Whether it is as expected, and what was found, in words.
    pub fn judge(&self, found: &[ToolFinding]) -> (bool, String) {
        /// As many forbidden codes are named.
        const SHOWN: usize = 3;
        let missing: Vec<&str> =
            self.codes.iter().map(String::as_str).filter(|code| !found.iter().any(|one| one.is(code))).collect();
        let mut forbidden: Vec<&str> =
            found.iter().filter(|one| self.forbids(one)).map(|one| one.code.as_str()).collect();
        forbidden.sort_unstable();
        forbidden.dedup();
        let counts = |one: &&ToolFinding| {
            self.counting.is_empty() || self.counting.iter().any(|word| one.is(word) || one.level == *word)
        };
        let count = found.iter().filter(counts).count();
        let held = missing.is_empty() && forbidden.is_empty() && self.at_most.is_none_or(|most| count <= most);
        let without = if missing.is_empty() { String::new() } else { format!(", without {}", names::list(missing)) };
        let more = forbidden.len().saturating_sub(SHOWN);
        forbidden.truncate(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let among =
            if forbidden.is_empty() { String::new() } else { format!(", among them {}{more}", forbidden.join(", ")) };
        let measured = format!("{count} found{without}{among}");
        (held, measured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(codes: &[(&str, &str)]) -> Vec<ToolFinding> {
        let one = |(code, level): &(&str, &str)| ToolFinding {
            code: (*code).to_owned(),
            level: (*level).to_owned(),
            line: None,
            says: String::new(),
        };
        codes.iter().map(one).collect()
    }

    fn judge(text: &str, codes: &[(&str, &str)]) -> (bool, String) {
        toml::from_str::<Finds>(text).unwrap().judge(&found(codes))
    }

    #[test]
    fn codes_must_be_found_or_must_not() {
        let both = [("DL3008", "warning"), ("DL3002", "error")];
        assert!(judge("codes=['DL3008']", &both).0);
        assert_eq!(judge("codes=['DL3008','DL3007']", &both), (false, "2 found, without DL3007".to_owned()));
        assert_eq!(judge("none-of=['DL3002']", &both), (false, "2 found, among them DL3002".to_owned()));
        assert!(judge("none-of=['DL300']", &both).0, "a code is no prefix of another");
    }

    #[test]
    fn a_code_stands_for_all_below_it() {
        let packages = [("deb/gcc", ""), ("deb/openssl", ""), ("go/example.org/deb", "")];
        assert!(!judge("none-of=['deb']", &packages).0);
        assert!(!judge("none-of=['deb/gcc']", &packages).0);
        assert!(judge("none-of=['deb/gc', 'npm']", &packages).0);
    }

    #[test]
    fn what_counts_is_counted() {
        let some = [("DL3008", "warning"), ("DL3002", "error"), ("DL3059", "info")];
        assert_eq!(judge("at-most=2", &some), (false, "3 found".to_owned()));
        assert!(judge("at-most=2\ncounting=['warning','error']", &some).0);
        assert!(!judge("at-most=0\ncounting=['DL3059']", &some).0);
    }

    #[test]
    fn what_is_expected_is_said_in_words() {
        let finds: Finds = toml::from_str("codes=['a','b']\nnone-of=['c']\nat-most=2\ncounting=['error']").unwrap();
        assert_eq!(finds.expected("hadolint"), "hadolint finds a and b; none of c; at most 2 error");
        assert!(Finds::default().is_empty());
    }
}
