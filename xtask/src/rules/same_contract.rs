//! `same-contract`: the service answers every request of `apps/contract.toml` as the contract says, in every setup that the
//! contract runs it in. Getting smaller must not mean doing less.

use super::{UNKNOWN, of, places, verdict};
use crate::model::{Facts, VariantId, Verdict};

pub(super) fn judge(facts: &Facts, variant: &VariantId, why: &str) -> Vec<Verdict> {
    let judged = of(&facts.results, None, variant).map(|m| {
        let run = facts.contracts.iter().find(|run| run.app == m.app && run.variant == m.variant);
        let measured = match run {
            None => UNKNOWN.to_owned(),
            Some(run) if run.wrong.is_empty() => format!("{} of {0} requests right", run.requests),
            Some(run) => format!("{} of {} requests wrong: {}", run.wrong.len(), run.requests, places(&run.wrong)),
        };
        let pass = run.is_some_and(|run| run.wrong.is_empty() && run.requests > 0);
        verdict("same-contract", m, pass, "the contract's answer to every request".to_owned(), measured, why)
    });
    judged.collect()
}
