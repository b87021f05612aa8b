//! `cargo xtask clean`: removes what is ours, and says how many bytes first.
//!
//! Ours is what our ledgers and names say. Labels say nothing of that: whatever is built `FROM` one of our images inherits them.

use std::collections::BTreeSet;

use super::Context;
use crate::cli::Clean;
use crate::engine::image::Inspected;
use crate::engine::{Engine, docker, labels, reach, sweep};
use crate::error::{self, Exit, Result};
use crate::event::{Event, Sink};
use crate::image::cache::LayerCache;
use crate::progress::Book;
use crate::report;
use crate::state::{self, nameless, runs};
use crate::units;

pub fn run(options: &Clean, context: Context) -> Result<Exit> {
    reach::probe()?;
    let sink = report::sink(context.style, context.global.verbose);
    let sink: &dyn Sink = sink.as_ref();
    let engine = Engine::new(sink);

    let containers = sweep::left_over(engine)?;
    let going = if options.containers { Going::default() } else { going(engine, &containers, options.bases)? };
    let remembered = if options.containers { 0 } else { folder_size(&state::folder()?) };
    let bytes = freed(&going, engine)?;

    // Everything here can be built again, but that takes minutes: a person is asked, a script is taken at its word.
    let ask = !options.yes && !options.dry_run && !options.containers && report::terminal();
    let verb = if options.dry_run || ask { "Would remove" } else { "Removing" };
    report::line(format!("{verb} {} containers.", containers.len()));
    if !options.containers {
        let known = if bytes.complete { "" } else { "at least " };
        report::line(format!(
            "{verb} {} images, {known}{} of layers no other image uses.",
            going.names.len() + going.nameless.len(),
            units::bytes(bytes.known)
        ));
        for name in &going.names {
            report::line(format!("  {name}"));
        }
        if !going.nameless.is_empty() {
            let count = going.nameless.len();
            report::line(format!("  and {count} without a name, which later builds have replaced"));
        }
        if going.in_use > 0 {
            report::line(format!("Leaving {} images that containers of yours are made of.", going.in_use));
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
    if options.containers {
        return Ok(Exit::Pass);
    }
    if !going.names.is_empty() || !going.nameless.is_empty() {
        let names = going.names.iter().chain(&going.nameless).cloned();
        let output = engine.ask(&docker(["image", "rm"]).args(names))?;
        // One that something else needs stays; all others go.
        output.stderr.lines().for_each(|line| sink.emit(Event::Warning(line.to_owned())));
    }
    forget(&state::folder()?)?;
    let there: BTreeSet<String> = engine.inspect_images(&going.noted)?.into_iter().map(|image| image.id).collect();
    nameless::keep(&there)?;
    Ok(Exit::Pass)
}

/// Removes what is remembered, but not how far the learner has come, which cannot be built again, and not the ledgers, which a run
/// that is alive still needs.
fn forget(folder: &std::path::Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|e| error::io("read", folder, &e))?.flatten() {
        if entry.file_name().to_str().is_some_and(|name| Book::keeps(name) || runs::keeps(name)) {
            continue;
        }
        let path = entry.path();
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(|e| error::io("remove", &path, &e))?;
    }
    Ok(())
}

/// What is to be removed of the engine's images.
#[derive(Debug, Default, PartialEq)]
struct Going {
    /// Tags of ours. An image with a tag of somebody else's keeps that one, and stays.
    names: Vec<String>,
    /// Ids of images that had a name of ours once, and have none now.
    nameless: Vec<String>,
    /// Ids of the images that are gone afterwards.
    gone: BTreeSet<String>,
    /// Images of ours that stay, because a container that is not ours is made of them.
    in_use: usize,
    /// All ids that the ledger of nameless images has.
    noted: Vec<String>,
}

fn going(engine: Engine<'_>, containers: &[String], bases: bool) -> Result<Going> {
    let tags: Vec<String> = engine.tags()?.into_iter().filter(|tag| labels::is_ours(tag)).collect();
    let noted = nameless::noted()?;
    let asked: Vec<String> = tags.into_iter().chain(noted.iter().cloned()).collect();
    let used = engine.images_in_use(containers)?;
    Ok(Going::of(&engine.inspect_images(&asked)?, noted, &used, bases))
}

impl Going {
    /// Chooses among images that have a name of ours or once had one. Bases go only where `bases` says so.
    fn of(images: &[Inspected], noted: BTreeSet<String>, used: &BTreeSet<String>, bases: bool) -> Self {
        let mut going = Self::default();
        let mut seen = BTreeSet::new();
        for image in images.iter().filter(|image| seen.insert(&image.id)) {
            // Its name or the ledger says that it is ours; what it is, its label may say.
            let is_base = image.config.labels.get(labels::ROLE).is_some_and(|role| role == "base");
            let (ours, theirs): (Vec<_>, Vec<_>) = image.repo_tags.iter().partition(|tag| labels::is_ours(tag));
            let lost_its_name = image.repo_tags.is_empty() && noted.contains(&image.id);
            if (is_base && !bases) || (ours.is_empty() && !lost_its_name) {
                continue;
            }
            if used.contains(&image.id) {
                going.in_use += 1;
                continue;
            }
            if theirs.is_empty() {
                going.gone.insert(image.id.clone());
            }
            going.names.extend(ours.into_iter().cloned());
            going.nameless.extend(lost_its_name.then(|| image.id.clone()));
        }
        going.names.sort();
        going.noted = noted.into_iter().collect();
        going
    }
}

struct Freed {
    known: u64,
    complete: bool,
}

/// Stored bytes of the layers that only these images use, as far as they have been weighed.
fn freed(going: &Going, engine: Engine<'_>) -> Result<Freed> {
    let (mut known, mut complete) = (0, true);
    if going.gone.is_empty() {
        return Ok(Freed { known, complete });
    }
    let layers =
        |images: &[Inspected]| -> BTreeSet<String> { images.iter().flat_map(|i| i.root_fs.layers.clone()).collect() };
    let all = engine.tell(&docker(["image", "ls", "--quiet", "--no-trunc"]))?;
    let all: BTreeSet<String> = all.lines().map(str::to_owned).collect();
    let of = |ids: &mut dyn Iterator<Item = &String>| engine.inspect_images(&ids.cloned().collect::<Vec<_>>());
    let staying = layers(&of(&mut all.difference(&going.gone))?);
    let memory = LayerCache::open()?;
    for layer in layers(&of(&mut going.gone.iter())?).difference(&staying) {
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
    use crate::engine::image::{Config, RootFs};

    #[test]
    fn progress_and_ledgers_outlive_what_can_be_built_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["memory.json", "nameless", "progress.json", "progress.json.20261121T120000.000Z"] {
            std::fs::write(folder.path().join(name), "{}").unwrap();
        }
        for name in ["layers/v2", "runs"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        forget(folder.path()).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().map(|e| e.file_name()).collect();
        left.sort();
        assert_eq!(left, ["progress.json", "progress.json.20261121T120000.000Z", "runs"]);
    }

    /// An image that says of itself what it is, truly or because it inherited that.
    fn image(id: &str, role: &str, tags: &[&str]) -> Inspected {
        let labels = [(labels::ROLE.to_owned(), role.to_owned())].into_iter().collect();
        Inspected {
            id: id.to_owned(),
            repo_tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            size: 0,
            config: Config { labels, ..Config::default() },
            root_fs: RootFs { layers: Vec::new() },
        }
    }

    fn ids(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_image_with_inherited_labels_stays() {
        let images = [
            image("app", "app", &["drydock.local/app/a:one"]),
            image("base", "base", &["drydock.local/golang:1"]),
            image("theirs", "base", &["team/on-a-base:1"]),
            image("theirs-too", "app", &[]),
            image("replaced", "app", &[]),
            image("replaced-base", "base", &[]),
            image("named-again", "app", &["team/kept:1"]),
        ];
        let noted = ids(&["replaced", "replaced-base", "named-again", "gone"]);
        let going = Going::of(&images, noted.clone(), &BTreeSet::new(), false);
        assert_eq!(
            (going.names, going.nameless),
            (vec!["drydock.local/app/a:one".to_owned()], vec!["replaced".to_owned()])
        );
        assert_eq!((going.gone, going.in_use), (ids(&["app", "replaced"]), 0));
        let with_bases = Going::of(&images, noted, &BTreeSet::new(), true);
        assert_eq!(with_bases.names, ["drydock.local/app/a:one", "drydock.local/golang:1"]);
        assert_eq!(with_bases.nameless, ["replaced", "replaced-base"]);
    }

    #[test]
    fn an_image_of_ours_that_somebody_named_loses_our_name_only() {
        let both = image("both", "app", &["drydock.local/app/a:one", "team/a:1"]);
        let going = Going::of(&[both.clone(), both], BTreeSet::new(), &BTreeSet::new(), true);
        assert_eq!((going.names, going.gone.len()), (vec!["drydock.local/app/a:one".to_owned()], 0));
    }

    #[test]
    fn an_image_that_a_container_of_theirs_is_made_of_stays() {
        let images = [image("a", "app", &["drydock.local/app/a:one"]), image("b", "app", &[])];
        let going = Going::of(&images, ids(&["b"]), &ids(&["a", "b"]), false);
        assert_eq!((going.names.len(), going.nameless.len(), going.in_use), (0, 0, 2));
    }
}
