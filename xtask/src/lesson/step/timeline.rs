//! `timeline`: when each stage of a build was at work.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// Builds without the build cache, one after the other, each shown as lanes of its stages.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lanes {
    /// Which Dockerfiles.
    pub variants: Vec<VariantId>,
}

impl Kind for Lanes {
    fn names(&self) -> Names<'_> {
        Names { dockerfiles: self.variants.iter().collect(), ..Names::default() }
    }
}
