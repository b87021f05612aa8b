//! How an engine is asked for layers that nobody knows yet: by push, or through `docker save`.

use drydock_reader::Digest;

use crate::engine::reach::Reached;
use crate::model::Store;

/// How the engine is asked for what nobody knows yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Everything through `docker save`: for an engine that is elsewhere.
    #[default]
    Stream,
    /// By push where the engine has pushed the image's base to us before (its lowest layer where the base is not known), so
    /// that it only compresses what is new, or where what is new is small; through `docker save` otherwise. Pull bytes are
    /// then left unknown.
    Push(EngineKey),
    /// By push in any case. The first time the engine compresses the whole base, at some 40 MB a second.
    PushAll(EngineKey),
}

/// Tells engines apart: each compresses in its own way, and remembers what it has pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineKey {
    pub(super) digest: Digest,
    /// Whether it forgets how a layer was compressed that it pulled, and compresses it anew for a push.
    pub(super) recompresses: bool,
    /// Whether builds on it get their bases from a registry.
    pub(super) pulls_bases: bool,
}

impl Way {
    /// The way for this engine. One on another machine cannot push to our loopback address.
    pub fn to(reached: &Reached, all: bool) -> Self {
        if !reached.local {
            return Self::Stream;
        }
        let digest = Digest::of(format!("{} {:?}", reached.endpoint.host, reached.store).as_bytes());
        let key = EngineKey { digest, recompresses: reached.store == Store::Classic, pulls_bases: false };
        if all { Self::PushAll(key) } else { Self::Push(key) }
    }

    /// The same way for images whose bases come from a registry. BuildKit pulls those without a trace in the list of images.
    #[must_use]
    pub fn with_pulled_bases(self, pulls_bases: bool) -> Self {
        match self {
            Self::Stream => Self::Stream,
            Self::Push(key) => Self::Push(EngineKey { pulls_bases, ..key }),
            Self::PushAll(key) => Self::PushAll(EngineKey { pulls_bases, ..key }),
        }
    }

    pub(super) fn key(self) -> Option<EngineKey> {
        match self {
            Self::Stream => None,
            Self::Push(key) | Self::PushAll(key) => Some(key),
        }
    }
}
