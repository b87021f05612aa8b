//! What came of a proposal, as a part of the document of an audit.

use serde::{Deserialize, Serialize};

use crate::audit::model::Figures;

/// What came of the wish for a better Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Proposed {
    /// What the folder is written in, as a person calls it; `null` where that was not recognised.
    pub stack: Option<String>,
    /// Why nothing is proposed, as a sentence; `null` where something is.
    pub refused: Option<String>,
    /// What was tried, in order. Only the last one can have passed.
    pub tried: Vec<Tried>,
    /// What is proposed; `null` where nothing passed.
    pub accepted: Option<Accepted>,
}

/// A Dockerfile that was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tried {
    /// What kind of image it makes, e.g. `distroless`.
    pub kind: String,
    /// Where its text lies, below `target/`.
    pub path: String,
    /// Why it did not pass, as a sentence; `null` where it did.
    pub failed: Option<String>,
    /// The last lines of what the build or the container said, where it did not pass.
    pub log: Vec<String>,
}

/// A Dockerfile that passed everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Accepted {
    /// What kind of image it makes.
    pub kind: String,
    /// The folder that is its build context, relative to the one that was audited; empty for that one itself.
    pub context: String,
    /// Its text.
    pub dockerfile: String,
    /// What its build leaves out of the context.
    pub dockerignore: String,
    /// What was measured of the present image.
    pub before: Figures,
    /// The same of the proposed one.
    pub after: Figures,
    /// What both images were asked, and what they answered.
    pub compared: Vec<Compared>,
    /// Findings of the present image that the proposed one does not have, by id.
    pub gone: Vec<String>,
    /// Findings that both have.
    pub left: Vec<String>,
    /// Findings that only the proposed one has.
    pub new: Vec<String>,
    /// The options of `docker run` with which it was started: read-only, without capabilities.
    pub hardened: Vec<String>,
    /// Names of variables that the present image holds and the proposed one needs to be given.
    pub withheld: Vec<String>,
    /// The files that were written beside the present Dockerfile; empty where that was not asked for.
    pub written: Vec<String>,
}

/// One request, and the answers of both images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Compared {
    /// Method and path.
    pub request: String,
    /// Status and shape of the present image's answer, e.g. `200 {status}`.
    pub before: String,
    /// The same of the proposed one.
    pub after: String,
}

impl Compared {
    /// Whether both answered alike.
    pub fn is_same(&self) -> bool {
        self.before == self.after
    }
}
