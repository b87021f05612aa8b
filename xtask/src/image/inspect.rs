//! All that is known of one image, brought together: the document `cargo xtask inspect --json` prints.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::digest::Digest;
use super::layer::{LayerFacts, What};
use super::ledger::python::Python;
use super::ledger::{Entry, Ledger};
use super::origin::Origin;
use super::overlay::Seen;
use super::package::Package;
use super::path;
use super::surface::surface;
use super::weight::Weight;
use crate::model::{Class, FileLine, Inspection, LayerLine, PackageLine, SecretLine};

/// An image to look into: its layers, from the lowest up, and what its config says.
#[derive(Debug)]
pub struct Subject<'i> {
    /// The name it is shown under.
    pub name: String,
    /// What its layers contain.
    pub layers: Vec<&'i LayerFacts>,
    /// What of each layer is visible.
    pub seen: Vec<Seen>,
    /// What its layers weigh; pull bytes included where they are known.
    pub weight: Weight,
    /// How each layer came to be, as far as it is told.
    pub origins: Vec<Origin>,
    /// Digest of each layer's blob, where it is known.
    pub blobs: Vec<Option<Digest>>,
    /// User of its process as the config has it; empty means root.
    pub user: String,
    /// Variables of its process, `NAME=value`.
    pub environment: Vec<String>,
    /// Other texts outside the layers in which secrets hide: labels, history.
    pub words: Vec<(String, String)>,
}

/// The files of an image that are listed, the largest first.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    /// At most so many: a list of all takes a few megabytes.
    pub most: usize,
    /// Only those of this class.
    pub class: Option<Class>,
}

/// Looks into an image, and lists these of its files.
pub fn inspect(subject: Subject<'_>, listed: Files) -> Inspection {
    let Subject { name, layers, seen, weight, origins, blobs, user, environment, mut words } = subject;
    let python = Python::of(layers.iter().map(|layer| &layer.findings), &environment);
    let Ledger { classes, mut files } = Ledger::of(&layers, &python);
    words.extend(environment.into_iter().map(|variable| ("environment".to_owned(), variable)));
    let secrets = secrets(&files, &layers, &words);
    let lines = weight.layers.iter().zip(origins).zip(blobs);
    files.retain(|file| listed.class.is_none_or(|class| file.class == class));
    files.sort_unstable_by_key(|file| (Reverse(file.bytes), file.path, file.layer));
    let files = files.iter().take(listed.most).map(line).collect();
    Inspection {
        schema: Inspection::SCHEMA,
        image: name,
        digests_checked: true,
        pull_bytes: weight.pull_bytes,
        pull_exact: weight.pull_exact,
        stored_bytes: weight.stored_bytes,
        visible_bytes: weight.visible_bytes,
        wasted_bytes: weight.wasted_bytes,
        layers: lines
            .map(|((layer, origin), digest)| LayerLine {
                digest: digest.map(|digest| digest.to_string()),
                diff_id: layer.diff_id.to_string(),
                instruction: origin.instruction,
                line: origin.line,
                stage: origin.stage,
                pull_bytes: layer.pull_bytes,
                stored_bytes: layer.stored_bytes,
                wasted_bytes: layer.wasted_bytes,
            })
            .collect(),
        classes: classes.iter().map(|(class, bytes)| (class.name(), *bytes)).collect(),
        packages: packages(&layers),
        surface: surface(&layers, &seen, &user),
        secrets,
        files,
    }
}

fn line(entry: &Entry<'_>) -> FileLine {
    FileLine { path: path::lossy(entry.path), layer: entry.layer + 1, class: entry.class, bytes: entry.bytes }
}

/// What the highest layer that has a list says is what the image says.
fn packages(layers: &[&LayerFacts]) -> Vec<PackageLine> {
    let mut lists: BTreeMap<&str, &Vec<Package>> = BTreeMap::new();
    for layer in layers {
        // What is written anew has its own list, or none; a second name for a file below changes nothing.
        let replaces = |path| layer.paths.get(path).is_some_and(|node| node.what != What::LinkBelow);
        lists.retain(|path, _| !layer.removes(path.as_bytes()) && !replaces(path.as_bytes()));
        lists.extend(layer.findings.packages.iter().map(|(path, list)| (path.as_str(), list)));
    }
    let lines = lists.into_values().flatten().map(|package| PackageLine {
        ecosystem: package.ecosystem.clone(),
        name: package.name.clone(),
        version: package.version.clone(),
        bytes: package.bytes,
    });
    lines.collect::<BTreeSet<_>>().into_iter().collect()
}

fn secrets(files: &[Entry<'_>], layers: &[&LayerFacts], words: &[(String, String)]) -> Vec<SecretLine> {
    let mut found = BTreeSet::new();
    for entry in files.iter().filter(|entry| entry.class == Class::Secret) {
        let path = path::lossy(entry.path);
        let rule = layers[entry.layer].findings.secrets.get(&path).map_or("file-name", String::as_str);
        found.insert(SecretLine { rule: rule.to_owned(), path, layer: Some(entry.layer + 1) });
    }
    for (place, text) in words {
        if let Some(rule) = super::findings::secret_in(text.as_bytes()) {
            found.insert(SecretLine { rule: rule.to_owned(), path: place.clone(), layer: None });
        }
    }
    found.into_iter().collect()
}
