//! Where bases come from: a registry, or this machine.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::engine::{docker, of_docker};
use crate::error::{ErrorId, Result};
use crate::model::Reference;
use crate::names::printable;
use crate::printed;
use crate::state::settings::Settings;

/// How long a registry may take to answer before local bases are chosen.
const PATIENCE: Duration = Duration::from_secs(5);

/// What `--bases` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BasesOption {
    /// A registry if it answers, else local.
    Auto,
    /// Exactly this.
    Exactly(Choice),
}

/// Where bases come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Pulled under their official names, or from a host that holds them under their full names.
    Registry {
        /// A mirror, e.g. `127.0.0.1:5000` or `registry.example.org/mirror`.
        host: Option<String>,
    },
    /// Built on this machine.
    Local,
}

impl fmt::Display for BasesOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Exactly(choice) => choice.fmt(f),
        }
    }
}

impl FromStr for BasesOption {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text.split_once('=') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "local" => Ok(Self::Exactly(Choice::Local)),
            None if text == "registry" => Ok(Self::Exactly(Choice::Registry { host: None })),
            Some(("registry", host)) if is_host(host) => {
                Ok(Self::Exactly(Choice::Registry { host: Some(host.trim_end_matches('/').to_owned()) }))
            }
            Some(("registry", host)) => {
                Err(format!("{:?} is not a registry's address, like registry.example.org:5000", printable(host)))
            }
            _ => Err("expected auto, local, registry or registry=HOST".to_owned()),
        }
    }
}

/// Host, optional port, optional path, as they may stand in front of an image's name.
fn is_host(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || "._-:/".contains(c);
    !text.is_empty() && text.chars().all(part) && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Registry { host: None } => f.write_str("registry"),
            Self::Registry { host: Some(host) } => write!(f, "registry={host}"),
        }
    }
}

impl Choice {
    /// The image that builds get instead of an official name; `None` when BuildKit should simply pull it.
    pub fn image(&self, name: &str) -> Option<String> {
        match self {
            Self::Local => Some(super::tag(name)),
            Self::Registry { host: None } => None,
            Self::Registry { host: Some(host) } => Some(format!("{host}/{}", Reference::full(name))),
        }
    }
}

/// A choice and the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Where bases come from.
    pub choice: Choice,
    /// Why, as the end of a sentence, e.g. `the registry did not answer within 5 s`.
    pub why: String,
    /// Whether a registry was asked just now.
    pub fresh: bool,
}

/// Decides, and remembers what `auto` came to.
///
/// An option on the command line overrides what is remembered, and `--bases auto` asks again, so that a laptop that was
/// offline once does not stay with local bases for ever. `probe` is the official image a registry is asked about.
///
/// Errors: `docker` cannot be started, or the state folder cannot be written.
pub fn decide(wanted: Option<&BasesOption>, probe: &str) -> Result<Decision> {
    let remembered = Settings::load()?.bases;
    if let Some(decision) = settled(wanted, remembered.as_deref()) {
        return Ok(decision);
    }
    let decision = ask(probe)?;
    remember(&decision.choice)?;
    Ok(decision)
}

/// What was decided before; `None` where nothing was.
///
/// Errors: the settings cannot be read.
pub fn remembered() -> Result<Option<Decision>> {
    Ok(settled(None, Settings::load()?.bases.as_deref()))
}

/// Remembers a choice until `--bases auto` asks again: what `auto` came to, or bases that were carried here in a file.
///
/// Errors: the state folder cannot be written.
pub fn remember(choice: &Choice) -> Result<()> {
    Settings::update(|memory| memory.bases = Some(choice.to_string()))
}

/// What needs no question to a registry. Something remembered that cannot be read is as good as nothing.
fn settled(wanted: Option<&BasesOption>, remembered: Option<&str>) -> Option<Decision> {
    let (choice, why) = match (wanted, remembered.map(str::parse)) {
        (Some(BasesOption::Exactly(choice)), _) => (choice.clone(), "--bases says so"),
        (None, Some(Ok(BasesOption::Exactly(choice)))) => (choice, "it was decided before (--bases auto asks again)"),
        _ => return None,
    };
    Some(Decision { choice, why: why.to_owned(), fresh: false })
}

fn ask(probe: &str) -> Result<Decision> {
    let command = docker(["buildx", "imagetools", "inspect", "--raw"]).arg(Reference::full(probe));
    let (choice, why) = match command.output(PATIENCE).map_err(of_docker) {
        Ok(output) if output.success() => (Choice::Registry { host: None }, "the registry answers".to_owned()),
        Ok(output) if is_limit(&output.stderr) => {
            (Choice::Local, "the registry's limit of pulls for this address is used up".to_owned())
        }
        Ok(output) => (Choice::Local, format!("the registry cannot be used: {}", last_line(&output.stderr))),
        Err(problem) if problem.id == ErrorId::EngineSilent => {
            (Choice::Local, format!("the registry did not answer within {} s", PATIENCE.as_secs()))
        }
        Err(problem) => return Err(problem),
    };
    Ok(Decision { choice, why, fresh: true })
}

fn is_limit(stderr: &str) -> bool {
    stderr.contains("toomanyrequests") || stderr.contains("429")
}

/// The end of an error's chain says what happened; what stands before it repeats the address.
fn last_line(stderr: &str) -> String {
    let line = printed::last_lines(stderr, 1).pop().unwrap_or_else(|| "no reason given".to_owned());
    let reason = line.rsplit(": ").take(2).collect::<Vec<_>>();
    reason.into_iter().rev().collect::<Vec<_>>().join(": ").chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_is_read() {
        let exactly = |choice| Ok(BasesOption::Exactly(choice));
        assert_eq!("auto".parse(), Ok(BasesOption::Auto));
        assert_eq!("local".parse(), exactly(Choice::Local));
        assert_eq!("registry".parse(), exactly(Choice::Registry { host: None }));
        assert_eq!("registry=h:5000/a/".parse(), exactly(Choice::Registry { host: Some("h:5000/a".to_owned()) }));
        for wrong in ["", "Local", "registry=", "registry=a b", "registry=-x", "mirror=h"] {
            assert!(wrong.parse::<BasesOption>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn images_follow_the_choice() {
        let name = "node:24-trixie";
        assert_eq!(Choice::Local.image(name).unwrap(), "drydock.local/node:24-trixie");
        assert_eq!(Choice::Registry { host: None }.image(name), None);
        let mirror = Choice::Registry { host: Some("127.0.0.1:5000".to_owned()) };
        assert_eq!(mirror.image(name).unwrap(), "127.0.0.1:5000/docker.io/library/node:24-trixie");
    }

    #[test]
    fn the_option_overrides_what_is_remembered_and_auto_asks_again() {
        let choice =
            |wanted: Option<&BasesOption>, remembered| settled(wanted, remembered).map(|d| d.choice.to_string());
        let local = BasesOption::Exactly(Choice::Local);
        assert_eq!(choice(Some(&local), Some("registry")).as_deref(), Some("local"));
        assert_eq!(choice(None, Some("registry")).as_deref(), Some("registry"));
        assert_eq!(choice(Some(&BasesOption::Auto), Some("registry")), None);
        assert_eq!(choice(None, Some("from another version")), None);
        assert_eq!(choice(None, None), None);
    }

    #[test]
    fn the_end_of_a_chain_is_the_reason() {
        let chain = "ERROR: failed to do request: Head \"https://r/v2/\": dial tcp 1.2.3.4:443: connection refused\n";
        assert_eq!(last_line(chain), "dial tcp 1.2.3.4:443: connection refused");
    }
}
