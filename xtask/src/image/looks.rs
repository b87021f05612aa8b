//! What images are made of, as it was found when they were last looked into. Under its id an image never changes, so that a
//! report about images that are known asks the engine nothing.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Digest;
use crate::error::Result;
use crate::model::{FileLine, Inspection};
use crate::state::{folder, write_atomically};

/// Most images that are kept; those that were looked into longest ago go first.
const MOST: usize = 200;
/// Largest files that are kept of each.
const FILES: usize = 5;

/// The folder they are kept in, one file an image.
#[derive(Clone, Debug)]
pub struct Looks {
    folder: PathBuf,
}

/// An inspection with a few of its files, which the document leaves out.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    inspection: Inspection,
    files: Vec<FileLine>,
}

impl Looks {
    /// The learner's.
    ///
    /// Errors: there is no place for state.
    pub fn open() -> Result<Self> {
        Ok(Self { folder: folder()?.join("looks") })
    }

    /// The name under which a look is kept: all that it comes to depends on, this program included, whose rules decide what
    /// is what.
    pub fn key(parts: &[&str]) -> String {
        let program = std::env::current_exe().and_then(std::fs::metadata);
        let program = program.ok().and_then(|data| Some((data.len(), data.modified().ok()?)));
        Digest::of(format!("{program:?} {parts:?}").as_bytes()).to_string().replace(':', "-")
    }

    /// What was found, with its largest files only. What cannot be read is as good as nothing.
    pub fn get(&self, key: &str) -> Option<Inspection> {
        let text = std::fs::read_to_string(self.path(key)).ok()?;
        let Kept { inspection, files } = serde_json::from_str(&text).ok()?;
        Some(Inspection { files, ..inspection })
    }

    /// Keeps what was found.
    ///
    /// Errors: the folder cannot be written.
    pub fn put(&self, key: &str, inspection: &Inspection) -> Result<()> {
        let files = inspection.files.iter().take(FILES).cloned().collect();
        let kept = Kept { inspection: Inspection { files: Vec::new(), ..inspection.clone() }, files };
        let json = serde_json::to_string(&kept).expect("plain data is always JSON");
        write_atomically(&self.path(key), json.as_bytes())?;
        self.tidy();
        Ok(())
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }

    fn tidy(&self) {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut all: Vec<_> =
            entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
        all.sort();
        for (_, path) in all.iter().take(all.len().saturating_sub(MOST)) {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Class;

    #[test]
    fn a_look_is_kept_with_its_largest_files_and_the_oldest_go() {
        let dir = tempfile::tempdir().unwrap();
        let looks = Looks { folder: dir.path().join("looks") };
        let file = |bytes| FileLine { path: format!("f{bytes}"), layer: 1, class: Class::Os, bytes, print: None };
        let text = r#"{"schema":1,"image":"i","digests_checked":true,"pull_bytes":null,"pull_exact":false,"stored_bytes":9,
            "visible_bytes":9,"wasted_bytes":0,"layers":[],"classes":{"os":9},"packages":[],"secrets":[],
            "surface":{"shells":[],"package_managers":[],"compilers":[],"setuid":[],"world_writable":[],"user":"root",
            "ca_roots":false,"tzdata":false,"loader":false}}"#;
        let files = [9, 8, 7, 6, 5, 4].map(file).to_vec();
        let inspection = Inspection { files, ..serde_json::from_str(text).unwrap() };
        assert!(looks.get("a").is_none());
        looks.put("a", &inspection).unwrap();
        let found = looks.get("a").unwrap();
        assert_eq!((found.stored_bytes, found.files.len(), found.files[0].bytes), (9, FILES, 9));
        for number in 0..MOST {
            looks.put(&number.to_string(), &inspection).unwrap();
        }
        assert!(looks.get("a").is_none());
        assert!(looks.get(&(MOST - 1).to_string()).is_some());
        std::fs::write(looks.path("b"), "{").unwrap();
        assert!(looks.get("b").is_none());
    }

    #[test]
    fn every_part_of_a_key_counts() {
        assert_eq!(Looks::key(&["a", "b"]), Looks::key(&["a", "b"]));
        assert_ne!(Looks::key(&["a", "b"]), Looks::key(&["a", "c"]));
    }
}
