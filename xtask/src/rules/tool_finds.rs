//! `tool-finds`: what a tool finds in the image or its Dockerfile, and does not.

use serde::Deserialize;

use super::limit::NONE;
use super::{Case, Judge, Judged, Need};
use crate::model::Finds;
use crate::tool::ToolName;

/// What a tool must find, and must not. A code stands for itself and for all that begin with it and a slash: `deb` for every
/// Debian package.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ToolFinds {
    /// Which: `hadolint`, which lints the variant's Dockerfile, `inventory`, which lists the packages of its image, or `audit`, which
    /// looks at both and starts the image.
    pub tool: ToolName,
    /// Codes that must each be found.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Codes of which none may be found.
    #[serde(default)]
    pub none_of: Vec<String>,
    /// Largest number of findings.
    pub at_most: Option<usize>,
    /// The codes and levels that count for `at-most`; all of them when left out.
    #[serde(default)]
    pub counting: Vec<String>,
}

impl ToolFinds {
    fn finds(&self) -> Finds {
        let Self { codes, none_of, at_most, counting, .. } = self.clone();
        Finds { codes, none_of, at_most, counting }
    }
}

impl Judge for ToolFinds {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Tool(self.tool.clone())]
    }

    fn fault(&self) -> Option<&'static str> {
        self.finds().is_empty().then_some(NONE)
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let finds = self.finds();
        let expected = finds.expected(self.tool.as_str());
        Some(match case.facts.findings.get(self.tool.as_str()) {
            None => Judged::not_measured(expected),
            Some(found) => {
                let (held, measured) = finds.judge(found);
                let first = found.iter().find(|one| finds.forbids(one)).and_then(|one| one.line);
                Judged { place: first.map(|line| format!("line {line}")), ..Judged::new(held, expected, measured) }
            }
        })
    }
}
