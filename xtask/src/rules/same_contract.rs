//! `same-contract`: the service answers every request of `apps/contract.toml` as the contract says, in every setup that the
//! contract runs it in. Getting smaller must not mean doing less.

use super::case::places;
use super::{Case, Judge, Judged, Need};

pub(super) struct SameContract;

impl Judge for SameContract {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Contract]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = "the contract's answer to every request";
        Some(match &case.facts.contract {
            Some(run) if run.requests > 0 => {
                let (wrong, all) = (run.wrong.len(), run.requests);
                let measured = match wrong {
                    0 => format!("{all} of {all} requests right"),
                    _ => format!("{wrong} of {all} requests wrong: {}", places(&run.wrong)),
                };
                Judged::new(wrong == 0, expected, measured)
            }
            _ => Judged::not_measured(expected),
        })
    }
}
