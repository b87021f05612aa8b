//! A lesson: `lessons/NN-slug/lesson.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AppId, Change, Exercise, Expect, LessonId, Step, Variant, VariantId};

/// One lesson, as its manifest describes it. Number and id come from the folder's name.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Dockerfiles of this lesson alone: `lessons/NN-slug/<app>/<variant>.Dockerfile`, for the apps that have such a file.
    #[serde(default)]
    pub variant: BTreeMap<VariantId, Variant>,
    /// The apps that have a Dockerfile for each of these. Set by the loader.
    #[serde(skip)]
    pub own: BTreeMap<VariantId, Vec<AppId>>,
    /// Groups of files that variants of this lesson add to their build context, by name.
    #[serde(default)]
    pub files: BTreeMap<String, Vec<ExtraFile>>,
    /// Changes of the build context that experiments of this lesson make, besides the apps' own.
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
    /// Its exercise: `exercise/exercise.toml`. Set by the loader.
    #[serde(skip)]
    pub exercise: Option<Exercise>,
}

/// Minutes, as an agenda counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Minutes {
    /// Talking about it.
    pub talk: u32,
    /// Waiting for the machine, with bases built and dependencies downloaded.
    pub machine: u32,
    /// The exercise.
    pub exercise: u32,
}

/// A file that a build context has besides the app's own: as it stands, or as many bytes that do not compress.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtraFile {
    /// Path inside the build context.
    pub path: String,
    /// Its text. `{run}` stands for something that is new in every run.
    pub text: Option<String>,
    /// Its length, filled with bytes that do not compress. The same bytes every time.
    pub bytes: Option<u64>,
}

/// Something to look at. The text may hold measured values: `{stored:VARIANT}`, `{ready:VARIANT}`, `{files:VARIANT}`,
/// `{times:VARIANT/VARIANT}`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The app whose values are put in; the text is left out when that app did not run. Any app that ran when left out.
    pub app: Option<AppId>,
    /// One or two sentences.
    pub text: String,
}

impl Lesson {
    /// Folder of the lesson, relative to the repository.
    pub fn folder(&self) -> String {
        format!("lessons/{:02}-{}", self.number, self.id)
    }

    /// Every variant an image or a Dockerfile is needed of, each once: those of the table, then those only steps name.
    pub fn all_variants(&self) -> Vec<&VariantId> {
        let mut all: Vec<&VariantId> = Vec::new();
        let steps = self.step.iter().flat_map(|step| step.images().into_iter().chain(step.dockerfiles()));
        for variant in self.variants.iter().chain(steps) {
            if !all.contains(&variant) {
                all.push(variant);
            }
        }
        all
    }
}

fn placeholder() -> LessonId {
    LessonId::try_from("unset".to_owned()).expect("a valid name")
}
