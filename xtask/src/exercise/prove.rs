//! Proves that every exercise judges as it should: what is shipped fails, each known wrong answer fails for the reason it
//! declares, each right one passes.
//!
//! A proof is remembered by a digest of all it depends on, this program included, so that only what changed is judged again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::proof::fault;
use super::{Answer, Judge, Kind, Task, files, known, stamp};
use crate::engine::Engine;
use crate::error::{self, Result};
use crate::lesson::Exercise;
use crate::model::{LessonId, Proof};
use crate::state;
use crate::units::hex;
use crate::workshop::Workshop;

/// The fewest wrong answers the first language of an exercise has: one is a slip, three are a picture of how people think.
const WRONG: usize = 3;
/// The fewest different right answers of the first language, so that no expectation asks for one particular text.
const RIGHT: usize = 2;

/// Judges known answers, and remembers what was proved.
pub struct Prover<'a> {
    workshop: &'a Workshop,
    judge: &'a Judge<'a>,
    engine: Engine<'a>,
    /// What every proof depends on.
    common: Vec<u8>,
    memory: Memory,
}

/// Proofs by the digest of what they depend on.
#[derive(Default, Serialize, Deserialize)]
struct Memory(BTreeMap<String, Proof>);

impl<'a> Prover<'a> {
    /// Reads what was proved before; nothing of it counts when `anew`.
    ///
    /// Errors: this program or the workshop's files cannot be read.
    pub fn open(workshop: &'a Workshop, judge: &'a Judge<'a>, engine: Engine<'a>, anew: bool) -> Result<Self> {
        let mut common = Sha256::new();
        let program = std::env::current_exe().map_err(|e| error::io("find", Path::new("xtask"), &e))?;
        common.update(std::fs::read(&program).map_err(|e| error::io("read", &program, &e))?);
        common.update(judge.surroundings());
        let contract = workshop.root.join("apps/contract.toml");
        common.update(std::fs::read(&contract).map_err(|e| error::io("read", &contract, &e))?);
        add_files(&mut common, &workshop.root.join("xtask/bases"))?;
        let text = if anew { String::new() } else { std::fs::read_to_string(path()?).unwrap_or_default() };
        let memory = serde_json::from_str(&text).unwrap_or_default();
        Ok(Self { workshop, judge, engine, common: common.finalize().to_vec(), memory })
    }

    /// Judges one answer, unless nothing has changed since it was proved.
    ///
    /// Errors: the machine lacks something; what is wrong with the answer is part of the proof.
    pub fn prove(&mut self, task: &Task<'_>, answer: &Answer) -> Result<Proof> {
        let key = self.key(task, answer)?;
        if let Some(proof) = self.memory.0.get(&key) {
            return Ok(Proof { before: true, ..proof.clone() });
        }
        let began = Instant::now();
        let named = beside(&task.lesson.id);
        let judged = self.judge.judge(task, &answer.folder, Some(&named))?;
        if let Some(result) = &judged.result {
            // The next answer takes the same tag: this one would stay as an image without a name.
            self.engine.remove_image(&result.image)?;
        }
        let proof = Proof {
            answer: format!("{}: {}", task.shown(), answer.kind.shown()),
            failed: judged.failed().into_iter().collect(),
            fault: fault(&answer.kind, &judged),
            stored_bytes: judged.result.as_ref().map(|result| result.stored_bytes),
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            date: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            before: false,
        };
        if proof.fault.is_none() {
            self.memory.0.insert(key, proof.clone());
            self.keep()?;
        }
        Ok(proof)
    }

    /// Writes what was proved, after each answer: a run that is interrupted has not worked for nothing.
    fn keep(&mut self) -> Result<()> {
        /// Far more answers than there are; older ones are forgotten.
        const MOST: usize = 1000;
        while self.memory.0.len() > MOST {
            let oldest = self.memory.0.iter().min_by_key(|(_, proof)| proof.date.clone()).map(|(key, _)| key.clone());
            self.memory.0.remove(&oldest.unwrap_or_default());
        }
        let json = serde_json::to_string(&self.memory).expect("plain data is always JSON");
        state::write_atomically(&path()?, json.as_bytes())
    }

    /// Digest of everything that decides how an answer fares.
    fn key(&self, task: &Task<'_>, answer: &Answer) -> Result<String> {
        let root = &self.workshop.root;
        let mut digest = Sha256::new();
        digest.update(&self.common);
        digest.update(answer.kind.shown());
        add_files(&mut digest, &root.join(&answer.folder))?;
        let lesson = root.join(task.lesson.folder());
        let mut single = vec![lesson.join("lesson.toml"), root.join(&task.exercise.shipped).join("exercise.toml")];
        if let Kind::Wrong(name, _) = &answer.kind {
            single.push(root.join(&task.exercise.folder).join("wrong").join(name).join("answer.toml"));
        }
        for path in single {
            digest.update(std::fs::read(&path).map_err(|e| error::io("read", &path, &e))?);
        }
        let own = lesson.join(task.app.id.as_str());
        if own.is_dir() {
            add_files(&mut digest, &own)?;
        }
        // The app may hold what its tools built, so its files count by length and time.
        for (path, bytes, time) in stamp(&root.join(&task.app.folder))? {
            digest.update(format!("{} {bytes} {time:?}\n", path.display()));
        }
        Ok(hex(&digest.finalize()))
    }
}

/// The known answers to some exercises.
#[derive(Debug)]
pub struct Known<'w> {
    /// In the order of the lessons, with the exercise each belongs to.
    pub answers: Vec<(Task<'w>, Answer)>,
    /// What there should be more of, one line each.
    pub missing: Vec<String>,
}

/// For which of its languages an exercise is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Languages {
    /// The one it was written for first, which has most answers.
    First,
    /// Every one that it has files for.
    All,
}

/// Every known answer to the exercises of these lessons; of all lessons where none is named.
///
/// Errors: a lesson that does not exist, an `answer.toml` that cannot be read.
pub fn all<'w>(workshop: &'w Workshop, lessons: &[String], languages: Languages) -> Result<Known<'w>> {
    let wanted = lessons.iter().map(|typed| workshop.lesson(typed)).collect::<Result<Vec<_>>>()?;
    let (mut answers, mut missing) = (Vec::new(), Vec::new());
    for lesson in &workshop.lessons {
        if !wanted.is_empty() && !wanted.iter().any(|one| one.id == lesson.id) {
            continue;
        }
        let apps = |exercise: &'w Exercise| {
            exercise.apps.iter().filter_map(|id| workshop.apps.get(id).or_else(|| lesson.guests.get(id)))
        };
        for (exercise, app) in
            lesson.exercises.iter().flat_map(|exercise| apps(exercise).map(move |app| (exercise, app)))
        {
            if languages == Languages::First && app.id != exercise.first {
                continue;
            }
            let task = Task { lesson, exercise, app };
            let of_it = known(&workshop.root, &task)?;
            let wrong = of_it.iter().filter(|answer| matches!(answer.kind, Kind::Wrong(..))).count();
            let right = of_it.iter().filter(|answer| matches!(answer.kind, Kind::Right(_))).count();
            let (least_wrong, least_right) = if app.id == exercise.first { (WRONG, RIGHT) } else { (0, 1) };
            if wrong < least_wrong {
                let there = format!("{}/wrong has {wrong} wrong answers for {}", exercise.folder, app.id);
                missing.push(format!("{there}; the first language has at least {least_wrong}"));
            }
            if right < least_right {
                let there = format!("{}/solution has {right} right answers for {}", exercise.folder, app.id);
                missing.push(format!("{there}; it needs at least {least_right}"));
            }
            answers.extend(of_it.into_iter().map(|answer| (task, answer)));
        }
    }
    Ok(Known { answers, missing })
}

/// The name that stands for a lesson's id in images and contexts of a proof, so that they are nobody's own.
pub fn beside(lesson: &LessonId) -> LessonId {
    /// An identifier has at most 40 characters.
    const ROOM: usize = 32;
    let short: String = lesson.as_str().chars().take(ROOM).collect();
    LessonId::try_from(format!("{short}-proof")).expect("an identifier with letters behind it is one")
}

/// Adds the paths and contents of all files in a folder.
fn add_files(digest: &mut Sha256, folder: &Path) -> Result<()> {
    for (path, bytes) in files(folder)? {
        digest.update(format!("{path} {}\n", bytes.len()));
        digest.update(bytes);
    }
    Ok(())
}

fn path() -> Result<PathBuf> {
    Ok(state::folder()?.join("proofs.json"))
}
