//! `sent`: how much of its context a first build sends.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// Builds that send their context from nothing.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// Which Dockerfiles.
    pub variants: Vec<VariantId>,
}

impl Kind for Sent {
    fn names(&self) -> Names<'_> {
        Names { dockerfiles: self.variants.iter().collect(), ..Names::default() }
    }
}
