//! What an expectation came to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{AppId, ImageKey, Platform, VariantId};
use crate::error::Exit;

/// What one expectation of a lesson or an exercise came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Verdict {
    /// The rule, e.g. `times-smaller-than`.
    pub id: String,
    /// Which image or app was judged.
    pub subject: Subject,
    /// Whether the expectation held.
    pub outcome: Outcome,
    /// What was expected, in words with numbers and units.
    pub expected: String,
    /// What was measured, in words with numbers and units.
    pub measured: String,
    /// Where: a Dockerfile line, a layer; `null` where that says nothing.
    #[serde(default)]
    pub place: Option<String>,
    /// Who published the figure that was judged, e.g. a title and a year; left out where it is ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Why the expectation matters, one sentence.
    pub why: String,
}

impl Verdict {
    /// Whether the expectation held.
    pub fn held(&self) -> bool {
        self.outcome == Outcome::Held
    }

    /// The exit code that these stand for together. Where none failed and some were not measured, it is the machine that lacks
    /// something, such as time of its own.
    pub fn exit(all: &[Self]) -> Exit {
        match all.iter().map(|verdict| verdict.outcome).min() {
            Some(Outcome::Failed) => Exit::ExpectationFailed,
            Some(Outcome::NotMeasured) => Exit::Environment,
            Some(Outcome::Held) | None => Exit::Pass,
        }
    }
}

/// Whether an expectation held. Only what was measured can hold or fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It did not.
    Failed,
    /// Nobody knows: the fact it is judged by is missing. Never a pass.
    NotMeasured,
    /// It did.
    Held,
}

impl Outcome {
    /// Held or failed.
    pub fn of(held: bool) -> Self {
        if held { Self::Held } else { Self::Failed }
    }

    /// The words of a report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "failed",
            Self::NotMeasured => "not measured",
        }
    }
}

/// What a verdict is about: an app, one of its images, or that image for one platform. In documents it is one text, such as
/// `go`, `go/naive` or `go/naive (linux/arm64)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Subject {
    /// The app.
    pub app: AppId,
    /// The variant; `None` where the app as a whole is meant.
    pub variant: Option<VariantId>,
    /// The platform, where an image was built for several.
    pub platform: Option<Platform>,
}

impl From<ImageKey> for Subject {
    fn from(key: ImageKey) -> Self {
        Self { app: key.app, variant: Some(key.variant), platform: key.platform }
    }
}

impl From<AppId> for Subject {
    fn from(app: AppId) -> Self {
        Self { app, variant: None, platform: None }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.app)?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))?;
        self.platform.iter().try_for_each(|platform| write!(f, " ({platform})"))
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

impl TryFrom<String> for Subject {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (image, platform) = match text.strip_suffix(')').and_then(|text| text.split_once(" (")) {
            Some((image, platform)) => (image, Some(Platform::try_from(platform.to_owned())?)),
            None => (text, None),
        };
        let (app, variant) = match image.split_once('/') {
            Some((app, variant)) => (app, Some(VariantId::try_from(variant.to_owned())?)),
            None => (image, None),
        };
        Ok(Self { app: AppId::try_from(app.to_owned())?, variant, platform })
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Subject {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Subject".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "An app, one of its images, or that image for one platform." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_fails_nothing_and_passes_nothing() {
        let of = |outcomes: &[Outcome]| {
            let verdict = |outcome: &Outcome| Verdict {
                id: "ready-at-most".to_owned(),
                subject: "go/naive".parse().unwrap(),
                outcome: *outcome,
                expected: String::new(),
                measured: String::new(),
                place: None,
                source: None,
                why: String::new(),
            };
            Verdict::exit(&outcomes.iter().map(verdict).collect::<Vec<_>>())
        };
        assert_eq!(of(&[Outcome::Held, Outcome::NotMeasured]), Exit::Environment);
        assert_eq!(of(&[Outcome::NotMeasured, Outcome::Failed, Outcome::Held]), Exit::ExpectationFailed);
        assert_eq!((of(&[Outcome::Held]), of(&[])), (Exit::Pass, Exit::Pass));
    }

    #[test]
    fn a_subject_is_read_back_from_a_document() {
        for text in ["go", "go/naive", "go/naive (linux/arm64)"] {
            assert_eq!(text.parse::<Subject>().unwrap().to_string(), text);
        }
        for text in ["", "Go", "go/Naive", "go/naive (arm64)"] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }
}
