//! `healthy`: every container gave the answer its health endpoint must give.

use super::{Case, Judge, Judged};

pub(super) struct Healthy;

impl Judge for Healthy {
    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = "the contract's answer to its health request";
        if let Some(why) = &case.measured.not_run {
            return Some(Judged { measured: why.clone(), ..Judged::not_measured(expected) });
        }
        let health = &case.measured.health;
        let measured = match health.status {
            0 => "no answer".to_owned(),
            status => format!("{status} after {} ms", case.measured.ready_ms),
        };
        Some(Judged::new(health.ok, expected, measured))
    }
}
