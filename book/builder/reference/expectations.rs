//! The rules, each with the documentation of the file that judges it and the keys of its manifest.

use std::fmt::Write as _;
use std::fs;

use drydock::rules::Expect;

use super::shapes::{self, Shape};
use crate::page::Outcome;
use crate::sources::Sources;

/// A heading a rule.
pub fn expectations(sources: &Sources) -> Outcome {
    let schema = shapes::schema_of::<Expect>();
    let variants = schema["oneOf"].as_array().ok_or("the expectations have no variants")?;
    let mut out = String::new();
    for variant in variants {
        let rule = variant["properties"]["rule"]["const"].as_str().ok_or("an expectation has no name")?;
        let path = format!("xtask/src/rules/{}.rs", rule.replace('-', "_"));
        let text = fs::read_to_string(sources.workshop.root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        let documented: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        if documented.is_empty() {
            return Err(format!("{path} does not say what its rule judges"));
        }
        let shape = Shape::of(variant, &schema).without("rule");
        let _ = writeln!(out, "\n## {rule}\n\n{}\n{}", documented.join("\n"), shape.table());
    }
    Ok(out)
}
