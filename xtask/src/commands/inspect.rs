//! `cargo xtask inspect`: what an image is made of.

use super::Context;
use crate::cli;
use crate::engine::{Engine, reach};
use crate::error::{Exit, Result};
use crate::image::{Way, gather};
use crate::report;

pub fn run(options: &cli::Inspect, context: Context) -> Result<Exit> {
    let sink = report::progress(context.style, context.global.verbose);
    // An archive needs no engine, so it is only looked for when an image is in one.
    let way = || Ok(Way::to(&reach::probe()?, options.pull));
    let inspection = gather(&options.image, Engine::new(sink.as_ref()), &way)?;
    report::line(if options.json {
        serde_json::to_string_pretty(&inspection).expect("plain data is always JSON")
    } else {
        report::inspect(&inspection, context.style, options.all)
    });
    Ok(Exit::Pass)
}
