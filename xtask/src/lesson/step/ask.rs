//! `ask`: a request to a running container of each of some variants.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// Requests to a running container of each of some variants.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// It does.
    Trusted,
    /// It does not.
    Unknown,
}

impl Kind for Ask {
    fn names(&self) -> Names<'_> {
        Names { images: self.variants.iter().collect(), among: self.works_in.iter().collect(), ..Names::default() }
    }
}
