//! Tools that look for faults: which there are, how they are called, and what their output means.
//!
//! A program is an entry in `tools.toml`. [`INVENTORY`] is our own: it lists the packages that the reader of images found.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Inspection, ToolFinding};
use crate::names::{self, printable};

/// The tool that lists an image's packages.
pub const INVENTORY: &str = "inventory";

/// Every program.
static PROGRAMS: LazyLock<BTreeMap<String, Program>> =
    LazyLock::new(|| toml::from_str(include_str!("tools.toml")).expect("a test reads it"));

/// A program that reads a Dockerfile from its standard input and prints a JSON list of what it finds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The image that holds it, as an official name: [`crate::bases`] says where it comes from.
    pub image: String,
    /// Program and arguments.
    pub command: Vec<String>,
    /// The exit statuses that mean that it worked.
    pub statuses: Vec<i32>,
    keys: Keys,
}

/// The keys of a finding.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    code: String,
    level: String,
    line: String,
    says: String,
}

/// The name of a tool: `hadolint`, which lints the variant's Dockerfile, or `inventory`, which lists the packages of its image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String")]
pub struct ToolName(String);

impl ToolName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The program to run; `None` where the tool is our own.
    pub fn program(&self) -> Option<&'static Program> {
        PROGRAMS.get(&self.0)
    }
}

impl TryFrom<String> for ToolName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known: Vec<&str> = PROGRAMS.keys().map(String::as_str).chain([INVENTORY]).collect();
        if known.contains(&text.as_str()) {
            return Ok(Self(text));
        }
        let near = names::nearest(&text, known.iter().copied());
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Err(format!("there is no tool `{}`, only {}{near}", printable(&text), names::list(known)))
    }
}

impl std::fmt::Display for ToolName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl Program {
    /// What its output says that it found, in its order.
    ///
    /// Errors: what is wrong with an output that is no JSON list of findings.
    pub fn findings(&self, output: &str) -> Result<Vec<ToolFinding>, String> {
        let strange = |what: &str| format!("it printed {what}");
        let list: Vec<Value> = serde_json::from_str(output).map_err(|_| strange("no list of findings"))?;
        let finding = |one: &Value| {
            let word = |key: &str| one[key].as_str().map(printable);
            Some(ToolFinding {
                code: word(&self.keys.code)?,
                level: word(&self.keys.level).unwrap_or_default(),
                line: one[&self.keys.line]
                    .as_u64()
                    .and_then(|line| usize::try_from(line).ok())
                    .filter(|line| *line > 0),
                says: word(&self.keys.says).unwrap_or_default(),
            })
        };
        let all: Option<Vec<_>> = list.iter().map(finding).collect();
        all.ok_or_else(|| strange("a finding without a code"))
    }
}

/// The packages of an image as findings, e.g. `deb/openssl` with its version.
pub fn inventory(inspection: &Inspection) -> Vec<ToolFinding> {
    let finding = |package: &crate::model::PackageLine| ToolFinding {
        code: format!("{}/{}", package.ecosystem, printable(&package.name)),
        level: String::new(),
        line: None,
        says: printable(&package.version),
    };
    inspection.packages.iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::Recipes;

    fn hadolint() -> &'static Program {
        ToolName::try_from("hadolint".to_owned()).unwrap().program().unwrap()
    }

    #[test]
    fn what_hadolint_prints_is_read() {
        let output = r#"[{"code":"DL3008","column":1,"file":"-","level":"warning","line":2,"message":"Pin \u001b[31mversions"},
            {"code":"SC2086","level":"info","line":0,"message":"Double quote"}]"#;
        let found = hadolint().findings(output).unwrap();
        let first = ToolFinding {
            code: "DL3008".into(),
            level: "warning".into(),
            line: Some(2),
            says: "Pin [31mversions".into(),
        };
        assert_eq!(found[0], first);
        assert_eq!((found[1].line, found.len()), (None, 2));
        assert!(hadolint().findings("[]").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_list_of_findings_is_no_clean_bill() {
        for output in ["", "Error: no such file", "{}", r#"[{"line":1}]"#] {
            assert!(hadolint().findings(output).is_err(), "{output}");
        }
    }

    #[test]
    fn a_tool_that_does_not_exist_is_a_mistake_when_it_is_read() {
        assert_eq!(ToolName::try_from("hadolnt".to_owned()).unwrap_err().matches("`hadolint`").count(), 1);
        assert!(ToolName::try_from(INVENTORY.to_owned()).unwrap().program().is_none());
    }

    #[test]
    fn every_program_has_an_image_that_can_be_made_here() {
        let recipes = Recipes::load(&crate::workshop::root().unwrap()).unwrap();
        for program in PROGRAMS.values() {
            recipes.get(&program.image).unwrap();
        }
    }
}
