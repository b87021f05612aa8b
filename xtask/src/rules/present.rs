//! `present`: each of these paths is a file of one of the image's layers. In a path `*` stands for anything without a slash, and `**` for
//! anything.

use serde::Deserialize;

use super::absent::Patterns;
use super::case::places;
use super::{Case, Judge, Judged, Need};

/// What must be there.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Present {
    /// Paths; `*` stands for anything without a slash, `**` for anything.
    pub paths: Vec<String>,
}

impl Judge for Present {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn fault(&self) -> Option<&'static str> {
        self.paths.is_empty().then_some("this expectation names no path that could be missing")
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        Some(case.inspected(self.paths.join(", "), |inspection| {
            let there = |pattern: &&String| {
                let wanted = Patterns::of([*pattern]);
                inspection.files.iter().any(|file| wanted.fit(&file.path))
            };
            let missing: Vec<String> = self.paths.iter().filter(|pattern| !there(pattern)).cloned().collect();
            let measured = if missing.is_empty() { "all there".to_owned() } else { format!("no {}", places(&missing)) };
            (missing.is_empty(), measured, None)
        }))
    }
}
