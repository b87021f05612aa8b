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
    /// A rung: one Dockerfile of an app, the part of its file name before `.Dockerfile`.
    RungId
}
identifier! {
    /// A lesson: the part of its folder's name behind the number. Permanent, unlike the number.
    LessonId
}

/// One image of the workshop: an app built by one of its rungs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ImageName {
    /// The app.
    pub app: AppId,
    /// The rung.
    pub rung: RungId,
}

impl ImageName {
    /// The tag in the engine's store, e.g. `drydock.local/app/go:multi-stage`. The host part resolves nowhere, so that no
    /// engine ever tries to pull it.
    pub fn tag(&self) -> String {
        format!("drydock.local/app/{}:{}", self.app, self.rung)
    }

    /// A name that is valid as a bake target.
    pub fn target(&self) -> String {
        format!("{}-{}", self.app, self.rung)
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.app, self.rung))
    }
}
