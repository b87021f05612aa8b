//! The judges: one rule a file, with what a manifest may write about it. A rule compares what is expected with the facts of a
//! run. Pure arithmetic.
//!
//! A new rule is a file, and its line in [`Rule`] and in [`Rule::judge`]. The documentation of that line and of the
//! rule's parameters is what the book's reference says of the rule.

mod absent;
mod answers;
mod case;
mod compiled_for_platform;
mod context_at_most;
mod ends_on_signal;
mod engine_health;
mod hardened;
mod healthy;
mod leaks;
mod limit;
mod needs_secret;
mod no_secret;
mod no_shell;
mod non_root;
mod present;
mod published;
mod pulls_at_most;
mod pushes_at_most;
mod read_only;
mod ready_at_most;
mod rebuild;
mod rebuild_follows;
mod rebuild_keeps;
mod rebuild_loses;
mod rebuild_offline;
mod runs;
mod same_contract;
mod same_layers;
mod secret_kept;
mod stages_overlap;
mod statically_linked;
mod stops_within;
mod stored_at_most;
mod stripped;
mod target_stops;
mod times_smaller_than;
mod tool_finds;
mod travel;
mod unpacked;

use serde::Deserialize;

pub use case::{Case, Judge, Judged, Need};

use crate::model::{AppId, Facts, ImageKey, Platform, VariantId, Verdict};

/// A property that measured results must have.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// Only this app; every app when left out.
    pub app: Option<AppId>,
    /// Which variant is judged. When left out: every variant of the table; in an exercise the learner's own image, `mine`.
    pub variant: Option<VariantId>,
    /// Only images for this platform; for every platform when left out.
    pub platform: Option<Platform>,
    /// What must hold.
    pub rule: Rule,
    /// Why it matters, one sentence.
    pub why: String,
}

/// What must hold. A rule without anything to say is written `rule = "healthy"`, another `rule.absent.paths = […]`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The container gave the answer that its health endpoint must give.
    Healthy,
    /// The image names a user by number, the number is not 0, and PID 1 of its container does not run as root all the same.
    ///
    /// By number, because Kubernetes' `runAsNonRoot` refuses to guess what a name means inside an image. PID 1, because a program
    /// with the setuid bit runs with the rights of its owner.
    NonRoot,
    /// The container ran with a read-only root, no capabilities and no new privileges.
    Hardened,
    /// The image's stored bytes go at least so many times into another variant's.
    TimesSmallerThan(times_smaller_than::TimesSmallerThan),
    /// The image has at most so many stored bytes, or at most so many times those of another variant.
    StoredAtMost(stored_at_most::StoredAtMost),
    /// None of these is in any layer of the image.
    Absent(absent::Absent),
    /// Each of these paths is a file of one of the image's layers, also where a later layer hides it. That it is there says nothing
    /// of what it holds or does: `runs` and `answers` ask for that.
    Present(present::Present),
    /// A program runs inside the service's container, ends with status 0 and prints a certain text.
    Runs(runs::Runs),
    /// The service answers a request of the contract with a number that is large enough.
    Answers(answers::Answers),
    /// No program of the application carries the table of symbols that serves debuggers, in any layer.
    Stripped,
    /// No program of the application asks for a dynamic loader, in any layer: it needs no C library from the image.
    StaticallyLinked,
    /// No program of the application was packed, as UPX does it, in any layer. A pull compresses a program anyway; a packed one is
    /// unpacked into memory at each start, and no two containers share it there.
    Unpacked,
    /// Nobody who gets into the container finds a shell: the root file system has none, neither by its name nor, under another name,
    /// by what it holds. One that a later layer hides is out of reach there.
    NoShell,
    /// No layer, label, variable or history entry of the image holds what looks like a secret: private keys, `.env` files,
    /// tokens.
    ///
    /// A file that a later layer deletes is still in its own layer, and counts. Values are never shown.
    NoSecret,
    /// The image holds secrets in at least so many places: what a lesson on leaks has to show.
    Leaks(leaks::Leaks),
    /// `docker stop` ends the service by itself, without the kill that follows after ten seconds.
    StopsWithin(stops_within::StopsWithin),
    /// The service is ready in at most so many times the time that another variant's takes.
    ReadyAtMost(ready_at_most::ReadyAtMost),
    /// The service gives its health endpoint's answer when it runs with a read-only root file system, no capabilities and no
    /// new privileges, and a `tmpfs` only where its manifest asks for one.
    ReadOnly,
    /// The service answers every request of `apps/contract.toml` as the contract says, in every setup that the contract runs
    /// it in. Getting smaller must not mean doing less.
    SameContract,
    /// After a change, a build runs again only a part of what a cold build ran, and makes few new bytes; and the change reaches the
    /// image.
    RebuildKeeps(rebuild_keeps::RebuildKeeps),
    /// After a change, the image holds packages of other versions: the file that was changed decides them.
    RebuildFollows(rebuild_follows::RebuildFollows),
    /// After a change, a build does without a network: nothing that it runs again downloads anything.
    RebuildOffline(rebuild_offline::RebuildOffline),
    /// A change makes much of a cold build run again: what a lesson on bad order has to show.
    RebuildLoses(rebuild_loses::RebuildLoses),
    /// A first build sends at most so many bytes of its context, or at most so many times what another variant sends.
    ContextAtMost(context_at_most::ContextAtMost),
    /// The build fails where it is not given a secret.
    NeedsSecret(needs_secret::NeedsSecret),
    /// A build leaves nothing of a secret behind: neither in its image, nor in a stage that the builder keeps, nor in the
    /// folder that is built.
    SecretKept(secret_kept::SecretKept),
    /// A `RUN` of one stage and a `RUN` of another can be at work at the same time, because neither takes the other's result. With
    /// `overlap = false`, one has to wait for the other.
    StagesOverlap(stages_overlap::StagesOverlap),
    /// The container ends by itself when it is sent a signal.
    EndsOnSignal(ends_on_signal::EndsOnSignal),
    /// What the engine finds of the container's health in the end.
    EngineHealth(engine_health::EngineHealthIs),
    /// A measured value lies in the range of a published figure.
    Published(published::Published),
    /// A push of the image sends at most so many compressed bytes, or at most so many times what another variant's sends.
    PushesAtMost(pushes_at_most::PushesAtMost),
    /// A pull of the image fetches at most so many compressed bytes, or at most so many times what another variant's fetches.
    PullsAtMost(pulls_at_most::PullsAtMost),
    /// A tool finds this in the image or its Dockerfile, and does not find that.
    ToolFinds(tool_finds::ToolFinds),
    /// The image has the layers of another one, digest by digest, and nothing else; or has them at the bottom and more on top.
    SameLayers(same_layers::SameLayers),
    /// Every program of the application is compiled for the processor of the image's platform.
    CompiledForPlatform,
    /// A build of a target passes, and stops after a change that breaks the app.
    TargetStops(target_stops::TargetStops),
}

impl Rule {
    /// The rule's name in manifests and verdicts, and its judge.
    fn named(&self) -> (&'static str, &dyn Judge) {
        match self {
            Self::Healthy => ("healthy", &healthy::Healthy),
            Self::NonRoot => ("non-root", &non_root::NonRoot),
            Self::Hardened => ("hardened", &hardened::Hardened),
            Self::TimesSmallerThan(rule) => ("times-smaller-than", rule),
            Self::StoredAtMost(rule) => ("stored-at-most", rule),
            Self::Absent(rule) => ("absent", rule),
            Self::Present(rule) => ("present", rule),
            Self::Runs(rule) => ("runs", rule),
            Self::Answers(rule) => ("answers", rule),
            Self::Stripped => ("stripped", &stripped::Stripped),
            Self::StaticallyLinked => ("statically-linked", &statically_linked::StaticallyLinked),
            Self::Unpacked => ("unpacked", &unpacked::Unpacked),
            Self::NoShell => ("no-shell", &no_shell::NoShell),
            Self::NoSecret => ("no-secret", &no_secret::NoSecret),
            Self::Leaks(rule) => ("leaks", rule),
            Self::StopsWithin(rule) => ("stops-within", rule),
            Self::ReadyAtMost(rule) => ("ready-at-most", rule),
            Self::ReadOnly => ("read-only", &read_only::ReadOnly),
            Self::SameContract => ("same-contract", &same_contract::SameContract),
            Self::RebuildKeeps(rule) => ("rebuild-keeps", rule),
            Self::RebuildFollows(rule) => ("rebuild-follows", rule),
            Self::RebuildOffline(rule) => ("rebuild-offline", rule),
            Self::RebuildLoses(rule) => ("rebuild-loses", rule),
            Self::ContextAtMost(rule) => ("context-at-most", rule),
            Self::NeedsSecret(rule) => ("needs-secret", rule),
            Self::SecretKept(rule) => ("secret-kept", rule),
            Self::StagesOverlap(rule) => ("stages-overlap", rule),
            Self::EndsOnSignal(rule) => ("ends-on-signal", rule),
            Self::EngineHealth(rule) => ("engine-health", rule),
            Self::Published(rule) => ("published", rule),
            Self::PushesAtMost(rule) => ("pushes-at-most", rule),
            Self::PullsAtMost(rule) => ("pulls-at-most", rule),
            Self::ToolFinds(rule) => ("tool-finds", rule),
            Self::SameLayers(rule) => ("same-layers", rule),
            Self::CompiledForPlatform => ("compiled-for-platform", &compiled_for_platform::CompiledForPlatform),
            Self::TargetStops(rule) => ("target-stops", rule),
        }
    }

    /// Its name, as in manifests and verdicts.
    pub fn name(&self) -> &'static str {
        self.named().0
    }

    /// Its judge.
    pub fn judge(&self) -> &dyn Judge {
        self.named().1
    }
}

impl Expect {
    /// Judges one expectation. Returns one verdict for each image it applies to, none for images that did not run.
    ///
    /// A fact that is missing although the image ran is a verdict of its own, [`crate::model::Outcome::NotMeasured`]: nothing
    /// passes for want of a measurement.
    pub fn judge(&self, facts: &Facts) -> Vec<Verdict> {
        let (id, judge) = self.rule.named();
        let cases = facts.measured().filter(|(key, _)| self.is_about(key));
        let judged = cases.filter_map(|(key, measurement)| {
            let judged = judge.judge(&Case::new(facts, key, measurement)?)?;
            Some(Verdict {
                id: id.to_owned(),
                subject: key.clone().into(),
                outcome: judged.outcome,
                expected: judged.expected,
                measured: judged.measured,
                place: judged.place,
                source: judged.source,
                why: self.why.clone(),
            })
        });
        judged.collect()
    }

    /// Whether it judges this image.
    pub fn is_about(&self, key: &ImageKey) -> bool {
        let app = self.app.as_ref().is_none_or(|app| *app == key.app);
        let variant = self.variant.as_ref().is_none_or(|variant| *variant == key.variant);
        app && variant && self.platform.as_ref().is_none_or(|platform| key.platform.as_ref() == Some(platform))
    }

    /// Whether it needs facts of this image, as the one it judges or the one it compares with.
    pub fn looks_at(&self, key: &ImageKey) -> bool {
        let compared = self.rule.judge().compared_with();
        self.is_about(key)
            || compared
                .iter()
                .any(|variant| **variant == key.variant && self.app.as_ref().is_none_or(|app| *app == key.app))
    }
}

#[cfg(test)]
mod tests;
