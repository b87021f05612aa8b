//! Writes a multi-stage Dockerfile for what was recognised, and says of it only what was measured.
//!
//! [`ladder`] is pure: it writes texts. Its first text is the smallest image that may work, each further one a step lower.

mod bases;
mod go;
mod ignore;
mod jvm;
mod kept;
pub mod model;
mod node;
mod python;
mod rust;
mod shape;
mod text;
mod trial;

pub use bases::{is_of_builds, run_of};
pub use trial::{propose, write};

use crate::audit::stack::{Found, Present, Stack, Tree};

/// What is known of the service from its running container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// The port that it answers on.
    pub port: Option<u16>,
    /// The path at which it answers well.
    pub health: Option<String>,
    /// Folders of the image that it writes to.
    pub writes: Vec<String>,
}

/// A Dockerfile, and how a container of it is to be started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What kind of image it makes, e.g. `distroless with node_modules`.
    pub kind: String,
    /// The folder that is its build context, relative to the one that was given.
    pub context: String,
    /// Its text.
    pub dockerfile: String,
    /// The text of what is left out of its context.
    pub dockerignore: String,
    /// The port that it listens on, where that is another than before.
    pub port: Option<u16>,
    /// Folders in memory that a container with a read-only root needs, as `--tmpfs` takes them.
    pub tmpfs: Vec<String>,
    /// Values of the present image that the new one does not hold.
    pub withheld: Vec<(String, String)>,
}

/// The Dockerfiles that may be proposed, the smallest image first.
pub fn ladder(found: &Found, tree: &Tree, present: &Present, service: &Service) -> Vec<Proposal> {
    let kept = kept::Kept::of(&found.name, present, service);
    let here = tree.below(&found.folder);
    let drafts = match &found.stack {
        Stack::Node(node) => node::drafts(node, present, &kept),
        Stack::Python(python) => python::drafts(python, present, &kept),
        Stack::Go(go) => go::drafts(go, present, &kept),
        Stack::Rust(rust) => rust::drafts(rust, present, &kept),
        Stack::Jvm(jvm) => jvm::drafts(jvm, present, &kept),
    };
    let dockerignore = ignore::text(&found.stack, &here);
    let whole = |draft: Draft| Proposal {
        kind: draft.kind.to_owned(),
        context: found.folder.clone(),
        dockerfile: draft.dockerfile,
        dockerignore: dockerignore.clone(),
        port: draft.port,
        tmpfs: kept.tmpfs(),
        withheld: kept.withheld.clone(),
    };
    drafts.into_iter().map(whole).collect()
}

/// A Dockerfile as a language writes it.
struct Draft {
    kind: &'static str,
    dockerfile: String,
    port: Option<u16>,
}

impl Draft {
    fn of(kind: &'static str, text: text::Text) -> Self {
        Self { kind, dockerfile: text.end(), port: None }
    }
}

#[cfg(test)]
mod tests;
