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
        other if other.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {}", other.replace('-', " ")),
        other => format!("a {}", other.replace('-', " ")),
    }
}
