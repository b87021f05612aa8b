//! `cargo xtask` alone: where you are and what to type next.

use super::Context;
use crate::error::{Exit, Result};
use crate::report;
use crate::workshop::Workshop;

pub fn run(context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    let style = context.style;
    report::line(format!("{}\n", style.bold("Drydock: Docker multi-stage builds, measured on your machine")));
    report::line(report::listing(&workshop.lessons, style));
    if let Some(first) = workshop.lessons.first() {
        report::line(format!(
            "\n  {} {}",
            style.bold("Next:"),
            style.command(&format!("cargo xtask lesson {}", first.number))
        ));
    }
    report::line(format!("  {}", style.dim("cargo xtask --help lists all commands.")));
    Ok(Exit::Pass)
}
