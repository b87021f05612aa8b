//! `rebuild-follows`: after a change of the app, the image holds packages of other versions. Proves that the file which was changed
//! decides them.

use serde::Deserialize;

use super::case::places;
use super::{Case, Judge, Judged, Need};

/// Which change the image's packages must follow.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RebuildFollows {
    /// Which change, of the lesson or of the app, e.g. `requirements`.
    pub change: String,
}

impl Judge for RebuildFollows {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Packages(self.change.clone())]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = format!("after the {} change: packages of other versions", self.change);
        let Some(changed) = case.facts.packages.get(&self.change) else { return Some(Judged::not_measured(expected)) };
        let (held, measured) = match changed {
            Ok(changed) if changed.is_empty() => (false, "the same packages in the same versions".to_owned()),
            Ok(changed) => (true, places(changed)),
            Err(why) => (false, format!("it does not build any more: {why}")),
        };
        Some(Judged::new(held, expected, measured))
    }
}
