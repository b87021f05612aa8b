//! Asking the person at the terminal one question.

use dialoguer::Select;
use dialoguer::theme::ColorfulTheme;

use crate::error::Result;
use crate::interrupt;

/// Lets the person choose one of several answers, or `none_of_them`. Returns the chosen position, `None` for the last one.
///
/// Errors: [`crate::error::ErrorId::Interrupted`] when the question is left with Ctrl-C or Escape.
pub fn choose(question: &str, answers: &[&str], none_of_them: &str) -> Result<Option<usize>> {
    let items: Vec<&str> = answers.iter().copied().chain([none_of_them]).collect();
    let chosen =
        Select::with_theme(&ColorfulTheme::default()).with_prompt(question).items(&items).default(0).interact_opt();
    match chosen {
        Ok(Some(index)) => Ok((index < answers.len()).then_some(index)),
        Ok(None) | Err(_) => Err(interrupt::problem()),
    }
}
