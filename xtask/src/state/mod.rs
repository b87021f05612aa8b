//! What Drydock remembers between runs: in `$XDG_STATE_HOME/drydock`, versioned, written atomically.

pub mod costs;
pub mod nameless;
pub mod runs;
pub mod settings;

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::error::{self, ErrorId, Problem, Result};

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

/// Writes a file so that a reader sees the old content or the new, never half of it.
///
/// Errors: [`ErrorId::File`], [`ErrorId::DiskFull`].
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<()> {
    use std::io::Write;
    let dir = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir).map_err(|e| error::io("create", dir, &e))?;
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(|e| error::io("write in", dir, &e))?;
    file.write_all(content).map_err(|e| error::io("write", path, &e))?;
    file.persist(path).map_err(|e| error::io("write", path, &e.error))?;
    Ok(())
}
