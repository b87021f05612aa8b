//! `cargo xtask explain`: the longer story behind an error, or behind a rule of the audit.

use super::Context;
use crate::audit::{lessons, rules};
use crate::cli::Explain;
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::names::printable;
use crate::report;
use crate::workshop::{self, Workshop};

pub fn run(options: &Explain, context: Context) -> Result<Exit> {
    let Some(typed) = &options.id else {
        report::line(report::errors(context.style));
        report::line(report::rules(context.style));
        return Ok(Exit::Pass);
    };
    if let Some(id) = ErrorId::ALL.iter().find(|id| id.name() == typed) {
        report::line(report::explained(*id, context.style));
        return Ok(Exit::Pass);
    }
    if let Some(rule) = rules::find(typed) {
        // Outside a checkout there is no lesson to name.
        let workshop = Workshop::find().ok();
        let lesson = workshop.as_ref().and_then(|workshop| workshop.lesson(&lessons::of(rule.id)?).ok());
        let lesson = lesson.map(|lesson| (lesson.number, lesson.title.as_str()));
        report::line(report::rule_explained(rule, lesson, context.style));
        return Ok(Exit::Pass);
    }
    let names = ErrorId::ALL.iter().map(|id| id.name()).chain(rules::all().map(|rule| rule.id));
    let fact = format!("There is no error and no rule of the audit {:?}.", printable(typed));
    let problem = Problem::new(ErrorId::UnknownErrorId, fact);
    Err(workshop::suggest(problem, typed, names).next("cargo xtask explain    lists them"))
}
