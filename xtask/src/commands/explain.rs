//! `cargo xtask explain`: the longer story behind an error.

use super::Context;
use crate::cli::Explain;
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::names::printable;
use crate::report;
use crate::workshop;

pub fn run(options: &Explain, context: Context) -> Result<Exit> {
    let Some(typed) = &options.id else {
        report::line(report::errors(context.style));
        return Ok(Exit::Pass);
    };
    let names = || ErrorId::ALL.iter().map(|id| id.name());
    let id = ErrorId::ALL.iter().find(|id| id.name() == typed).ok_or_else(|| {
        let problem = Problem::new(ErrorId::UnknownErrorId, format!("There is no error {:?}.", printable(typed)));
        workshop::suggest(problem, typed, names()).next("cargo xtask explain    lists them")
    })?;
    report::line(report::explained(*id, context.style));
    Ok(Exit::Pass)
}
