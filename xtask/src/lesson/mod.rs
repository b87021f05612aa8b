//! What people write about a lesson: `lesson.toml`, `exercise.toml`, `answer.toml`, as types. Nothing here does I/O.

mod exercise;
mod guess;
mod step;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use exercise::only;
pub use exercise::{Exercise, Hint, Solution, WrongAnswer};
pub use guess::{Guess, RightAnswer, RightChoice, RightNumber};
pub(crate) use step::term;
pub use step::{
    Action, Argument, Ask, Build, Changed, DockerStep, Ends, ExperimentStep, Failure, HealthStep, Inside, Kind, Lanes,
    LeftBy, MadeOf, Names, Peer, Piece, Placeholder, Pull, Push, Sent, Signal, Step, ToolStep, Try,
};
pub use words::Words;

use crate::model::{App, AppId, Change, ExtraFile, LessonId, Variant, VariantId};
use crate::rules::Expect;

/// One lesson, as its manifest describes it. Number and id come from the folder's name.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lesson {
    /// Permanent id: the folder's name behind the number. Set by the loader.
    #[serde(skip, default = "placeholder")]
    pub id: LessonId,
    /// Place in the teaching order: the folder's number. Set by the loader.
    #[serde(skip)]
    pub number: u32,
    /// Title as shown.
    pub title: String,
    /// What the lesson asks, one sentence; printed before anything runs.
    pub question: String,
    /// What the learner can do afterwards, completing "You can …".
    pub able_to: String,
    /// How long it takes.
    pub minutes: Minutes,
    /// Lessons that should come before. Advice, never a barrier.
    #[serde(default)]
    pub needs: Vec<LessonId>,
    /// The apps it is about; every app when empty. A learner who follows none of them borrows the first.
    #[serde(default)]
    pub apps: Vec<AppId>,
    /// What is said to a learner who borrows an app.
    pub borrow: Option<String>,
    /// Variants to build, run and measure, in the order of the table's columns. The first one is what the others are compared with.
    pub variants: Vec<VariantId>,
    /// Variants of this lesson alone. Its Dockerfile lies in `lessons/NN-slug/<app>/`, or else beside the app's own.
    #[serde(default)]
    pub variant: BTreeMap<VariantId, Variant>,
    /// Where the Dockerfile of each of these lies for the apps that have one, relative to the repository. Set by the loader.
    #[serde(skip)]
    pub own: BTreeMap<VariantId, BTreeMap<AppId, String>>,
    /// Services of this lesson alone: `lessons/NN-slug/apps/<app>/`, each with a manifest and, where it does not keep the
    /// common contract, a small one of its own. Set by the loader.
    #[serde(skip)]
    pub guests: BTreeMap<AppId, App>,
    /// Groups of files that variants of this lesson add to their build context, by name.
    #[serde(default)]
    pub files: BTreeMap<String, Vec<ExtraFile>>,
    /// Changes that experiments of this lesson make, besides the apps' own.
    #[serde(default)]
    pub change: BTreeMap<String, Change>,
    /// What happens, in order.
    #[serde(default)]
    pub step: Vec<Step>,
    /// What must hold.
    #[serde(default)]
    pub expect: Vec<Expect>,
    /// What to look at in the result.
    #[serde(default)]
    pub look: Vec<Look>,
    /// What it all means: the answer to the question, a sentence or two.
    pub answer: String,
    /// Its exercises: `exercise/exercise.toml`, or one in each folder of `exercises/`. Set by the loader.
    #[serde(skip)]
    pub exercises: Vec<Exercise>,
}

/// Minutes, as an agenda counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Minutes {
    /// Talking about it.
    pub talk: u32,
    /// Waiting for the machine, with bases built and dependencies downloaded.
    pub machine: u32,
    /// The exercise.
    pub exercise: u32,
}

/// Something to look at.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The app whose values are put in; the text is left out when that app did not run. Any app that ran when left out.
    pub app: Option<AppId>,
    /// One or two sentences, which may hold measured values: `{stored:VARIANT}`, `{ready:VARIANT}`, `{files:VARIANT}`,
    /// `{times:VARIANT/VARIANT}`.
    pub text: Words,
}

impl Lesson {
    /// Folder of the lesson, relative to the repository.
    pub fn folder(&self) -> String {
        format!("lessons/{:02}-{}", self.number, self.id)
    }

    /// Every variant an image or a Dockerfile is needed of, each once: those of the table, then those only steps name.
    pub fn all_variants(&self) -> Vec<&VariantId> {
        let mut all: Vec<&VariantId> = Vec::new();
        for variant in self.variants.iter().chain(self.step.iter().flat_map(Step::variants)) {
            if !all.contains(&variant) {
                all.push(variant);
            }
        }
        all
    }

    /// The apps of a repository that it is about, and its guests.
    pub fn apps_of<'a>(&'a self, apps: &'a BTreeMap<AppId, App>) -> impl Iterator<Item = &'a App> {
        let fits = |app: &&App| match (self.apps.is_empty(), self.guests.is_empty()) {
            (false, _) => self.apps.contains(&app.id),
            // A lesson that brings services of its own is about those.
            (true, no_guests) => no_guests,
        };
        apps.values().filter(fits).chain(self.guests.values())
    }
}

fn placeholder() -> LessonId {
    LessonId::try_from("unset".to_owned()).expect("a valid name")
}
