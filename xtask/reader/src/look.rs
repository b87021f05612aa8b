//! All that the layers of one image tell of what is in it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::class::Class;
use crate::facts::{LayerFacts, What};
use crate::ledger::{Entry, Ledger, Python};
use crate::overlay::Seen;
use crate::package::Package;
use crate::program::Made;
use crate::rules::{Oversized, RULES};
use crate::surface::{Surface, surface};
use crate::{path, secrets};

/// An image to look into: its layers, from the lowest up, and what its config says.
#[derive(Debug)]
pub struct Subject<'i> {
    /// What its layers contain.
    pub layers: &'i [&'i LayerFacts],
    /// What of each layer is visible.
    pub seen: &'i [Seen],
    /// User of its process as the config has it; empty means root.
    pub user: &'i str,
    /// Variables of its process, `NAME=value`.
    pub environment: &'i [String],
    /// Where the program may lie that a container starts: paths from the root, without a leading slash.
    pub started: &'i [String],
    /// Other texts outside the layers in which secrets hide, each with the name of its place: labels, history.
    pub words: &'i [(String, String)],
}

/// The files of an image that are listed, the largest first.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    /// At most so many: a list of all takes a few megabytes.
    pub most: usize,
    /// Only those of this class.
    pub class: Option<Class>,
}

/// What is in an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Stored bytes by class; they sum to the image's stored bytes.
    pub classes: BTreeMap<Class, u64>,
    /// What is installed, as the package managers' own lists say it, and what programs say they were built from.
    pub packages: Vec<PackageLine>,
    /// Packages that only the list of a lower layer names: a later one replaced or removed it, and their bytes are shipped.
    pub hidden_packages: Vec<HiddenPackage>,
    /// Programs that carry symbols, are packed or are shells, and all of the application's, in any layer.
    pub programs: Vec<ProgramLine>,
    /// What an intruder would be glad of.
    pub surface: Surface,
    /// Where secrets are, never their values.
    pub secrets: Vec<SecretLine>,
    /// Files that a tool left behind far too large.
    pub oversized: Vec<OversizedLine>,
    /// Files, the largest first; as many as were asked for.
    pub files: Vec<FileLine>,
}

/// One package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct PackageLine {
    /// `deb`, `npm`, `pypi`, `go` or `cargo`.
    pub ecosystem: String,
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Bytes, where its list tells.
    pub bytes: Option<u64>,
}

/// A package that a later layer hides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct HiddenPackage {
    /// `deb`, `npm`, `pypi`, `go` or `cargo`.
    pub ecosystem: String,
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Which layer's list names it, counted from 1.
    pub layer: usize,
}

/// A program that carries symbols, is packed or is a shell, or one of the application's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct ProgramLine {
    /// Path from the root.
    pub path: String,
    /// Which layer, counted from 1.
    pub layer: usize,
    /// Its class.
    pub class: Class,
    /// Whether a container of the image starts it.
    #[serde(default)]
    pub started: bool,
    /// How it was made.
    #[serde(flatten)]
    pub made: Made,
}

/// One place where a secret is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct SecretLine {
    /// Which rule says so.
    pub rule: String,
    /// The file, or the part of the config.
    pub path: String,
    /// Which layer, counted from 1; `null` for the config. A file deleted by a later layer is still in its own.
    pub layer: Option<usize>,
}

/// One file that a tool left behind far too large, such as a log with a place for every user id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct OversizedLine {
    /// Path from the root.
    pub path: String,
    /// Which layer, counted from 1.
    pub layer: usize,
    /// Its bytes.
    pub bytes: u64,
    /// What leaves such a file behind.
    pub cause: String,
    /// The command that does not.
    pub remedy: String,
}

/// One file of one layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct FileLine {
    /// Path from the root.
    pub path: String,
    /// Which layer, counted from 1.
    pub layer: usize,
    /// Its class.
    pub class: Class,
    /// Its bytes.
    pub bytes: u64,
    /// The fingerprint of its content, where that was read; documents leave it out.
    #[serde(skip)]
    pub print: Option<u64>,
}

/// Looks into an image, and lists these of its files.
pub fn look(subject: &Subject<'_>, listed: Files) -> Look {
    let Subject { layers, seen, user, environment, started, .. } = subject;
    let python = Python::of(layers.iter().map(|layer| &layer.findings), environment);
    let Ledger { classes, mut files } = Ledger::of(layers, &python);
    let secrets = secrets_of(&files, subject);
    let oversized = oversized(&files);
    let programs = programs(&files, layers, started);
    let (packages, hidden_packages) = packages(layers);
    files.retain(|file| listed.class.is_none_or(|class| file.class == class));
    files.sort_unstable_by_key(|file| (Reverse(file.bytes), file.path, file.layer));
    let files = files.iter().take(listed.most).map(line).collect();
    let surface = surface(layers, seen, user);
    Look { classes, packages, hidden_packages, programs, surface, secrets, oversized, files }
}

fn line(entry: &Entry<'_>) -> FileLine {
    FileLine {
        path: path::lossy(entry.path),
        layer: entry.layer + 1,
        class: entry.class,
        bytes: entry.bytes,
        print: entry.print,
    }
}

/// What the highest layer that has a list says is what the image says. Beside it, what only lists below it name.
fn packages(layers: &[&LayerFacts]) -> (Vec<PackageLine>, Vec<HiddenPackage>) {
    let mut lists: BTreeMap<&str, &Vec<Package>> = BTreeMap::new();
    let mut hidden = BTreeMap::new();
    for (index, layer) in layers.iter().enumerate() {
        // What is written anew has its own list, or none; a second name for a file below changes nothing.
        let replaces = |path| layer.paths.get(path).is_some_and(|node| node.what != What::LinkBelow);
        let removals = layer.removals();
        lists.retain(|path, _| !removals.cover(path.as_bytes()) && !replaces(path.as_bytes()));
        for (path, list) in &layer.findings.packages {
            lists.insert(path, list);
            hidden.extend(list.iter().map(|package| (key(package), index + 1)));
        }
    }
    for package in lists.values().copied().flatten() {
        hidden.remove(&key(package));
    }
    let lines = lists.into_values().flatten().map(|package| PackageLine {
        ecosystem: package.ecosystem.clone(),
        name: package.name.clone(),
        version: package.version.clone(),
        bytes: package.bytes,
    });
    let hidden = hidden.into_iter().map(|((ecosystem, name, version), layer)| HiddenPackage {
        ecosystem: ecosystem.to_owned(),
        name: name.to_owned(),
        version: version.to_owned(),
        layer,
    });
    (lines.collect::<BTreeSet<_>>().into_iter().collect(), hidden.collect())
}

fn key(package: &Package) -> (&str, &str, &str) {
    (&package.ecosystem, &package.name, &package.version)
}

fn programs(files: &[Entry<'_>], layers: &[&LayerFacts], started: &[String]) -> Vec<ProgramLine> {
    let of = |entry: &Entry<'_>| {
        let programs = &layers[entry.layer].findings.programs;
        let path = (!programs.is_empty()).then(|| path::lossy(entry.path))?;
        let made = *programs.get(&path)?;
        let started = started.contains(&path);
        // Nearly every program of a distribution asks for a loader: that alone is worth a line where it is the application's.
        let telling = made.symbols || made.packed || made.shell || started || entry.class == Class::Application;
        telling.then_some(ProgramLine { path, layer: entry.layer + 1, class: entry.class, started, made })
    };
    files.iter().filter_map(of).collect()
}

fn oversized(files: &[Entry<'_>]) -> Vec<OversizedLine> {
    let line = |entry: &Entry<'_>| {
        let of = |known: &&Oversized| known.paths.iter().any(|path| path.as_bytes() == entry.path);
        let known = RULES.oversized.iter().find(of).filter(|known| entry.bytes >= known.at_least)?;
        Some(OversizedLine {
            path: path::lossy(entry.path),
            layer: entry.layer + 1,
            bytes: entry.bytes,
            cause: known.cause.clone(),
            remedy: known.remedy.clone(),
        })
    };
    files.iter().filter_map(line).collect()
}

fn secrets_of(files: &[Entry<'_>], subject: &Subject<'_>) -> Vec<SecretLine> {
    let mut found = BTreeSet::new();
    for entry in files.iter().filter(|entry| entry.class == Class::Secret) {
        let path = path::lossy(entry.path);
        let rule = subject.layers[entry.layer].findings.secrets.get(&path).map_or("file-name", String::as_str);
        found.insert(SecretLine { rule: rule.to_owned(), path, layer: Some(entry.layer + 1) });
    }
    let variables = subject.environment.iter().map(|variable| ("environment", variable));
    let words = subject.words.iter().map(|(place, text)| (place.as_str(), text));
    for (place, text) in words.chain(variables) {
        if let Some(rule) = secrets::in_words(text.as_bytes()) {
            found.insert(SecretLine { rule: rule.to_owned(), path: place.to_owned(), layer: None });
        }
    }
    found.into_iter().collect()
}
