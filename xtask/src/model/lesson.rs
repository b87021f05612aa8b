//! A lesson: `lessons/NN-slug/lesson.toml`.

use serde::Deserialize;

use super::{AppId, LessonId, RungId};

/// One lesson, as its manifest describes it. Number and id come from the folder's name.
#[derive(Clone, Debug, Deserialize)]
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
    /// Rungs to build and run, in the order of the table's columns. The first one is what the others are compared with.
    pub rungs: Vec<RungId>,
    /// What must hold.
    #[serde(default)]
    pub expect: Vec<Expect>,
    /// What to look at in the result.
    #[serde(default)]
    pub look: Vec<Look>,
}

/// A property the measured result must have. One rule each; the rules' files in `rules/` judge them.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "rule", deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Expect {
    /// Every container gave its health endpoint's answer.
    Healthy {
        /// Why it matters, one sentence.
        why: String,
    },
    /// The images of a rung name a numeric user other than 0.
    NonRoot {
        /// Which rung.
        rung: RungId,
        /// Why it matters, one sentence.
        why: String,
    },
    /// The containers of a rung ran with a read-only root, no capabilities and no new privileges.
    Hardened {
        /// Which rung.
        rung: RungId,
        /// Why it matters, one sentence.
        why: String,
    },
    /// One rung's stored bytes go at least this many times into another's.
    TimesSmallerThan {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which rung.
        rung: RungId,
        /// Compared with which rung of the same app.
        than: RungId,
        /// The smallest quotient that passes.
        at_least: f64,
        /// Why it matters, one sentence.
        why: String,
    },
    /// An image has at most this many stored bytes.
    StoredAtMost {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which rung.
        rung: RungId,
        /// Largest number of stored bytes that passes.
        bytes: u64,
        /// Why it matters, one sentence.
        why: String,
    },
}

/// Something to look at. The text may hold measured values: `{stored:RUNG}`, `{files:RUNG}`, `{times:RUNG/RUNG}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The app whose values are put in; the text is left out when that app did not run.
    pub app: AppId,
    /// One or two sentences.
    pub text: String,
}

fn placeholder() -> LessonId {
    LessonId::try_from("unset".to_owned()).expect("a valid name")
}
