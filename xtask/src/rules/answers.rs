//! `answers`: the service answers a request of the contract with a number that is large enough.
//!
//! What a service can do is asked of the service: where a file lies, or whether it holds anything, is no answer.

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};

/// A number in an answer, and the least it may be.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answers {
    /// Id of the request in the contract, e.g. `roots`.
    pub request: String,
    /// Field of the JSON answer that holds the number.
    pub field: String,
    /// The least that passes.
    pub at_least: u64,
}

impl Judge for Answers {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Answer(self.request.clone())]
    }

    fn fault(&self) -> Option<&'static str> {
        (self.at_least == 0).then_some("every number is at least 0")
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = format!("{} of {} is at least {}", self.field, self.request, self.at_least);
        let Some(answer) = case.facts.answers.get(&self.request) else { return Some(Judged::not_measured(expected)) };
        let number = match answer {
            Err(why) => Err(why.clone()),
            Ok(answer) => {
                let json: Option<serde_json::Value> = serde_json::from_str(&answer.body).ok();
                let number = json.and_then(|json| json.get(&self.field)?.as_u64());
                number.ok_or_else(|| format!("status {} without a number `{}`", answer.status, self.field))
            }
        };
        let measured = match &number {
            Ok(number) => format!("{} is {number}", self.field),
            Err(why) => why.clone(),
        };
        Some(Judged::new(number.is_ok_and(|number| number >= self.at_least), expected, measured))
    }
}
