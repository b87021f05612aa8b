//! Versions of engine, API and buildx, and the oldest ones Drydock works with.

use std::fmt;

/// A version as its first three numbers. What a distribution or a vendor hangs on to it (`+dfsg1`, `-desktop.1`) says
/// nothing about what the program can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

/// The oldest engine: 24.0, the first of the major releases that still got fixes when the lessons were written.
pub const ENGINE: Version = Version(24, 0, 0);

/// The API that engine speaks.
pub const API: Version = Version(1, 43, 0);

/// The oldest buildx: 0.13.0, the first with `--progress=rawjson`.
pub const BUILDX: Version = Version(0, 13, 0);

impl Version {
    /// Reads `26.1.5+dfsg1`, `v0.29.1-desktop.1`, `1.45`. `None` where the text does not begin with two numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let numbers = text.strip_prefix('v').unwrap_or(text);
        let end = numbers.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(numbers.len());
        let mut parts = numbers[..end].split('.').map(str::parse);
        let (major, minor) = (parts.next()?.ok()?, parts.next()?.ok()?);
        let patch = parts.next().and_then(Result::ok).unwrap_or(0);
        Some(Self(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}.{}", self.0, self.1, self.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_on_to_a_version_is_ignored() {
        let cases = [
            ("26.1.5+dfsg1", Version(26, 1, 5)),
            ("v0.29.1-desktop.1", Version(0, 29, 1)),
            ("0.13.1+ds1", Version(0, 13, 1)),
            ("1.45", Version(1, 45, 0)),
            ("20.10.24", Version(20, 10, 24)),
            ("0.30.0-rc1\n", Version(0, 30, 0)),
        ];
        for (text, expected) in cases {
            assert_eq!(Version::parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_version_is_not_taken_for_one() {
        for text in ["", "soon", "library-import", "7", "v", ".1", "99999999999.1"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(Version(0, 9, 1) < BUILDX && Version(0, 13, 0) >= BUILDX && Version(0, 100, 0) > BUILDX);
    }
}
