//! Takes proofs on: finds out how each stands, chooses, runs, and writes down what passed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::interrupt;
use crate::model::block::Sign;
use crate::process::Command;
use crate::proof::draw::{self, Candidate, Scope, Why};
use crate::proof::{Digests, Fingerprint, Proof, Record, Standing, Subject, Tree, witness};
use crate::report::{self, Style};
use crate::units;
use crate::workshop::{self, Workshop};

/// How long git may take to name a commit.
const SOON: Duration = Duration::from_mins(1);
/// Where there is no commit yet.
const NO_COMMIT: &str = "no commit";

/// Everything that can be proved, and what this run makes of it.
pub(super) struct Proofs<'w> {
    workshop: &'w Workshop,
    digests: &'w Digests<'w>,
    all: Vec<Proof<'w>>,
    /// The fingerprints as they were when the run began.
    today: BTreeMap<String, Fingerprint>,
    /// Those that must have been proved with today's core.
    witnesses: BTreeSet<String>,
    record: Record,
    chosen: BTreeMap<String, Why>,
    /// Whether what passes is written down.
    records: bool,
    proved: usize,
}

/// What of all proofs a run is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    /// Which of them.
    pub scope: Scope,
    /// Beginnings of keys; all keys when there is none.
    pub keys: Vec<String>,
    /// Whether what passes is written down.
    pub records: bool,
}

impl<'w> Proofs<'w> {
    /// Takes the fingerprint of everything, and chooses.
    ///
    /// Errors: the record or a file cannot be read; [`ErrorId::NothingToRun`] for a key that nothing has.
    pub fn open(workshop: &'w Workshop, tree: &Tree, digests: &'w Digests<'w>, asked: &Asked) -> Result<Self> {
        let all = crate::proof::all(workshop, tree)?;
        let record = Record::open(&workshop.root)?;
        let (mut today, mut shown) = (BTreeMap::new(), BTreeMap::new());
        for proof in &all {
            today.insert(proof.key(), digests.of(proof)?);
            shown.insert(proof.key(), digests.shown_by(proof)?);
        }
        let witnesses = witness::choose(&shown);
        let is_named = |key: &str, named: &str| key == named || key.strip_prefix(named).is_some_and(is_end);
        if let Some(unknown) = asked.keys.iter().find(|named| !today.keys().any(|key| is_named(key, named))) {
            let fact = format!("No proof has the key {:?}, or one that begins so.", crate::names::printable(unknown));
            let problem = Problem::new(ErrorId::NothingToRun, fact);
            return Err(workshop::suggest(problem, unknown, today.keys().map(String::as_str)));
        }
        let candidates = all.iter().map(|proof| {
            let key = proof.key();
            Candidate {
                kind: proof.subject.kind(),
                always: proof.always,
                first: proof.first,
                standing: record.standing(&key, &today[&key], witnesses.contains(&key)),
                took: record.took(&key).unwrap_or_default(),
                key,
            }
        });
        let mut chosen = draw::draw(&candidates.collect::<Vec<_>>(), &asked.scope);
        if !asked.keys.is_empty() {
            chosen.retain(|key, _| asked.keys.iter().any(|named| is_named(key, named)));
        }
        Ok(Self { workshop, digests, all, today, witnesses, record, chosen, records: asked.records, proved: 0 })
    }

    /// The subjects of these kinds that this run takes on.
    pub fn chosen(&self, is_of: impl Fn(&Subject<'_>) -> bool) -> Vec<&Proof<'w>> {
        self.all.iter().filter(|proof| is_of(&proof.subject) && self.chosen.contains_key(&proof.key())).collect()
    }

    /// Takes on the chosen proofs of a part, one after the other; one that fails does not stop the rest.
    ///
    /// Errors: [`ErrorId::TestFailed`] where one of them failed.
    pub fn take(
        &mut self,
        is_of: impl Fn(&Subject<'_>) -> bool,
        (sink, style): (&dyn Sink, Style),
        mut run: impl FnMut(&Subject<'w>) -> Result<String>,
    ) -> Result<()> {
        let chosen: Vec<Proof<'w>> = self.chosen(is_of).into_iter().cloned().collect();
        let mut failed = Vec::new();
        sink.emit(Event::Phase { name: "Proving", total: chosen.len(), of: "proofs" });
        for proof in chosen {
            let key = proof.key();
            sink.emit(Event::Progress { item: key.clone(), doing: self.chosen[&key].to_string() });
            let began = Instant::now();
            let outcome = self.one(&proof, || run(&proof.subject));
            interrupt::check()?;
            let took = units::seconds(began.elapsed());
            let sign = Sign::of(outcome.is_ok());
            let remark = match outcome {
                Ok(figures) => {
                    self.proved += 1;
                    format!("{figures}, {took} ({})", self.chosen[&key])
                }
                Err(problem) => {
                    sink.emit(Event::Quiet);
                    report::message(report::problem(&problem, style));
                    failed.push(key.clone());
                    format!("failed after {took} ({})", self.chosen[&key])
                }
            };
            sink.emit(Event::Done { item: key, remark, sign });
        }
        sink.emit(Event::Quiet);
        if failed.is_empty() {
            return Ok(());
        }
        let fact = format!("{} failed.", crate::names::list(failed.iter().map(String::as_str)));
        Err(failed.iter().fold(Problem::new(ErrorId::TestFailed, fact), |problem, key| {
            problem.next(format!("cargo xtask test {key}    proves it alone"))
        }))
    }

    /// One proof, written down where this run does so. Returns what came of it, in words.
    fn one(&mut self, proof: &Proof<'_>, run: impl FnOnce() -> Result<String>) -> Result<String> {
        if !self.records {
            return run();
        }
        let (digests, root) = (self.digests, &self.workshop.root);
        let fingerprint = || digests.with(&Tree::open(root)?).of(proof);
        Ok(self.record.prove(&proof.key(), fingerprint, run)?.figures)
    }

    /// How each proof stands, by key.
    fn standings(&self) -> impl Iterator<Item = (&str, Standing)> {
        let standing = |key, today| self.record.standing(key, today, self.witnesses.contains(key));
        self.today.iter().map(move |(key, today)| (key.as_str(), standing(key, today)))
    }

    /// What does not stand on the record: keys, and how they stand.
    pub fn out_of_date(&self) -> Vec<(&str, Standing)> {
        self.standings().filter(|(_, standing)| !standing.stands()).collect()
    }

    /// Fails where something does not stand on the record, and says what and what to type.
    ///
    /// Errors: [`ErrorId::TestFailed`].
    pub fn check(&self) -> Result<()> {
        let out = self.out_of_date();
        if out.is_empty() {
            return Ok(());
        }
        let fact = format!("{} of {} proofs do not stand on the record.", out.len(), self.all.len());
        Err(Problem::new(ErrorId::TestFailed, fact)
            .evidence(report::out_of_date(&out))
            .cause("Something they depend on was changed, or they are new, and nobody has proved them since.")
            .next(
                "cargo xtask test --record    proves them and writes it down; commit tests/proved.txt with your change",
            ))
    }

    /// Takes what is not there any more off the record, where this run writes.
    ///
    /// Errors: the record cannot be written.
    pub fn close(&mut self) -> Result<()> {
        let keys: BTreeSet<&str> = self.today.keys().map(String::as_str).collect();
        if self.records { self.record.keep_only(&keys) } else { Ok(()) }
    }

    /// What was proved now, what stands on the record, what does not: one line.
    pub fn summary(&self) -> String {
        let (all, out) = (self.all.len(), self.out_of_date().len());
        let drawn = match self.drawn() {
            0 => String::new(),
            drawn => format!(", {drawn} of which the commit drew to be proved again"),
        };
        let earlier = match self.standings().filter(|(_, standing)| *standing == Standing::EarlierCore).count() {
            0 => String::new(),
            earlier => {
                format!(", {earlier} of them with an earlier core, for which {} bear witness", self.witnesses.len())
            }
        };
        format!("{} proved now; {} of {all} stand on the record{earlier}{drawn}", self.proved, all - out)
    }

    fn drawn(&self) -> usize {
        self.chosen.values().filter(|why| **why == Why::Drawn).count()
    }
}

/// Whether a key goes on behind a beginning that somebody typed.
fn is_end(rest: &str) -> bool {
    rest.starts_with('/')
}

/// The commit that is checked out, which draws the sample.
///
/// Errors: git is not there.
pub(super) fn commit(workshop: &Workshop) -> Result<String> {
    let head = Command::new("git").args(["rev-parse", "HEAD"]).dir(&workshop.root).output(SOON)?;
    Ok(if head.success() { head.stdout.trim().to_owned() } else { NO_COMMIT.to_owned() })
}

/// Whether a subject is a trial of this name.
pub(super) fn is_trial(subject: &Subject<'_>, name: &str) -> bool {
    matches!(subject, Subject::Trial(trial) if trial.name == name)
}
