//! The rules of expectations: what a lesson and an exercise ask of an image.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The schema of an expectation, which a test writes from the rules and their documentation.
const SCHEMA: &str = include_str!("../../../../book/src/reference/schema/parts/expectation.json");

/// A rule as the schema has it.
pub struct Expectation {
    /// Its name, e.g. `non-root`.
    pub name: String,
    /// What it asks for, and why it asks for that; paragraphs with an empty line between them.
    pub says: String,
}

#[derive(Deserialize)]
struct Schema {
    #[serde(rename = "$defs")]
    defs: Defs,
}

#[derive(Deserialize)]
struct Defs {
    #[serde(rename = "Rule")]
    rule: Rule,
}

#[derive(Deserialize)]
struct Rule {
    #[serde(rename = "oneOf")]
    one_of: Vec<Shape>,
}

/// A rule without parameters is a constant, another an object with one property.
#[derive(Deserialize)]
struct Shape {
    r#const: Option<String>,
    #[serde(default)]
    properties: Map<String, Value>,
    description: String,
}

/// All of them, in the order of the reference.
pub fn all() -> Vec<Expectation> {
    let schema: Schema = serde_json::from_str(SCHEMA).expect("the schema is written by a test of this repository");
    let shapes = schema.defs.rule.one_of.into_iter();
    shapes
        .filter_map(|shape| {
            let name = shape.r#const.or_else(|| shape.properties.keys().next().cloned())?;
            Some(Expectation { name, says: shape.description })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_what_it_asks_for() {
        let all = all();
        let says = |name: &str| all.iter().find(|one| one.name == name).map(|one| one.says.as_str());
        assert!(says("healthy").is_some_and(|says| says.contains("health endpoint")), "a rule without parameters");
        assert!(says("times-smaller-than").is_some_and(|says| says.contains("stored bytes")), "a rule with parameters");
        assert!(all.iter().all(|one| !one.says.is_empty()));
    }
}
