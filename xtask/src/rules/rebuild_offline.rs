//! `rebuild-offline`: after a change of the app, a build does without a network. What it runs again downloads nothing, and what does
//! download comes from the build cache.
//!
//! No share of time: an expensive step above would hide a download, and a fast mirror would make it look cheap.

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};

/// After which change a build must do without a network.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RebuildOffline {
    /// Which change, of the lesson or of the app, e.g. `source`.
    pub change: String,
}

impl Judge for RebuildOffline {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Offline(self.change.clone())]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = format!("after the {} change: a build that needs no network", self.change);
        let Some(built) = case.facts.offline.get(&self.change) else { return Some(Judged::not_measured(expected)) };
        Some(match built {
            Ok(()) => Judged::new(true, expected, "it builds without one"),
            Err(why) => Judged::new(false, expected, format!("without one it stops: {why}")),
        })
    }
}
