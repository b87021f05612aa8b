//! Asking the person at the terminal one question.

use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, Input, MultiSelect, Select};

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

/// Lets the person tick any of several answers. `None` when the question is left with Escape.
///
/// Errors: [`crate::error::ErrorId::Interrupted`] when it is left with Ctrl-C.
pub fn tick(question: &str, answers: &[String]) -> Result<Option<Vec<usize>>> {
    let theme = ColorfulTheme::default();
    let ticked = MultiSelect::with_theme(&theme).with_prompt(question).items(answers).interact_opt();
    ticked.map_err(|_| interrupt::problem())
}

/// Lets the person type an answer. `None` when nothing was typed.
///
/// Errors: [`crate::error::ErrorId::Interrupted`] when the question is left with Ctrl-C.
pub fn ask(question: &str) -> Result<Option<String>> {
    let theme = ColorfulTheme::default();
    let typed: std::result::Result<String, _> =
        Input::with_theme(&theme).with_prompt(question).allow_empty(true).interact_text();
    let typed = typed.map_err(|_| interrupt::problem())?;
    Ok(Some(typed.trim().to_owned()).filter(|typed| !typed.is_empty()))
}

/// Asks the person whether to do something; Enter alone means no.
///
/// Errors: [`crate::error::ErrorId::Interrupted`] when the question is left with Ctrl-C or Escape.
pub fn confirm(question: &str) -> Result<bool> {
    let theme = ColorfulTheme::default();
    let answer = Confirm::with_theme(&theme).with_prompt(question).default(false).interact_opt();
    match answer {
        Ok(Some(yes)) => Ok(yes),
        Ok(None) | Err(_) => Err(interrupt::problem()),
    }
}
