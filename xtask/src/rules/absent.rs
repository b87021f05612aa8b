//! `absent`: none of these paths, packages or classes of bytes is in any layer of the image.
//!
//! Every layer counts, also what a later one hides: a file that is deleted by a later instruction is still shipped. In a
//! path `*` stands for anything without a slash, and `**` for anything.

use super::{inspected, places};
use crate::model::{AppId, Class, Facts, Inspection, VariantId, Verdict};
use crate::units;

/// What must not be there.
pub(super) struct Unwanted<'e> {
    pub paths: &'e [String],
    pub packages: &'e [String],
    pub classes: &'e [Class],
}

pub(super) fn judge(
    facts: &Facts,
    app: Option<&AppId>,
    variant: &VariantId,
    unwanted: &Unwanted<'_>,
    why: &str,
) -> Vec<Verdict> {
    let classes = unwanted.classes.iter().map(|class| format!("bytes of class {}", class.name()));
    let listed: Vec<String> = unwanted.paths.iter().chain(unwanted.packages).cloned().chain(classes).collect();
    let expected = format!("no {}", listed.join(", no "));
    inspected(facts, (app, variant), ("absent", &expected, why), |inspection| {
        let found = find(inspection, unwanted);
        if found.is_empty() {
            return (true, "none of it".to_owned(), None);
        }
        let layer = inspection.files.iter().find(|file| found[0].starts_with(&format!("/{}", file.path)));
        let place = layer.map(|file| layer_place(inspection, file.layer));
        (false, places(&found), place)
    })
}

/// Which layer that is, with the instruction that made it.
pub(super) fn layer_place(inspection: &Inspection, layer: usize) -> String {
    let made_by = inspection.layers.get(layer.saturating_sub(1)).and_then(|line| line.instruction.as_deref());
    made_by.map_or_else(|| format!("layer {layer}"), |instruction| format!("layer {layer}: {instruction}"))
}

fn find(inspection: &Inspection, unwanted: &Unwanted<'_>) -> Vec<String> {
    let paths = inspection.files.iter().filter(|file| matches(unwanted.paths, &file.path));
    let mut found: Vec<String> = paths.map(|file| format!("/{} ({})", file.path, units::bytes(file.bytes))).collect();
    let packages = inspection.packages.iter().filter(|package| unwanted.packages.contains(&package.name));
    found.extend(packages.map(|package| format!("{} {} ({})", package.name, package.version, package.ecosystem)));
    for class in unwanted.classes {
        let bytes = inspection.bytes_of(*class);
        if bytes > 0 {
            let example = inspection.files.iter().find(|file| file.class == *class);
            let example = example.map(|file| format!(", such as /{}", file.path)).unwrap_or_default();
            found.push(format!("{} of class {}{example}", units::bytes(bytes), class.name()));
        }
    }
    found
}

/// Whether one of the patterns matches a path of an image, which has no leading slash.
pub(super) fn matches(patterns: &[String], path: &str) -> bool {
    let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
    patterns.iter().any(|pattern| {
        let pattern = pattern.trim_start_matches('/');
        glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(path, options))
    })
}
