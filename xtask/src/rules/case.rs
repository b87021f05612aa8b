//! What a rule is given, and what it gives back.

use crate::model::{
    Delivery, Facts, ImageFacts, ImageKey, Inspection, LayerLine, Measurement, Outcome, Platform, VariantId,
};
use crate::tool::ToolName;

/// Judges images by one property.
pub trait Judge {
    /// The variants that an image is compared with, of the same app.
    fn compared_with(&self) -> Vec<&VariantId> {
        Vec::new()
    }

    /// The facts it is judged by, of the image and of those it is compared with.
    fn needs(&self) -> Vec<Need> {
        Vec::new()
    }

    /// Why it could not fail, as where it has no limit; `None` where it can.
    fn fault(&self) -> Option<&'static str> {
        None
    }

    /// Judges one image. `None` where what it is compared with was left out of the run.
    fn judge(&self, case: &Case<'_>) -> Option<Judged>;
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
    /// When each stage of a build without cache was at work.
    Timeline,
    /// What the container does on this signal.
    Signal(String),
    /// What the engine finds of the container's health.
    EngineHealth,
    /// What this push sends.
    Push(Delivery),
    /// What this pull fetches.
    Pull(Delivery),
    /// What this tool finds.
    Tool(ToolName),
    /// The files of its build context.
    Sources,
    /// Which user the service's process has.
    User,
    /// What this command prints inside the service's container.
    Ran(Vec<String>),
    /// The service's answer to this request of the contract.
    Answer(String),
    /// Whether a build after this change of the app does without a network.
    Offline(String),
    /// Which packages are others after this change of the app.
    Packages(String),
    /// Whether the build fails without this secret.
    Withheld(String),
    /// Where the build leaves the value of this secret.
    Traces(String),
    /// Whether a build of this target passes, and whether it does after this change of the app.
    Gate {
        /// The stage.
        target: String,
        /// The change.
        change: String,
    },
}

impl Need {
    /// The target that is built for it besides the image's own.
    pub fn target(self) -> Option<String> {
        match self {
            Self::Gate { target, .. } => Some(target),
            _ => None,
        }
    }
}

/// An image that is judged, with all that is known of it and of the others of its run.
#[derive(Clone, Copy)]
pub struct Case<'f> {
    all: &'f Facts,
    key: &'f ImageKey,
    /// What was measured of it.
    pub measured: &'f Measurement,
    /// What else is known of it.
    pub facts: &'f ImageFacts,
}

impl<'f> Case<'f> {
    /// The case of an image; `None` where nothing is known of it.
    pub fn new(all: &'f Facts, key: &'f ImageKey, measured: &'f Measurement) -> Option<Self> {
        Some(Self { all, key, measured, facts: all.of(key)? })
    }

    /// The platform that the image is built for; `None` for the engine's own.
    pub fn platform(&self) -> Option<&'f Platform> {
        self.key.platform.as_ref()
    }

    /// What is known of another variant of the same app, for the same platform.
    pub fn other(&self, variant: &VariantId) -> Option<&'f ImageFacts> {
        self.all.of(&self.key.with(variant))
    }

    /// Judges what the image is made of. `look` returns whether it holds, what was measured, and where.
    pub(super) fn inspected(
        &self,
        expected: impl Into<String>,
        look: impl FnOnce(&Inspection) -> (bool, String, Option<String>),
    ) -> Judged {
        let expected = expected.into();
        match &self.facts.inspection {
            None => Judged::not_measured(expected),
            Some(inspection) => {
                let (held, measured, place) = look(inspection);
                Judged { place, ..Judged::new(held, expected, measured) }
            }
        }
    }
}

/// What a rule says of an image.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Whether it holds.
    pub outcome: Outcome,
    /// What was expected, in words with numbers and units.
    pub expected: String,
    /// What was measured, in words with numbers and units.
    pub measured: String,
    /// Where: a Dockerfile line, a layer.
    pub place: Option<String>,
    /// Who published the figure that was judged.
    pub source: Option<String>,
}

impl Judged {
    /// Something that was measured.
    pub fn new(held: bool, expected: impl Into<String>, measured: impl Into<String>) -> Self {
        let (outcome, expected, measured) = (Outcome::of(held), expected.into(), measured.into());
        Self { outcome, expected, measured, place: None, source: None }
    }

    /// Something that was not.
    pub fn not_measured(expected: impl Into<String>) -> Self {
        Self::unclear(expected, "it was not measured")
    }

    /// Something of which what was seen says neither that it holds nor that it does not.
    pub fn unclear(expected: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotMeasured, ..Self::new(false, expected, seen) }
    }
}

/// The first three of some places, and how many there are.
pub(super) fn places(all: &[String]) -> String {
    let shown = all.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > 3 { format!("{shown} and {} more", all.len() - 3) } else { shown }
}

/// Which layer that is, with the instruction that made it and its line. What made a layer of the base stands in nobody's Dockerfile
/// here: the base is named, with the line of its `FROM`.
pub(super) fn layer_place(inspection: &Inspection, layer: usize) -> String {
    let Some(made) = inspection.layers.get(layer.saturating_sub(1)) else { return format!("layer {layer}") };
    let LayerLine { instruction, line, stage, of_base, .. } = made;
    let line = line.map(|line| format!("line {line}"));
    match (stage, instruction) {
        (Some(base), _) if *of_base => {
            let line = line.map(|line| format!(" ({line})")).unwrap_or_default();
            format!("layer {layer}, from the base {base}{line}")
        }
        (_, Some(instruction)) => {
            let line = line.map(|line| format!(", {line}")).unwrap_or_default();
            format!("layer {layer}{line}: {instruction}")
        }
        (_, None) => format!("layer {layer}"),
    }
}

/// The secrets that were found, as `rule in path`.
pub(super) fn secrets(inspection: &Inspection) -> Vec<String> {
    inspection.secrets.iter().map(|secret| format!("{} in {}", secret.rule, secret.path)).collect()
}

/// Some findings as words, or `none` for none.
pub(super) fn found(all: &[String], none: &str) -> String {
    if all.is_empty() { none.to_owned() } else { places(all) }
}
