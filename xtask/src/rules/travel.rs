//! What `pushes-at-most` and `pulls-at-most` have in common: bytes that travel. Seconds are told and never judged.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::limit::Limit;
use super::{Case, Judged};
use crate::model::{Delivery, ImageFacts, Transfer, VariantId};
use crate::units;

/// The most bytes that travel: one of `bytes` and `times … of`, or both. Layers, config and manifest count.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Most {
    /// Largest number of bytes that passes.
    pub bytes: Option<u64>,
    /// Largest multiple of another variant's bytes that passes.
    pub times: Option<f64>,
    /// The variant that `times` is a multiple of.
    pub of: Option<VariantId>,
    /// A change of the lesson or the app: the receiving side has the image as it was, and what was built after the change moves.
    pub change: Option<String>,
    /// Variants that the receiving side has already.
    #[serde(default)]
    pub has: Vec<VariantId>,
}

impl Most {
    /// What the receiving side has.
    pub(super) fn delivery(&self) -> Delivery {
        let first = || Delivery::First(self.has.iter().cloned().collect::<BTreeSet<_>>());
        self.change.clone().map_or_else(first, Delivery::After)
    }

    /// The variants it speaks of besides the one that is judged.
    pub(super) fn compared_with(&self) -> Vec<&VariantId> {
        self.of.iter().chain(&self.has).collect()
    }

    /// What makes no sense in it.
    pub(super) fn fault(&self) -> Option<&'static str> {
        if self.change.is_some() && !self.has.is_empty() {
            return Some("with a `change` the image itself is there, and `has` says nothing");
        }
        self.limit().fault()
    }

    fn limit(&self) -> Limit<'_> {
        Limit { bytes: self.bytes, times: self.times, of: self.of.as_ref() }
    }

    /// Judges the bytes of the delivery, which `known` finds among the facts of an image; `what` is `push` or `pull`.
    pub(super) fn judge(
        &self,
        case: &Case<'_>,
        what: &str,
        known: impl Fn(&ImageFacts) -> &BTreeMap<Delivery, Transfer>,
    ) -> Judged {
        let delivery = &self.delivery().to(&case.measured.variant);
        let words = delivery.words(what);
        let limit = self.limit();
        let limit = limit.resolve(|variant| Some(known(case.other(variant)?).get(&delivery.to(variant))?.bytes));
        match (known(case.facts).get(delivery), limit) {
            (Some(own), Some((most, expected))) => {
                let measured =
                    format!("{}, {} of {} layers", units::bytes(own.bytes), own.moved, own.moved + own.there);
                Judged::new(own.bytes <= most, format!("{words} moves {expected}"), measured)
            }
            (_, limit) => {
                let expected = limit.map_or_else(|| "a comparison".to_owned(), |(_, expected)| expected);
                Judged::not_measured(format!("{words} moves {expected}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Delivery, Facts, Outcome, Transfer};
    use crate::rules::Expect;
    use crate::rules::tests::measured;

    fn outcome(rule: &str, known: &[(&str, Delivery, u64)]) -> Outcome {
        let mut facts = Facts::default();
        for variant in ["small", "large"] {
            let result = measured("a", variant, 1, "1");
            let key = result.key();
            facts.entry(key).measurement = Some(result);
        }
        for (variant, delivery, bytes) in known {
            let key = measured("a", variant, 1, "1").key();
            let transfer = Transfer { bytes: *bytes, moved: 1, there: 2, ms: 9 };
            facts.entry(key).pushed.insert(delivery.clone(), transfer);
        }
        let expect: Expect =
            toml::from_str(&format!("variant='small'\nwhy='w'\nrule.pushes-at-most={{{rule}}}")).unwrap();
        expect.judge(&facts).remove(0).outcome
    }

    fn first() -> Delivery {
        Delivery::First([].into())
    }

    #[test]
    fn the_bytes_of_the_delivery_that_is_meant_are_judged() {
        let after = Delivery::After("source".to_owned());
        let known = [("small", first(), 100), ("small", after, 10)];
        assert_eq!(outcome("bytes=100", &known), Outcome::Held);
        assert_eq!(outcome("bytes=99", &known), Outcome::Failed);
        assert_eq!(outcome("bytes=10,change='source'", &known), Outcome::Held);
        assert_eq!(outcome("bytes=9,change='source'", &known), Outcome::Failed);
    }

    #[test]
    fn what_stands_on_another_is_compared_with_the_first_of_that() {
        let beside = Delivery::First([crate::model::VariantId::try_from("large".to_owned()).unwrap()].into());
        let known = [("small", beside, 10), ("large", first(), 100)];
        assert_eq!(outcome("has=['large'],times=0.1,of='large'", &known), Outcome::Held);
        assert_eq!(outcome("has=['large'],times=0.09,of='large'", &known), Outcome::Failed);
    }

    #[test]
    fn what_did_not_travel_is_not_measured() {
        assert_eq!(outcome("bytes=100", &[]), Outcome::NotMeasured);
        assert_eq!(outcome("bytes=100,change='other'", &[("small", first(), 1)]), Outcome::NotMeasured);
        assert_eq!(outcome("times=0.5,of='large'", &[("small", first(), 1)]), Outcome::NotMeasured);
        assert_eq!(outcome("times=0.5,of='large'", &[("small", first(), 1), ("large", first(), 2)]), Outcome::Held);
    }
}
