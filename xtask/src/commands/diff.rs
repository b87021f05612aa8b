//! `cargo xtask diff`: where the bytes went between two images.

use super::Context;
use crate::cli;
use crate::engine::{Engine, reach};
use crate::error::{Exit, Result};
use crate::image::compare::compare;
use crate::image::gather::{Detail, gather, is_on_disk};
use crate::image::{Depth, Way};
use crate::report;

pub fn run(options: &cli::Diff, context: Context) -> Result<Exit> {
    let sink = report::sink(context.style, context.global.verbose);
    let engine = Engine::new(sink.as_ref());
    let way = || Ok(Way::to(&reach::probe()?, false));
    let look = |name: &str, other: &str| {
        // Beside an archive, an image of the engine is what it is; the choice is for the archive.
        let platform = options.platform.as_deref().filter(|_| is_on_disk(name) || !is_on_disk(other));
        gather(name, Detail { platform, ..Detail::from(Depth::Everything) }, engine, &way, &|_| None)
    };
    let before = look(&options.before, &options.after)?;
    let after = look(&options.after, &options.before)?;
    let comparison = compare(&before, &after);
    if options.json {
        report::data(report::json(&comparison));
    } else {
        report::line(report::diff(&comparison, context.style));
    }
    Ok(Exit::Pass)
}
