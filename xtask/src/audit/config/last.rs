//! The result of the last audit of a folder, kept in the state folder: nothing is written into the folder itself.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::audit::model::Audit;
use crate::error::{self, ErrorId, Problem, Result};
use crate::state;
use crate::units::hex;

/// The last result for the same folder, Dockerfile and target; `None` where there is none, or one of another version.
pub fn last(folder: &Path, audit: &Audit) -> Option<Audit> {
    let text = std::fs::read_to_string(file(folder, audit).ok()?).ok()?;
    serde_json::from_str::<Audit>(&text).ok().filter(|last| last.schema == Audit::SCHEMA)
}

/// Keeps a result until the next one.
///
/// Errors: the state folder cannot be written.
pub fn keep(folder: &Path, audit: &Audit) -> Result<()> {
    let text = serde_json::to_string(audit).expect("an audit is JSON");
    state::write_atomically(&file(folder, audit)?, text.as_bytes())
}

/// An earlier result that somebody names.
///
/// Errors: it cannot be read, or is no result of an audit of this version.
pub fn baseline(path: &Path) -> Result<Audit> {
    let text = std::fs::read_to_string(path).map_err(|e| error::io("read", path, &e))?;
    let problem = |why: String| {
        Problem::new(ErrorId::Usage, format!("{} is no result of an audit: {why}.", path.display()))
            .next("Write one with `cargo xtask audit --json > FILE`.")
    };
    let audit: Audit = serde_json::from_str(&text).map_err(|e| problem(e.to_string()))?;
    if audit.schema != Audit::SCHEMA {
        return Err(problem(format!("its version is {}, and this program reads {}", audit.schema, Audit::SCHEMA)));
    }
    Ok(audit)
}

fn file(folder: &Path, audit: &Audit) -> Result<PathBuf> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let subject = &audit.subject;
    let mut hash = Sha256::new();
    for part in [
        folder.to_str().unwrap_or_default(),
        subject.dockerfile.as_deref().unwrap_or_default(),
        subject.target.as_deref().unwrap_or_default(),
    ] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let name = hex(&hash.finalize()[..12]);
    Ok(state::folder()?.join("audits").join(name).with_extension("json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_a_result_of_this_version() {
        let dir = tempfile::tempdir().unwrap();
        let write = |text: &str| {
            let path = dir.path().join("b.json");
            std::fs::write(&path, text).unwrap();
            path
        };
        let good = serde_json::to_string(&Audit { schema: Audit::SCHEMA, ..Audit::default() }).unwrap();
        assert!(baseline(&write(&good)).is_ok());
        for text in ["", "{}", "[1]", &good.replace("\"schema\":1", "\"schema\":99")] {
            assert_eq!(baseline(&write(text)).unwrap_err().id, ErrorId::Usage, "{text}");
        }
        assert_eq!(baseline(&dir.path().join("none")).unwrap_err().id, ErrorId::File);
    }
}
