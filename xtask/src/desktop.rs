//! The desktop somebody works at: its browser, and its way of saying that something is waiting.
//!
//! Both are asked through the programs that desktops come with. A library that speaks their protocols would be compiled before a
//! learner's first lesson, and is of no use on a server.

use std::path::Path;
use std::time::Duration;

use crate::process::Command;

/// Longer than a notification takes that does not hang.
const SOON: Duration = Duration::from_secs(5);

/// Opens a page in the person's browser, where this system has a way to.
pub fn open(address: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    // It may become the browser, and live on after us.
    let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
    let _ = Command::new(program).args([address]).detach(Path::new(nowhere));
}

/// Shows `words` as a notification, on a desktop that takes one. Returns whether it did.
pub fn notify(words: &str) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    // A terminal of another machine is not where the desktop of this one is looked at.
    if set("SSH_CONNECTION") {
        return false;
    }
    let command = match std::env::consts::OS {
        "macos" => {
            Command::new("osascript").args(["-e", &format!("display notification {words:?} with title \"Drydock\"")])
        }
        "linux" if set("DISPLAY") || set("WAYLAND_DISPLAY") => {
            Command::new("notify-send").args(["--app-name=Drydock", "Drydock", words])
        }
        _ => return false,
    };
    command.output(SOON).is_ok_and(|output| output.success())
}
