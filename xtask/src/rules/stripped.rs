//! `stripped`: no program of the application carries the table of symbols that serves debuggers, in any layer.

use super::case::places;
use super::{Case, Judge, Judged, Need};
use crate::model::{Class, Inspection, ProgramLine};

pub(super) struct Stripped;

impl Judge for Stripped {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        Some(case.inspected("no symbols for debuggers in the application's programs", |inspection| {
            programs(inspection, "none has any", |program| program.made.symbols)
        }))
    }
}

/// The programs of the application of which this is true: none passes.
pub(super) fn programs(
    inspection: &Inspection,
    none: &str,
    wrong: impl Fn(&ProgramLine) -> bool,
) -> (bool, String, Option<String>) {
    let found = inspection.programs.iter().filter(|program| program.class == Class::Application && wrong(program));
    let found: Vec<String> = found.map(|program| format!("/{}", program.path)).collect();
    (found.is_empty(), if found.is_empty() { none.to_owned() } else { places(&found) }, None)
}
