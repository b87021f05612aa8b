//! What Drydock remembers between runs: in `$XDG_STATE_HOME/drydock`, versioned, written atomically.

pub mod costs;
pub mod nameless;
pub mod runs;
pub mod settings;
pub mod terminals;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::error::{self, ErrorId, Problem, Result};
use crate::host;

/// The state folder, created when missing: `DRYDOCK_STATE` where set, else `$XDG_STATE_HOME/drydock` (on systems without
/// that notion, the folder for local data).
///
/// Errors: [`ErrorId::File`] when there is no home folder, or it cannot be written.
pub fn folder() -> Result<PathBuf> {
    let dir = if let Some(dir) = std::env::var_os("DRYDOCK_STATE") {
        PathBuf::from(dir)
    } else {
        let strategy = etcetera::choose_base_strategy().map_err(|_| {
            Problem::new(ErrorId::File, "There is no home folder to remember anything in.")
                .next("Set the environment variable DRYDOCK_STATE to a folder that may be written.")
        })?;
        strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("drydock")
    };
    std::fs::create_dir_all(&dir).map_err(|e| error::io("create", &dir, &e))?;
    Ok(dir)
}

/// Writes a file so that a reader sees the old content or the new, never half of it. Only its owner may read it.
///
/// Errors: [`ErrorId::File`], [`ErrorId::DiskFull`].
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<()> {
    write(path, content, &tempfile::Builder::new())
}

/// Writes a file that somebody asked for, with the permissions that files get here. What is no file, such as a pipe or
/// `/dev/stdout`, is written to and not replaced.
///
/// Errors: as [`write_atomically`].
pub fn write_for_people(path: &Path, content: &[u8]) -> Result<()> {
    if path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let opened = std::fs::OpenOptions::new().write(true).open(path);
        return opened.and_then(|mut file| file.write_all(content)).map_err(|e| error::io("write to", path, &e));
    }
    let mut temporary = tempfile::Builder::new();
    host::like_any_file(&mut temporary);
    write(path, content, &temporary)
}

fn write(path: &Path, content: &[u8], temporary: &tempfile::Builder<'_, '_>) -> Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir).map_err(|e| error::io("create", dir, &e))?;
    let mut file = temporary.tempfile_in(dir).map_err(|e| error::io("write in", dir, &e))?;
    file.write_all(content).map_err(|e| error::io("write", path, &e))?;
    file.persist(path).map_err(|e| error::io("write", path, &e.error))?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_is_remembered_is_private_and_what_is_asked_for_is_like_any_file() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
        std::fs::write(folder.path().join("any"), b"").unwrap();
        write_atomically(&folder.path().join("private"), b"1").unwrap();
        write_for_people(&folder.path().join("public"), b"1").unwrap();
        assert_eq!((mode("private"), mode("public")), (0o600, mode("any")));
    }

    #[test]
    fn a_device_is_written_to_and_stays_what_it_is() {
        write_for_people(Path::new("/dev/null"), b"1").unwrap();
        assert!(!Path::new("/dev/null").metadata().unwrap().is_file());
    }
}
