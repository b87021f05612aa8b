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
        let wanted = Patterns::of(&self.paths);
        let paths = inspection.files.iter().filter(|file| wanted.fit(&file.path));
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

/// Patterns of paths, read once: an image has a hundred thousand paths to hold them against.
pub(super) struct Patterns(Vec<glob::Pattern>);

impl Patterns {
    /// Patterns as manifests write them. One that is none fits nothing.
    pub(super) fn of<'p>(patterns: impl IntoIterator<Item = &'p String>) -> Self {
        let read = |pattern: &String| glob::Pattern::new(pattern.trim_start_matches('/')).ok();
        Self(patterns.into_iter().filter_map(read).collect())
    }

    /// Whether one of them fits a path of an image, which has no leading slash.
    pub(super) fn fit(&self, path: &str) -> bool {
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
        self.0.iter().any(|pattern| pattern.matches_with(path, options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stays_in_its_folder_and_two_do_not() {
        let fits = |pattern: &str, path: &str| Patterns::of([&pattern.to_owned()]).fit(path);
        assert!(fits("/usr/bin/*", "usr/bin/gcc") && !fits("/usr/bin/*", "usr/bin/x/gcc"));
        assert!(fits("**/gcc", "usr/bin/x/gcc") && fits("etc/passwd", "etc/passwd"));
        assert!(!fits("usr/[", "usr/["), "what is no pattern fits nothing");
        assert!(Patterns::of(&["a".to_owned(), "b".to_owned()]).fit("b"));
    }
}
