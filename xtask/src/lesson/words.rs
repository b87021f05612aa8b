//! Texts that hold measured values, taken apart when the manifest is read: a [`Value`] between braces.

use serde::Deserialize;

use crate::model::{AppId, Measurement, Quantity, Value};

/// A text with places for measured values.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
pub struct Words(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(Value),
}

impl TryFrom<String> for Words {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (placeholder, after) = after.split_once('}').ok_or("a brace is opened and never closed")?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Value(Value::try_from(placeholder.to_owned())?));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }
}

impl Words {
    /// The measured values in it.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().filter_map(|part| match part {
            Part::Value(value) => Some(value),
            Part::Text(_) => None,
        })
    }

    /// The text with its values, of one app or else of the first that was measured. `None` where one of them was not measured.
    /// What is `1.00 times smaller` is said to be the same size.
    pub fn filled(&self, app: Option<&AppId>, results: &[Measurement]) -> Option<String> {
        let mut words = String::new();
        // A quotient that is not written until it is known what follows it.
        let mut equal = "";
        for part in &self.0 {
            match part {
                Part::Text(text) => words.push_str(&behind(equal, text)),
                Part::Value(value) => {
                    let shown = value.shown(value.number(app, results)?);
                    if value.quantity == Quantity::Times && shown == EQUAL {
                        equal = EQUAL;
                        continue;
                    }
                    words.push_str(&shown);
                }
            }
            equal = "";
        }
        Some(words)
    }
}

/// A quotient that says of two sizes that they are one.
const EQUAL: &str = "1.00";

/// A text with the quotient before it, if there is one: in words where it says that one size is so many times smaller.
fn behind(equal: &str, text: &str) -> String {
    let same = [(" times smaller than ", "the same size as "), (" times smaller", "no smaller")];
    let words = same.iter().find_map(|(times, same)| Some(format!("{same}{}", text.strip_prefix(times)?)));
    words.filter(|_| !equal.is_empty()).unwrap_or_else(|| format!("{equal}{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::matrix::tests::matrix;

    fn words(text: &str) -> Result<Words, String> {
        Words::try_from(text.to_owned())
    }

    #[test]
    fn values_are_put_in_and_what_was_not_measured_leaves_the_text_out() {
        let results = matrix(&[("go", "naive", 8_000_000), ("go", "tiny", 1_000_000)]).results;
        let go = AppId::try_from("go".to_owned()).unwrap();
        let text = words("{stored:naive} became {stored:tiny}, {times:naive/tiny} times less.").unwrap();
        assert_eq!(text.filled(Some(&go), &results).unwrap(), "8.00 MB became 1.00 MB, 8.00 times less.");
        let same =
            words("a is {times:tiny/tiny} times smaller than b, c {times:tiny/tiny} times smaller, {times:tiny/tiny}.");
        assert_eq!(same.unwrap().filled(Some(&go), &results).unwrap(), "a is the same size as b, c no smaller, 1.00.");
        assert_eq!(words("{stored:slim}").unwrap().filled(None, &results), None);
        assert_eq!(words("no value").unwrap().filled(None, &[]).unwrap(), "no value");
    }

    #[test]
    fn a_typo_is_a_mistake_and_names_what_is_known() {
        assert!(words("{sotred:naive}").unwrap_err().starts_with("unknown value `sotred`, expected one of `stored`"));
        for text in ["{stored:Naive}", "{stored:naive", "{times:naive}", "{stored:naive/tiny}", "{stored}"] {
            assert!(words(text).is_err(), "{text}");
        }
    }
}
