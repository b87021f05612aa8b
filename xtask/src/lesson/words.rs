//! Texts that hold measured values, taken apart when the manifest is read: a [`Value`] between braces.

use serde::Deserialize;

use crate::model::{AppId, Measurement, Value};

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
    pub fn filled(&self, app: Option<&AppId>, results: &[Measurement]) -> Option<String> {
        let words = self.0.iter().map(|part| match part {
            Part::Text(text) => Some(text.clone()),
            Part::Value(value) => Some(value.shown(value.number(app, results)?)),
        });
        words.collect()
    }
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
