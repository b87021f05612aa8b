//! Who made what: a ledger for each run, written before anything is created, and a lock held while the run lives.
//!
//! Containers carry their run's id in their name and as a label. A guard ([`crate::guard`]) removes those of a runner that was
//! killed. Where it was killed too, a later run sweeps the containers of runs whose lock is free, that is, of runs that died
//! without cleaning up, and no others.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::folder;
use crate::error::{self, Result};
use crate::guard::pipe::{self, Note};

/// A run that may create containers. Dropping it ends the run; [`crate::engine::sweep::end`] should have removed them by then.
#[derive(Debug)]
pub struct Run {
    id: String,
    path: PathBuf,
    keep: AtomicBool,
    _lock: File,
    containers: Mutex<Vec<String>>,
}

impl Run {
    /// Begins a run: takes a new id, writes it down and locks it.
    ///
    /// Errors: the state folder cannot be written.
    pub fn begin() -> Result<Self> {
        // Without a guard everything works, only a kill leaves its containers to the next run.
        let _ = pipe::post();
        let run = Self::begin_in(&folder()?.join("runs"))?;
        pipe::note(Note::Run(&run.id));
        Ok(run)
    }

    fn begin_in(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir).map_err(|e| error::io("create", dir, &e))?;
        let now = jiff::Timestamp::now().as_millisecond();
        let id = format!("{now:x}-{:x}", std::process::id());
        let path = dir.join(&id);
        let lock = File::create(&path).map_err(|e| error::io("create", &path, &e))?;
        lock.lock().map_err(|e| error::io("lock", &path, &e))?;
        Ok(Self { id, path, keep: AtomicBool::new(false), _lock: lock, containers: Mutex::default() })
    }

    /// The id: the value of the `dev.drydock.run` label.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Notes a container, so that it can be removed without asking the engine for it first.
    pub fn add(&self, container: &str) {
        if let Ok(mut containers) = self.containers.lock() {
            containers.push(container.to_owned());
        }
    }

    /// Whether a container was noted, and not forgotten since.
    pub fn knows(&self, container: &str) -> bool {
        self.containers.lock().is_ok_and(|containers| containers.iter().any(|id| id == container))
    }

    /// Forgets a container that has been removed.
    pub fn forget(&self, container: &str) {
        if let Ok(mut containers) = self.containers.lock() {
            containers.retain(|id| id != container);
        }
    }

    /// From now on the containers stay when the run ends; `clean` still finds them by their label.
    pub fn keep(&self) {
        self.keep.store(true, Ordering::Relaxed);
    }

    /// Whether its containers stay.
    pub fn keeps(&self) -> bool {
        self.keep.load(Ordering::Relaxed)
    }

    /// The containers that were noted; from now on none is.
    pub fn take(&self) -> Vec<String> {
        self.containers.lock().map(|mut noted| std::mem::take(&mut *noted)).unwrap_or_default()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.keeps() {
            let _ = std::fs::remove_file(&self.path);
        }
        pipe::note(Note::RunEnded(&self.id));
    }
}

/// Forgets a dead run whose containers are gone.
pub fn close(run: &str) {
    if let Ok(folder) = folder() {
        let _ = std::fs::remove_file(folder.join("runs").join(run));
    }
}

/// A run that is over, with its lock, so that no other run takes it for its own to remove.
#[derive(Debug)]
pub struct Over {
    /// Its id.
    pub id: String,
    path: PathBuf,
    _lock: File,
}

impl Over {
    /// Forgets it: nothing of it is left.
    pub fn forget(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Runs that are over and not forgotten: those that kept their containers, and those that died without cleaning up.
///
/// Errors: the state folder cannot be read.
pub fn over() -> Result<Vec<Over>> {
    over_in(&folder()?.join("runs"))
}

/// Whether this is the folder of the ledgers, which a run that is alive still needs.
pub fn keeps(name: &str) -> bool {
    name == "runs"
}

fn over_in(dir: &Path) -> Result<Vec<Over>> {
    let mut over = Vec::new();
    for id in ids(dir) {
        let path = dir.join(&id);
        let Ok(file) = File::open(&path) else { continue };
        match file.try_lock() {
            Ok(()) => over.push(Over { id, path, _lock: file }),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(e)) => return Err(error::io("lock", &path, &e)),
        }
    }
    Ok(over)
}

fn ids(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(std::result::Result::ok);
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_living_run_is_not_swept_and_a_dead_one_is() {
        let dir = tempfile::tempdir().unwrap();
        let alive = Run::begin_in(dir.path()).unwrap();
        std::fs::write(dir.path().join("dead"), "").unwrap();
        let dead: Vec<String> = over_in(dir.path()).unwrap().into_iter().map(|over| over.id).collect();
        assert_eq!(dead, ["dead"]);
        let id = alive.id().to_owned();
        drop(alive);
        assert!(!dir.path().join(id).exists());
    }

    #[test]
    fn a_kept_run_leaves_its_ledger() {
        let dir = tempfile::tempdir().unwrap();
        let run = Run::begin_in(dir.path()).unwrap();
        run.keep();
        let path = run.path.clone();
        drop(run);
        assert!(path.exists());
    }
}
