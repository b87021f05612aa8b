//! `rebuild-loses`: after a change of the app, a build runs again at least this share of the cold build's `RUN` time. It
//! proves in every run that the bad order of a lesson is bad.

use serde::Deserialize;

use super::rebuild::{again, percent, rebuilt};
use super::{Case, Judge, Judged, Need};

/// What a rebuild has to do again. Proves in every run that the bad order of a lesson is bad.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RebuildLoses {
    /// Which change, of the lesson or of the app, e.g. `source`.
    pub change: String,
    /// Smallest share of the cold build's `RUN` time that runs again, from 0 to 1.
    pub run_share_at_least: f64,
}

impl Judge for RebuildLoses {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Rebuild(self.change.clone())]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let least = percent(self.run_share_at_least);
        let expected = format!("after the {} change: at least {least} of the RUN time again", self.change);
        let Some((experiment, rebuild)) = rebuilt(case, &self.change) else {
            return Some(Judged::not_measured(expected));
        };
        let run = experiment.run_share(rebuild);
        Some(Judged::new(run >= self.run_share_at_least, expected, again(run, rebuild)))
    }
}
