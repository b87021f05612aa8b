//! `secret-kept`: whether the value of a secret is left behind by the build: in a layer, the history, a label or a variable of the
//! image or of any stage that the build went through, or in a file of the folder that is built.
//!
//! The stages count because the builder keeps their layers, and the folder because it keeps what it is sent. The value is searched
//! for in every byte, as it is and in base64; what packs or enciphers it is not unpacked. Values are never shown.

use serde::Deserialize;

use super::case::places;
use super::{Case, Judge, Judged, Need};

/// A secret that a build is given, and that it must not leave anywhere.
///
/// Searched is every byte of every layer, with history, labels and variables, of the image and of each stage that its build goes
/// through, and every file of the folder that is built, also one that `.dockerignore` lists. The builder keeps stages and contexts.
/// The value counts as it is and in base64. Each stage besides the last needs a name, by which it can be built alone.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecretKept {
    /// Its id, one of the variant's `secrets`.
    pub secret: String,
    /// Whether it must be found, as in a lesson that shows a leak; it must not when left out.
    #[serde(default)]
    pub kept: bool,
}

impl Judge for SecretKept {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Traces(self.secret.clone())]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = if self.kept {
            format!("{} is left somewhere", self.secret)
        } else {
            format!("{} in no layer, no history, no stage and no file of the folder", self.secret)
        };
        Some(match case.facts.traces.get(&self.secret) {
            None => Judged::not_measured(expected),
            Some(Err(why)) => Judged { measured: why.clone(), ..Judged::not_measured(expected) },
            Some(Ok(found)) if found.is_empty() => Judged::new(!self.kept, expected, "found nowhere"),
            Some(Ok(found)) => Judged::new(self.kept, expected, places(found)),
        })
    }
}
