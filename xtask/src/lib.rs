//! The runner of the Drydock workshop.
//!
//! `plan` turns a lesson into steps, `runner` executes them and emits events, `rules` judge what was measured, and the
//! renderers in `report` show it. `model` holds the nouns; `engine` is the only room that talks to Docker, `process` the
//! only one that starts processes.

pub mod bases;
pub mod cli;
pub mod dockerfile;
pub mod engine;
pub mod error;
pub mod event;
pub mod host;
pub mod image;
pub mod interrupt;
pub mod manifest;
pub mod model;
pub mod names;
pub mod plan;
pub mod probe;
pub mod process;
pub mod rules;
pub mod state;
pub mod units;
pub mod workshop;

/// m
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
