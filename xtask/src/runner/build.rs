//! Building is the engine's business; bases are built the same way.

pub use crate::engine::build::{Built, build};
