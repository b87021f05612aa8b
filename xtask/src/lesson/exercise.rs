//! An exercise: `exercise.toml`, and what is known of wrong answers to it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::model::{AppId, ExerciseId, ExtraFile, Variant, VariantId};
use crate::rules::Expect;

/// One exercise. Its files for an app lie beside it in a folder with the app's name, and are copied for the learner.
///
/// The build context is the app's folder without `remove`, with `file` and then the learner's files laid over it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exercise {
    /// Permanent id: the name of its folder. Set by the loader.
    #[serde(skip, default = "only")]
    pub id: ExerciseId,
    /// The folder that holds its answers, relative to the repository: `solution/`, `wrong/` and what is shipped. Set by the
    /// loader.
    #[serde(skip)]
    pub folder: String,
    /// The folder that holds what is shipped, relative to the repository. Set by the loader.
    #[serde(skip)]
    pub shipped: String,
    /// Headline.
    pub title: String,
    /// What to do, a few sentences; printed with the path of the learner's copy.
    pub task: String,
    /// Apps it exists for: the folders beside the manifest. Set by the loader, the first language first.
    #[serde(skip)]
    pub apps: Vec<AppId>,
    /// The app whose known answers are the most complete; it comes first.
    pub first: AppId,
    /// How the learner's image is built and run.
    pub mine: Variant,
    /// Further images of the learner's Dockerfile that are built, run and judged, such as another target. Each name begins with
    /// `mine-`, and an expectation about one says it in `variant`. The build context is that of `mine`.
    #[serde(default)]
    pub also: BTreeMap<VariantId, Variant>,
    /// Paths of the app's folder that the build context does not have.
    #[serde(default)]
    pub remove: Vec<String>,
    /// Files that the build context has besides.
    #[serde(default)]
    pub file: Vec<ExtraFile>,
    /// The variant whose size counts as par.
    #[serde(default = "par")]
    pub par: VariantId,
    /// The variant whose size counts as the record.
    #[serde(default = "record")]
    pub record: VariantId,
    /// What must hold for the learner's image, `mine`.
    pub expect: Vec<Expect>,
    /// Hints, in steps, for what fails.
    #[serde(default)]
    pub hint: Vec<Hint>,
}

/// Hints for one thing that fails.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hint {
    /// The rule that fails, or `build` where the image does not build.
    pub when: String,
    /// Only for this app.
    pub app: Option<AppId>,
    /// Only where the build or the container printed one of these messages, by their ids in the table of messages. Hints for a message
    /// take the place of those for the rule.
    #[serde(default)]
    pub message: Vec<String>,
    /// Only where the verdict blames this instruction, e.g. `COPY`; `FROM` for what the base brings. Takes the place of hints for the
    /// rule too.
    pub at: Option<String>,
    /// Said before what the table of messages says of the message, which then comes last: for an exercise in which a message means
    /// something else than it usually does.
    #[serde(default)]
    pub leads: bool,
    /// From a nudge to nearly the answer; one more is shown each time.
    pub say: Vec<String>,
}

/// What is known of one wrong answer: `wrong/<name>/answer.toml`. Its files for an app lie in a folder with the app's name.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WrongAnswer {
    /// The thought behind it, one sentence.
    pub why: String,
    /// The rules that fail, and no others; `build` where it does not build.
    pub fails: BTreeSet<String>,
    /// Text that what was measured of a failing rule must hold, so that it fails for this reason and no other.
    pub says: String,
}

/// What is known of a right answer: `solution/<name>/answer.toml`, where there is one.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Solution {
    /// What it does and what that costs, one or two sentences: `cargo xtask solution` says it.
    pub why: String,
}

/// The id of an exercise that is the only one of its lesson.
pub(crate) fn only() -> ExerciseId {
    ExerciseId::try_from("exercise".to_owned()).expect("a valid name")
}

fn par() -> VariantId {
    VariantId::try_from("multi-stage".to_owned()).expect("a valid name")
}

fn record() -> VariantId {
    VariantId::try_from("tiny".to_owned()).expect("a valid name")
}
