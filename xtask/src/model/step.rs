//! The steps of a lesson: what is shown or tried, one after the other, with the words before and after it.

use serde::{Deserialize, Serialize};

use super::{AppId, VariantId};

/// One step. Exactly one of the keys below `once` says what happens.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    /// Its headline.
    pub title: String,
    /// Told before it happens.
    pub text: Option<String>,
    /// Told afterwards: what the result means. May hold measured values, like a look.
    pub means: Option<String>,
    /// Only for these apps; for every app of the run when empty.
    #[serde(default)]
    pub apps: Vec<AppId>,
    /// Only for the first of them: where the second would show the same.
    #[serde(default)]
    pub once: bool,
    /// Shows what was measured of every variant of the lesson.
    pub table: Option<Empty>,
    /// Shows how one Dockerfile differs from another.
    pub changed: Option<Changed>,
    /// Runs commands inside a container.
    pub inside: Option<Inside>,
    /// Says what an image is made of.
    pub made_of: Option<MadeOf>,
    /// Builds, changes the app, builds again.
    pub experiment: Option<ExperimentStep>,
    /// Asks running services.
    pub ask: Option<Ask>,
    /// Starts an image that is not expected to live.
    pub ends: Option<Ends>,
    /// Shows a docker command and what it prints.
    pub docker: Option<DockerStep>,
    /// Says how much of its context a first build sends.
    pub sent: Option<Sent>,
}

/// Nothing to say.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// Two Dockerfiles.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// The one before.
    pub from: VariantId,
    /// The one after.
    pub to: VariantId,
}

/// Commands inside a container of each of some variants.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Inside {
    /// Which images.
    pub variants: Vec<VariantId>,
    /// What is tried, in each of them.
    pub tries: Vec<Try>,
}

/// One command.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Try {
    /// What it is for, e.g. `open a shell`.
    pub says: String,
    /// Program and arguments, as `docker exec` takes them.
    pub run: Vec<String>,
    /// Only for this app.
    pub app: Option<AppId>,
    /// The variants in which it works; in the others of the step it must be refused.
    pub works_in: Vec<VariantId>,
    /// How many lines of its output are shown.
    #[serde(default = "three")]
    pub lines: usize,
}

/// An image to look into.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MadeOf {
    /// Which images.
    pub variants: Vec<VariantId>,
    /// What of them is shown, in this order.
    pub show: Vec<Aspect>,
}

/// What can be shown of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// Builds, changes the app, builds again, for each variant and each change.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExperimentStep {
    /// Which Dockerfiles.
    pub variants: Vec<VariantId>,
    /// Which of the app's changes.
    pub changes: Vec<String>,
    /// The variant whose rebuild after the first change the learner predicts first.
    pub predict: Option<VariantId>,
}

/// Requests to a running container of each of some variants.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ask {
    /// Which images.
    pub variants: Vec<VariantId>,
    /// Path and query of a GET request.
    pub path: String,
    /// Sends a POST with this body instead.
    pub body: Option<String>,
    /// Starts an HTTPS service beside it and names it as the peer: `trusted` gives the container that service's root
    /// certificate, `unknown` does not.
    pub peer: Option<Peer>,
    /// Runs it with a read-only root and no `tmpfs`.
    #[serde(default)]
    pub read_only: bool,
    /// The variants that answer with a status below 400; the others of the step must answer with one of 400 or more.
    pub works_in: Vec<VariantId>,
    /// Text that one of the others' answers must hold.
    pub contains: Option<String>,
}

/// Whether a container knows the root that vouches for its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// It does.
    Trusted,
    /// It does not.
    Unknown,
}

/// Images whose containers end, or do not start at all.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ends {
    /// Which images.
    pub variants: Vec<VariantId>,
    /// Text that the log or the engine's message must hold.
    pub contains: String,
}

/// A docker command that only looks.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DockerStep {
    /// Arguments behind `docker`; `{image:VARIANT}` stands for an image's tag, `{container:VARIANT}` for a running container of it.
    pub run: Vec<String>,
    /// What it prints is a tar, and the names in it are shown.
    #[serde(default)]
    pub tar: bool,
    /// How many lines of its output are shown.
    #[serde(default = "ten")]
    pub lines: usize,
    /// Text its output must hold.
    pub contains: Option<String>,
}

/// Builds that send their context from nothing.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// Which Dockerfiles.
    pub variants: Vec<VariantId>,
}

impl Step {
    /// What happens, by the key that says so; more or fewer than one is a mistake in the manifest.
    pub fn actions(&self) -> Vec<&'static str> {
        let keys = [
            ("table", self.table.is_some()),
            ("changed", self.changed.is_some()),
            ("inside", self.inside.is_some()),
            ("made-of", self.made_of.is_some()),
            ("experiment", self.experiment.is_some()),
            ("ask", self.ask.is_some()),
            ("ends", self.ends.is_some()),
            ("docker", self.docker.is_some()),
            ("sent", self.sent.is_some()),
        ];
        keys.into_iter().filter(|(_, there)| *there).map(|(key, _)| key).collect()
    }

    /// The variants it needs an image of.
    pub fn images(&self) -> Vec<&VariantId> {
        let lists = [
            self.inside.as_ref().map(|s| &s.variants),
            self.made_of.as_ref().map(|s| &s.variants),
            self.ask.as_ref().map(|s| &s.variants),
            self.ends.as_ref().map(|s| &s.variants),
        ];
        lists.into_iter().flatten().flatten().collect()
    }

    /// The variants it only needs the Dockerfile of: it builds them itself, or shows them.
    pub fn dockerfiles(&self) -> Vec<&VariantId> {
        let experiment = self.experiment.iter().flat_map(|s| &s.variants);
        let sent = self.sent.iter().flat_map(|s| &s.variants);
        experiment.chain(sent).chain(self.changed.iter().flat_map(|s| [&s.from, &s.to])).collect()
    }
}

fn three() -> usize {
    3
}

fn ten() -> usize {
    10
}
