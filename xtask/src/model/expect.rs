//! What must hold: the expectations of a lesson or an exercise. One rule each; the files in `rules/` judge them.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{AppId, Class, VariantId};

/// A property the measured result must have.
///
/// `app` limits an expectation to one app. `variant` names what is judged; in an exercise it is the learner's own image, `mine`,
/// where it is left out.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "rule", deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Expect {
    /// Every container gave its health endpoint's answer.
    Healthy {
        /// Why it matters, one sentence.
        why: String,
    },
    /// The images of a variant name a numeric user other than 0.
    NonRoot {
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Why it matters, one sentence.
        why: String,
    },
    /// The containers of a variant ran with a read-only root, no capabilities and no new privileges.
    Hardened {
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Why it matters, one sentence.
        why: String,
    },
    /// One variant's stored bytes go at least this many times into another's.
    TimesSmallerThan {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Compared with which variant of the same app.
        than: VariantId,
        /// The smallest quotient that passes.
        at_least: f64,
        /// Why it matters, one sentence.
        why: String,
    },
    /// An image has at most this many stored bytes, or at most so many times those of another variant.
    StoredAtMost {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Largest number of stored bytes that passes.
        bytes: Option<u64>,
        /// Largest multiple of another variant's stored bytes that passes.
        times: Option<f64>,
        /// The variant that `times` is a multiple of.
        of: Option<VariantId>,
        /// Why it matters, one sentence.
        why: String,
    },
    /// None of these is in any layer of the image.
    Absent {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Paths; `*` stands for anything without a slash, `**` for anything.
        #[serde(default)]
        paths: Vec<String>,
        /// Names of packages, of whatever ecosystem.
        #[serde(default)]
        packages: Vec<String>,
        /// Classes of bytes.
        #[serde(default)]
        classes: Vec<Class>,
        /// Why it matters, one sentence.
        why: String,
    },
    /// Each of these paths is in the image's root file system.
    Present {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Paths; `*` stands for anything without a slash, `**` for anything.
        paths: Vec<String>,
        /// Why it matters, one sentence.
        why: String,
    },
    /// The image holds no shell.
    NoShell {
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Why it matters, one sentence.
        why: String,
    },
    /// No layer, label, variable or history of the image holds a secret.
    NoSecret {
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Why it matters, one sentence.
        why: String,
    },
    /// The image holds secrets in at least so many places: what a lesson on leaks has to show.
    Leaks {
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// How many places.
        at_least: usize,
        /// Why it matters, one sentence.
        why: String,
    },
    /// `docker stop` ends the service by itself, without the kill that follows after ten seconds.
    StopsWithin {
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Seconds from the signal to the end.
        seconds: f64,
        /// Why it matters, one sentence.
        why: String,
    },
    /// One variant's service is ready in at most so many times the time that another's takes.
    ReadyAtMost {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Largest multiple of another variant's time that passes.
        times: f64,
        /// The variant that `times` is a multiple of.
        of: VariantId,
        /// Why it matters, one sentence.
        why: String,
    },
    /// The service answers with a read-only root file system, no capabilities and no new privileges.
    ReadOnly {
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Why it matters, one sentence.
        why: String,
    },
    /// The service answers the whole HTTP contract.
    SameContract {
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Why it matters, one sentence.
        why: String,
    },
    /// After a change of the app, a build runs again only a part of what a cold build ran, and makes few new bytes.
    RebuildKeeps {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Which of the app's changes, e.g. `source`.
        change: String,
        /// Largest share of the cold build's `RUN` time that may run again, from 0 to 1.
        run_share_at_most: Option<f64>,
        /// Largest share of the image's stored bytes that may be in new layers, from 0 to 1.
        new_share_at_most: Option<f64>,
        /// Why it matters, one sentence.
        why: String,
    },
    /// A change of the app makes much of a cold build run again: what a lesson on bad order has to show.
    RebuildLoses {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Which of the app's changes, e.g. `source`.
        change: String,
        /// Smallest share of the cold build's `RUN` time that runs again, from 0 to 1.
        run_share_at_least: f64,
        /// Why it matters, one sentence.
        why: String,
    },
    /// A first build sends at most so many bytes of its context, or at most so many times what another variant sends.
    ContextAtMost {
        /// Only this app; every app when left out.
        app: Option<AppId>,
        /// Which variant.
        #[serde(default = "mine")]
        variant: VariantId,
        /// Largest number of bytes that passes.
        bytes: Option<u64>,
        /// Largest multiple of another variant's context that passes.
        times: Option<f64>,
        /// The variant that `times` is a multiple of.
        of: Option<VariantId>,
        /// Why it matters, one sentence.
        why: String,
    },
}

/// Facts that an expectation is judged by, besides what every run measures. Each costs time, so a run gathers only those that
/// something asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// What the image is made of.
    Inspection,
    /// How long the service takes to be ready, over several starts.
    Ready,
    /// How the service ends.
    Stop,
    /// Whether the service answers when it runs hardened.
    ReadOnly,
    /// The service's answers to the whole contract.
    Contract,
    /// What a build does after this change of the app.
    Rebuild(String),
    /// How much of the context a first build sends.
    Context,
}

impl Expect {
    /// The rule's name, as in manifests and verdicts.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Healthy { .. } => "healthy",
            Self::NonRoot { .. } => "non-root",
            Self::Hardened { .. } => "hardened",
            Self::TimesSmallerThan { .. } => "times-smaller-than",
            Self::StoredAtMost { .. } => "stored-at-most",
            Self::Absent { .. } => "absent",
            Self::Present { .. } => "present",
            Self::NoShell { .. } => "no-shell",
            Self::NoSecret { .. } => "no-secret",
            Self::Leaks { .. } => "leaks",
            Self::StopsWithin { .. } => "stops-within",
            Self::ReadyAtMost { .. } => "ready-at-most",
            Self::ReadOnly { .. } => "read-only",
            Self::SameContract { .. } => "same-contract",
            Self::RebuildKeeps { .. } => "rebuild-keeps",
            Self::RebuildLoses { .. } => "rebuild-loses",
            Self::ContextAtMost { .. } => "context-at-most",
        }
    }

    /// Why it matters, one sentence.
    pub fn why(&self) -> &str {
        match self {
            Self::Healthy { why, .. }
            | Self::NonRoot { why, .. }
            | Self::Hardened { why, .. }
            | Self::TimesSmallerThan { why, .. }
            | Self::StoredAtMost { why, .. }
            | Self::Absent { why, .. }
            | Self::Present { why, .. }
            | Self::NoShell { why, .. }
            | Self::NoSecret { why, .. }
            | Self::Leaks { why, .. }
            | Self::StopsWithin { why, .. }
            | Self::ReadyAtMost { why, .. }
            | Self::ReadOnly { why, .. }
            | Self::SameContract { why, .. }
            | Self::RebuildKeeps { why, .. }
            | Self::RebuildLoses { why, .. }
            | Self::ContextAtMost { why, .. } => why,
        }
    }

    /// The app it is limited to.
    pub fn app(&self) -> Option<&AppId> {
        match self {
            Self::TimesSmallerThan { app, .. }
            | Self::StoredAtMost { app, .. }
            | Self::Absent { app, .. }
            | Self::Present { app, .. }
            | Self::ReadyAtMost { app, .. }
            | Self::RebuildKeeps { app, .. }
            | Self::RebuildLoses { app, .. }
            | Self::ContextAtMost { app, .. } => app.as_ref(),
            _ => None,
        }
    }

    /// The variant it judges; `None` where it judges every variant of a run.
    pub fn variant(&self) -> Option<&VariantId> {
        match self {
            Self::Healthy { .. } => None,
            Self::NonRoot { variant, .. }
            | Self::Hardened { variant, .. }
            | Self::TimesSmallerThan { variant, .. }
            | Self::StoredAtMost { variant, .. }
            | Self::Absent { variant, .. }
            | Self::Present { variant, .. }
            | Self::NoShell { variant, .. }
            | Self::NoSecret { variant, .. }
            | Self::Leaks { variant, .. }
            | Self::StopsWithin { variant, .. }
            | Self::ReadyAtMost { variant, .. }
            | Self::ReadOnly { variant, .. }
            | Self::SameContract { variant, .. }
            | Self::RebuildKeeps { variant, .. }
            | Self::RebuildLoses { variant, .. }
            | Self::ContextAtMost { variant, .. } => Some(variant),
        }
    }

    /// The variant it compares with.
    pub fn compared_with(&self) -> Option<&VariantId> {
        match self {
            Self::TimesSmallerThan { than: of, .. } | Self::ReadyAtMost { of, .. } => Some(of),
            Self::StoredAtMost { of, .. } | Self::ContextAtMost { of, .. } => of.as_ref(),
            _ => None,
        }
    }

    /// The facts it is judged by, of [`Self::variant`] and [`Self::compared_with`].
    pub fn needs(&self) -> BTreeSet<Need> {
        let need = match self {
            Self::Absent { .. }
            | Self::Present { .. }
            | Self::NoShell { .. }
            | Self::NoSecret { .. }
            | Self::Leaks { .. } => Need::Inspection,
            Self::ReadyAtMost { .. } => Need::Ready,
            Self::StopsWithin { .. } => Need::Stop,
            Self::ReadOnly { .. } => Need::ReadOnly,
            Self::SameContract { .. } => Need::Contract,
            Self::RebuildKeeps { change, .. } | Self::RebuildLoses { change, .. } => Need::Rebuild(change.clone()),
            Self::ContextAtMost { .. } => Need::Context,
            Self::Healthy { .. }
            | Self::NonRoot { .. }
            | Self::Hardened { .. }
            | Self::TimesSmallerThan { .. }
            | Self::StoredAtMost { .. } => return BTreeSet::new(),
        };
        BTreeSet::from([need])
    }
}

/// The variant under which the learner's own image is judged.
pub const MINE: &str = "mine";

fn mine() -> VariantId {
    VariantId::try_from(MINE.to_owned()).expect("a valid name")
}
