//! `no-shell`: nobody who gets into the container finds a program that is a shell, whatever its name.

use super::case::found;
use super::{Case, Judge, Judged, Need};

pub(super) struct NoShell;

impl Judge for NoShell {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        Some(case.inspected("no shell", |inspection| {
            let shells: Vec<String> = inspection.surface.shells.iter().cloned().collect();
            (shells.is_empty(), found(&shells, "none"), None)
        }))
    }
}
