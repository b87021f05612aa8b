//! `made-of`: what images are made of.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::{Aspect, VariantId};

/// Images to look into.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MadeOf {
    /// Which images.
    pub variants: Vec<VariantId>,
    /// What of them is shown, in this order.
    pub show: Vec<Aspect>,
}

impl Kind for MadeOf {
    fn names(&self) -> Names<'_> {
        Names { images: self.variants.iter().collect(), ..Names::default() }
    }
}
