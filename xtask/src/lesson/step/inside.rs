//! `inside`: commands in running containers.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::{AppId, VariantId};

/// Commands inside a container of each of some variants.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Inside {
    /// Which images.
    pub variants: Vec<VariantId>,
    /// What is tried, in each of them.
    pub tries: Vec<Try>,
}

/// One command.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Try {
    /// What it is for, e.g. `open a shell`.
    pub says: String,
    /// Program and arguments, as `docker exec` takes them.
    pub run: Vec<String>,
    /// Only for this app.
    pub app: Option<AppId>,
    /// The variants in which it works; in the others of the step it must be refused.
    pub works_in: Vec<VariantId>,
    /// How many lines of its output are shown.
    #[serde(default = "three")]
    pub lines: usize,
}

impl Kind for Inside {
    fn names(&self) -> Names<'_> {
        Names {
            images: self.variants.iter().collect(),
            among: self.tries.iter().flat_map(|one| &one.works_in).collect(),
            apps: self.tries.iter().filter_map(|one| one.app.as_ref()).collect(),
            ..Names::default()
        }
    }
}

fn three() -> usize {
    3
}
