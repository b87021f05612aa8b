//! What `pushes-at-most` and `pulls-at-most` have in common: bytes that travel. Seconds are told and never judged.

use std::collections::{BTreeMap, BTreeSet};

use super::limit::Limit;
use super::{Case, Judged};
use crate::model::{Delivery, ImageFacts, Transfer, VariantId};
use crate::units;

/// What the receiving side has, as a manifest says it.
pub(super) fn delivery(has: &[VariantId], change: Option<&String>) -> Delivery {
    change.map_or_else(|| Delivery::First(has.iter().cloned().collect::<BTreeSet<_>>()), |c| Delivery::After(c.clone()))
}

/// Judges the bytes of a delivery, which `known` finds among the facts of an image; `what` is `push` or `pull`.
pub(super) fn judge(
    case: &Case<'_>,
    limit: &Limit<'_>,
    delivery: &Delivery,
    what: &str,
    known: impl Fn(&ImageFacts) -> &BTreeMap<Delivery, Transfer>,
) -> Judged {
    let delivery = &delivery.to(&case.measured.variant);
    let words = delivery.words(what);
    let limit = limit.resolve(|variant| Some(known(case.other(variant)?).get(&delivery.to(variant))?.bytes));
    match (known(case.facts).get(delivery), limit) {
        (Some(own), Some((most, expected))) => {
            let measured = format!("{}, {} of {} layers", units::bytes(own.bytes), own.moved, own.moved + own.there);
            Judged::new(own.bytes <= most, format!("{words} moves {expected}"), measured)
        }
        (_, limit) => {
            let expected = limit.map_or_else(|| "a comparison".to_owned(), |(_, expected)| expected);
            Judged::not_measured(format!("{words} moves {expected}"))
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
