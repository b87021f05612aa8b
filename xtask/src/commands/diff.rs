//! `cargo xtask diff`: where the bytes went between two images.

use super::Context;
use crate::cli;
use crate::engine::{Engine, reach};
use crate::error::{Exit, Result};
use crate::image::compare::compare;
use crate::image::{Depth, Way, gather};
use crate::report;

pub fn run(options: &cli::Diff, context: Context) -> Result<Exit> {
    let sink = report::sink(context.style, context.global.verbose);
    let engine = Engine::new(sink.as_ref());
    let way = || Ok(Way::to(&reach::probe()?, false));
    let before = gather(&options.before, Depth::Everything, engine, &way, &|_| None)?;
    let after = gather(&options.after, Depth::Everything, engine, &way, &|_| None)?;
    let comparison = compare(&before, &after);
    report::line(if options.json {
        serde_json::to_string_pretty(&comparison).expect("plain data is always JSON")
    } else {
        report::diff(&comparison, context.style)
    });
    Ok(Exit::Pass)
}
