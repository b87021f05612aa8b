//! `published`: a measured value lies in the range that a published figure stands for. The verdict names the source.

use serde::Deserialize;

use super::limit::NONE;
use super::{Case, Judge, Judged};
use crate::model::{Quantity, Value, VariantId};

/// A published figure, and the range in which a measurement bears it out.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Published {
    /// What is measured: `stored`, `pulled`, `ready`, `files`, `layers`, `times`.
    pub quantity: Quantity,
    /// For `times`: the variant whose stored bytes are divided by those of the image.
    pub of: Option<VariantId>,
    /// The smallest value that bears it out: bytes, milliseconds or a number.
    pub at_least: Option<f64>,
    /// The largest value that bears it out.
    pub at_most: Option<f64>,
    /// The figure as it was published, e.g. `9.08 MB`.
    pub figure: String,
    /// Where: title and year.
    pub source: String,
}

impl Judge for Published {
    fn compared_with(&self) -> Vec<&VariantId> {
        self.of.iter().collect()
    }

    fn fault(&self) -> Option<&'static str> {
        if (self.quantity == Quantity::Times) != self.of.is_some() {
            return Some("`times` needs `of`, and nothing else does");
        }
        (self.at_least.is_none() && self.at_most.is_none()).then_some(NONE)
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let own = &case.measured.variant;
        let (of, against) = match &self.of {
            Some(large) => (large.clone(), Some(own.clone())),
            None => (own.clone(), None),
        };
        let value = Value { quantity: self.quantity, of, against };
        let least = self.at_least.map(|least| format!("at least {}", value.shown(least)));
        let most = self.at_most.map(|most| format!("at most {}", value.shown(most)));
        let range: Vec<String> = least.into_iter().chain(most).collect();
        let expected = format!("{}, as published: {}", range.join(" and "), self.figure);
        let mut results = vec![case.measured.clone()];
        results.extend(self.of.iter().filter_map(|of| case.other(of)?.measurement.clone()));
        let judged = match value.number(Some(&case.measured.app), &results) {
            None => Judged::not_measured(expected),
            Some(number) => {
                let held =
                    self.at_least.is_none_or(|least| number >= least) && self.at_most.is_none_or(|most| number <= most);
                Judged::new(held, expected, value.shown(number))
            }
        };
        Some(Judged { source: Some(self.source.clone()), ..judged })
    }
}
