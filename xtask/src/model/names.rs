//! Identifiers that come from folder and file names.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        ///
        /// Lower-case ASCII letters, digits and hyphens, 1 to 40 of them: safe in a path, an image tag and a label.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let valid = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                if (1..=40).contains(&text.len()) && text.bytes().all(valid) && !text.starts_with('-') {
                    Ok(Self(text))
                } else {
                    Err(format!(
                        "{:?} is not a name: 1 to 40 lower-case letters, digits and hyphens, not starting with a hyphen",
                        crate::names::printable(&text)
                    ))
                }
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

identifier! {
    /// An app: the name of its folder under `apps/`.
    AppId
}
identifier! {
    /// A variant: one Dockerfile of an app, the part of its file name before `.Dockerfile`.
    VariantId
}
identifier! {
    /// An exercise of a lesson: the name of its folder. Permanent, as progress is kept by it.
    ExerciseId
}
identifier! {
    /// A lesson: the part of its folder's name behind the number. Permanent, unlike the number.
    LessonId
}

/// The variant under which the learner's own image is judged.
pub const MINE: &str = "mine";

impl VariantId {
    /// The learner's own image.
    pub fn mine() -> Self {
        Self(MINE.to_owned())
    }

    /// Whether it is an image of the learner's own: `mine`, or another that is built from the same Dockerfile, such as `mine-debug`.
    pub fn is_mine(&self) -> bool {
        self.0 == MINE || self.also_mine().is_some()
    }

    /// What another image of the learner's is called behind `mine-`: `debug`. `None` for `mine` itself, and for all others.
    pub fn also_mine(&self) -> Option<&str> {
        self.0.strip_prefix(MINE)?.strip_prefix('-')
    }
}

/// A platform as the OCI image spec and `--platform` write it: `linux/amd64`, `linux/arm64/v8`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String")]
pub struct Platform(String);

impl Platform {
    /// The platform as `--platform` takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The platform as a part of a tag or a file name: `linux-arm64`.
    pub fn slug(&self) -> String {
        self.0.replace('/', "-")
    }

    /// Whether the platform of this slug is the same.
    fn of_slug(slug: &str) -> Option<Self> {
        Self::try_from(slug.replace('-', "/")).ok()
    }
}

impl TryFrom<String> for Platform {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if (2..=3).contains(&parts.len()) && parts.iter().all(word) {
            return Ok(Self(text));
        }
        Err(format!("{:?} is not a platform such as linux/amd64", crate::names::printable(&text)))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How the tags of images begin that are built from an app's own Dockerfile.
const OF_APPS: &str = "drydock.local/app/";
/// How they begin where the Dockerfile is a lesson's.
const OF_LESSONS: &str = "drydock.local/lesson/";

/// One image of the workshop: an app built by one of its variants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ImageName {
    /// The lesson its Dockerfile belongs to; `None` for a variant of the app's own.
    pub lesson: Option<LessonId>,
    /// The app.
    pub app: AppId,
    /// The variant.
    pub variant: VariantId,
    /// The platform it is built for; `None` for the engine's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

impl ImageName {
    /// The tag in the engine's store, e.g. `drydock.local/app/go:multi-stage`. The host part resolves nowhere, so that no
    /// engine ever tries to pull it.
    pub fn tag(&self) -> String {
        // No variant has a dot in its name.
        let platform = self.platform.as_ref().map(|platform| format!(".{}", platform.slug())).unwrap_or_default();
        match &self.lesson {
            None => format!("{OF_APPS}{}:{}{platform}", self.app, self.variant),
            Some(lesson) => format!("{OF_LESSONS}{lesson}/{}:{}{platform}", self.app, self.variant),
        }
    }

    /// The image with this tag, if it is one of the workshop's.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let (lesson, rest) = match (tag.strip_prefix(OF_APPS), tag.strip_prefix(OF_LESSONS)) {
            (Some(rest), _) => (None, rest),
            (None, Some(rest)) => rest.split_once('/').map(|(lesson, rest)| (Some(lesson.to_owned()), rest))?,
            (None, None) => return None,
        };
        let (app, variant) = rest.split_once(':')?;
        let (variant, platform) = match variant.split_once('.') {
            Some((variant, slug)) => (variant, Some(Platform::of_slug(slug)?)),
            None => (variant, None),
        };
        let lesson = lesson.map(LessonId::try_from).transpose().ok()?;
        let (app, variant) = (app.to_owned().try_into().ok()?, variant.to_owned().try_into().ok()?);
        Some(Self { lesson, app, variant, platform })
    }

    /// A name that is valid as a bake target.
    pub fn target(&self) -> String {
        let platform = self.platform.as_ref().map(|platform| format!("-{}", platform.slug())).unwrap_or_default();
        match &self.lesson {
            None => format!("{}-{}{platform}", self.app, self.variant),
            Some(lesson) => format!("{lesson}-{}-{}{platform}", self.app, self.variant),
        }
    }

    /// The image for all platforms, where an engine can hold such an index.
    #[must_use]
    pub fn of_all_platforms(&self) -> Self {
        Self { platform: None, ..self.clone() }
    }

    /// The name without the lesson: what facts and verdicts are kept under within one run.
    pub fn key(&self) -> ImageKey {
        ImageKey { app: self.app.clone(), variant: self.variant.clone(), platform: self.platform.clone() }
    }
}

/// An image within one run. Where facts and verdicts meet, nothing else tells images apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageKey {
    /// The app.
    pub app: AppId,
    /// The variant.
    pub variant: VariantId,
    /// The platform it is built for; `None` for the engine's own.
    pub platform: Option<Platform>,
}

impl ImageKey {
    /// Another variant of the same app, for the same platform.
    #[must_use]
    pub fn with(&self, variant: &VariantId) -> Self {
        Self { variant: variant.clone(), ..self.clone() }
    }
}

impl fmt::Display for ImageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.app, self.variant)?;
        self.platform.iter().try_for_each(|platform| write!(f, " ({platform})"))
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.key().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_its_tag() {
        for tag in [
            "drydock.local/app/sloop:tiny",
            "drydock.local/lesson/ills/sloop:one",
            "drydock.local/lesson/ills/sloop:one.linux-arm64",
        ] {
            assert_eq!(ImageName::of_tag(tag).unwrap().tag(), tag);
        }
        for tag in [
            "debian:trixie",
            "drydock.local/app/sloop:one.linux",
            "drydock.local/app/sloop",
            "drydock.local/lesson/sloop:one",
            "drydock.local/app/a/b:c",
        ] {
            assert_eq!(ImageName::of_tag(tag), None, "{tag}");
        }
    }
}
