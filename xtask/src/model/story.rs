//! What came of the steps of a lesson, as data: for the terminal, the page and the book.

use serde::{Deserialize, Serialize};

use super::{AppId, Block, Experiment, FileLine, Inspection, SentContext, VariantId, Verdict};

/// One step for one app, after it happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told {
    /// Position of the step in the lesson's manifest, from 0.
    pub step: usize,
    /// The app; `null` for a step about all of them.
    pub app: Option<AppId>,
    /// What came of it.
    pub shown: Shown,
    /// What the learner guessed before it; left out where nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guessed: Option<Guessed>,
    /// What came out otherwise than the step says, or could not be measured; left out where all is as the step says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amiss: Vec<Verdict>,
}

/// How a guess came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Guessed {
    /// What the learner said.
    pub said: String,
    /// What was right.
    pub right: String,
    /// Whether the guess counts as right.
    pub hit: bool,
}

/// What can be shown of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// The line that says how much of it is the application, and what else is aboard.
    Payload,
    /// Its five largest files.
    Files,
    /// Its bytes by class.
    Classes,
    /// Its layers, with the instruction that made each, and what is wasted.
    Layers,
    /// The secrets found in it, their values left out.
    Secrets,
    /// Shells, package managers, compilers, user.
    Surface,
}

/// What came of a step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Shown {
    /// The table of all measurements belongs here.
    Table,
    /// How one Dockerfile differs from another.
    Changed {
        /// Path of the one before, relative to the repository.
        from: String,
        /// Path of the one after.
        to: String,
        /// The lines, with some that stayed the same around those that did not.
        lines: Vec<DiffLine>,
        /// Lines that are new or gone.
        changed: usize,
    },
    /// Commands inside containers.
    Inside {
        /// What was tried.
        tries: Vec<Tried>,
    },
    /// What images are made of.
    MadeOf {
        /// One entry an image.
        images: Vec<Made>,
    },
    /// Experiments.
    Experiment {
        /// One entry a variant.
        experiments: Vec<Experiment>,
        /// What the learner had predicted; `null` where nobody was asked.
        prediction: Option<Prediction>,
    },
    /// Answers of services.
    Ask {
        /// One entry an image.
        answers: Vec<Answered>,
    },
    /// Containers that ended.
    Ends {
        /// One entry an image.
        ended: Vec<Ended>,
    },
    /// What a docker command printed.
    Docker {
        /// The command, as a shell takes it.
        command: String,
        /// The lines that are shown.
        lines: Vec<String>,
        /// How many lines there were.
        of: usize,
        /// Whether they hold what the lesson says.
        as_told: bool,
    },
    /// What builds sent.
    Sent {
        /// One entry an image.
        sent: Vec<SentContext>,
    },
    /// Anything else, in parts that every renderer knows.
    Blocks {
        /// The parts in the order they are shown.
        blocks: Vec<Block>,
    },
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiffLine {
    /// `+` new, `-` gone, ` ` the same.
    pub sign: char,
    /// The line.
    pub text: String,
}

/// A command inside a container.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tried {
    /// The variant.
    pub variant: VariantId,
    /// What it was for.
    pub says: String,
    /// The command, as a shell takes it.
    pub command: String,
    /// Its exit status; `null` where it could not be started.
    pub status: Option<i32>,
    /// The first lines of what it printed, or of why it could not be started.
    pub output: Vec<String>,
    /// How many lines that were; 0 where nobody counted them.
    #[serde(default)]
    pub lines: usize,
    /// Whether it worked.
    pub worked: bool,
    /// Whether that is what the lesson says.
    pub as_told: bool,
}

/// What one image is made of, as far as the step shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Made {
    /// The variant.
    pub variant: VariantId,
    /// What of it is shown, in this order.
    pub show: Vec<Aspect>,
    /// What it is made of.
    pub inspection: Inspection,
    /// Its five largest files.
    pub files: Vec<FileLine>,
}

/// The answer of one service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Answered {
    /// The variant.
    pub variant: VariantId,
    /// Method and path.
    pub request: String,
    /// HTTP status; 0 where there was no answer.
    pub status: u16,
    /// The body, or why there was no answer.
    pub body: String,
    /// Whether that is what the lesson says.
    pub as_told: bool,
}

/// A container that ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Ended {
    /// The variant.
    pub variant: VariantId,
    /// Its exit status; `null` where the engine could not start it, or where it went on running.
    pub status: Option<i32>,
    /// Last lines of its log, or the engine's message.
    pub lines: Vec<String>,
    /// Whether that is what the lesson says.
    pub as_told: bool,
}

/// What a learner predicted of a rebuild, and how it came out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Prediction {
    /// The variant.
    pub variant: VariantId,
    /// The change.
    pub change: String,
    /// Lines right, of all that were asked about.
    pub right: usize,
    /// Lines asked about.
    pub asked: usize,
    /// Whether the magnitude of the new bytes was right; `null` where it was not predicted.
    pub magnitude_right: Option<bool>,
    /// One sentence a miss: what happened instead, and why.
    pub misses: Vec<String>,
}
