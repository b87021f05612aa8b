//! The labels by which Drydock knows its own images, containers, networks and volumes.
//!
//! Labels on images are constant: a run's id there would make a new image each time. The run's id goes on the rest.

/// What a thing is: `base`, `app`, `proof`, …
pub const ROLE: &str = "dev.drydock.role";
/// Which run made it.
pub const RUN: &str = "dev.drydock.run";
/// Which app it was built from.
pub const APP: &str = "dev.drydock.app";
/// Which variant it was built by.
pub const VARIANT: &str = "dev.drydock.variant";
/// Which official image a base stands in for.
pub const BASE: &str = "dev.drydock.base";
/// Content hash of the recipe a base was made by.
pub const RECIPE: &str = "dev.drydock.recipe";

/// `--filter` value that selects what carries a label, whatever its value.
pub fn filter(label: &str) -> String {
    format!("label={label}")
}

/// `--filter` value that selects what carries a label with this value.
pub fn filter_value(label: &str, value: &str) -> String {
    format!("label={label}={value}")
}
