//! The file progress is kept in: locked while it changes, written at once, and never thrown away because it cannot be read.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Progress, earlier};
use crate::error::{self, Result};
use crate::event::{Event, Sink};
use crate::state;

/// The file, in Drydock's state folder.
#[derive(Clone, Debug)]
pub struct Book {
    folder: PathBuf,
}

/// Its name.
const FILE: &str = "progress.json";
/// Held by whoever reads in order to write. A file of its own, because the other one is replaced.
const LOCK: &str = "progress.lock";

impl Book {
    /// The learner's.
    ///
    /// Errors: there is no place for state.
    pub fn open() -> Result<Self> {
        Ok(Self::below(&state::folder()?))
    }

    /// The one in any folder.
    pub fn below(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Whether a file in the state folder is part of the learner's progress, set aside or not.
    pub fn keeps(name: &str) -> bool {
        name.starts_with(FILE)
    }

    /// Reads it. What another version wrote, or what is only half there, is set aside under a new name and said.
    ///
    /// Errors: the folder cannot be read or written.
    pub fn load(&self, sink: &dyn Sink) -> Result<Progress> {
        let _lock = self.lock()?;
        self.read(sink)
    }

    /// Changes it. Two terminals that change it at once take turns, so that neither loses what the other wrote.
    ///
    /// Errors: as [`Self::load`].
    pub fn update<T>(&self, sink: &dyn Sink, change: impl FnOnce(&mut Progress) -> T) -> Result<T> {
        let _lock = self.lock()?;
        let mut progress = self.read(sink)?;
        let value = change(&mut progress);
        progress.version = Progress::VERSION;
        let json = serde_json::to_string_pretty(&progress).expect("plain data is always JSON");
        state::write_atomically(&self.folder.join(FILE), json.as_bytes())?;
        Ok(value)
    }

    fn lock(&self) -> Result<File> {
        let path = self.folder.join(LOCK);
        std::fs::create_dir_all(&self.folder).map_err(|e| error::io("create", &self.folder, &e))?;
        let file = File::create(&path).map_err(|e| error::io("create", &path, &e))?;
        file.lock().map_err(|e| error::io("lock", &path, &e))?;
        Ok(file)
    }

    fn read(&self, sink: &dyn Sink) -> Result<Progress> {
        let path = self.folder.join(FILE);
        let text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Progress::default()),
            Err(e) => return Err(error::io("read", &path, &e)),
        };
        let version = serde_json::from_str(&text).ok().and_then(|v: serde_json::Value| v["version"].as_u64());
        let why = match (version, serde_json::from_str::<Progress>(&text)) {
            (Some(v), Ok(progress)) if v == u64::from(Progress::VERSION) => return Ok(progress),
            (Some(v), _) if v != u64::from(Progress::VERSION) => {
                if let Some(progress) = earlier::read(v, &text) {
                    return Ok(progress);
                }
                format!("was written by another version of Drydock (its form is {v}, not {})", Progress::VERSION)
            }
            _ => "cannot be read as a whole".to_owned(),
        };
        let aside = self.folder.join(format!("{FILE}.{}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ")));
        std::fs::rename(&path, &aside).map_err(|e| error::io("set aside", &path, &e))?;
        sink.emit(Event::Warning(format!(
            "Your progress {why}. It was set aside as {} and starts again; your files in my/ are untouched.",
            aside.display()
        )));
        Ok(Progress::default())
    }
}
