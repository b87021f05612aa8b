//! What an image carries and need not.

mod single_stage;

use super::Rule;

/// In the order of the reference.
pub const ALL: &[Rule] = &[single_stage::RULE];
