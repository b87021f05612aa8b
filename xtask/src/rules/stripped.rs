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

/// The programs of the application of which this is true: none passes. The application is what no rule claims for somebody else, and
/// what a container starts, wherever that lies: a service in `/bin` is no part of the distribution. An interpreter is nobody's own.
pub(super) fn programs(
    inspection: &Inspection,
    none: &str,
    wrong: impl Fn(&ProgramLine) -> bool,
) -> (bool, String, Option<String>) {
    let own = |program: &&ProgramLine| {
        program.class == Class::Application || (program.started && program.class != Class::Runtime)
    };
    let found = inspection.programs.iter().filter(own).filter(|program| wrong(program));
    let found: Vec<String> = found.map(|program| format!("/{}", program.path)).collect();
    (found.is_empty(), if found.is_empty() { none.to_owned() } else { places(&found) }, None)
}
