//! The program behind `cargo xtask book`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use drydock::error::{Exit, Result};
use drydock::model::AppId;
use drydock::report::{self, Style};
use drydock_book::{Missing, build_for, record, serve};

/// Builds the book.
#[derive(Debug, Parser)]
struct Options {
    /// Serve it, open a browser, and build again whenever a page changes.
    #[arg(long)]
    open: bool,
    /// Build although recordings are missing.
    #[arg(long)]
    draft: bool,
    /// Record what pages show, then build: `lessons`, `stages`, or a part of a page's path; everything when nothing is named.
    #[arg(long, num_args = 0.., value_name = "WHAT")]
    record: Option<Vec<String>>,
    /// The app that the reader follows: pages begin with its language.
    #[arg(long, value_name = "APP", value_parser = |typed: &str| AppId::try_from(typed.to_owned()))]
    reader: Option<AppId>,
    /// The compiled runner.
    #[arg(long)]
    runner: PathBuf,
    /// Colour: auto, always or never.
    #[arg(long, value_enum, default_value_t)]
    color: drydock::cli::Color,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let style = Style::of(options.color.forced(), false);
    match run(&options, style) {
        Ok(()) => Exit::Pass.into(),
        Err(problem) => {
            report::message(report::problem(&problem, style));
            problem.exit().into()
        }
    }
}

fn run(options: &Options, style: Style) -> Result<()> {
    let root = drydock::workshop::root()?;
    if let Some(named) = &options.record {
        let sink = report::sink(style, false);
        record::record(&root, &options.runner, named, sink.as_ref())?;
    }
    if options.open {
        return serve::serve(options.reader.as_ref(), &root, style);
    }
    let missing = if options.draft { Missing::IsShown } else { Missing::Stops };
    let built = build_for(options.reader.as_ref(), &root, missing)?;
    report::line(built.join("index.html").display().to_string());
    Ok(())
}
