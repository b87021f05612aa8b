//! `runs`: a program runs inside the container of the service, ends with status 0, and prints a certain text.

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
        let expected = format!("`{}` prints {:?} in the container", self.command.join(" "), self.prints);
        let Some(ran) = case.facts.ran.get(&self.command) else { return Some(Judged::not_measured(expected)) };
        let printed = ran.output.contains(&self.prints);
        let measured = match (ran.status, printed) {
            (0, true) => format!("{program} runs"),
            (0, false) => format!("{program} runs, and prints something else: {:?}", ran.first_line()),
            (status, _) => format!("{program} ended with status {status}: {}", ran.first_line()),
        };
        Some(Judged::new(ran.status == 0 && printed, expected, measured))
    }
}
