//! Texts that hold measured values, taken apart when the manifest is read: `{stored:VARIANT}`, `{pulled:VARIANT}`,
//! `{ready:VARIANT}`, `{files:VARIANT}`, `{layers:VARIANT}`, `{times:VARIANT/VARIANT}`.

use std::time::Duration;

use serde::Deserialize;

use crate::model::{AppId, Measurement, VariantId};
use crate::names;
use crate::units;

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

/// A measured value, as a manifest names it: `stored:naive`, `times:naive/tiny`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
pub struct Value {
    /// What is measured.
    pub quantity: Quantity,
    /// Of which variant.
    pub of: VariantId,
    /// The smaller one, where it is a quotient.
    pub against: Option<VariantId>,
}

/// What can be measured of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// Stored bytes.
    Stored,
    /// Bytes on the wire.
    Pulled,
    /// Milliseconds from `docker run` to the first good answer.
    Ready,
    /// Regular files in all layers.
    Files,
    /// Layers.
    Layers,
    /// How many times the stored bytes of one go into those of the other.
    Times,
}

impl Quantity {
    const ALL: [(&'static str, Self); 6] = [
        ("stored", Self::Stored),
        ("pulled", Self::Pulled),
        ("ready", Self::Ready),
        ("files", Self::Files),
        ("layers", Self::Layers),
        ("times", Self::Times),
    ];
}

impl TryFrom<String> for Value {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (word, rest) = text.split_once(':').unwrap_or((text.as_str(), ""));
        let Some((_, quantity)) = Quantity::ALL.iter().find(|(name, _)| *name == word) else {
            let known = Quantity::ALL.map(|(name, _)| format!("`{name}`")).join(", ");
            return Err(format!("unknown value `{word}`, expected one of {known}"));
        };
        let (of, against) = match rest.split_once('/') {
            Some((of, against)) => (of, Some(VariantId::try_from(against.to_owned())?)),
            None => (rest, None),
        };
        if (*quantity == Quantity::Times) != against.is_some() {
            return Err(format!("`{text}`: `times` takes two variants, the others one: {{times:naive/tiny}}"));
        }
        Ok(Self { quantity: *quantity, of: VariantId::try_from(of.to_owned())?, against })
    }
}

impl Value {
    /// The value among some measurements, of one app or else of the first that was measured: bytes, milliseconds or a count.
    /// `None` where it was not measured.
    #[expect(clippy::cast_precision_loss, reason = "numbers to be compared and shown, far from 2^53")]
    pub fn number(&self, app: Option<&AppId>, results: &[Measurement]) -> Option<f64> {
        let of =
            |variant: &VariantId| results.iter().find(|m| app.is_none_or(|app| m.app == *app) && m.variant == *variant);
        let m = of(&self.of)?;
        Some(match self.quantity {
            Quantity::Stored => m.stored_bytes as f64,
            Quantity::Pulled => m.pull_bytes? as f64,
            Quantity::Ready => m.ready_ms as f64,
            Quantity::Files => m.files as f64,
            Quantity::Layers => m.layers as f64,
            Quantity::Times => units::times(m.stored_bytes, of(self.against.as_ref()?)?.stored_bytes),
        })
    }

    /// A number of this quantity, as texts show it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts and bytes are not negative")]
    pub fn shown(&self, number: f64) -> String {
        let whole = number.round() as u64;
        match self.quantity {
            Quantity::Stored | Quantity::Pulled => units::bytes(whole),
            Quantity::Ready => units::seconds(Duration::from_millis(whole)),
            Quantity::Files => names::count(whole),
            Quantity::Layers => whole.to_string(),
            Quantity::Times => units::factor(number).trim_end_matches(" ×").to_owned(),
        }
    }

    /// The variants it speaks of.
    pub fn variants(&self) -> impl Iterator<Item = &VariantId> {
        std::iter::once(&self.of).chain(&self.against)
    }
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
