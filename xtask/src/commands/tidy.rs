//! `cargo xtask tidy`: what must agree, agrees.

use super::Context;
use crate::cli::Tidy;
use crate::error::{Exit, Result};
use crate::report;
use crate::tidy;
use crate::workshop::Workshop;

pub fn run(options: &Tidy, context: Context) -> Result<Exit> {
    let workshop = Workshop::find()?;
    if options.fix {
        for file in tidy::fix(&workshop)? {
            report::message(format!("wrote {file}"));
        }
    }
    tidy::check(&workshop)?;
    report::message(format!("{} the repository is tidy", context.style.ok_mark()));
    Ok(Exit::Pass)
}
