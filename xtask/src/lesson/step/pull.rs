//! `pull`: what another engine fetches from a registry.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// Pulls by an engine of its own, which has nothing before each.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pull {
    /// Which images.
    pub variants: Vec<VariantId>,
    /// Variants that the engine has pulled before.
    #[serde(default)]
    pub has: Vec<VariantId>,
    /// A change of the app or the lesson: then the engine has the image as it was, and pulls what was built after it.
    pub change: Option<String>,
}

impl Kind for Pull {
    fn names(&self) -> Names<'_> {
        Names {
            images: self.variants.iter().chain(&self.has).collect(),
            changes: self.change.as_deref().into_iter().collect(),
            ..Names::default()
        }
    }

    fn fault(&self) -> Option<(String, String)> {
        if let Some(change) = self.change.as_ref().filter(|_| !self.has.is_empty()) {
            return Some((
                change.clone(),
                "with a change the engine has the image itself, and `has` says nothing".into(),
            ));
        }
        let own = self.has.iter().find(|variant| self.variants.contains(variant))?;
        Some((own.to_string(), "an engine that has the image pulls nothing".to_owned()))
    }
}
