//! `stops-within`: `docker stop` sends SIGTERM, and the service ends by itself within so many seconds, with status 0. An
//! engine kills what has not ended after ten, and whatever it was doing is lost (status 137).

use std::time::Duration;

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};
use crate::units;

/// How soon a service ends.
///
/// `docker stop` sends SIGTERM, and the service must end by itself with status 0. An engine kills what has not ended after ten
/// seconds, and whatever it was doing is lost (status 137).
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StopsWithin {
    /// Seconds from the signal to the end.
    pub seconds: f64,
}

impl Judge for StopsWithin {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Stop]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = format!("ends by itself within {} s, with status 0", self.seconds);
        let Some(stop) = &case.facts.stopped else { return Some(Judged::not_measured(expected)) };
        let after = Duration::from_millis(stop.after_ms);
        let how = if stop.status == 137 { "was killed" } else { "ended" };
        let measured = format!("{how} with status {} after {}", stop.status, units::seconds(after));
        Some(Judged::new(stop.status == 0 && after.as_secs_f64() <= self.seconds, expected, measured))
    }
}
