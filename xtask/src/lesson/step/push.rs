//! `push`: what a push to a registry sends.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// Pushes to one registry, which has nothing at first.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Push {
    /// Which images, in this order: a later one finds there what it shares with those before it.
    pub variants: Vec<VariantId>,
    /// A change of the app or the lesson, after which each is built and pushed again.
    pub change: Option<String>,
}

impl Kind for Push {
    fn names(&self) -> Names<'_> {
        Names {
            images: self.variants.iter().collect(),
            changes: self.change.as_deref().into_iter().collect(),
            ..Names::default()
        }
    }
}
