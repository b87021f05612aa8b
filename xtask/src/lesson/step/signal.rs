//! `signal`: what a container does when it is sent a signal.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// A signal to a running container of each of some variants.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Signal {
    /// Which images.
    pub variants: Vec<VariantId>,
    /// The signal's name, e.g. `TERM`.
    #[serde(default = "term")]
    pub signal: String,
    /// The variants that end; the others of the step go on running.
    pub ends_in: Vec<VariantId>,
    /// The exit status of those that end; any when left out.
    pub status: Option<i32>,
}

impl Kind for Signal {
    fn names(&self) -> Names<'_> {
        Names { images: self.variants.iter().collect(), among: self.ends_in.iter().collect(), ..Names::default() }
    }

    fn fault(&self) -> Option<(String, String)> {
        let is_name =
            !self.signal.is_empty() && self.signal.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        (!is_name).then(|| (self.signal.clone(), "a signal is named like TERM, INT or USR1".to_owned()))
    }
}

/// What `docker stop` sends.
pub(crate) fn term() -> String {
    "TERM".to_owned()
}
