//! Who made what: a ledger for each run, written before anything is created, and a lock held while the run lives.
//!
//! Containers carry their run's id in their name and as a label. A guard ([`crate::guard`]) removes those of a runner that was
//! killed. Where it was killed too, a later run sweeps the containers of runs whose lock is free, that is, of runs that died
//! without cleaning up, and no others.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::folder;
use crate::engine::Engine;
use crate::error::{self, Result};
use crate::guard::{self, Note};
use crate::interrupt;

/// A run that may create containers. Dropping it ends the run; [`Run::clean`] should have been called by then.
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
        let _ = guard::post();
        let run = Self::begin_in(&folder()?.join("runs"))?;
        guard::note(Note::Run(&run.id));
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

    /// Removes this run's containers. Returns how many are left over: 0 unless the engine failed.
    pub fn clean(&self, engine: Engine<'_>) -> usize {
        if self.keep.load(Ordering::Relaxed) {
            return 0;
        }
        let noted = self.containers.lock().map(|mut c| std::mem::take(&mut *c)).unwrap_or_default();
        let removed = engine.remove_containers(&noted);
        // A container may come from a command that was ended before it told us its id, and the engine may still be at it.
        let looks = if interrupt::requested() { 3 } else { 1 };
        for look in 0..looks {
            if look > 0 {
                std::thread::sleep(Duration::from_millis(300));
            }
            let missed = engine.containers_of(&self.id).unwrap_or_default();
            let _ = engine.remove_containers(&missed);
            if removed.is_ok() && missed.is_empty() && looks == 1 {
                return 0;
            }
        }
        let left = engine.containers_of(&self.id).map_or(noted.len(), |left| left.len());
        if left > 0 {
            // A later run sweeps what the ledger names, and nothing else.
            self.keep();
        }
        left
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.keep.load(Ordering::Relaxed) {
            let _ = std::fs::remove_file(&self.path);
        }
        guard::note(Note::RunEnded(&self.id));
    }
}

/// Forgets a dead run whose containers are gone.
pub fn close(run: &str) {
    if let Ok(folder) = folder() {
        let _ = std::fs::remove_file(folder.join("runs").join(run));
    }
}

/// Removes what dead runs left behind. Returns the number of containers removed.
///
/// Errors: the state folder cannot be read, or the engine does not answer.
pub fn sweep(engine: Engine<'_>) -> Result<usize> {
    let mut removed = 0;
    for (id, path, _lock) in dead_runs(&folder()?.join("runs"))? {
        let containers = engine.containers_of(&id)?;
        engine.remove_containers(&containers)?;
        removed += containers.len();
        let _ = std::fs::remove_file(path);
    }
    Ok(removed)
}

/// Containers of runs that are over: what they kept, and what they left behind.
///
/// Errors: as [`sweep`].
pub fn left_over(engine: Engine<'_>) -> Result<Vec<String>> {
    let mut containers = Vec::new();
    for (id, ..) in dead_runs(&folder()?.join("runs"))? {
        containers.extend(engine.containers_of(&id)?);
    }
    Ok(containers)
}

/// Whether this is the folder of the ledgers, which a run that is alive still needs.
pub fn keeps(name: &str) -> bool {
    name == "runs"
}

/// Runs whose lock is free, with the lock taken.
fn dead_runs(dir: &Path) -> Result<Vec<(String, PathBuf, File)>> {
    let mut dead = Vec::new();
    for id in ids(dir) {
        let path = dir.join(&id);
        let Ok(file) = File::open(&path) else { continue };
        match file.try_lock() {
            Ok(()) => dead.push((id, path, file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(e)) => return Err(error::io("lock", &path, &e)),
        }
    }
    Ok(dead)
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
        let dead: Vec<String> = dead_runs(dir.path()).unwrap().into_iter().map(|(id, ..)| id).collect();
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
