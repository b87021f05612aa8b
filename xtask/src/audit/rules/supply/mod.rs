//! Rules of the kind [`crate::audit::model::Kind`] `supply`.

mod base_out_of_support;
mod failure_hidden_by_pipe;
mod moving_tag;
mod no_digest;
mod no_labels;
mod script_from_network;
mod sudo_in_build;
mod unpinned_install;
mod versions_differ;

use std::collections::BTreeMap;

use super::Rule;
use crate::audit::base::is_whole;
use crate::audit::seen::Written;
use crate::dockerfile::Source;

/// In the order of the reference.
pub const ALL: &[Rule] = &[
    moving_tag::RULE,
    no_digest::RULE,
    base_out_of_support::RULE,
    versions_differ::RULE,
    script_from_network::RULE,
    failure_hidden_by_pipe::RULE,
    sudo_in_build::RULE,
    unpinned_install::RULE,
    no_labels::RULE,
];

/// The images that a build of the target takes from elsewhere, each with the first line that names it. Names with a variable that
/// nothing sets are left out.
fn images(written: &Written) -> BTreeMap<&str, usize> {
    let mut images = BTreeMap::new();
    for at in written.parsed.reachable(None) {
        let stage = &written.parsed.stages[at];
        let base = std::iter::once((&stage.base, stage.line));
        for (source, line) in base.chain(stage.takes.iter().map(|take| (&take.from, take.line))) {
            if let Source::Image(name) = source
                && is_whole(name)
            {
                let first = images.entry(name.as_str()).or_insert(line);
                *first = line.min(*first);
            }
        }
    }
    images
}

/// The change of a line that names an image, where the name is written there as it is.
fn renamed(written: &Written, line: usize, name: &str, by: &str) -> Option<Vec<String>> {
    let text = written.line(line);
    text.contains(name).then(|| written.replaced(line, &[&text.replacen(name, by, 1)]))
}
