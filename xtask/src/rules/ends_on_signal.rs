//! `ends-on-signal`: a container that is sent a signal ends by itself, with this status where one is named. PID 1 ignores a signal
//! that it has no handler for, so that a shell or a program without one goes on until the engine kills it.

use serde::Deserialize;

use super::{Case, Judge, Judged, Need};
use crate::units;

/// What a signal does.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EndsOnSignal {
    /// The signal's name.
    #[serde(default = "crate::lesson::term")]
    pub signal: String,
    /// The exit status; any when left out.
    pub status: Option<i32>,
}

impl Judge for EndsOnSignal {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Signal(self.signal.clone())]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let with = self.status.map(|status| format!(" with status {status}")).unwrap_or_default();
        let expected = format!("ends by itself on {}{with}", self.signal);
        let Some(signalled) = case.facts.signalled.get(&self.signal) else {
            return Some(Judged::not_measured(expected));
        };
        let after = units::seconds(std::time::Duration::from_millis(signalled.after_ms));
        Some(match signalled.status {
            None => Judged::new(false, expected, format!("went on running for {after}")),
            Some(status) => {
                let held = self.status.is_none_or(|wanted| wanted == status);
                Judged::new(held, expected, format!("ended with status {status} after {after}"))
            }
        })
    }
}
