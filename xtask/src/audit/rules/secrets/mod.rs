//! Rules of the kind [`crate::audit::model::Kind`] `secrets`. None of them ever says a value.

mod secret_in_argument;
mod secret_in_environment;
mod secret_in_history;
mod secret_in_label;
mod secret_in_layer;

use super::Rule;

/// In the order of the reference.
pub const ALL: &[Rule] = &[
    secret_in_layer::RULE,
    secret_in_history::RULE,
    secret_in_environment::RULE,
    secret_in_argument::RULE,
    secret_in_label::RULE,
];

/// What a rule of shapes is called in a sentence: `a private key`.
fn called(shape: &str) -> String {
    match shape {
        "file-name" => "a file that by its name holds secrets".to_owned(),
        "password-in-address" => "an address with a password".to_owned(),
        "aws-access-key" => "an access key of AWS".to_owned(),
        "npm-token" => "a token of npm".to_owned(),
        "github-token" => "a token of GitHub".to_owned(),
        "gitlab-token" => "a token of GitLab".to_owned(),
        "pypi-token" => "a token of PyPI".to_owned(),
        "slack-token" => "a token of Slack".to_owned(),
        other => format!("a {}", other.replace('-', " ")),
    }
}
