//! `cargo xtask new`: begins a lesson, an exercise, an app or a variant.

use super::Context;
use crate::cli::{New, NewWhat};
use crate::error::{Exit, Result};
use crate::report;
use crate::scaffold;
use crate::workshop::Workshop;

pub fn run(options: &New, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let written = match &options.what {
        NewWhat::Lesson { name } => scaffold::lesson(&workshop, name)?,
        NewWhat::Exercise { lesson, app } => scaffold::exercise(&workshop, lesson, app.as_deref())?,
        NewWhat::App { name } => scaffold::app(&workshop, name)?,
        NewWhat::Variant { app, name } => scaffold::variant(&workshop, app, name)?,
    };
    for path in written {
        report::line(format!("wrote {path}"));
    }
    let style = context.style;
    let next = "cargo xtask tidy    lists the words that are still to be written";
    report::line(report::next(next, style));
    Ok(Exit::Pass)
}
