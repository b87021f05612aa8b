//! Brings a result together with what was settled for its folder, and with the result before it.

use std::path::{Path, PathBuf};

use super::changes::{Changes, changes};
use super::{Broken, Config, NAME, init, last};
use crate::audit::model::Audit;
use crate::error::{self, ErrorId, Problem, Result};
use crate::state;

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// What is different from the last result, or from the one that was named, as a sentence; `None` where nothing is, and where
    /// there is no other.
    pub changed: Option<String>,
    /// Whether a figure is above its threshold.
    pub is_broken: bool,
}

/// Takes out what does not count in this folder, compares with the result before, and judges the thresholds. What is to be said of
/// that is among the audit's notes afterwards.
///
/// Errors: `.drydock.toml` is not valid, or the baseline cannot be read.
pub fn settle(
    audit: &mut Audit,
    folder: Option<&Path>,
    baseline: Option<&Path>,
    today: jiff::civil::Date,
) -> Result<Settled> {
    let config = folder.map(Config::find).transpose()?.flatten();
    if let Some(config) = &config {
        config.apply(audit, today);
    }
    let (before, since) = match (baseline, folder) {
        (Some(path), _) => (Some(last::baseline(path)?), "the baseline"),
        (None, Some(folder)) => (last::last(folder, audit), "the last run"),
        (None, None) => (None, ""),
    };
    let changed = before.and_then(|before| sentence(since, &changes(&before, audit)));
    // A result of files alone would hide what the last build came to.
    if let Some(folder) = folder
        && audit.figures.stored_bytes.is_some()
    {
        last::keep(folder, audit)?;
    }
    let count = u64::try_from(audit.findings.len()).unwrap_or(u64::MAX);
    let broken =
        config.iter().flat_map(|config| config.settings.thresholds.broken(&audit.figures, count)).collect::<Vec<_>>();
    audit.notes.extend(broken.iter().map(said));
    Ok(Settled { changed, is_broken: broken.iter().any(|broken| broken.is.is_some()) })
}

/// What is different, worst first.
fn sentence(since: &str, changes: &Changes) -> Option<String> {
    let mut parts = Vec::new();
    if !changes.new.is_empty() {
        parts.push(format!("new are {}", changes.new.join(", ")));
    }
    if !changes.gone.is_empty() {
        parts.push(format!("gone are {}", changes.gone.join(", ")));
    }
    parts.extend(changes.figures.iter().map(|change| format!("{} {}, was {}", change.name, change.is, change.was)));
    (!parts.is_empty()).then(|| format!("Since {since}: {}.", parts.join("; ")))
}

fn said(broken: &Broken) -> String {
    match &broken.is {
        Some(is) => format!("Above its threshold in {NAME}: {} is {is}, and may be {}.", broken.name, broken.at_most),
        None => format!("{} was not measured, so nobody knows whether it is at most {}.", broken.name, broken.at_most),
    }
}

/// Writes `.drydock.toml` from a result into its folder, never over a file.
///
/// Errors: [`ErrorId::AlreadyThere`]; it cannot be written.
pub fn write(folder: &Path, audit: &Audit) -> Result<PathBuf> {
    let path = folder.join(NAME);
    if path.symlink_metadata().is_ok() {
        let fact = format!("{} is there already.", path.display());
        return Err(Problem::new(ErrorId::AlreadyThere, fact).next("Change its thresholds, or remove it first."));
    }
    let parent = path.parent().unwrap_or(Path::new("."));
    if !parent.is_dir() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(error::io("write", &path, &missing));
    }
    state::write_for_people(&path, init(audit).as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::{Figures, Finding};

    fn audit(ids: &[&str], stored: u64) -> Audit {
        let findings = ids.iter().map(|id| Finding { id: (*id).to_owned(), ..Finding::default() }).collect();
        Audit {
            schema: Audit::SCHEMA,
            findings,
            figures: Figures { pull_bytes: Some(stored), ..Figures::default() },
            ..Audit::default()
        }
    }

    #[test]
    fn thresholds_a_baseline_and_what_is_off_are_brought_together() {
        let dir = tempfile::tempdir().unwrap();
        let today = jiff::civil::date(2026, 11, 28);
        let before = audit(&["no-digest", "shell-form"], 50_000_000);
        let path = dir.path().join("before.json");
        std::fs::write(&path, serde_json::to_string(&before).unwrap()).unwrap();
        std::fs::write(
            dir.path().join(NAME),
            "[thresholds]\npull = \"55 MB\"\nstop = \"1 s\"\nfindings = 1\n[[off]]\nrule = \"no-labels\"\nreason = \"CI does.\"\n",
        )
        .unwrap();
        let mut now = audit(&["no-digest", "no-labels"], 60_000_000);
        let settled = settle(&mut now, Some(dir.path()), Some(&path), today).unwrap();
        assert_eq!(settled.changed.unwrap(), "Since the baseline: gone are shell-form; pull 60.0 MB, was 50.0 MB.");
        assert!(settled.is_broken);
        assert_eq!(now.notes.len(), 3, "{:?}", now.notes);
        let mut less = audit(&["no-digest"], 54_000_000);
        assert!(
            !settle(&mut less, Some(dir.path()), Some(&path), today).unwrap().is_broken,
            "what was not measured breaks nothing"
        );
    }

    #[test]
    fn a_file_is_written_once_and_then_holds() {
        let dir = tempfile::tempdir().unwrap();
        let result = audit(&["no-digest"], 50_000_000);
        let path = write(dir.path(), &result).unwrap();
        let mut same = result.clone();
        let today = jiff::civil::date(2026, 11, 28);
        let baseline = dir.path().join("b.json");
        std::fs::write(&baseline, serde_json::to_string(&result).unwrap()).unwrap();
        let settled = settle(&mut same, Some(dir.path()), Some(&baseline), today).unwrap();
        assert_eq!(settled, Settled::default());
        assert_eq!(write(dir.path(), &result).unwrap_err().id, ErrorId::AlreadyThere);
        assert!(path.ends_with(NAME));
    }
}
