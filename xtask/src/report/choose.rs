//! Asking the person at the terminal one question. The last line on the screen says what is waited for.

use super::lines::{columns, paragraph, wrapped};
use super::out;
use super::typed::{Wanted, always, line};
use crate::error::Result;
use crate::interrupt;

/// Lets the person choose one of several answers by its number or its words; Enter alone means `none_of_them`. Returns the chosen
/// position, `None` for the last one.
///
/// Errors: [`crate::error::ErrorId::Interrupted`] when the question is left with Ctrl-C or Ctrl-D, or not wanted any more.
pub fn choose(question: &str, answers: &[&str], none_of_them: &str, wanted: Wanted<'_>) -> Result<Option<usize>> {
    out::message(format!("\n{}", paragraph(question)));
    for (number, answer) in (1..).zip(answers) {
        out::message(format!("    {number}  {answer}"));
    }
    let numbers = match answers.len() {
        2 => "1 or 2".to_owned(),
        last => format!("a number from 1 to {last}"),
    };
    let prompt = format!("  Type {numbers}, then Enter (Enter alone: {none_of_them}):");
    loop {
        let typed = line(&prompt, wanted)?.ok_or_else(interrupt::problem)?;
        if typed.is_empty() || typed.eq_ignore_ascii_case(none_of_them) {
            return Ok(None);
        }
        if let Some(index) = chosen(&typed, answers) {
            return Ok(Some(index));
        }
        out::message(format!("  {} is none of these.", crate::names::printable(&typed)));
    }
}

/// The position of the answer that was typed: its number, its words, or the beginning of the words of one answer alone.
fn chosen(typed: &str, answers: &[&str]) -> Option<usize> {
    if let Ok(number) = typed.parse::<usize>() {
        return number.checked_sub(1).filter(|index| *index < answers.len());
    }
    let typed = typed.to_lowercase();
    let is = |answer: &&str| answer.to_lowercase() == typed;
    let begins = |answer: &&str| answer.to_lowercase().starts_with(&typed);
    answers.iter().position(is).or_else(|| {
        let only = answers.iter().filter(|answer| begins(answer)).count() == 1;
        answers.iter().position(|answer| only && begins(answer))
    })
}

/// Shows numbered lines, and lets the person type which of them are meant, as `read` reads it; asks again where that fails. `None`
/// when nothing was typed.
///
/// Errors: as [`choose`].
pub fn tick<T>(
    question: &str,
    lines: &[(usize, String)],
    prompt: &str,
    wanted: Wanted<'_>,
    read: impl Fn(&str) -> std::result::Result<T, String>,
) -> Result<Option<T>> {
    out::message(format!("\n{}", paragraph(question)));
    for (number, text) in lines {
        // A long instruction goes on below its own first word.
        let text = wrapped(text, columns().saturating_sub(10).max(20)).join("\n         ");
        out::message(format!("    {number:>3}  {text}"));
    }
    loop {
        let Some(typed) = line(&format!("  {prompt}"), wanted)?.filter(|typed| !typed.is_empty()) else {
            return Ok(None);
        };
        match read(&typed) {
            Ok(value) => return Ok(Some(value)),
            Err(why) => out::message(paragraph(&crate::names::printable(&why))),
        }
    }
}

/// Lets the person type an answer. `None` when nothing was typed.
///
/// Errors: as [`choose`].
pub fn ask(question: &str, wanted: Wanted<'_>) -> Result<Option<String>> {
    out::message(format!("\n{}", paragraph(question)));
    let typed = line("  Type your guess, then Enter (Enter alone: no guess):", wanted)?;
    Ok(typed.filter(|typed| !typed.is_empty()))
}

/// Asks the person whether to do something; Enter alone means no.
///
/// Errors: as [`choose`].
pub fn confirm(question: &str) -> Result<bool> {
    let typed = line(&format!("  {question} [y/N]"), &always)?.ok_or_else(interrupt::problem)?;
    Ok(["y", "yes"].iter().any(|yes| typed.eq_ignore_ascii_case(yes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_named_by_number_by_its_words_or_by_their_beginning() {
        let answers = ["Go", "Node", "no idea at all"];
        for (typed, index) in [("1", Some(0)), ("3", Some(2)), ("node", Some(1)), ("go", Some(0)), ("no i", Some(2))] {
            assert_eq!(chosen(typed, &answers), index, "{typed}");
        }
        for typed in ["0", "4", "no", "rust", "-1"] {
            assert_eq!(chosen(typed, &answers), None, "{typed}");
        }
    }
}
