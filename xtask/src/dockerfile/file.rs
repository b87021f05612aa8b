//! A Dockerfile of the repository: read from the disk once, and parsed once.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::read::{LARGEST, nothing_to_build};
use super::{Dockerfile, Given, parse, parse_for};
use crate::error::{self, ErrorId, Problem, Result};

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
    /// Why no builder can build it, whatever it is given.
    hopeless: Option<Problem>,
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
        if is_utf_16(&bytes) {
            return Ok(Arc::new(Self::in_utf_16(path, &bytes)));
        }
        Ok(Arc::new(Self::of(path, String::from_utf8_lossy(&bytes).into_owned())))
    }

    /// A file with this text.
    pub fn of(path: &str, text: String) -> Self {
        let hopeless = nothing_to_build(&text, path);
        Self { path: path.to_owned(), parsed: parse(&text, path).map(Arc::new), text, hopeless }
    }

    fn in_utf_16(path: &str, bytes: &[u8]) -> Self {
        let fact = format!("{path} is written in UTF-16; builders read UTF-8.");
        let problem = Problem::new(ErrorId::Dockerfile, fact)
            .cause("PowerShell's `>` and some editors on Windows write UTF-16.")
            .next(format!("Save {path} as UTF-8."));
        let text = String::from_utf8_lossy(bytes).into_owned();
        Self { path: path.to_owned(), parsed: Err(problem.clone()), text, hopeless: Some(problem) }
    }

    /// Its stages, for a build without arguments on this machine's platform.
    ///
    /// Errors: [`crate::error::ErrorId::Dockerfile`], with the line that our reader cannot read.
    pub fn parsed(&self) -> Result<&Dockerfile> {
        self.parsed.as_deref().map_err(Problem::clone)
    }

    /// Why it must not be sent to an engine: it is in UTF-16, or has nothing that could be built.
    pub fn hopeless(&self) -> Option<&Problem> {
        self.hopeless.as_ref()
    }

    /// Its stages, for a build that is given these things.
    ///
    /// Errors: as [`Self::parsed`].
    pub fn read_for(&self, given: &Given<'_>) -> Result<Dockerfile> {
        match &self.hopeless {
            Some(problem) => Err(problem.clone()),
            None => parse_for(&self.text, &self.path, given),
        }
    }
}

/// Whether a text begins with UTF-16's mark, or has a zero byte in every other place, as words of ASCII have in UTF-16.
fn is_utf_16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    marked || matches!(bytes, [a, 0, b, 0, ..] | [0, a, 0, b, ..] if *a != 0 && *b != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_has_no_stage_never_reaches_an_engine() {
        for (text, said) in [
            ("", "Dockerfile is empty"),
            ("# words\n\n", "Dockerfile is empty"),
            ("ARG X=1\n", "Dockerfile has no `FROM`"),
            ("ARG X=${\n", "Dockerfile:1:1: "),
            ("FROM\u{a0}a\n", "Dockerfile:1:1: unknown instruction"),
            ("ARG X\nARG Y\n# FROM a\n", "Dockerfile has no `FROM`"),
        ] {
            let file = file(text.as_bytes());
            assert!(file.hopeless().is_some_and(|problem| problem.fact.starts_with(said)), "{text:?}");
            assert!(!file.parsed().unwrap_err().fact.contains(":0"));
        }
        // What an engine refuses by itself is its to refuse.
        assert!(file(b"FROM a\nRUNN x\n").hopeless().is_none() && file(b"RUN x\nFROM a\n").hopeless().is_none());
    }

    #[test]
    fn utf_16_is_named() {
        let utf_16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        for bytes in [
            utf_16("\u{feff}FROM a\r\n", u16::to_le_bytes),
            utf_16("\u{feff}FROM a\n", u16::to_be_bytes),
            utf_16("FROM a\n", u16::to_le_bytes),
            utf_16("FROM a\n", u16::to_be_bytes),
        ] {
            let problem = file(&bytes).read_for(&Given::default()).unwrap_err();
            assert!(problem.fact.contains("Dockerfile is written in UTF-16"), "{}", problem.fact);
        }
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
