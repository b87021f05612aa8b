//! The steps of a lesson: what is shown or tried, one after the other, with the words before and after it.
//!
//! A kind of step has a file here, which says what a manifest may write, and one in `runner/story/`, which does it. Its line
//! in [`Action`] is all that joins them.

mod ask;
mod build;
mod changed;
mod docker;
mod ends;
mod experiment;
mod health;
mod inside;
mod made_of;
mod pull;
mod push;
mod sent;
mod signal;
mod timeline;
mod tool;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use ask::{Ask, Peer};
pub use build::{Build, Failure};
pub use changed::Changed;
pub use docker::{Argument, DockerStep, LeftBy, Piece, Placeholder};
pub use ends::Ends;
pub use experiment::ExperimentStep;
pub use health::HealthStep;
pub use inside::{Inside, Try};
pub use made_of::MadeOf;
pub use pull::Pull;
pub use push::Push;
pub use sent::Sent;
pub use signal::Signal;
pub(crate) use signal::term;
pub use timeline::Lanes;
pub use tool::ToolStep;

use super::{Guess, Words};
use crate::model::{AppId, VariantId};

/// One step of a lesson.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    /// Its headline.
    pub title: String,
    /// Said before it happens.
    pub text: Option<String>,
    /// Said afterwards: what the result means. May hold measured values, like a look.
    pub means: Option<Words>,
    /// Only for these apps; for every app of the run when empty.
    #[serde(default)]
    pub apps: Vec<AppId>,
    /// Only for the first of them: where the second would show the same.
    #[serde(default)]
    pub once: bool,
    /// What the learner guesses before it happens.
    pub guess: Option<Guess>,
    /// What happens.
    #[serde(rename = "do")]
    pub action: Action,
}

/// What happens in a step.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Shows what was measured of every variant of the lesson.
    Table,
    /// Shows how one Dockerfile differs from another.
    Changed(Changed),
    /// Runs commands inside containers.
    Inside(Inside),
    /// Says what images are made of.
    MadeOf(MadeOf),
    /// Builds, changes the app, builds again.
    Experiment(ExperimentStep),
    /// Asks running services.
    Ask(Ask),
    /// Starts images that are not expected to live.
    Ends(Ends),
    /// Shows a docker command and what it prints.
    Docker(DockerStep),
    /// Says how much of its context a first build sends.
    Sent(Sent),
    /// Builds once, and expects that to pass or to fail.
    Build(Build),
    /// Shows when each stage of a build was at work.
    Timeline(Lanes),
    /// Sends a signal to running containers.
    Signal(Signal),
    /// Watches what the engine finds of containers' health.
    Health(HealthStep),
    /// Pushes images to a registry, and says what that sends.
    Push(Push),
    /// Lets another engine pull images, and says what it fetches.
    Pull(Pull),
    /// Runs a tool that looks for faults in Dockerfiles, or lists what is in images.
    Tool(ToolStep),
}

/// What a kind of step says of itself, so that its names are checked and its images are there before it happens.
pub trait Kind {
    /// Everything its manifest names.
    fn names(&self) -> Names<'_>;

    /// What is wrong with it although every name is right: the value at fault, and why.
    fn fault(&self) -> Option<(String, String)> {
        None
    }
}

/// What a step names.
#[derive(Debug, Default)]
pub struct Names<'s> {
    /// Variants it needs an image of.
    pub images: Vec<&'s VariantId>,
    /// Variants it only needs the Dockerfile of: it builds them itself, or shows them.
    pub dockerfiles: Vec<&'s VariantId>,
    /// Variants it says something about, which must be among those above.
    pub among: Vec<&'s VariantId>,
    /// Apps.
    pub apps: Vec<&'s AppId>,
    /// Changes of the lesson or of the app.
    pub changes: Vec<&'s str>,
    /// Secrets that the Dockerfiles above are given, by the variant.
    pub secrets: BTreeMap<&'s VariantId, Vec<&'s str>>,
}

/// The table names nothing.
struct Table;

impl Kind for Table {
    fn names(&self) -> Names<'_> {
        Names::default()
    }
}

impl Action {
    /// The step as its kind.
    pub fn kind(&self) -> &dyn Kind {
        match self {
            Self::Table => &Table,
            Self::Changed(step) => step,
            Self::Inside(step) => step,
            Self::MadeOf(step) => step,
            Self::Experiment(step) => step,
            Self::Ask(step) => step,
            Self::Ends(step) => step,
            Self::Docker(step) => step,
            Self::Sent(step) => step,
            Self::Build(step) => step,
            Self::Timeline(step) => step,
            Self::Signal(step) => step,
            Self::Health(step) => step,
            Self::Push(step) => step,
            Self::Pull(step) => step,
            Self::Tool(step) => step,
        }
    }

    /// Its name in manifests, e.g. `made-of`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Changed(_) => "changed",
            Self::Inside(_) => "inside",
            Self::MadeOf(_) => "made-of",
            Self::Experiment(_) => "experiment",
            Self::Ask(_) => "ask",
            Self::Ends(_) => "ends",
            Self::Docker(_) => "docker",
            Self::Sent(_) => "sent",
            Self::Build(_) => "build",
            Self::Timeline(_) => "timeline",
            Self::Signal(_) => "signal",
            Self::Health(_) => "health",
            Self::Push(_) => "push",
            Self::Pull(_) => "pull",
            Self::Tool(_) => "tool",
        }
    }
}

impl Step {
    /// Everything it names.
    pub fn names(&self) -> Names<'_> {
        let mut names = self.action.kind().names();
        names.apps.extend(&self.apps);
        names
    }

    /// The variants it needs an image or a Dockerfile of.
    pub fn variants(&self) -> Vec<&VariantId> {
        let names = self.names();
        names.images.into_iter().chain(names.dockerfiles).collect()
    }

    /// Whether it is about all apps together.
    pub fn of_all(&self) -> bool {
        matches!(self.action, Action::Table)
    }
}
