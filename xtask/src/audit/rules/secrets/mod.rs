//! Rules of the kind [`crate::audit::model::Kind`] `secrets`.

use super::Rule;

/// In the order of the reference.
pub const ALL: &[Rule] = &[];
