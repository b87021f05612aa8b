//! What `cargo xtask doctor` found.

use serde::Serialize;

/// The document `cargo xtask doctor --json` prints.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnosis {
    /// Version of this document's shape.
    pub schema: u32,
    /// Whether lessons can run here.
    pub healthy: bool,
    /// One entry for each thing that was looked at, in the order they depend on each other.
    pub findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// What, in one or two words.
    pub what: &'static str,
    /// How it is.
    #[serde(flatten)]
    pub state: State,
}

/// How a thing is.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// As it should be.
    Ok {
        /// What was found.
        found: String,
    },
    /// Could not be looked at; no problem by itself.
    Unknown {
        /// Why.
        found: String,
    },
    /// Lessons cannot run until this is mended.
    Problem {
        /// Stable id, for `cargo xtask explain`.
        id: &'static str,
        /// What was observed.
        fact: String,
        /// Evidence, line by line.
        evidence: Vec<String>,
        /// The likely cause.
        cause: Option<String>,
        /// What to type, most promising first.
        next: Vec<String>,
    },
}

impl Diagnosis {
    /// A diagnosis from its findings.
    pub fn of(findings: Vec<Finding>) -> Self {
        let healthy = !findings.iter().any(|finding| matches!(finding.state, State::Problem { .. }));
        Self { schema: 1, healthy, findings }
    }
}
