//! `cargo xtask clean`: removes what is ours, and says how many bytes first.

use std::collections::BTreeSet;

use super::Context;
use crate::cli::Clean;
use crate::engine::image::Inspected;
use crate::engine::{Engine, docker, labels, reach};
use crate::error::{self, Exit, Result};
use crate::event::Sink;
use crate::image::memory::Memory;
use crate::progress::Book;
use crate::report;
use crate::state::{self, ledger};
use crate::units;

pub fn run(options: &Clean, context: Context) -> Result<Exit> {
    reach::probe()?;
    let sink = report::progress(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    let engine = Engine::new(sink);

    let containers = idle_containers(engine)?;
    let images = if options.containers { Vec::new() } else { images(engine, options.bases)? };
    let remembered = if options.containers { 0 } else { folder_size(&state::folder()?) };
    let bytes = freed(&images, engine)?;

    // Everything here can be built again, but that takes minutes: a person is asked, a script is taken at its word.
    let ask = !options.yes && !options.dry_run && !options.containers && report::terminal();
    let verb = if options.dry_run || ask { "Would remove" } else { "Removing" };
    report::line(format!("{verb} {} containers.", containers.len()));
    if !options.containers {
        let known = if bytes.complete { "" } else { "at least " };
        report::line(format!(
            "{verb} {} images, {known}{} of layers no other image uses.",
            images.len(),
            units::bytes(bytes.known)
        ));
        let mut named: Vec<&String> = images.iter().filter_map(|image| image.repo_tags.first()).collect();
        named.sort();
        for name in &named {
            report::line(format!("  {name}"));
        }
        if named.len() < images.len() {
            report::line(format!(
                "  and {} without a name, which later builds have replaced",
                images.len() - named.len()
            ));
        }
        report::line(format!("{verb} what was remembered, {}. Your progress and my/ stay.", units::bytes(remembered)));
        report::line(
            context.style.dim(
                "The build cache is BuildKit's and shared with your own builds: docker buildx prune    empties it.",
            ),
        );
    }
    if options.dry_run || (ask && !report::confirm("Remove all of this?")?) {
        return Ok(Exit::Pass);
    }
    engine.remove_containers(&containers)?;
    let ids: Vec<String> = images
        .iter()
        .flat_map(|i| if i.repo_tags.is_empty() { vec![i.id.clone()] } else { i.repo_tags.clone() })
        .collect();
    if !ids.is_empty() {
        engine.tell(&docker(["image", "rm"]).args(ids))?;
    }
    if !options.containers {
        forget(&state::folder()?)?;
    }
    Ok(Exit::Pass)
}

/// Removes what is remembered, but not how far the learner has come: that cannot be built again.
fn forget(folder: &std::path::Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|e| error::io("read", folder, &e))?.flatten() {
        if entry.file_name().to_str().is_some_and(Book::keeps) {
            continue;
        }
        let path = entry.path();
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(|e| error::io("remove", &path, &e))?;
    }
    Ok(())
}

/// Containers of runs that are not alive.
fn idle_containers(engine: Engine<'_>) -> Result<Vec<String>> {
    let alive = ledger::alive()?;
    let all = engine.containers_of_runs()?;
    Ok(all.into_iter().filter(|(_, run)| !alive.contains(run)).map(|(id, _)| id).collect())
}

/// Images that carry our label: those built from apps, and the bases when asked for.
fn images(engine: Engine<'_>, bases: bool) -> Result<Vec<Inspected>> {
    let all = engine.inspect_images(&ids(engine, &["--filter", &labels::filter(labels::ROLE)])?)?;
    Ok(all
        .into_iter()
        .filter(|i| bases || i.config.labels.get(labels::ROLE).is_none_or(|role| role != "base"))
        .collect())
}

fn ids(engine: Engine<'_>, filter: &[&str]) -> Result<Vec<String>> {
    let listed = engine.tell(&docker(["image", "ls", "--quiet", "--no-trunc"]).args(filter.iter().copied()))?;
    Ok(listed.lines().map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect())
}

struct Freed {
    known: u64,
    complete: bool,
}

/// Stored bytes of the layers that only these images use, as far as they have been weighed.
fn freed(removed: &[Inspected], engine: Engine<'_>) -> Result<Freed> {
    let layers =
        |images: &[Inspected]| -> BTreeSet<String> { images.iter().flat_map(|i| i.root_fs.layers.clone()).collect() };
    let gone: BTreeSet<&str> = removed.iter().map(|i| i.id.as_str()).collect();
    let staying: Vec<String> = ids(engine, &[])?.into_iter().filter(|id| !gone.contains(id.as_str())).collect();
    let staying = layers(&engine.inspect_images(&staying)?);
    let memory = Memory::open()?;
    let (mut known, mut complete) = (0, true);
    for layer in layers(removed).difference(&staying) {
        match layer.parse().ok().and_then(|digest| memory.layer(&digest)) {
            Some(facts) => known += facts.stored_bytes,
            None => complete = false,
        }
    }
    Ok(Freed { known, complete })
}

fn folder_size(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(std::result::Result::ok);
    entries
        .map(|entry| match entry.metadata() {
            Ok(m) if m.is_dir() => folder_size(&entry.path()),
            Ok(m) => m.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_outlives_what_can_be_built_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["memory.json", "progress.json", "progress.json.20261121T120000.000Z"] {
            std::fs::write(folder.path().join(name), "{}").unwrap();
        }
        std::fs::create_dir_all(folder.path().join("layers/v2")).unwrap();
        forget(folder.path()).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().map(|e| e.file_name()).collect();
        left.sort();
        assert_eq!(left, ["progress.json", "progress.json.20261121T120000.000Z"]);
    }
}
