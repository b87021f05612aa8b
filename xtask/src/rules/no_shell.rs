//! `no-shell`: no layer of the image holds a program that is a shell, so that nobody who gets into the container finds one.

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
