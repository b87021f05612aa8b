//! Where the bases of somebody's Dockerfile come from: the engine, a registry, or stand-ins of this machine.

use std::collections::{BTreeMap, BTreeSet};

use super::Lab;
use crate::audit::seen::Written;
use crate::dockerfile;
use crate::engine::docker;
use crate::error::{ErrorId, Problem, Result};
use crate::names::{list, printable};

impl Lab<'_> {
    /// The named contexts that a build needs, and notes about stand-ins.
    ///
    /// Errors: [`ErrorId::UnknownBase`] where no registry answers and a base has no stand-in either; the bases cannot be made.
    pub(super) fn bases(
        &self,
        written: Option<&Written>,
        text: &str,
        notes: &mut Vec<String>,
    ) -> Result<BTreeMap<String, String>> {
        let needed = match written {
            Some(written) => written.parsed.images(None),
            // The engine is the judge of it, and may know what our reader does not.
            None => dockerfile::mentioned(text),
        };
        let bases = &self.session.bases;
        if bases.are_pulled() {
            let sources = self.session.ensure(&needed)?;
            return Ok(sources.contexts(&needed));
        }
        let missing: BTreeSet<String> = needed.into_iter().filter(|name| !self.has(name)).collect();
        let (known, unknown): (BTreeSet<String>, BTreeSet<String>) =
            missing.into_iter().partition(|name| bases.recipes.find(name).is_some());
        if !unknown.is_empty() {
            return Err(no_stand_in(written, &unknown));
        }
        if known.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sources = self.session.ensure(&known)?;
        let names = list(known.iter().map(String::as_str));
        let note = format!(
            "No registry was used: a stand-in made on this machine took the place of {}. Its bytes and packages are its own.",
            printable(&names)
        );
        if !notes.contains(&note) {
            notes.push(note);
        }
        Ok(sources.contexts(&known))
    }

    /// Whether the engine has an image of this name, so that a build takes it from there.
    pub(super) fn has(&self, name: &str) -> bool {
        let command = docker(["image", "inspect", "--format", "{{.Id}}", name]);
        self.session.engine.ask(&command).is_ok_and(|output| output.success())
    }
}

fn no_stand_in(written: Option<&Written>, unknown: &BTreeSet<String>) -> Problem {
    let place = |name: &String| {
        let line = written.and_then(|written| written.parsed.line_of_image(name));
        let line = line.map(|line| format!(" (line {line})")).unwrap_or_default();
        format!("{}{line}", printable(name))
    };
    let names: Vec<String> = unknown.iter().map(place).collect();
    let fact =
        format!("No registry is used here, and there is no stand-in for {}.", list(names.iter().map(String::as_str)));
    let problem =
        Problem::new(ErrorId::UnknownBase, fact).next("--bases registry    pulls it, where a registry answers");
    problem.next("docker load --input FILE    puts an image into the engine that another machine has saved")
}
