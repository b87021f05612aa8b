//! `absent`: none of these paths, packages or classes of bytes is in any layer of the image.
//!
//! Every layer counts, also what a later one hides: a file that is deleted by a later instruction is still shipped. In a
//! path `*` stands for anything without a slash, and `**` for anything.

use serde::Deserialize;

use super::case::{layer_place, places};
use super::limit::NONE;
use super::{Case, Judge, Judged, Need};
use crate::model::{Class, Inspection};
use crate::units;

/// What must not be there.
///
/// Every layer counts, also what a later one hides: a file that a later instruction deletes is still shipped.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Absent {
    /// Paths; `*` stands for anything without a slash, `**` for anything.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Names of packages, of whatever ecosystem.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Classes of bytes.
    #[serde(default)]
    pub classes: Vec<Class>,
}

impl Judge for Absent {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn fault(&self) -> Option<&'static str> {
        (self.paths.is_empty() && self.packages.is_empty() && self.classes.is_empty()).then_some(NONE)
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let classes = self.classes.iter().map(|class| format!("bytes of class {}", class.name()));
        let listed: Vec<String> = self.paths.iter().chain(&self.packages).cloned().chain(classes).collect();
        Some(case.inspected(format!("no {}", listed.join(", no ")), |inspection| {
            let found = self.find(inspection);
            if found.is_empty() {
                return (true, "none of it".to_owned(), None);
            }
            let layer = inspection.files.iter().find(|file| found[0].starts_with(&format!("/{}", file.path)));
            let place = layer.map(|file| layer_place(inspection, file.layer));
            (false, places(&found), place)
        }))
    }
}

impl Absent {
    fn find(&self, inspection: &Inspection) -> Vec<String> {
        let paths = inspection.files.iter().filter(|file| matches(&self.paths, &file.path));
        let mut found: Vec<String> =
            paths.map(|file| format!("/{} ({})", file.path, units::bytes(file.bytes))).collect();
        let packages = inspection.packages.iter().filter(|package| self.packages.contains(&package.name));
        found.extend(packages.map(|package| format!("{} {} ({})", package.name, package.version, package.ecosystem)));
        for class in &self.classes {
            let bytes = inspection.bytes_of(*class);
            if bytes > 0 {
                let example = inspection.files.iter().find(|file| file.class == *class);
                let example = example.map(|file| format!(", such as /{}", file.path)).unwrap_or_default();
                found.push(format!("{} of class {}{example}", units::bytes(bytes), class.name()));
            }
        }
        found
    }
}

/// Whether one of the patterns matches a path of an image, which has no leading slash.
pub(super) fn matches(patterns: &[String], path: &str) -> bool {
    let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
    patterns.iter().any(|pattern| {
        let pattern = pattern.trim_start_matches('/');
        glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(path, options))
    })
}
