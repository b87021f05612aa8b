//! The record: `tests/proved.txt`, a line a proof, in the order of their keys.
//!
//! ```text
//! lesson/two-stages/go 1f0c2b3a-4d5e6f70-8192a3b4-c5d6e7f8-a9b0c1d2 2026-11-27 31s 12 expectations held
//! ```
//!
//! Only [`Record::prove`] writes to it, and only what passed. When branches are merged, git keeps the lines of both (see
//! `.gitattributes`): a proof then has several lines, and holds if one of them has today's fingerprint.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Fingerprint;
use crate::error::{self, ErrorId, Problem, Result};
use crate::state;

/// The record's path, relative to the repository.
pub const FILE: &str = "tests/proved.txt";

const HEAD: &str = "\
# What was proved, and what it depended on at that time. Written by `cargo xtask test --record` and by nothing else.
# How to read it: book/src/contributing/adr/0009-record-of-proofs.md
";

/// One line: a proof that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it depended on.
    pub fingerprint: Fingerprint,
    /// The day, as `2026-11-27`.
    pub date: String,
    /// How long it took, in whole seconds, rounded up.
    pub seconds: u64,
    /// What came of it, in words, e.g. `12 expectations held`.
    pub figures: String,
}

/// How a proof stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was proved, and nothing it depends on has changed since.
    Holds,
    /// It was proved, and since then only the core has changed, for which others bear witness (see [`super::witness`]).
    EarlierCore,
    /// It was proved, and these parts of its fingerprint have changed since.
    Changed(Vec<&'static str>),
    /// Nobody has proved it.
    Missing,
}

/// What was proved, by key.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    entries: BTreeMap<String, Vec<Entry>>,
}

impl Standing {
    /// Whether it stands on the record.
    pub fn stands(&self) -> bool {
        matches!(self, Self::Holds | Self::EarlierCore)
    }
}

impl Record {
    /// Reads the record of a repository. There is none before the first proof.
    ///
    /// Errors: [`ErrorId::File`]; [`ErrorId::Manifest`] for a line that is none.
    pub fn open(root: &Path) -> Result<Self> {
        let path = root.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read.map_err(|e| error::io("read", &path, &e))?,
        };
        Ok(Self { path, entries: parse(&text)? })
    }

    /// How a proof stands that has this fingerprint today. A witness has to be proved again when the core has changed.
    pub fn standing(&self, key: &str, today: &Fingerprint, is_witness: bool) -> Standing {
        let earlier = |entry: &Entry| !is_witness && entry.fingerprint.differs_in_the_core_only(today);
        match self.entries.get(key).map(Vec::as_slice) {
            None | Some([]) => Standing::Missing,
            Some(entries) if entries.iter().any(|entry| entry.fingerprint == *today) => Standing::Holds,
            Some(entries) if entries.iter().any(earlier) => Standing::EarlierCore,
            // The last of several is as good as any: each of them is another branch's.
            Some([.., last]) => Standing::Changed(today.differs_from(&last.fingerprint)),
        }
    }

    /// How long a proof took when it was last recorded.
    pub fn took(&self, key: &str) -> Option<Duration> {
        Some(Duration::from_secs(self.entries.get(key)?.last()?.seconds))
    }

    /// Runs a proof, which returns what came of it in words, and writes it down once it has passed.
    ///
    /// Errors: what `run` fails with; [`ErrorId::TestFailed`] where what it depends on changed while it ran.
    pub fn prove(
        &mut self,
        key: &str,
        fingerprint: impl Fn() -> Result<Fingerprint>,
        run: impl FnOnce() -> Result<String>,
    ) -> Result<Entry> {
        let before = fingerprint()?;
        let began = Instant::now();
        let figures = run()?;
        let seconds = began.elapsed().as_millis().div_ceil(1000);
        if fingerprint()? != before {
            let fact = format!("{key} passed, and meanwhile somebody changed what it depends on.");
            return Err(Problem::new(ErrorId::TestFailed, fact).next("Prove it again."));
        }
        let entry = Entry {
            fingerprint: before,
            date: jiff::Zoned::now().strftime("%Y-%m-%d").to_string(),
            seconds: u64::try_from(seconds).unwrap_or(u64::MAX),
            figures,
        };
        self.entries.insert(key.to_owned(), vec![entry.clone()]);
        // After each proof: a run that is interrupted has not worked for nothing.
        self.write()?;
        Ok(entry)
    }

    /// Forgets proofs of what is not there any more.
    ///
    /// Errors: [`ErrorId::File`].
    pub fn keep_only(&mut self, keys: &BTreeSet<&str>) -> Result<()> {
        let before = self.entries.len();
        self.entries.retain(|key, _| keys.contains(key.as_str()));
        if self.entries.len() == before { Ok(()) } else { self.write() }
    }

    fn write(&self) -> Result<()> {
        let mut text = HEAD.to_owned();
        for (key, entries) in &self.entries {
            for Entry { fingerprint, date, seconds, figures } in entries {
                text.push_str(format!("{key} {fingerprint} {date} {seconds}s {figures}").trim_end());
                text.push('\n');
            }
        }
        state::write_for_people(&self.path, text.as_bytes())
    }
}

fn parse(text: &str) -> Result<BTreeMap<String, Vec<Entry>>> {
    let mut entries: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, entry)) = parse_line(line) else {
            let fact = format!("{FILE}:{number} is not a line of the record: {}", crate::names::printable(line));
            return Err(Problem::new(ErrorId::Manifest, fact)
                .next("Remove the line; `cargo xtask test --record` proves again what it stood for."));
        };
        let of_key = entries.entry(key).or_default();
        if !of_key.contains(&entry) {
            of_key.push(entry);
        }
    }
    Ok(entries)
}

fn parse_line(line: &str) -> Option<(String, Entry)> {
    let mut words = line.splitn(5, ' ');
    let (key, fingerprint, date) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
    let seconds = words.next()?.strip_suffix('s')?.parse().ok()?;
    let figures = words.next().unwrap_or_default().to_owned();
    Some((key.to_owned(), Entry { fingerprint, date: date.to_owned(), seconds, figures }))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn fingerprint(code: &str) -> Fingerprint {
        format!("01234567-89abcdef-00000000-{code}-00112233").parse().unwrap()
    }

    fn prove(record: &mut Record, key: &str, code: &str) -> Result<Entry> {
        record.prove(key, || Ok(fingerprint(code)), || Ok("3 expectations held".to_owned()))
    }

    #[test]
    fn what_passed_is_written_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut record = Record::open(folder.path()).unwrap();
        assert_eq!(record.standing("lesson/a/go", &fingerprint("00000000"), false), Standing::Missing);
        prove(&mut record, "lesson/a/go", "00000000").unwrap();
        prove(&mut record, "exercise/a/go/shipped", "00000000").unwrap();
        let again = Record::open(folder.path()).unwrap();
        assert_eq!(again.standing("lesson/a/go", &fingerprint("00000000"), false), Standing::Holds);
        assert_eq!(
            again.standing("lesson/a/go", &fingerprint("11111111"), false),
            Standing::Changed(vec!["the program"])
        );
        let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
        let keys: Vec<&str> =
            text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(keys, ["exercise/a/go/shipped", "lesson/a/go"]);
    }

    #[test]
    fn what_failed_or_changed_meanwhile_is_not_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let mut record = Record::open(folder.path()).unwrap();
        let failed = || Err(Problem::new(ErrorId::TestFailed, "It failed."));
        assert!(record.prove("lesson/a/go", || Ok(fingerprint("00000000")), failed).is_err());
        let edited = Cell::new(false);
        let today = || Ok(fingerprint(if edited.get() { "11111111" } else { "00000000" }));
        let edit = || {
            edited.set(true);
            Ok(String::new())
        };
        assert!(record.prove("lesson/a/go", today, edit).is_err());
        assert!(!folder.path().join(FILE).exists());
    }

    #[test]
    fn of_two_branches_lines_one_may_hold() {
        let line = |code: &str| format!("lesson/a/go {} 2026-11-27 31s x\n", fingerprint(code));
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("tests")).unwrap();
        fs::write(folder.path().join(FILE), line("00000000") + &line("11111111") + &line("11111111")).unwrap();
        let mut record = Record::open(folder.path()).unwrap();
        for code in ["00000000", "11111111"] {
            assert_eq!(record.standing("lesson/a/go", &fingerprint(code), false), Standing::Holds);
        }
        prove(&mut record, "lesson/a/go", "22222222").unwrap();
        assert_eq!(
            record.standing("lesson/a/go", &fingerprint("00000000"), false),
            Standing::Changed(vec!["the program"])
        );
        assert_eq!(record.took("lesson/a/go"), Some(Duration::ZERO));
    }

    #[test]
    fn an_earlier_core_is_enough_but_for_witnesses() {
        let folder = tempfile::tempdir().unwrap();
        let mut record = Record::open(folder.path()).unwrap();
        prove(&mut record, "lesson/a/go", "00000000").unwrap();
        let today = Fingerprint { core: "ffffffff".to_owned(), ..fingerprint("00000000") };
        assert_eq!(record.standing("lesson/a/go", &today, false), Standing::EarlierCore);
        assert_eq!(record.standing("lesson/a/go", &today, true), Standing::Changed(vec!["the program's core"]));
        let more = Fingerprint { app: "ffffffff".to_owned(), ..today };
        let parts = vec!["the app", "the program's core"];
        assert_eq!(record.standing("lesson/a/go", &more, false), Standing::Changed(parts));
    }

    #[test]
    fn what_is_gone_is_forgotten_and_what_is_no_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut record = Record::open(folder.path()).unwrap();
        prove(&mut record, "lesson/a/go", "00000000").unwrap();
        prove(&mut record, "lesson/b/go", "00000000").unwrap();
        record.keep_only(&BTreeSet::from(["lesson/b/go"])).unwrap();
        assert_eq!(record.standing("lesson/a/go", &fingerprint("00000000"), false), Standing::Missing);
        fs::write(folder.path().join(FILE), "# head\n<<<<<<< ours\n").unwrap();
        assert!(Record::open(folder.path()).unwrap_err().fact.contains("tests/proved.txt:2"));
    }
}
