//! The engines that every lesson and exercise was proved on in its first language: `tests/engines.txt`, a line an engine.
//!
//! ```text
//! 28.5.2 0.29.1 containerd 2026-11-27
//! ```
//!
//! Engine, buildx, store, day. The doctor sets the engine in use beside them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::versions::Version;
use crate::error::{self, ErrorId, Problem, Result};
use crate::model::Store;
use crate::state;

/// The file's path, relative to the repository.
pub const FILE: &str = "tests/engines.txt";

const HEAD: &str = "\
# The engines that every lesson and exercise was proved on in its first language: engine, buildx, store, day.
# Written by `cargo xtask test --full`; by hand only from a `tests/proved.txt` that is complete and was made on that engine.
";

/// One engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Version of the engine.
    pub engine: Version,
    /// Version of buildx.
    pub buildx: Version,
    /// How it stores images.
    pub store: Store,
    /// The day, as `2026-11-27`.
    pub date: String,
}

/// All of them, in the order of their versions.
#[derive(Debug)]
pub struct Engines {
    path: PathBuf,
    list: Vec<Proved>,
}

impl Proved {
    /// An engine on which something was proved today; `None` where a version is none.
    pub fn today(engine: &str, buildx: &str, store: Store) -> Option<Self> {
        let date = jiff::Zoned::now().strftime("%Y-%m-%d").to_string();
        Some(Self { engine: Version::parse(engine)?, buildx: Version::parse(buildx)?, store, date })
    }

    /// E.g. `engine 28.5.2 (containerd store, buildx 0.29.1)`.
    pub fn words(&self) -> String {
        format!("engine {} ({}, buildx {})", self.engine, self.store.words(), self.buildx)
    }

    fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [engine, buildx, store, date] = words.as_slice() else { return None };
        let store = [Store::Classic, Store::Containerd].into_iter().find(|known| word(*known) == *store)?;
        let (engine, buildx) = (Version::parse(engine)?, Version::parse(buildx)?);
        Some(Self { engine, buildx, store, date: (*date).to_owned() })
    }
}

fn word(store: Store) -> &'static str {
    match store {
        Store::Classic => "classic",
        Store::Containerd => "containerd",
    }
}

impl Engines {
    /// Reads the file of a repository. There is none before the first proof.
    ///
    /// Errors: [`ErrorId::File`]; [`ErrorId::Manifest`] for a line that is none.
    pub fn open(root: &Path) -> Result<Self> {
        let path = root.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read.map_err(|e| error::io("read", &path, &e))?,
        };
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let read = |(number, line)| {
            Proved::parse(line).ok_or_else(|| {
                let fact = format!("{FILE}:{number} is not a line of engines: {}", crate::names::printable(line));
                Problem::new(ErrorId::Manifest, fact).next("Remove the line.")
            })
        };
        Ok(Self { path, list: lines.map(read).collect::<Result<_>>()? })
    }

    /// The engines.
    pub fn iter(&self) -> impl Iterator<Item = &Proved> {
        self.list.iter()
    }

    /// The newest engine in the list.
    pub fn newest(&self) -> Option<&Proved> {
        self.list.iter().max_by_key(|proved| (proved.engine, proved.buildx))
    }

    /// Writes down that everything was proved on an engine. It takes the place of those of the same major release and store.
    ///
    /// Errors: [`ErrorId::File`].
    pub fn note(&mut self, proved: Proved) -> Result<()> {
        let is_other = |other: &Proved| other.engine.0 != proved.engine.0 || other.store != proved.store;
        self.list.retain(is_other);
        self.list.push(proved);
        self.list.sort_by_key(|proved| (proved.engine, proved.buildx));
        let line =
            |Proved { engine, buildx, store, date }: &Proved| format!("{engine} {buildx} {} {date}\n", word(*store));
        let text = HEAD.to_owned() + &self.list.iter().map(line).collect::<String>();
        state::write_atomically(&self.path, text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proved(line: &str) -> Proved {
        Proved::parse(line).unwrap()
    }

    #[test]
    fn an_engine_takes_the_place_of_its_predecessor_and_of_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let lines =
            |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
        fs::create_dir(folder.path().join("tests")).unwrap();
        for line in [
            "28.5.1 0.29.0 containerd 2026-11-01",
            "26.1.5 0.13.1 classic 2026-11-02",
            "28.5.2 0.29.1 containerd 2026-11-27",
            "28.4.0 0.28.0 classic 2026-11-28",
        ] {
            Engines::open(folder.path()).unwrap().note(proved(line)).unwrap();
        }
        let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
        let expected = [
            "26.1.5 0.13.1 classic 2026-11-02",
            "28.4.0 0.28.0 classic 2026-11-28",
            "28.5.2 0.29.1 containerd 2026-11-27",
        ];
        assert_eq!(lines(&text), expected);
        assert_eq!(Engines::open(folder.path()).unwrap().newest(), Some(&proved(expected[2])));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tests")).unwrap();
        for line in ["28.5.2 0.29.1 containerd", "soon 0.29.1 classic 2026-11-27", "28.5.2 0.29.1 zfs 2026-11-27"] {
            fs::write(folder.path().join(FILE), format!("# a\n{line}\n")).unwrap();
            let problem = Engines::open(folder.path()).unwrap_err();
            assert!(problem.fact.starts_with("tests/engines.txt:2 is not a line"), "{}", problem.fact);
        }
    }
}
