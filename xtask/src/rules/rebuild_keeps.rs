//! `rebuild-keeps`: after a change of the app, a build runs again at most this share of the cold build's `RUN` time, and at
//! most this share of the image's stored bytes is in new layers. One new layer there must be: a build that the change does not
//! reach keeps everything, and ships the old program. Only a limit of 0 asks for that: the change is of a file that no build sees.
//!
//! The share counts each instruction that ran again with what it cost in the cold build, so it is a ratio of two numbers of
//! one machine. The change is new in every run: the build cache cannot hold its result already.

use serde::Deserialize;

use super::limit::NONE;
use super::rebuild::{again, bulkiest, dearest, percent, rebuilt, share};
use super::{Case, Judge, Judged, Need};

/// What a rebuild may do again: at least one of the two shares. The change must reach the image, so that one layer at least is new,
/// unless `run-share-at-most` is 0: then the change is of a file that no build sees, and the image stays the same.
///
/// The share of `RUN` time counts each instruction that ran again with what it cost in the cold build, so it is a ratio of two
/// numbers of one machine. The change is new in every run: the build cache cannot hold its result already.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RebuildKeeps {
    /// Which change, of the lesson or of the app, e.g. `source`.
    pub change: String,
    /// Largest share of the cold build's `RUN` time that may run again, from 0 to 1.
    pub run_share_at_most: Option<f64>,
    /// Largest share of the image's stored bytes that may be in new layers, from 0 to 1.
    pub new_share_at_most: Option<f64>,
}

impl Judge for RebuildKeeps {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Rebuild(self.change.clone())]
    }

    fn fault(&self) -> Option<&'static str> {
        (self.run_share_at_most.is_none() && self.new_share_at_most.is_none()).then_some(NONE)
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let run = self.run_share_at_most.map(|share| format!("at most {} of the RUN time again", percent(share)));
        let new = self.new_share_at_most.map(|share| format!("at most {} of the bytes in new layers", percent(share)));
        let limits: Vec<String> = run.into_iter().chain(new).collect();
        let expected = format!("after the {} change: {}", self.change, limits.join(", "));
        let Some((experiment, rebuild)) = rebuilt(case, &self.change) else {
            return Some(Judged::not_measured(expected));
        };
        let run = experiment.run_share(rebuild);
        let new = share(rebuild.new_stored_bytes, rebuild.stored_bytes);
        let may_stay = self.run_share_at_most.is_some_and(|limit| limit <= 0.0);
        if rebuild.new_layers == 0 && !may_stay {
            let measured = "the image is the same as before: the change is not in it";
            return Some(Judged::new(false, expected, measured));
        }
        let runs = self.run_share_at_most.is_none_or(|limit| run <= limit);
        let ships = self.new_share_at_most.is_none_or(|limit| new <= limit);
        // What ran again is the cause of what is new; where little ran, the cause is what was copied.
        let place = match (runs, ships) {
            (true, true) => None,
            (true, false) => bulkiest(experiment, rebuild),
            (false, _) => dearest(experiment, rebuild),
        };
        Some(Judged { place, ..Judged::new(runs && ships, expected, again(run, rebuild)) })
    }
}
