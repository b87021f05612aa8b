//! How a container of the image runs, stops and tells how it is.

mod runs_as_root;

use super::Rule;

/// In the order of the reference.
pub const ALL: &[Rule] = &[runs_as_root::RULE];
