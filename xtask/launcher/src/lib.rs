//! Programs of this workspace, and whether building one is worth showing.
//!
//! The first build compiles every dependency and takes minutes; so does one after the dependencies changed. Those are shown.
//! Every other build takes seconds or nothing, and is quiet; [`meanwhile`] says so where it takes longer.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long somebody waits without wondering.
const MOMENT: Duration = Duration::from_secs(2);

/// A program of the workspace. Its package has the same name.
#[derive(Debug)]
pub struct Program {
    name: &'static str,
    /// Where Cargo puts it.
    path: PathBuf,
    /// The dependencies as they are to be.
    lock: PathBuf,
    /// The dependencies as they were when it was last built.
    built: PathBuf,
}

impl Program {
    /// The program of this name, in the folder of one that Cargo built before. `root` is the folder of the repository.
    pub fn beside(running: &Path, root: &Path, name: &'static str) -> Self {
        let path = running.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        Self { name, path, lock: root.join("Cargo.lock"), built: running.with_file_name(format!("{name}.lock")) }
    }

    /// Where Cargo puts it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it was built before with today's dependencies, so that there is little to compile.
    pub fn is_known(&self) -> bool {
        let same = || Some(fs::read(&self.built).ok()? == fs::read(&self.lock).ok()?);
        self.path.is_file() && same().unwrap_or(false)
    }

    /// What Cargo is told in order to build it: quietly where that is quick.
    pub fn build(&self) -> Vec<&'static str> {
        let quiet = self.is_known().then_some("--quiet");
        ["build", "--package", self.name].into_iter().chain(quiet).collect()
    }

    /// Notes that it has been built. Where that cannot be written down, the next build is shown too.
    pub fn note(&self) {
        if !self.is_known() {
            let _ = fs::copy(&self.lock, &self.built);
        }
    }
}

/// Does the work, and calls `say` once if it takes longer than a moment.
pub fn meanwhile<T>(say: impl FnOnce() + Send, work: impl FnOnce() -> T) -> T {
    longer_than(MOMENT, say, work)
}

fn longer_than<T>(moment: Duration, say: impl FnOnce() + Send, work: impl FnOnce() -> T) -> T {
    let (done, end) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if end.recv_timeout(moment) == Err(RecvTimeoutError::Timeout) {
                say();
            }
        });
        let came = work();
        drop(done);
        came
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn only_what_takes_long_is_told() {
        let said = AtomicU32::new(0);
        let say = || {
            said.fetch_add(1, Ordering::Relaxed);
        };
        assert_eq!(longer_than(Duration::from_mins(5), say, || 1), 1);
        assert_eq!(said.load(Ordering::Relaxed), 0);
        let until_said = || {
            while said.load(Ordering::Relaxed) == 0 {
                thread::sleep(Duration::from_millis(1));
            }
        };
        longer_than(Duration::from_millis(1), say, until_said);
        assert_eq!(said.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_build_is_shown_until_it_was_made_with_todays_dependencies() {
        let root = std::env::temp_dir().join(format!("drydock-launcher-{}", std::process::id()));
        fs::create_dir_all(root.join("debug")).unwrap();
        fs::write(root.join("Cargo.lock"), "one").unwrap();
        let program = Program::beside(&root.join("debug/launcher"), &root, "thing");
        let shown = ["build", "--package", "thing"];
        assert_eq!(program.build(), shown, "never built");
        fs::write(program.path(), "").unwrap();
        assert_eq!(program.build(), shown, "built by somebody else, nobody knows from what");
        program.note();
        assert_eq!(program.build(), ["build", "--package", "thing", "--quiet"]);
        fs::write(root.join("Cargo.lock"), "two").unwrap();
        assert_eq!(program.build(), shown, "the dependencies changed");
        program.note();
        assert!(program.is_known());
        fs::remove_file(program.path()).unwrap();
        assert_eq!(program.build(), shown, "it is gone");
        fs::remove_dir_all(root).unwrap();
    }
}
