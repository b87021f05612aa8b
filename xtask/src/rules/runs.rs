//! `runs`: a program runs inside the container of the service, ends with a certain status, and prints a certain text.

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};

/// What is run, and what it prints.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Runs {
    /// The program and its arguments. No shell is needed, and none helps.
    pub command: Vec<String>,
    /// Text that it prints.
    pub prints: String,
    /// The status it ends with: 0 when left out. One that is expected to fail shows that the program does what its name says, and
    /// is no script that prints what somebody wants to see.
    #[serde(default)]
    pub status: i32,
}

impl Judge for Runs {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Ran(self.command.clone())]
    }

    fn fault(&self) -> Option<&'static str> {
        let nothing = self.command.is_empty() || self.prints.is_empty();
        nothing.then_some("this expectation has no command, or no text that it could fail to print")
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let program = self.command.first().map(String::as_str).unwrap_or_default();
        let ends = if self.status == 0 { String::new() } else { format!(" and ends with status {}", self.status) };
        let expected = format!("`{}` prints {:?}{ends} in the container", self.command.join(" "), self.prints);
        let Some(ran) = case.facts.ran.get(&self.command) else { return Some(Judged::not_measured(expected)) };
        let printed = ran.output.contains(&self.prints);
        let as_expected = ran.status == self.status;
        let measured = match (as_expected, printed) {
            (true, true) => format!("{program} runs"),
            (true, false) => format!("{program} runs, and prints something else: {:?}", ran.first_line()),
            (false, _) => format!("{program} ended with status {}: {}", ran.status, ran.first_line()),
        };
        Some(Judged::new(as_expected && printed, expected, measured))
    }
}
