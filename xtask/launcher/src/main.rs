//! `cargo xtask`: builds the runner and becomes it.

use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};
use std::{env, io};

use drydock_launcher::{Program, meanwhile};

/// Folder of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// As `Exit::Environment` of the runner: what is missing is not the user's fault.
const ENVIRONMENT: u8 = 3;

fn main() -> ExitCode {
    launch().unwrap_or_else(|error| {
        say(&format!("The runner could not be started: {error}."));
        ENVIRONMENT.into()
    })
}

/// Ends with what Cargo ended with where the runner does not compile, else with what the runner ends with.
fn launch() -> io::Result<ExitCode> {
    let runner = Program::beside(&env::current_exe()?, Path::new(ROOT), "xtask");
    let known = runner.is_known();
    if !known {
        say("Compiling the runner. This takes a minute or two, and happens once.");
    }
    let changed = || {
        if known {
            say("Compiling what has changed in the runner.");
        }
    };
    let manifest = Path::new(ROOT).join("Cargo.toml");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = program(cargo.as_ref());
    build.args(runner.build()).arg("--manifest-path").arg(manifest);
    let status = meanwhile(changed, || build.status())?;
    if !status.success() {
        return Ok(code(status));
    }
    runner.note();
    become_it(program(runner.path()).args(env::args_os().skip(1)))
}

/// The runner takes this process over, so that signals, the terminal and the exit status are its own.
#[cfg(unix)]
fn become_it(runner: &mut Command) -> io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(runner))
}

/// Windows knows no such thing: the runner is waited for. Ctrl-C reaches both, and the runner decides what comes of it.
#[cfg(not(unix))]
fn become_it(runner: &mut Command) -> io::Result<ExitCode> {
    runner.status().map(code)
}

/// The same status for ourselves; 1 where there is none that fits.
fn code(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1).into()
}

#[expect(clippy::disallowed_methods, reason = "the runner, where processes start otherwise, is not there yet")]
fn program(path: &Path) -> Command {
    Command::new(path)
}

#[expect(clippy::disallowed_macros, reason = "the runner, which writes to the terminal otherwise, is not there yet")]
fn say(line: &str) {
    eprintln!("{line}");
}
