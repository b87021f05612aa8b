//! Tools that look for faults: which there are, how they are called, and what their output means.
//!
//! A program is an entry in `tools.toml`. Two are our own: [`INVENTORY`] lists the packages that the reader of images found, and
//! [`AUDIT`] is what `cargo xtask audit` finds.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::audit::judge::judge;
use crate::audit::model::{Finding, NotMeasured};
use crate::audit::seen::Seen;
use crate::model::{Inspection, ToolFinding};
use crate::names::{self, printable};

/// The tool that lists an image's packages.
pub const INVENTORY: &str = "inventory";
/// The audit: looks at Dockerfile, context and image, and starts the image.
pub const AUDIT: &str = "audit";
/// The level of a rule of the audit that could not look.
pub const NOT_MEASURED: &str = "not measured";

/// Every program.
static PROGRAMS: LazyLock<BTreeMap<String, Program>> =
    LazyLock::new(|| toml::from_str(include_str!("tools.toml")).expect("a test reads it"));

/// The names of all tools.
pub fn names() -> impl Iterator<Item = &'static str> {
    PROGRAMS.keys().map(String::as_str).chain([INVENTORY, AUDIT])
}

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

/// The name of a tool: `hadolint`, which lints the variant's Dockerfile, `inventory`, which lists the packages of its image, or
/// `audit`, which looks at both and starts the image, as `cargo xtask audit` does.
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
        let known: Vec<&str> = names().collect();
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

/// What the audit finds, what matters most first: the rule's id, the kind of rule in place of a level, and the first line of the
/// Dockerfile that shows it. A rule that could not look is listed as well, with [`NOT_MEASURED`] as its level: that it found nothing
/// would be no good news.
pub fn audit(seen: &Seen) -> Vec<ToolFinding> {
    let finding = |finding: Finding| ToolFinding {
        code: finding.id,
        level: finding.kind.name().to_owned(),
        line: finding.evidence.iter().find_map(|evidence| evidence.line),
        says: printable(&finding.says),
    };
    let not_measured = |one: NotMeasured| ToolFinding {
        code: one.rule,
        level: NOT_MEASURED.to_owned(),
        line: None,
        says: printable(&one.why),
    };
    let audit = judge(seen);
    // What nobody asked for is not missing.
    let asked = |one: &NotMeasured| seen.rebuild.as_ref().err().is_none_or(|unknown| unknown.0 != one.why);
    let missing = audit.not_measured.into_iter().filter(asked).map(not_measured);
    audit.findings.into_iter().map(finding).chain(missing).collect()
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

    #[test]
    fn what_the_audit_could_not_look_at_is_no_clean_bill() {
        use crate::audit::seen::Unknown;
        use crate::audit::seen::fixture::Fixture;
        let mut seen = Fixture::of("FROM debian:latest\nRUN true\n").image().seen();
        seen.running = Err(Unknown::because("The service did not come up."));
        seen.rebuild = Err(Unknown::because("It was not built again."));
        let found = audit(&seen);
        let of = |code: &str| found.iter().find(|one| one.code == code);
        let moving = of("moving-tag").unwrap();
        assert_eq!((moving.level.as_str(), moving.line), ("supply", Some(1)));
        assert_eq!(of("stops-slowly").unwrap().level, NOT_MEASURED);
        assert!(of("edit-rebuilds-much").is_none(), "nobody asked for a second build");
    }
}
