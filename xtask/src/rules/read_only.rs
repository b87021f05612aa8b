//! `read-only`: the service gives its health endpoint's answer when it runs with a read-only root file system, no
//! capabilities and no new privileges, and a `tmpfs` only where its manifest asks for one.

use super::{Case, Judge, Judged, Need};

pub(super) struct ReadOnly;

impl Judge for ReadOnly {
    fn needs(&self) -> Vec<Need> {
        vec![Need::ReadOnly]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = "an answer with a read-only root, no capabilities, no new privileges";
        Some(match &case.facts.read_only {
            None => Judged::not_measured(expected),
            Some(ran) => {
                let measured = ran.problem.as_deref().unwrap_or("answered");
                Judged::new(ran.problem.is_none(), expected, measured)
            }
        })
    }
}
