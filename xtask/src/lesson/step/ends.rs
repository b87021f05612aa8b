//! `ends`: images whose containers end, or do not start at all.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// Images whose containers end, or do not start at all.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ends {
    /// Which images.
    pub variants: Vec<VariantId>,
    /// Text that the log or the engine's message must hold.
    pub contains: String,
}

impl Kind for Ends {
    fn names(&self) -> Names<'_> {
        Names { images: self.variants.iter().collect(), ..Names::default() }
    }
}
