//! The shapes of manifests and JSON documents, from the types that read and write them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use drydock::error::Result;
use drydock::lesson::{Exercise, Lesson, WrongAnswer};
use drydock::model::{
    App, BaseReport, CheckReport, Comparison, Diagnosis, FullReport, Inspection, LessonReport, Matrix, ProgressReport,
    Ranking, Rollout,
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use super::{cell, table};

/// A type's schema.
type Schema = fn() -> Value;

/// Manifests: the name of the reference, the file, its shape.
pub const MANIFESTS: [(&str, &str, Schema); 4] = [
    ("lesson", "lessons/NN-slug/lesson.toml", schema_of::<Lesson>),
    ("exercise", "exercise/exercise.toml", schema_of::<Exercise>),
    ("answer", "wrong/NAME/answer.toml", schema_of::<WrongAnswer>),
    ("app", "apps/NAME/app.toml", schema_of::<App>),
];

/// Documents: the name of the schema, the command that prints it, its shape.
const DOCUMENTS: [(&str, &str, Schema); 11] = [
    ("lesson", "cargo xtask lesson N --json", document_of::<LessonReport>),
    ("report", "target/drydock/LESSON/report.json", document_of::<FullReport>),
    ("check", "cargo xtask check N --json", document_of::<CheckReport>),
    ("progress", "cargo xtask progress --json", document_of::<ProgressReport>),
    ("inspect", "cargo xtask inspect IMAGE --json", document_of::<Inspection>),
    ("ranking", "cargo xtask inspect --json", document_of::<Ranking>),
    ("diff", "cargo xtask diff A B --json", document_of::<Comparison>),
    ("compare", "cargo xtask compare --json", document_of::<Matrix>),
    ("rollout", "cargo xtask rollout --json", document_of::<Rollout>),
    ("doctor", "cargo xtask doctor --json", document_of::<Diagnosis>),
    ("bases", "cargo xtask bases --json", document_of::<BaseReport>),
];

/// The shape of what is read: defaults may be left out.
pub fn schema_of<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    generator.into_root_schema_for::<T>().to_value()
}

/// The shape of what is written: every key is there.
fn document_of<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.into_root_schema_for::<T>().to_value()
}

/// Keys of a manifest, table by table. `None` where there is no such manifest.
pub fn manifest(name: &str) -> Option<String> {
    let (_, file, schema) = MANIFESTS.iter().find(|(known, ..)| *known == name)?;
    Some(format!("\n`{file}`\n{}", tables(&schema())))
}

/// Every document with its keys; then, once, the types that they name.
pub fn documents() -> String {
    let mut out = String::new();
    let mut types = BTreeMap::new();
    for (name, command, schema) in DOCUMENTS {
        let schema = schema();
        let says = cell(schema["description"].as_str().unwrap_or_default());
        let _ = writeln!(out, "\n## {name}\n\n{says}\n\n`{command}` · [JSON Schema](../schemas/{name}.json)\n");
        out.push_str(&Shape::of(&schema, &schema).table());
        for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
            types.entry(name.clone()).or_insert_with(|| of_type(name, definition, &schema));
        }
    }
    out.push_str("\n## Types that documents name\n");
    out.extend(types.into_values());
    out
}

/// Writes the schemas beside the built pages.
///
/// Errors: a file cannot be written.
pub fn write_schemas(built: &Path) -> Result<()> {
    for (name, _, schema) in DOCUMENTS {
        let text = serde_json::to_string_pretty(&schema()).expect("a schema is JSON");
        drydock::state::write_atomically(&built.join("schemas").join(format!("{name}.json")), text.as_bytes())?;
    }
    Ok(())
}

/// The keys of the type itself, then those of each type it names.
fn tables(schema: &Value) -> String {
    let mut out = Shape::of(schema, schema).table();
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        out.push_str(&of_type(name, definition, schema));
    }
    out
}

/// What a type of a schema is made of; nothing where it is only a text.
fn of_type(name: &str, definition: &Value, schema: &Value) -> String {
    let variants = definition["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    let shape = Shape::of(definition, schema);
    if shape.keys.is_empty() && variants.is_empty() {
        return String::new();
    }
    let says = cell(definition["description"].as_str().unwrap_or_default());
    let mut out = format!("\n### {name}\n\n{says}\n\n{}{}", shape.table(), values(variants));
    for variant in variants.iter().filter(|variant| variant["properties"].is_object()) {
        let keys = variant["properties"].as_object().into_iter().flatten();
        let title = keys.into_iter().find_map(|(_, key)| key["const"].as_str()).unwrap_or("variant");
        let says = cell(variant["description"].as_str().unwrap_or_default());
        let _ = writeln!(out, "\n`{title}`: {says}\n{}", Shape::of(variant, schema).table());
    }
    out
}

/// The values that a type of plain words may have.
fn values(variants: &[Value]) -> String {
    let words = variants
        .iter()
        .filter_map(|variant| Some((variant["const"].as_str()?, variant["description"].as_str().unwrap_or_default())));
    let rows: Vec<_> = words.map(|(word, says)| vec![format!("`{word}`"), cell(says)]).collect();
    if rows.is_empty() { String::new() } else { table(&["Value", "Meaning"], rows) }
}

/// The keys of one object.
pub struct Shape {
    keys: Vec<Key>,
}

struct Key {
    name: String,
    kind: String,
    required: bool,
    says: String,
}

impl Shape {
    /// The keys of an object's schema inside a whole one.
    pub fn of(schema: &Value, whole: &Value) -> Self {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let key = |(name, key): (&String, &Value)| Key {
            name: name.clone(),
            kind: kind(key, whole),
            required: required.contains(&name.as_str()),
            says: key["description"].as_str().unwrap_or_default().to_owned(),
        };
        Self { keys: schema["properties"].as_object().into_iter().flatten().map(key).collect() }
    }

    /// Without one key.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.keys.retain(|key| key.name != name);
        self
    }

    /// A Markdown table of the keys; nothing where there are none.
    pub fn table(&self) -> String {
        if self.keys.is_empty() {
            return String::new();
        }
        let row = |key: &Key| {
            let needed = if key.required { "yes" } else { "no" };
            vec![format!("`{}`", key.name), key.kind.clone(), needed.to_owned(), cell(&key.says)]
        };
        table(&["Key", "Kind", "Needed", "Meaning"], self.keys.iter().map(row))
    }
}

/// What a value is, in a word or two.
fn kind(schema: &Value, whole: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let target = &whole["$defs"][name];
        return if target["type"] == "string" && !target["enum"].is_array() {
            "text".to_owned()
        } else {
            name.to_owned()
        };
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let kinds: Vec<String> = any.iter().filter(|one| one["type"] != "null").map(|one| kind(one, whole)).collect();
        return kinds.join(" or ");
    }
    if let Some(word) = schema["const"].as_str() {
        return format!("`{word}`");
    }
    let first = match &schema["type"] {
        Value::String(one) => one.as_str(),
        Value::Array(several) => {
            several.iter().filter_map(Value::as_str).find(|one| *one != "null").unwrap_or_default()
        }
        _ => "",
    };
    match first {
        "string" => "text".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => format!("list of {}", kind(&schema["items"], whole)),
        "object" if schema["additionalProperties"].is_object() => {
            format!("table of {}", kind(&schema["additionalProperties"], whole))
        }
        "object" => "table".to_owned(),
        _ => "any".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manifest_and_document_has_keys_with_words() {
        for (name, _, schema) in MANIFESTS.into_iter().chain(DOCUMENTS) {
            let schema = schema();
            let shape = Shape::of(&schema, &schema);
            assert!(!shape.keys.is_empty(), "{name}");
            for key in &shape.keys {
                assert!(!key.says.is_empty() || key.kind != "any", "{name}: {} is not documented", key.name);
            }
        }
    }
}
