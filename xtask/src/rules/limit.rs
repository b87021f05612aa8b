//! A largest number of bytes: absolute, as a multiple of another variant's, or both.

use crate::model::VariantId;
use crate::units;

/// What is allowed.
pub(super) struct Limit<'r> {
    pub bytes: Option<u64>,
    pub times: Option<f64>,
    pub of: Option<&'r VariantId>,
}

impl Limit<'_> {
    /// Whether there is anything that could be exceeded.
    pub fn fault(&self) -> Option<&'static str> {
        let relative = self.times.is_some() && self.of.is_some();
        (self.bytes.is_none() && !relative).then_some(NONE)
    }

    /// The bytes allowed and the words for them; `None` where the variant compared with was not measured.
    pub fn resolve(&self, bytes_of: impl Fn(&VariantId) -> Option<u64>) -> Option<(u64, String)> {
        let absolute = self.bytes.map(|bytes| (bytes, format!("at most {}", units::bytes(bytes))));
        let relative = match (self.times, self.of) {
            (Some(times), Some(of)) => {
                let bytes = bytes_of(of)?;
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a limit in bytes, far from 2^53"
                )]
                let limit = (bytes as f64 * times) as u64;
                Some((limit, format!("at most {} ({times} × {of})", units::bytes(limit))))
            }
            _ => None,
        };
        match (absolute, relative) {
            (Some(a), Some(b)) => Some(if a.0 <= b.0 { a } else { b }),
            (a, b) => a.or(b),
        }
    }
}

/// What is wrong with an expectation that could not fail.
pub(super) const NONE: &str = "this expectation has no limit that anything could exceed";
