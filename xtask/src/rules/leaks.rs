//! `leaks`: the image holds secrets in at least so many places. It proves in every run that a lesson on leaks shows a real
//! one, and that the search finds it.

use serde::Deserialize;

use super::case::{found, secrets};
use super::{Case, Judge, Judged, Need};

/// How many leaks a lesson has to show.
///
/// Proves in every run that a lesson on leaks shows a real one, and that the search finds it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Leaks {
    /// The fewest places that hold a secret.
    pub at_least: usize,
}

impl Judge for Leaks {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = format!("a secret in at least {} places", self.at_least);
        Some(case.inspected(expected, |inspection| {
            let secrets = secrets(inspection);
            (secrets.len() >= self.at_least, found(&secrets, "none found"), None)
        }))
    }
}
