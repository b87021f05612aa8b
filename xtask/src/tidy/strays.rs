//! Files that nobody uses, and names that should not be where they are.

use std::fs;
use std::path::Path;

use crate::error::Result;
use crate::workshop::{self, Workshop};

/// One line a finding.
pub fn find(workshop: &Workshop) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for app in workshop.apps.values() {
        for variant in app.variant.keys() {
            let path = workshop::dockerfile_path(app, variant);
            if !workshop.root.join(&path).is_file() {
                findings.push(format!(
                    "apps/{}/app.toml describes the variant `{variant}`, and there is no {path}",
                    app.id
                ));
            }
        }
        for file in names_in(&workshop.root.join("apps").join(app.id.as_str())) {
            if let Some(variant) = file.strip_suffix(".Dockerfile")
                && !app.variant.keys().any(|r| r.as_str() == variant)
            {
                findings.push(format!("apps/{}/{file} is no variant of apps/{}/app.toml", app.id, app.id));
            }
        }
        if !app.variant.contains_key(&app.check.variant) {
            findings.push(format!("apps/{}/app.toml: check.variant `{}` is no variant", app.id, app.check.variant));
        } else if workshop
            .dockerfile(&workshop::dockerfile_path(app, &app.check.variant))?
            .parsed()?
            .position(&app.check.target)
            .is_none()
        {
            let path = workshop::dockerfile_path(app, &app.check.variant);
            findings.push(format!(
                "{path} has no stage `{}`, which apps/{}/app.toml checks with",
                app.check.target, app.id
            ));
        }
    }
    findings.extend(names_in_code(workshop));
    Ok(findings)
}

/// Adding an app or a lesson touches no Rust, so the runner's code must not know their names. Tests may.
fn names_in_code(workshop: &Workshop) -> Vec<String> {
    let mut findings = Vec::new();
    let lessons = workshop.lessons.iter().map(|l| l.id.as_str().to_owned());
    let apps = workshop.apps.keys().map(|app| format!("apps/{app}"));
    let forbidden: Vec<String> = lessons.chain(apps).collect();
    let mut look = |path: &Path, text: &str| {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
        for (word, line) in lines.flat_map(|line| forbidden.iter().map(move |word| (word, line))) {
            if names(line, word) {
                findings.push(format!("{} names `{word}`, which is data", path.display()));
            }
        }
    };
    for crate_of_ours in ["xtask/src", "xtask/reader/src"] {
        visit(&workshop.root.join(crate_of_ours), &mut look);
    }
    findings
}

/// Whether a line has this word, and not as a part of a longer one: `--build-context` is an option of Docker's. A name without a hyphen
/// may be a word of a sentence, or of the program; it names a lesson where it is all of a text, or a folder of a path.
fn names(line: &str, word: &str) -> bool {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        let is_whole = before.ends_with(['"', '/']) && after.starts_with(['"', '/']);
        !before.ends_with(goes_on) && !after.starts_with(goes_on) && (is_whole || word.contains(['-', '/']))
    })
}

fn visit(dir: &Path, each: &mut impl FnMut(&Path, &str)) {
    for name in names_in(dir) {
        let path = dir.join(&name);
        if path.is_dir() {
            visit(&path, each);
        } else if path.extension().is_some_and(|e| e == "rs") && !name.contains("tests") {
            each(&path, &fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

fn names_in(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(std::result::Result::ok);
    let mut names: Vec<String> = entries.filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_of_its_own() {
        assert!(names("    \"two-stages\" => 1,", "two-stages"));
        assert!(names("open(\"apps/go/main.go\")", "apps/go"));
        assert!(!names("args([\"--build-context\", place])", "build-context"));
        assert!(!names("two-stages-proof", "two-stages"));
        assert!(names("--two-stages two-stages", "two-stages"), "the second one counts");
        assert!(names("lesson(\"layers\")", "layers"));
        assert!(names("\"book/layers/x\"", "layers"));
        assert!(!names("mod layers;", "layers"), "a word of the program names nothing");
        assert!(!names("trim_end_matches(\"# layers\")", "layers"), "nor does one of a sentence");
    }
}
