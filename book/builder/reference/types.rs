//! The types of a JSON Schema as Markdown: their keys, and for one of several shapes each of them.

use std::fmt::Write as _;

use serde_json::Value;

use super::{cell, table};

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
            says: says(key).to_owned(),
        };
        Self { keys: schema["properties"].as_object().into_iter().flatten().map(key).collect() }
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

/// One of the shapes that a value may have.
pub struct Choice<'s> {
    /// The word that says which one it is.
    pub name: &'s str,
    /// Its documentation.
    pub says: &'s str,
    /// What is said of the table below that word.
    pub more: &'s str,
    /// What stands beside or below that word; nothing where the word is all.
    pub keys: Shape,
}

/// The shapes that a type may have, of an enum as serde writes it: a word alone, a table with the word as its only key, or a
/// table in which one key has the word as its value. The choice may also be the value of one key of the type.
pub fn choices<'s>(schema: &'s Value, whole: &'s Value) -> Vec<Choice<'s>> {
    if schema["enum"].is_array() {
        return choice(schema, whole);
    }
    if let Some(several) = schema["oneOf"].as_array() {
        return several.iter().flat_map(|one| choice(one, whole)).collect();
    }
    let keys = schema["properties"].as_object().into_iter().flatten();
    let named = keys.map(|(_, key)| resolved(key, whole)).find(|target| has_shapes(target));
    named.map(|target| choices(target, whole)).unwrap_or_default()
}

/// Whether a type is one of several tables.
fn has_shapes(schema: &Value) -> bool {
    schema["oneOf"].as_array().is_some_and(|several| several.iter().any(|one| one["properties"].is_object()))
}

/// One shape, or several words that have no documentation of their own.
fn choice<'s>(schema: &'s Value, whole: &'s Value) -> Vec<Choice<'s>> {
    let word = |name, says| Choice { name, says, more: "", keys: Shape { keys: Vec::new() } };
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(Value::as_str).map(|name| word(name, "")).collect();
    }
    if let Some(name) = schema["const"].as_str() {
        return vec![word(name, says(schema))];
    }
    let keys: Vec<(&String, &Value)> = schema["properties"].as_object().into_iter().flatten().collect();
    if let Some((tag, name)) = keys.iter().find_map(|(key, value)| Some((key, value["const"].as_str()?))) {
        let mut keys = Shape::of(schema, whole);
        keys.keys.retain(|key| key.name != **tag);
        return vec![Choice { name, says: says(schema), more: "", keys }];
    }
    match keys[..] {
        [(name, content)] => {
            let content = resolved(content, whole);
            vec![Choice { name, says: says(schema), more: says(content), keys: Shape::of(content, whole) }]
        }
        _ => Vec::new(),
    }
}

/// What a reference refers to; every other schema is itself.
fn resolved<'s>(schema: &'s Value, whole: &'s Value) -> &'s Value {
    match schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        Some(name) => &whole["$defs"][name],
        None => schema,
    }
}

/// The documentation of a type or a key.
pub fn says(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// What a type of a schema is made of; nothing where it is only a text.
pub fn described(name: &str, definition: &Value, whole: &Value) -> String {
    let one_of_several = definition["oneOf"].is_array() || definition["enum"].is_array();
    let choices = if one_of_several { choices(definition, whole) } else { Vec::new() };
    let shape = Shape::of(definition, whole);
    if shape.keys.is_empty() && choices.is_empty() {
        return String::new();
    }
    let (words, shapes): (Vec<_>, Vec<_>) = choices.iter().partition(|choice| choice.keys.keys.is_empty());
    let mut out = format!("\n### {name}\n\n{}\n\n{}", cell(says(definition)), shape.table());
    if !words.is_empty() {
        let row = |word: &&Choice<'_>| vec![format!("`{}`", word.name), cell(word.says)];
        out.push_str(&table(&["Value", "Meaning"], words.iter().map(row)));
    }
    for shape in shapes {
        let says = cell(&format!("{} {}", shape.says, shape.more));
        let _ = writeln!(out, "\n`{}`: {says}\n{}", shape.name, shape.keys.table());
    }
    out
}

/// What a value is, in a word or two.
fn kind(schema: &Value, whole: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let target = resolved(schema, whole);
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
    use serde_json::json;

    use super::*;

    fn whole() -> Value {
        json!({ "$defs": {
            "Absent": { "description": "None of it.", "type": "object", "required": ["paths"], "properties": {
                "paths": { "description": "Which.", "type": "array", "items": { "type": "string" } } } },
            "Rule": { "description": "What is judged.", "oneOf": [
                { "const": "healthy", "description": "It answers." },
                { "type": "string", "enum": ["plain", "bare"] },
                { "type": "object", "required": ["absent"], "properties": { "absent": { "$ref": "#/$defs/Absent" } } },
                { "type": "object", "required": ["kind", "n"], "description": "Tagged.", "properties": {
                    "kind": { "const": "inside" }, "n": { "type": "integer" } } } ] },
            "Expect": { "properties": { "why": { "type": "string" }, "rule": { "$ref": "#/$defs/Rule" } } }
        } })
    }

    #[test]
    fn every_way_to_write_a_choice_has_its_name_words_and_keys() {
        let whole = whole();
        let told = |of: &str| -> Vec<(String, String, usize)> {
            let choices = choices(&whole["$defs"][of], &whole);
            choices.iter().map(|c| (c.name.to_owned(), format!("{}{}", c.says, c.more), c.keys.keys.len())).collect()
        };
        let expected = [
            ("healthy", "It answers.", 0),
            ("plain", "", 0),
            ("bare", "", 0),
            ("absent", "None of it.", 1),
            ("inside", "Tagged.", 1),
        ];
        let expected = expected.map(|(name, says, keys)| (name.to_owned(), says.to_owned(), keys));
        assert_eq!(told("Rule"), expected);
        assert_eq!(told("Expect"), expected, "the choice is the value of a key");
    }

    #[test]
    fn a_choice_is_told_with_its_words_in_one_table_and_each_shape_in_its_own() {
        let whole = whole();
        let text = described("Rule", &whole["$defs"]["Rule"], &whole);
        assert!(text.contains("| `healthy` | It answers. |\n| `plain` |  |"), "{text}");
        assert!(text.contains("\n`absent`: None of it.\n\n| Key |"), "{text}");
        assert!(text.contains("| `paths` | list of text | yes | Which. |"), "{text}");
        let text = described("Expect", &whole["$defs"]["Expect"], &whole);
        assert!(text.contains("| `rule` | Rule | no |") && !text.contains("healthy"), "{text}");
    }
}
