//! `needs-secret`: the build fails where it is not given a secret, so that what it makes depends on the secret and on nothing that
//! stands in for it.
//!
//! Without the build cache, because a secret is no part of what the cache goes by: a cached result would pass without it.

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};

/// A secret that the build cannot do without.
///
/// It is built without the secret and without the build cache: a secret is no part of what the cache goes by.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NeedsSecret {
    /// Its id, one of the variant's `secrets`.
    pub secret: String,
}

impl Judge for NeedsSecret {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Withheld(self.secret.clone())]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = format!("the build fails without the secret {}", self.secret);
        Some(match case.facts.withheld.get(&self.secret) {
            None => Judged::not_measured(expected),
            Some(Ok(())) => Judged::new(false, expected, "it passes without it"),
            Some(Err(failed)) => Judged::new(true, expected, failed),
        })
    }
}
