//! `.drydock.toml`: what an audit of a folder must not exceed, and which of its rules do not count there.
//!
//! It lies in the folder or in one above it, so that a repository has one for all its services. Every rule that is left out has a
//! reason, and one that is waived for a path has a day from which it counts again.

pub mod changes;
mod init;
pub mod last;
mod limits;
pub mod settle;
mod waived;

use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use init::init;
pub use limits::{Broken, Thresholds};
pub use waived::{Off, Waived};

use super::rules;
use crate::error::Result;
use crate::manifest::Source;

/// The file's name.
pub const NAME: &str = ".drydock.toml";

/// Everything that the file can say.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What figures may be at most. The audit ends with status 1 when one is more.
    pub thresholds: Thresholds,
    /// Rules that do not count here at all.
    pub off: Vec<Off>,
    /// Rules that do not count for a path, until a day.
    pub waived: Vec<Waived>,
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where.
    pub path: PathBuf,
    /// What it says.
    pub settings: Settings,
}

impl Config {
    /// The nearest file: in the folder, or in one above it.
    ///
    /// Errors: it cannot be read; [`crate::error::ErrorId::Manifest`] where it is not valid or names a rule that there is not.
    pub fn find(folder: &Path) -> Result<Option<Self>> {
        let Ok(folder) = folder.canonicalize() else { return Ok(None) };
        let found = folder.ancestors().find(|above| above.join(NAME).is_file());
        found.map(Self::read).transpose()
    }

    fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        let source =
            Source::read(folder, NAME).map_err(|problem| problem.evidence([format!("in {}", path.display())]))?;
        let settings: Settings = source.parse()?;
        let named = settings
            .off
            .iter()
            .map(|off| ("off", &off.rule))
            .chain(settings.waived.iter().map(|one| ("waived", &one.rule)));
        for (place, rule) in named {
            if rules::find(rule).is_none() {
                let message = format!("there is no rule `{rule}`");
                return Err(source.wrong(place, rule, &message, rules::all().map(|rule| rule.id)));
            }
        }
        let without = settings.off.iter().map(|off| ("off", &off.rule, &off.reason));
        let without = without.chain(settings.waived.iter().map(|one| ("waived", &one.rule, &one.reason)));
        for (place, rule, reason) in without {
            if reason.trim().is_empty() {
                return Err(source.wrong(place, rule, "a rule that does not count needs a reason", []));
            }
        }
        for one in &settings.waived {
            if let Err(fault) = glob::Pattern::new(&one.path) {
                return Err(source.wrong("waived", &one.path, &format!("this is no pattern of a path: {fault}"), []));
            }
        }
        Ok(Self { path, settings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorId;

    fn read(text: &str) -> Result<Option<Config>> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(NAME), text).unwrap();
        let below = dir.path().join("services/api");
        std::fs::create_dir_all(&below).unwrap();
        Config::find(&below)
    }

    #[test]
    fn a_file_is_found_from_below_and_read_strictly() {
        let config = read(
            "[thresholds]\nstored = \"60 MB\"\nrebuild-share = 0.3\npackages = 40\n\
             [[off]]\nrule = \"no-labels\"\nreason = \"CI sets them.\"\n\
             [[waived]]\nrule = \"secret-in-layer\"\npath = \"app/test/*.pem\"\nreason = \"A key of the tests.\"\nuntil = 2027-01-31\n",
        );
        let settings = config.unwrap().unwrap().settings;
        assert_eq!(settings.off[0].rule, "no-labels");
        assert_eq!(settings.waived[0].until.0, jiff::civil::date(2027, 1, 31));
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Config::find(&dir.path().join("no")).unwrap(), None);
    }

    #[test]
    fn what_is_not_valid_is_pointed_at() {
        for (text, said) in [
            ("[thresholds]\nstord = \"1 MB\"\n", ".drydock.toml:2:1: unknown field `stord`"),
            ("[thresholds]\nstored = \"large\"\n", ".drydock.toml:2:"),
            ("[thresholds]\nrebuild-share = 3\n", ".drydock.toml:2:"),
            ("[[off]]\nrule = \"no-label\"\nreason = \"x\"\n", ".drydock.toml:2:8: there is no rule `no-label`"),
            ("[[off]]\nrule = \"no-labels\"\n", ".drydock.toml:1:1: missing field `reason`"),
            (
                "[[off]]\nrule = \"no-labels\"\nreason = \" \"\n",
                ".drydock.toml:2:8: a rule that does not count needs a reason",
            ),
            (
                "[[waived]]\nrule = \"no-labels\"\npath = \"x\"\nreason = \"y\"\n",
                ".drydock.toml:1:1: missing field `until`",
            ),
            (
                "[[waived]]\nrule = \"no-labels\"\npath = \"[x\"\nreason = \"y\"\nuntil = 2027-01-01\n",
                ".drydock.toml:3:",
            ),
            ("[[waived]]\nrule = \"no-labels\"\npath = \"x\"\nreason = \"y\"\nuntil = \"soon\"\n", ".drydock.toml:5:"),
        ] {
            let problem = read(text).unwrap_err();
            assert!(problem.id == ErrorId::Manifest && problem.fact.starts_with(said), "{text}: {}", problem.fact);
        }
        let near = read("[[off]]\nrule = \"no-label\"\nreason = \"x\"\n").unwrap_err();
        assert_eq!(near.next, ["Did you mean `no-labels`?"]);
    }
}
