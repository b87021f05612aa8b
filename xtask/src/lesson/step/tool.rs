//! `tool`: what a tool finds in Dockerfiles or images.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::{Finds, VariantId};
use crate::tool::ToolName;

/// A tool that looks for faults, or lists what is there.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ToolStep {
    /// Which: `hadolint`, which lints the variant's Dockerfile, `inventory`, which lists the packages of its image, or `audit`, which
    /// looks at both and starts the image.
    pub tool: ToolName,
    /// What it looks at.
    pub variants: Vec<VariantId>,
    /// What it must find of each variant, and must not. Of the others it is only shown.
    #[serde(default)]
    pub finds: BTreeMap<VariantId, Finds>,
    /// How many findings are shown of each variant.
    #[serde(default = "twelve")]
    pub rows: usize,
}

impl Kind for ToolStep {
    fn names(&self) -> Names<'_> {
        let variants = self.variants.iter().collect();
        let among = self.finds.keys().collect();
        match self.tool.program() {
            Some(_) => Names { dockerfiles: variants, among, ..Names::default() },
            None => Names { images: variants, among, ..Names::default() },
        }
    }

    fn fault(&self) -> Option<(String, String)> {
        let (variant, _) = self.finds.iter().find(|(_, finds)| finds.is_empty())?;
        Some((variant.to_string(), "nothing that the tool finds here could be wrong".to_owned()))
    }
}

fn twelve() -> usize {
    12
}
