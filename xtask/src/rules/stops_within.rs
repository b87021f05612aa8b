//! `stops-within`: `docker stop` sends SIGTERM, and the service ends by itself within so many seconds, with status 0. An
//! engine kills what has not ended after ten, and whatever it was doing is lost (status 137).

use super::{UNKNOWN, of, verdict};
use crate::model::{Facts, VariantId, Verdict};
use crate::units;

pub(super) fn judge(facts: &Facts, variant: &VariantId, seconds: f64, why: &str) -> Vec<Verdict> {
    let judged = of(&facts.results, None, variant).map(|m| {
        let stop = facts.stops.iter().find(|stop| stop.app == m.app && stop.variant == m.variant);
        let expected = format!("ends by itself within {seconds} s");
        let (pass, measured) = match stop {
            None => (false, UNKNOWN.to_owned()),
            Some(stop) => {
                let after = std::time::Duration::from_millis(stop.after_ms);
                let how = if stop.status == 137 { "was killed" } else { "ended" };
                let measured = format!("{how} with status {} after {}", stop.status, units::seconds(after));
                (stop.status == 0 && after.as_secs_f64() <= seconds, measured)
            }
        };
        verdict("stops-within", m, pass, expected, measured, why)
    });
    judged.collect()
}
