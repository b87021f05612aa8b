//! What a build repeats, and what it is given that it does not need.

mod add_for_copy;
mod edit_rebuilds_much;
mod install_not_locked;
mod leaky_dockerignore;
mod no_cache_mount;
mod no_dockerignore;
mod sources_before_install;
mod unreachable_stage;
mod update_apart;

use super::Rule;
use crate::audit::seen::{flag, operands};
use crate::dockerfile::Instruction;

/// In the order of the reference.
pub const ALL: &[Rule] = &[
    sources_before_install::RULE,
    install_not_locked::RULE,
    no_cache_mount::RULE,
    no_dockerignore::RULE,
    leaky_dockerignore::RULE,
    add_for_copy::RULE,
    unreachable_stage::RULE,
    update_apart::RULE,
    edit_rebuilds_much::RULE,
];

/// What a `COPY` or `ADD` takes from the context; nothing for another instruction, and for one that copies from a stage.
fn taken(instruction: &Instruction) -> Vec<String> {
    let copies = matches!(instruction.keyword.as_str(), "COPY" | "ADD") && flag(instruction, "from").next().is_none();
    let mut words = operands(instruction);
    // A here-document is a file of its own.
    if !copies || words.len() < 2 || words[0].starts_with("<<") {
        return Vec::new();
    }
    words.pop();
    words
}

/// Whether a `RUN` keeps anything of what it downloads in a cache mount.
fn has_cache(instruction: &Instruction) -> bool {
    flag(instruction, "mount").any(|mount| mount.contains("type=cache"))
}
