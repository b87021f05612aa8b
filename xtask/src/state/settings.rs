//! Small facts worth remembering: the learner's language, where bases come from, how long the last cold build took.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{folder, write_atomically};
use crate::error::Result;
use crate::model::{AppId, Cold};

/// Version of the file's shape. A file of another version is set aside, not guessed at.
const VERSION: u32 = 1;

/// What is remembered. Everything is optional: a missing or unreadable file is the same as an empty one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    version: u32,
    /// The apps the learner chose to follow; empty means all of them, `None` that nobody has asked yet.
    pub apps: Option<Vec<AppId>>,
    /// Which bases were decided on by `--bases auto`: `local` or `registry`.
    pub bases: Option<String>,
    /// The last build that used no cache.
    pub last_cold: Option<Cold>,
    /// How many times as long as on the machine of the recordings builds took here, when builds were last compared.
    #[serde(default)]
    pub pace: Option<f64>,
}

impl Settings {
    /// Reads what is remembered. A file of another version or one that cannot be read is treated as empty.
    ///
    /// Errors: there is no place for state.
    pub fn load() -> Result<Self> {
        let text = std::fs::read_to_string(path()?).unwrap_or_default();
        Ok(serde_json::from_str(&text).ok().filter(|m: &Self| m.version == VERSION).unwrap_or_default())
    }

    /// Changes what is remembered.
    ///
    /// Errors: the file cannot be written.
    pub fn update(change: impl FnOnce(&mut Self)) -> Result<()> {
        let mut memory = Self::load()?;
        change(&mut memory);
        memory.version = VERSION;
        let json = serde_json::to_string_pretty(&memory).expect("plain data is always JSON");
        write_atomically(&path()?, json.as_bytes())
    }
}

fn path() -> Result<PathBuf> {
    Ok(folder()?.join("memory.json"))
}
