//! A guess: what the learner is asked before a step happens, and how it came out.

use serde::Deserialize;

use crate::model::Value;

/// A question that is asked before a step happens. Off a terminal nobody is asked.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Guess {
    /// The question, one sentence.
    pub asks: String,
    /// What is right.
    pub answer: RightAnswer,
}

/// What the right answer to a guess is.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RightAnswer {
    /// A number that the run measures.
    Number(RightNumber),
    /// One of some words.
    Choice(RightChoice),
}

/// A number that the run measures.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RightNumber {
    /// Which: `stored:VARIANT`, and what else a text may hold.
    pub is: Value,
    /// The largest factor between guess and number that counts as right.
    #[serde(default = "two")]
    pub within: f64,
}

/// One of some words.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RightChoice {
    /// What the learner chooses from.
    pub of: Vec<String>,
    /// Which of them is right.
    pub right: String,
}

impl Guess {
    /// What is wrong with the question: the value at fault, and why.
    pub fn fault(&self) -> Option<(String, String)> {
        match &self.answer {
            RightAnswer::Choice(choice) if !choice.of.contains(&choice.right) => {
                Some((choice.right.clone(), "the right answer is none of those to choose from".to_owned()))
            }
            RightAnswer::Number(number) if number.within < 1.0 => {
                Some((self.asks.clone(), "a guess cannot be nearer than a factor of 1".to_owned()))
            }
            _ => None,
        }
    }

    /// The measured value it asks for.
    pub fn value(&self) -> Option<&Value> {
        match &self.answer {
            RightAnswer::Number(number) => Some(&number.is),
            RightAnswer::Choice(_) => None,
        }
    }
}

fn two() -> f64 {
    2.0
}
