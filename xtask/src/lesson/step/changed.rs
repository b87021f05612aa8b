//! `changed`: how one Dockerfile differs from another.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// Two Dockerfiles.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// The one before.
    pub from: VariantId,
    /// The one after.
    pub to: VariantId,
}

impl Kind for Changed {
    fn names(&self) -> Names<'_> {
        Names { dockerfiles: vec![&self.from, &self.to], ..Names::default() }
    }
}
