//! `cargo xtask explain`: the longer story behind an error, a rule of the audit, or what a lesson expects.

mod expectations;

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
        let expectations = expectations::all();
        report::line(report::expectations(expectations.iter().map(|one| one.name.as_str()), context.style));
        return Ok(Exit::Pass);
    };
    // A rule of the audit and an expectation may have the same name.
    let mut found: Vec<String> = Vec::new();
    found.extend(ErrorId::ALL.iter().find(|id| id.name() == typed).map(|id| report::explained(*id, context.style)));
    found.extend(rules::find(typed).map(|rule| audited(rule, context.style)));
    let expectations = expectations::all();
    found.extend(
        expectations
            .iter()
            .find(|one| one.name == *typed)
            .map(|one| report::expectation_explained(&one.name, &one.says, context.style)),
    );
    if !found.is_empty() {
        report::line(found.join("\n\n"));
        return Ok(Exit::Pass);
    }
    let names = ErrorId::ALL.iter().map(|id| id.name());
    let names = names.chain(rules::all().map(|rule| rule.id)).chain(expectations.iter().map(|one| one.name.as_str()));
    let fact = format!("No error, no rule of the audit and no expectation is called {:?}.", printable(typed));
    let problem = Problem::new(ErrorId::UnknownErrorId, fact);
    Err(workshop::suggest(problem, typed, names).next("cargo xtask explain    lists them"))
}

fn audited(rule: &rules::Rule, style: report::Style) -> String {
    // Outside a checkout there is no lesson to name.
    let workshop = Workshop::find().ok();
    let lesson = workshop.as_ref().and_then(|workshop| workshop.lesson(&lessons::of(rule.id)?).ok());
    report::rule_explained(rule, lesson.map(|lesson| (lesson.number, lesson.title.as_str())), style)
}
