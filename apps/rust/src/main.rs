//! The harbour clock: a small service that tells the time in the harbours of the world.

mod config;
mod log;
mod probe;
mod problem;
mod routes;
mod server;

use std::{env, fmt::Display, process::ExitCode};

use config::Config;

/// Exit status for a call or an environment that cannot work, however often it is tried.
const MISUSE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let health = match arguments.as_slice() {
        [] => false,
        [command] if command == "health" => true,
        _ => {
            eprintln!("usage: harbour-clock [health]");
            return ExitCode::from(MISUSE);
        }
    };
    let config = match Config::from_lookup(|name| env::var_os(name)) {
        Ok(config) => config,
        Err(error) => return fail(error, MISUSE),
    };
    // One thread serves a clock well, and the scheduler for many would be carried along in every image.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(error, 1),
    };
    let result = runtime.block_on(async {
        if health {
            probe::run(&config).await
        } else {
            server::run(config).await
        }
    });
    // Work that still blocks on another thread must not delay the exit.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error, 1),
    }
}

fn fail(error: impl Display, status: u8) -> ExitCode {
    eprintln!("harbour-clock: {error}");
    ExitCode::from(status)
}
