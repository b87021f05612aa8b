//! What Drydock writes on its images and containers, and the names by which it knows them as its own.
//!
//! A label says what a thing is, never whose it is: an image built `FROM` one of ours inherits its labels, and so does whatever is
//! committed from one of our containers. Nobody inherits a name. Labels on images are constant: a run's id there would make a new
//! image each time. The run's id goes on containers.

use std::sync::atomic::{AtomicU64, Ordering};

/// What every name of an image of ours begins with. The host part resolves nowhere, so that no engine ever tries to pull one.
pub const IMAGES: &str = "drydock.local/";
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

/// Whether a tag is one that only we give.
pub fn is_ours(tag: &str) -> bool {
    tag.starts_with(IMAGES)
}

/// `--filter` value that selects what carries a label with this value.
pub fn filter_value(label: &str, value: &str) -> String {
    format!("label={label}={value}")
}

/// A new name for a container of a run. Labels are inherited by what is made from a container; names are not, so that they say
/// what is ours.
pub fn container(run: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{}{}", prefix(run), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Whether a container with this name is one of a run.
pub fn is_of(name: &str, run: &str) -> bool {
    let number = name.trim_start_matches('/').strip_prefix(&prefix(run));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn prefix(run: &str) -> String {
    format!("drydock-{run}-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_its_name() {
        assert!(is_ours("drydock.local/app/go:naive") && !is_ours("team/drydock.local:1"));
    }

    #[test]
    fn a_container_is_known_by_its_name() {
        let name = container("19f-1");
        assert!(is_of(&name, "19f-1") && is_of(&format!("/{name}"), "19f-1"));
        assert_ne!(name, container("19f-1"));
        for other in ["drydock-19f-1", "drydock-19f-1-", "drydock-19f-1-x", "drydock-19f-11-1", "my-drydock-19f-1-1"] {
            assert!(!is_of(other, "19f-1"), "{other}");
        }
    }
}
