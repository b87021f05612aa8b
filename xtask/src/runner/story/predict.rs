//! Predict, then measure: what is asked of the learner before an experiment, and how the answer came out.

use std::collections::BTreeSet;

use crate::dockerfile::Dockerfile;
use crate::engine::instructions;
use crate::error::{ErrorId, Problem, Result};
use crate::model::{AppId, Change, Experiment, Prediction, Rebuild, VariantId};
use crate::plan::Image;
use crate::units;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    app: AppId,
    variant: VariantId,
    change: String,
    files: Vec<String>,
    /// The Dockerfile's path, relative to the repository.
    pub dockerfile: String,
    /// What the change stands for.
    pub summary: String,
    /// The instructions in question: line and text.
    pub lines: Vec<(usize, String)>,
}

/// How many bytes of new layers a rebuild makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Magnitude {
    /// Below 1 MB.
    Small,
    /// From 1 MB to below 50 MB.
    Medium,
    /// 50 MB and more.
    Large,
}

/// What the learner predicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// Lines that will come from the build cache.
    pub cached: BTreeSet<usize>,
    /// Bytes in new layers.
    pub magnitude: Option<Magnitude>,
}

impl Magnitude {
    /// All of them, with what is asked.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Small, "small", "less than 1 MB"),
        (Self::Medium, "medium", "1 MB to 50 MB"),
        (Self::Large, "large", "more than 50 MB"),
    ];

    fn of(bytes: u64) -> Self {
        match bytes {
            0..1_000_000 => Self::Small,
            1_000_000..50_000_000 => Self::Medium,
            _ => Self::Large,
        }
    }
}

impl std::str::FromStr for Guess {
    type Err = String;

    /// Reads `5,6` or `5,6:small`: lines that will come from the cache, and the magnitude of the new bytes.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (lines, magnitude) = text.split_once(':').map_or((text, None), |(lines, word)| (lines, Some(word)));
        let numbers = lines.split(',').map(str::trim).filter(|line| !line.is_empty() && *line != "none");
        let cached = numbers.map(|line| line.parse().map_err(|_| format!("{line:?} is no line number")));
        let magnitude = magnitude.map(|word| {
            let known = Magnitude::ALL.iter().find(|(_, name, _)| *name == word);
            known.map(|(magnitude, ..)| *magnitude).ok_or_else(|| format!("{word:?} is not small, medium or large"))
        });
        Ok(Self { cached: cached.collect::<std::result::Result<_, String>>()?, magnitude: magnitude.transpose()? })
    }
}

impl Question {
    /// How an answer may look: the first and the last of the lines in question, which is seldom the right one.
    pub fn example(&self) -> String {
        let ends: BTreeSet<usize> =
            self.lines.first().into_iter().chain(self.lines.last()).map(|(line, _)| *line).collect();
        ends.iter().map(usize::to_string).collect::<Vec<_>>().join(",")
    }

    pub(super) fn new(image: &Image, name: &str, change: &Change, file: &Dockerfile) -> Self {
        // A WORKDIR is cached unless something above it is not: it teaches nothing to ask for it.
        let places = instructions::places(file, None).into_iter().filter(|place| !place.text.starts_with("WORKDIR"));
        Self {
            app: image.name.app.clone(),
            variant: image.name.variant.clone(),
            change: name.to_owned(),
            files: change.edits.iter().map(|edit| edit.file.clone()).collect(),
            dockerfile: image.dockerfile.path.clone(),
            summary: change.summary.clone(),
            lines: places.map(|place| (place.line, place.text)).collect(),
        }
    }

    /// The guess without lines that were not asked about.
    ///
    /// Errors: [`ErrorId::Usage`] for a line of the guess that holds none of the instructions in question.
    pub fn check(&self, guess: Guess) -> Result<Guess> {
        let asked: BTreeSet<usize> = self.lines.iter().map(|(line, _)| *line).collect();
        if let Some(line) = guess.cached.difference(&asked).next() {
            let asked: Vec<String> = asked.iter().map(ToString::to_string).collect();
            let fact =
                format!("Line {line} of {} is none of those in question: {}.", self.dockerfile, asked.join(", "));
            return Err(Problem::new(ErrorId::Usage, fact));
        }
        Ok(guess)
    }

    /// How the guess came out. `None` where the experiment has no such rebuild.
    pub(super) fn score(&self, guess: &Guess, experiments: &[Experiment]) -> Option<Prediction> {
        let experiment = experiments.iter().find(|e| e.app == self.app && e.variant == self.variant)?;
        let rebuild = experiment.rebuilds.iter().find(|rebuild| rebuild.change == self.change)?;
        let ran: BTreeSet<usize> = rebuild.ran.iter().filter_map(|&index| experiment.steps.get(index)?.line).collect();
        let mut misses: Vec<String> = Vec::new();
        for (line, text) in &self.lines {
            let (guessed, cached) = (guess.cached.contains(line), !ran.contains(line));
            if guessed != cached {
                misses.push(self.why(*line, text, cached, &ran));
            }
        }
        let right = self.lines.len() - misses.len();
        let magnitude_right = guess.magnitude.map(|magnitude| magnitude == Magnitude::of(rebuild.new_stored_bytes));
        if magnitude_right == Some(false) {
            misses.push(magnitude(rebuild));
        }
        Some(Prediction {
            variant: self.variant.clone(),
            change: self.change.clone(),
            right,
            asked: self.lines.len(),
            magnitude_right,
            misses,
        })
    }

    /// Why a line came from the cache or not, in one sentence.
    fn why(&self, line: usize, text: &str, cached: bool, ran: &BTreeSet<usize>) -> String {
        if cached {
            return format!("Line {line} came from the cache: nothing it reads, and nothing above it, has changed.");
        }
        let first = ran.first().copied().unwrap_or(line);
        let reads_context = text.starts_with("COPY") && !text.contains("--from=");
        if reads_context {
            let files = crate::names::list(self.files.iter().map(String::as_str));
            format!("Line {line} ran again: it copies {files}, which changed.")
        } else if text.contains("--from=") {
            format!("Line {line} ran again: what it copies from the other stage was made again.")
        } else {
            format!(
                "Line {line} ran again because line {first} above it did: a step is only as fresh as what it stands on."
            )
        }
    }
}

fn magnitude(rebuild: &Rebuild) -> String {
    let layers = if rebuild.new_layers == 1 { "layer" } else { "layers" };
    let bytes = units::bytes(rebuild.new_stored_bytes);
    format!("The rebuild made {} new {layers} of {bytes}.", rebuild.new_layers)
}
