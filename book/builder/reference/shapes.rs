//! Pages about the shapes of manifests and JSON documents, from the JSON Schemas beside the pages. A test of the runner holds
//! the schemas against its types.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::cell;
use super::types::{self, Shape};
use crate::sources::Outcome;

/// Folder of the schemas, relative to the repository.
const FOLDER: &str = "book/src/reference/schema";

/// Keys of a manifest, table by table; those of expectations have a page of their own. `None` where there is no such manifest.
pub fn manifest(name: &str, root: &Path) -> Option<Outcome> {
    let path = files("manifests", root).ok()?.remove(name)?;
    Some(read(&path).and_then(|schema| {
        let elsewhere = expectation(root)?;
        let mut out = format!("\n`{}`\n{}", found(&schema), Shape::of(&schema, &schema).table());
        let own = named(&schema)
            .filter(|(name, _)| elsewhere["title"] != name.as_str() && elsewhere["$defs"].get(name.as_str()).is_none());
        out.extend(own.map(|(name, definition)| types::described(name, definition, &schema)));
        Ok(out)
    }))
}

/// The schema of an expectation.
fn expectation(root: &Path) -> Result<Value, String> {
    read(&root.join(FOLDER).join("parts/expectation.json"))
}

/// The names of all manifests.
pub fn manifests(root: &Path) -> String {
    files("manifests", root).map(|files| files.into_keys().collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

/// Every document with its keys; then, once, the types that they name.
pub fn documents(root: &Path) -> Outcome {
    let mut out = String::new();
    let mut all = BTreeMap::new();
    for (name, path) in files("documents", root)? {
        let schema = read(&path)?;
        let (says, command) = (cell(types::says(&schema)), found(&schema));
        let _ = writeln!(out, "\n## {name}\n\n{says}\n\n`{command}` · [JSON Schema](schema/documents/{name}.json)\n");
        out.push_str(&Shape::of(&schema, &schema).table());
        for (name, definition) in named(&schema) {
            all.entry(name.clone()).or_insert_with(|| types::described(name, definition, &schema));
        }
    }
    out.push_str("\n## Types that documents name\n");
    out.extend(all.into_values());
    Ok(out)
}

/// What every expectation says, then a heading a rule.
pub fn expectations(root: &Path) -> Outcome {
    let schema = expectation(root)?;
    let rules = types::choices(&schema, &schema);
    if rules.is_empty() {
        return Err("the expectations have no rules".to_owned());
    }
    let mut out = Shape::of(&schema, &schema).table();
    for rule in rules {
        let _ = writeln!(out, "\n## {}\n\n{}\n\n{}\n{}", rule.name, rule.says, rule.more, rule.keys.table());
    }
    Ok(out)
}

/// The schemas of one kind by their name.
fn files(kind: &str, root: &Path) -> Result<BTreeMap<String, PathBuf>, String> {
    let folder = root.join(FOLDER).join(kind);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let file = |path: PathBuf| Some((path.file_stem()?.to_str()?.to_owned(), path));
    Ok(entries.flatten().filter_map(|entry| file(entry.path())).collect())
}

fn read(path: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Where a text of this shape is found: a path or a command.
fn found(schema: &Value) -> &str {
    schema["$comment"].as_str().unwrap_or_default()
}

/// The types that a schema names.
fn named(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["$defs"].as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn every_document_and_manifest_is_told_with_its_keys() {
        let page = documents(&root()).unwrap();
        assert!(page.contains("## lesson\n") && page.contains("`cargo xtask lesson N --json`"), "{page}");
        assert!(page.contains("| `schema` | number | yes |"), "{page}");
        for name in files("manifests", &root()).unwrap().into_keys() {
            assert!(manifest(&name, &root()).unwrap().unwrap().contains("| Key | Kind |"), "{name}");
        }
        assert!(manifest("no-such", &root()).is_none());
        let lesson = manifest("lesson", &root()).unwrap().unwrap();
        assert!(
            lesson.contains("### Step\n") && !lesson.contains("### Rule\n"),
            "expectations have a page of their own"
        );
    }

    #[test]
    fn every_rule_has_a_heading_and_words() {
        let page = expectations(&root()).unwrap();
        assert!(page.contains("\n## times-smaller-than\n\n"), "{page}");
        assert!(page.contains("| `at-least` | number | yes |"), "{page}");
    }
}
