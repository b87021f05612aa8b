//! Measured values as manifests name them: `stored:VARIANT`, `pulled:VARIANT`, `ready:VARIANT`, `files:VARIANT`,
//! `layers:VARIANT`, `times:VARIANT/VARIANT`.

use std::time::Duration;

use serde::Deserialize;

use super::{AppId, Measurement, VariantId};
use crate::names;
use crate::units;

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
