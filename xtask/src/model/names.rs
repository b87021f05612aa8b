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
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// A lesson: the part of its folder's name behind the number. Permanent, unlike the number.
    LessonId
}

/// How the tags of images begin that are built from an app's own Dockerfile.
const OF_APPS: &str = "drydock.local/app/";
/// How they begin where the Dockerfile is a lesson's.
const OF_LESSONS: &str = "drydock.local/lesson/";

/// One image of the workshop: an app built by one of its variants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImageName {
    /// The lesson its Dockerfile belongs to; `None` for a variant of the app's own.
    pub lesson: Option<LessonId>,
    /// The app.
    pub app: AppId,
    /// The variant.
    pub variant: VariantId,
}

impl ImageName {
    /// The tag in the engine's store, e.g. `drydock.local/app/go:multi-stage`. The host part resolves nowhere, so that no
    /// engine ever tries to pull it.
    pub fn tag(&self) -> String {
        match &self.lesson {
            None => format!("{OF_APPS}{}:{}", self.app, self.variant),
            Some(lesson) => format!("{OF_LESSONS}{lesson}/{}:{}", self.app, self.variant),
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
        let lesson = lesson.map(LessonId::try_from).transpose().ok()?;
        Some(Self { lesson, app: app.to_owned().try_into().ok()?, variant: variant.to_owned().try_into().ok()? })
    }

    /// A name that is valid as a bake target.
    pub fn target(&self) -> String {
        match &self.lesson {
            None => format!("{}-{}", self.app, self.variant),
            Some(lesson) => format!("{lesson}-{}-{}", self.app, self.variant),
        }
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.app, self.variant))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_its_tag() {
        for tag in ["drydock.local/app/sloop:tiny", "drydock.local/lesson/ills/sloop:one"] {
            assert_eq!(ImageName::of_tag(tag).unwrap().tag(), tag);
        }
        for tag in
            ["debian:trixie", "drydock.local/app/sloop", "drydock.local/lesson/sloop:one", "drydock.local/app/a/b:c"]
        {
            assert_eq!(ImageName::of_tag(tag), None, "{tag}");
        }
    }
}
