//! Checks of the repository itself: every file has its place, and what is generated is what the generator writes.

mod generated;
mod lessons;
mod pages;
mod rooms;
mod strays;
mod wording;

use std::path::Path;

use crate::error::{self, ErrorId, Problem, Result};
use crate::workshop::Workshop;

pub use generated::{MATRIX, recorded_path};

/// Runs every check and reports all findings at once.
///
/// Errors: [`ErrorId::TestFailed`] with one line of evidence a finding.
pub fn check(workshop: &Workshop) -> Result<()> {
    let mut findings = strays::find(workshop)?;
    findings.extend(lessons::find(workshop));
    findings.extend(pages::find(workshop));
    findings.extend(wording::find(workshop));
    findings.extend(rooms::find(workshop));
    for file in generated::files(workshop)? {
        if current(workshop, file.path)?.as_ref() != Some(&file.content) {
            findings.push(format!("{} is not what its generator writes: cargo xtask tidy --fix", file.path));
        }
    }
    if findings.is_empty() {
        return Ok(());
    }
    Err(Problem::new(ErrorId::TestFailed, "The repository is not tidy.").evidence(findings))
}

/// Writes what is generated. Returns the files that changed.
///
/// Errors: a file cannot be read or written.
pub fn fix(workshop: &Workshop) -> Result<Vec<&'static str>> {
    let mut changed = Vec::new();
    for file in generated::files(workshop)? {
        if current(workshop, file.path)?.as_ref() != Some(&file.content) {
            let path = workshop.root.join(file.path);
            std::fs::write(&path, &file.content).map_err(|e| error::io("write", &path, &e))?;
            changed.push(file.path);
        }
    }
    Ok(changed)
}

/// What a file holds now; `None` where it is not there yet.
fn current(workshop: &Workshop, path: &str) -> Result<Option<String>> {
    let path = workshop.root.join(path);
    if path.exists() { read(&path).map(Some) } else { Ok(None) }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| error::io("read", path, &e))
}
