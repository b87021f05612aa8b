//! A Dockerfile of the repository: read from the disk once, and parsed once.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::read::LARGEST;
use super::{Dockerfile, parse};
use crate::error::{self, Problem, Result};

/// A Dockerfile with its place, its text, and what our own reader makes of it.
///
/// The engine judges whether it can be built. A file that our reader cannot read is a value like any other, and only what needs
/// to know its stages fails.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path, relative to the repository.
    pub path: String,
    /// Its text, invalid UTF-8 replaced. Of a file that is too large to be read, the beginning.
    pub text: String,
    parsed: std::result::Result<Arc<Dockerfile>, Problem>,
}

/// The same file with the same text is the same Dockerfile.
impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        (&self.path, &self.text) == (&other.path, &other.text)
    }
}

impl Eq for File {}

impl File {
    /// Reads the file at a path relative to the repository's root.
    ///
    /// Errors: [`crate::error::ErrorId::File`]. What is wrong with its text is told by [`Self::parsed`].
    pub fn read(root: &Path, path: &str) -> Result<Arc<Self>> {
        let unread = |e| error::io("read", Path::new(path), &e);
        let file = std::fs::File::open(root.join(path)).map_err(unread)?;
        let mut bytes = Vec::new();
        // One byte more than may be read, so that the parser sees that it is too much.
        file.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
        Ok(Arc::new(Self::of(path, String::from_utf8_lossy(&bytes).into_owned())))
    }

    /// A file with this text.
    pub fn of(path: &str, text: String) -> Self {
        Self { path: path.to_owned(), parsed: parse(&text, path).map(Arc::new), text }
    }

    /// Its stages.
    ///
    /// Errors: [`crate::error::ErrorId::Dockerfile`], with the line that our reader cannot read.
    pub fn parsed(&self) -> Result<&Dockerfile> {
        self.parsed.as_deref().map_err(Problem::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorId;

    fn file(bytes: &[u8]) -> Arc<File> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("Dockerfile"), bytes).unwrap();
        File::read(dir.path(), "Dockerfile").unwrap()
    }

    #[test]
    fn what_our_reader_cannot_read_keeps_its_text_and_says_why() {
        let unknown = file(b"FROM a\nRUNN x\n");
        assert_eq!(unknown.text, "FROM a\nRUNN x\n");
        let problem = unknown.parsed().unwrap_err();
        assert_eq!(problem.id, ErrorId::Dockerfile);
        assert!(problem.fact.starts_with("Dockerfile:2:1: "), "{}", problem.fact);
        // It is asked as often as anyone likes.
        assert_eq!(unknown.parsed().unwrap_err().fact, problem.fact);
    }

    #[test]
    fn a_file_that_is_not_utf_8_is_read_all_the_same() {
        let latin = file(b"FROM a\n# caf\xe9\nRUN x\n");
        assert_eq!(latin.parsed().unwrap().stages[0].instructions[1].line, 3);
    }

    #[test]
    fn of_a_file_that_is_too_large_no_more_is_read_than_shows_it() {
        let large = file(&vec![b'#'; LARGEST + 1000]);
        assert_eq!((large.text.len(), large.parsed().unwrap_err().id), (LARGEST + 1, ErrorId::Dockerfile));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let problem = File::read(dir.path(), "no/Dockerfile").unwrap_err();
        assert!(problem.id == ErrorId::File && problem.fact.contains("no/Dockerfile"), "{}", problem.fact);
    }
}
