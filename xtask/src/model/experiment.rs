//! What a build did again after a change, and other facts that expectations are judged by.

use serde::{Deserialize, Serialize};

use super::{AppId, VariantId};

/// A cold build of one Dockerfile, and its rebuilds after changes of the app. The builds ran one after the other.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Experiment {
    /// The app.
    pub app: AppId,
    /// The variant.
    pub variant: VariantId,
    /// Wall time of a build without the build cache, in milliseconds.
    pub cold_ms: u64,
    /// When that was, RFC 3339, where it was an earlier run; `null` where it was this one.
    pub cold_from: Option<String>,
    /// The steps of the build that stand in the Dockerfile, in its order.
    pub steps: Vec<StepCost>,
    /// One entry a change.
    pub rebuilds: Vec<Rebuild>,
}

/// What one instruction costs in a cold build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepCost {
    /// Its line in the Dockerfile, from 1; `null` where it cannot be found again.
    pub line: Option<usize>,
    /// Its stage, as the builder names it; empty for the only stage.
    pub stage: String,
    /// The instruction.
    pub instruction: String,
    /// Milliseconds it ran in a cold build.
    pub cold_ms: u64,
}

impl StepCost {
    /// Whether it is a `RUN`: the instructions that compute, where the others move files.
    pub fn is_run(&self) -> bool {
        self.instruction.starts_with("RUN ")
    }
}

/// A build after a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rebuild {
    /// The change, e.g. `source`.
    pub change: String,
    /// What the change stands for.
    pub summary: String,
    /// Wall time in milliseconds, the median of `turns`.
    pub took_ms: u64,
    /// How often it was built, with another edit each time.
    pub turns: usize,
    /// The steps that ran again, as positions in [`Experiment::steps`], or made another layer than before; the others came from
    /// the build cache.
    pub ran: Vec<usize>,
    /// Layers of the image that the build before did not have.
    pub new_layers: usize,
    /// Their stored bytes.
    pub new_stored_bytes: u64,
    /// Their bytes on the wire; `null` where no push has measured them.
    pub new_pull_bytes: Option<u64>,
    /// The step that made the largest of them, as a position in [`Experiment::steps`], and its stored bytes; left out where there is
    /// none, or where the step cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest_new: Option<(usize, u64)>,
    /// Stored bytes of the whole image.
    pub stored_bytes: u64,
}

impl Experiment {
    /// Share of the cold build's `RUN` time that a rebuild ran again, from 0 to 1; 0 where no `RUN` took time.
    ///
    /// Counted by what those steps cost in the cold build, so that a step which is quick on the second turn only because of a
    /// cache mount still counts as run.
    pub fn run_share(&self, rebuild: &Rebuild) -> f64 {
        let cost = |steps: &mut dyn Iterator<Item = &StepCost>| -> u64 {
            steps.filter(|step| step.is_run()).map(|step| step.cold_ms).sum()
        };
        let all = cost(&mut self.steps.iter());
        let again = cost(&mut rebuild.ran.iter().filter_map(|&index| self.steps.get(index)));
        #[expect(clippy::cast_precision_loss, reason = "a share, to be shown in percent")]
        if all == 0 { 0.0 } else { again as f64 / all as f64 }
    }
}

/// What a first build sends of its context.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SentContext {
    /// The app.
    pub app: AppId,
    /// The variant.
    pub variant: VariantId,
    /// Bytes that went from client to builder, the protocol's own included.
    pub bytes: u64,
}

/// How long a service took to be ready, start after start: each time a new container, and no other start at the same time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Started {
    /// Milliseconds from `docker run` to the first good answer, one entry a start; sorted.
    pub ready_ms: Vec<u64>,
}

impl Started {
    /// The start in the middle; `None` where nothing was started.
    pub fn median_ms(&self) -> Option<u64> {
        self.ready_ms.get(self.ready_ms.len() / 2).copied()
    }

    /// Between which starts the median of many more would most likely lie, in milliseconds: in 19 of 20 cases for starts that have
    /// nothing to do with each other. Up to seven starts, that is from the shortest to the longest. `None` where nothing was started.
    ///
    /// By ranks, since one start that was held up says nothing about the others: Conover, "Practical Nonparametric Statistics", 3.2.
    pub fn between_ms(&self) -> Option<(u64, u64)> {
        let starts = self.ready_ms.len();
        // n / 2 are shorter than the median, give or take two standard deviations of √n / 2 each: at least (n - 2√n) / 2.
        let root = (4 * starts).isqrt();
        let rounded_up = root + usize::from(root * root < 4 * starts);
        let outside = starts.saturating_sub(rounded_up) / 2;
        Some((*self.ready_ms.get(outside)?, *self.ready_ms.get(starts - 1 - outside)?))
    }
}

/// How a service ended when it was told to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Stopped {
    /// Milliseconds from `docker stop` to the end.
    pub after_ms: u64,
    /// Exit status; 137 where the engine had to kill it.
    pub status: i32,
}

/// Which requests of the contract a service answered wrongly.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ContractRun {
    /// Requests sent.
    pub requests: usize,
    /// The names of those whose answer was wrong, and how.
    pub wrong: Vec<String>,
}

/// Whether a service answered when it ran hardened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RanReadOnly {
    /// What went wrong; `null` where it answered.
    pub problem: Option<String>,
}

/// What a container did when it was sent a signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Signalled {
    /// Milliseconds from the signal to the end, or to when the watching was given up.
    pub after_ms: u64,
    /// Exit status; `null` where it went on running.
    pub status: Option<i32>,
}

/// What the engine finds of a container's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HealthState {
    /// The image has no `HEALTHCHECK`.
    None,
    /// It was not asked often enough yet.
    Starting,
    /// The last check passed.
    Healthy,
    /// Several checks in a row failed.
    Unhealthy,
}

impl HealthState {
    /// The engine's own word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// The engine's view of a container over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EngineHealth {
    /// Each state it was seen in, with the milliseconds from its start at which it was first seen.
    pub seen: Vec<(u64, HealthState)>,
    /// Milliseconds from the container's start to the last look.
    pub watched_ms: u64,
    /// What the last check printed.
    pub said: String,
}

impl EngineHealth {
    /// The state it was in at the end.
    pub fn state(&self) -> HealthState {
        self.seen.last().map_or(HealthState::None, |(_, state)| *state)
    }
}
