//! What the steps of builds cost when they last ran, so that a step from the build cache can still be counted with its price.
//!
//! A step is known by its instruction and all that stand before it in its stage, with the base they start from: what
//! `BuildKit` itself makes a step's identity of, without the content of files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{folder, write_atomically};
use crate::error::Result;

/// Version of the file's shape. A file of another version is not guessed at.
const VERSION: u32 = 1;
/// Most entries that are kept; the oldest go first.
const MOST: usize = 4000;

/// Costs by key.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Costs {
    version: u32,
    known: BTreeMap<String, Cost>,
}

/// One cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Milliseconds.
    pub ms: u64,
    /// When it was measured, RFC 3339.
    pub date: String,
}

impl Costs {
    /// Reads what is known; a file that is missing, of another version or damaged is the same as an empty one.
    ///
    /// Errors: there is no place for state.
    pub fn load() -> Result<Self> {
        let text = std::fs::read_to_string(path()?).unwrap_or_default();
        Ok(serde_json::from_str(&text).ok().filter(|costs: &Self| costs.version == VERSION).unwrap_or_default())
    }

    /// What is known under a key.
    pub fn get(&self, key: &str) -> Option<&Cost> {
        self.known.get(key)
    }

    /// Notes a cost.
    pub fn put(&mut self, key: String, ms: u64, date: &str) {
        self.known.insert(key, Cost { ms, date: date.to_owned() });
    }

    /// Writes everything down.
    ///
    /// Errors: the file cannot be written.
    pub fn save(mut self) -> Result<()> {
        while self.known.len() > MOST {
            let oldest = self.known.iter().min_by(|a, b| a.1.date.cmp(&b.1.date)).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            self.known.remove(&oldest);
        }
        self.version = VERSION;
        let json = serde_json::to_string(&self).expect("plain data is always JSON");
        write_atomically(&path()?, json.as_bytes())
    }
}

fn path() -> Result<PathBuf> {
    Ok(folder()?.join("costs.json"))
}
