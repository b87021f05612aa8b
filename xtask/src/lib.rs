//! The runner of the Drydock workshop.
//!
//! `plan` turns a lesson into steps, `runner` executes them and emits events, `rules` judge what was measured, and the
//! renderers in `report` show it. `model` holds the nouns; `engine` is the only room that talks to Docker, `process` the
//! only one that starts processes.

pub mod audit;
pub mod bases;
pub mod claim;
pub mod cli;
pub mod commands;
pub mod context;
pub mod desktop;
pub mod dockerfile;
pub mod engine;
pub mod error;
pub mod event;
pub mod exercise;
pub mod guard;
pub mod host;
pub mod image;
pub mod interrupt;
pub mod lesson;
pub mod manifest;
pub mod messages;
pub mod model;
pub mod names;
pub mod plan;
pub mod printed;
pub mod probe;
pub mod process;
pub mod progress;
pub mod proof;
pub mod report;
pub mod rollout;
pub mod rules;
pub mod runner;
pub mod scaffold;
#[cfg(test)]
mod schema;
pub mod session;
pub mod setup;
pub mod state;
pub mod tidy;
pub mod tool;
pub mod units;
pub mod workshop;

use clap::FromArgMatches;

use error::{ErrorId, Exit, Problem};

/// Parses the command line, runs the command, shows what went wrong, and returns the exit code.
pub fn main() -> std::process::ExitCode {
    if guard::left::stand() {
        return std::process::ExitCode::SUCCESS;
    }
    let asked = cli::command().try_get_matches().and_then(|matches| cli::Cli::from_arg_matches(&matches));
    let cli = match asked {
        Ok(cli) => cli,
        Err(said) => return told(&said).into(),
    };
    let style = report::Style::of(cli.global.color.forced(), cli.global.accessible);
    let listening = interrupt::listen(|run| report::message(farewell(run)));
    let ended = listening.and_then(|()| commands::run(cli));
    // What was computed and did not arrive was for nothing.
    let ended = ended.and_then(|exit| if exit == Exit::Pass { report::written().map(|()| exit) } else { Ok(exit) });
    let exit = ended.unwrap_or_else(|problem| {
        // Ended children fail in many ways; the reason is the signal.
        let problem = if interrupt::requested() { interrupt::problem() } else { problem };
        report::message(report::problem(&problem, style));
        problem.exit()
    });
    guard::pipe::dismiss();
    exit.into()
}

/// Shows help, a version, or what is wrong with a command line.
fn told(said: &clap::Error) -> Exit {
    match report::usage(said) {
        Ok(()) if said.use_stderr() => Exit::Usage,
        Ok(()) => Exit::Pass,
        Err(problem) => {
            report::message(report::problem(&problem, report::Style::of(None, false)));
            problem.exit()
        }
    }
}

/// The last words after a second Ctrl-C.
fn farewell(run: Option<&str>) -> String {
    match run {
        Some(run) => format!(
            "Stopped at once. Containers of this run are removed in the background. If some stay:\n  \
             docker ps --all --filter label={}={run}\n  cargo xtask clean    removes them",
            engine::labels::RUN
        ),
        None => "Stopped at once.".to_owned(),
    }
}

/// A fault of Drydock itself, where the types could not rule it out.
pub fn bug(what: &str) -> Problem {
    Problem::new(ErrorId::Bug, format!("{what}."))
        .next(format!("Please report this; the exit code is {}.", Exit::Bug as u8))
}
