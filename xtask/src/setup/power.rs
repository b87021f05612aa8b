//! The right to install things: being root, or sudo.

use std::io::IsTerminal;
use std::time::Duration;

use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::host;
use crate::process::Command;

/// How this process gets the rights of the administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Power {
    /// It has them.
    Root,
    /// `sudo` gives them for single commands.
    Sudo,
}

impl Power {
    /// Finds out. On a terminal, sudo may ask for its password once.
    ///
    /// Errors: [`ErrorId::SetupUnsupported`] where there is no way to them.
    pub(super) fn find(sink: &dyn Sink) -> Result<Self> {
        if let Some(power) = Self::at_hand() {
            return Ok(power);
        }
        let lacking = || {
            Problem::new(ErrorId::SetupUnsupported, "--setup needs the rights of root, and this user does not get them.")
                .cause("Installing packages and starting an engine change the system.")
                .next("Run the command again as root, or as a user who may use sudo.")
                .next("dockerd-rootless-setuptool.sh install    an engine that needs no root, where its packages are installed")
        };
        if host::find("sudo").is_none() {
            return Err(lacking());
        }
        if std::io::stdin().is_terminal() {
            sink.emit(Event::Note("Installing needs the rights of root: sudo asks for your password.".into()));
            if Command::new("sudo").arg("-v").inherit()? == 0 {
                return Ok(Self::Sudo);
            }
        }
        Err(lacking())
    }

    /// The rights that this process has without asking anybody for a password.
    pub(super) fn at_hand() -> Option<Self> {
        if host::is_root() {
            return Some(Self::Root);
        }
        let answer = || Command::new("sudo").args(["-n", "true"]).output(Duration::from_secs(10));
        let allowed = host::find("sudo").is_some() && answer().is_ok_and(|output| output.success());
        allowed.then_some(Self::Sudo)
    }

    /// A command that will run with these rights, and with the folders of administrators' programs on its PATH.
    pub(super) fn command<'a>(self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let command = match self {
            Self::Root => Command::new("env"),
            // sudo sets a PATH of its own.
            Self::Sudo => Command::new("sudo").args(["-n", "env"]),
        };
        let path = std::env::var("PATH").unwrap_or_default();
        let lacks = self == Self::Root && !path.split(':').any(|folder| folder == "/usr/sbin");
        let path = lacks.then(|| format!("PATH={path}:/usr/sbin:/sbin"));
        let words = words.into_iter().map(str::to_owned);
        command.args(path).args(["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]).args(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sudo_never_waits_for_a_password() {
        let shown = Power::Sudo.command(["apt-get", "update"]).display();
        assert!(shown.starts_with("sudo -n env ") && shown.ends_with("apt-get update"), "{shown}");
        assert!(!Power::Root.command(["apt-get", "update"]).display().contains("sudo"));
    }
}
