//! `target-stops`: a build of a target passes as the app is, and stops after a change that breaks it. So a stage that runs tests does
//! run them, and heeds what they say.
//!
//! Both builds are needed: a target that never passes stops everything, and tells nobody what is broken.

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};

/// Which target has to stop, and after what.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetStops {
    /// The stage of the image's Dockerfile that is built.
    pub target: String,
    /// Which change, of the lesson or of the app, breaks the app.
    pub change: String,
}

impl Judge for TargetStops {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Gate { target: self.target.clone(), change: self.change.clone() }]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let Self { target, change } = self;
        let expected = format!("a build of `{target}` passes, and stops after the {change} change");
        let Some(gate) = case.facts.gates.get(&(target.clone(), change.clone())) else {
            return Some(Judged::not_measured(expected));
        };
        Some(match (&gate.before, &gate.after) {
            (Err(why), _) => Judged::new(false, expected, format!("it stops without the change: {why}")),
            (Ok(()), Ok(())) => Judged::new(false, expected, "it passes after the change too"),
            (Ok(()), Err(why)) => Judged::new(true, expected, format!("it stops: {why}")),
        })
    }
}
