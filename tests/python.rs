//! Programs that come in packages of the index for Python: each into a virtual environment of its own below the target folder.

use std::path::PathBuf;
use std::time::Duration;

use drydock::process::Command;

use crate::{target_folder, told};

/// A download of ten megabytes.
const LONG: Duration = Duration::from_mins(5);

/// The program of a package, installed when it is first asked for: the newest release at that time.
///
/// Panics where it cannot be installed, and says why: what cannot be checked is not passed over.
pub fn program(package: &str, name: &str) -> PathBuf {
    let folder = target_folder().join(name);
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let program = programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        let shown = folder.display().to_string();
        run(&Command::new("python3").args(["-m", "venv", &shown]), name);
        let python = programs.join("python").display().to_string();
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package];
        run(&Command::new(python).args(pip), name);
    }
    program
}

/// The interpreter of an environment with a package in it, for what is a library and no program. `name` is that of the environment.
///
/// Panics where it cannot be installed, and says why.
pub fn interpreter(package: &str, name: &str) -> PathBuf {
    let folder = target_folder().join(format!("{name}-python"));
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = programs.join(format!("python{}", std::env::consts::EXE_SUFFIX));
    let done = folder.join("installed");
    if !done.exists() {
        let shown = folder.display().to_string();
        run(&Command::new("python3").args(["-m", "venv", &shown]), name);
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package];
        run(&Command::new(python.display().to_string()).args(pip), name);
        // Last, so that a download that was cut short begins again.
        std::fs::write(&done, package).unwrap_or_else(|error| panic!("{}: {error}", done.display()));
    }
    python
}

fn run(command: &Command, name: &str) {
    let output = command.output(LONG).unwrap_or_else(|problem| panic!("{}", told(&problem)));
    assert!(
        output.success(),
        "{name} is needed, and `{}` ended with status {}. It takes python3 with its venv module (Debian: python3-venv) and \
         the package index for Python.\n{}{}",
        command.display(),
        output.status,
        output.stdout,
        output.stderr
    );
}
