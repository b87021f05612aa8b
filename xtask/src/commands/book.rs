//! `cargo xtask book`: builds the book. The builder is a program of its own, compiled when it is first asked for, so that a
//! learner's first lesson does not wait for it.

use drydock_launcher::{Program, meanwhile};

use super::Context;
use crate::cli::Book;
use crate::error::{self, ErrorId, Exit, Problem, Result};
use crate::process::Command;
use crate::report;
use crate::state::settings::Settings;
use crate::workshop;

pub fn run(options: &Book, context: Context) -> Result<Exit> {
    let root = workshop::root()?;
    let runner = std::env::current_exe().map_err(|e| error::io("find", "xtask".as_ref(), &e))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let builder = Program::beside(&runner, &root, "drydock-book");
    let known = builder.is_known();
    if !known {
        report::message("Compiling the book's builder. This takes a minute, and happens once.");
    }
    let changed = || {
        if known {
            report::message("Compiling what has changed in the book's builder.");
        }
    };
    let compile = Command::new(cargo).args(builder.build()).dir(&root);
    let built = meanwhile(changed, || compile.inherit())?;
    if built != 0 {
        return Err(Problem::new(ErrorId::Page, format!("The book's builder does not compile (status {built}).")));
    }
    builder.note();
    let color = if context.style.color { "always" } else { "never" };
    // Started as it is: Cargo has just seen to it, and need not be asked once more.
    let mut command = Command::new(builder.path().display().to_string())
        .args(["--color", color, "--runner"])
        .env("CARGO_MANIFEST_DIR", root.display().to_string())
        .arg(runner.display().to_string())
        .dir(&root);
    for (wanted, option) in [(options.open, "--open"), (options.draft, "--draft")] {
        if wanted {
            command = command.arg(option);
        }
    }
    // A book that is recorded is one for everybody.
    if let (Some([app]), None) = (Settings::load()?.apps.as_deref(), &options.record) {
        command = command.args(["--reader", app.as_str()]);
    }
    if let Some(named) = &options.record {
        command = command.arg("--record").args(named.iter().cloned());
    }
    // It has told what was wrong.
    let told = |status| Exit::ALL.iter().copied().find(|exit| *exit as i32 == status);
    let status = command.inherit()?;
    told(status).ok_or_else(|| Problem::new(ErrorId::Page, format!("The book's builder ended with status {status}.")))
}
