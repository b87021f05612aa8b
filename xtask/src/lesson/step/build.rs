//! `build`: one build, which the lesson expects to pass or to fail, with what ran and what never did.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// A build of one Dockerfile. Its image is not kept.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Build {
    /// Which Dockerfile, with the variant's own target, arguments and secrets.
    pub variant: VariantId,
    /// Another stage than the variant's.
    pub target: Option<String>,
    /// Build arguments besides, or with another value.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// Secrets of the variant with another value.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Secrets of the variant that this build is not given.
    #[serde(default)]
    pub withhold: Vec<String>,
    /// Builds without the build cache.
    #[serde(default)]
    pub no_cache: bool,
    /// How it fails. When left out, it has to pass.
    pub fails: Option<Failure>,
    /// How instructions begin that must have run, or have come from the build cache.
    #[serde(default)]
    pub runs: Vec<String>,
    /// How instructions begin that must never have run.
    #[serde(default)]
    pub never_runs: Vec<String>,
    /// How many lines of what the failed step printed are shown.
    #[serde(default = "eight")]
    pub lines: usize,
}

/// How a build fails.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Failure {
    /// How the instruction begins that fails, e.g. `RUN npm test`; any when left out.
    pub at: Option<String>,
    /// Its line in the Dockerfile, from 1; any when left out.
    pub line: Option<usize>,
    /// Text that its output or the builder's message must hold.
    pub contains: String,
}

impl Kind for Build {
    fn names(&self) -> Names<'_> {
        let secrets = self.withhold.iter().chain(self.secrets.keys()).map(String::as_str).collect();
        Names {
            dockerfiles: vec![&self.variant],
            secrets: BTreeMap::from([(&self.variant, secrets)]),
            ..Names::default()
        }
    }

    fn fault(&self) -> Option<(String, String)> {
        let failure = self.fails.as_ref()?;
        let empty = failure.contains.trim().is_empty();
        empty.then(|| ("fails".to_owned(), "a failure without a text could be any failure".to_owned()))
    }
}

fn eight() -> usize {
    8
}
