//! Getting hold of an image to look into: from the engine, from an archive, from a folder.

use std::fs::File;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use drydock_reader::archive::{self, Contents, Shelf};
use drydock_reader::{Depth, Fault, Files, Subject, Weight, look, overlay};

use super::inspect::{Known, document};
use super::origin;
use super::way::Way;
use super::weigh::{self, Weighed, weigh_closely};
use crate::dockerfile::Dockerfile;
use crate::engine::Engine;
use crate::engine::history::Entry;
use crate::error::{ErrorId, Problem, Result, io};
use crate::model::Inspection;
use crate::names::{list, nearest, printable};

/// Finds the Dockerfile an image was built from, by the image's name, where it is known.
pub type Dockerfiles<'d> = &'d (dyn Fn(&str) -> Option<Dockerfile> + Sync);

/// What one wants to know of an image.
#[derive(Clone, Copy, Debug)]
pub struct Detail {
    /// How closely an archive is looked at.
    pub depth: Depth,
    /// Which files are listed.
    pub files: Files,
}

impl From<Depth> for Detail {
    /// All files are listed.
    fn from(depth: Depth) -> Self {
        Self { depth, files: Files { most: usize::MAX, class: None } }
    }
}

/// Looks into what `name` names: a file or a folder if there is one, an image of the engine otherwise.
///
/// Errors: there is nothing of that name ([`ErrorId::UnknownImage`]), or it cannot be read as one image.
pub fn gather(
    name: &str,
    wanted: impl Into<Detail>,
    engine: Engine<'_>,
    way: &dyn Fn() -> Result<Way>,
    dockerfiles: Dockerfiles<'_>,
) -> Result<Inspection> {
    let (path, wanted) = (Path::new(name), wanted.into());
    if path.exists() {
        from_disk(name, path, wanted, dockerfiles)
    } else {
        from_engine(name, wanted.files, engine, way, dockerfiles)
    }
}

fn from_disk(name: &str, path: &Path, wanted: Detail, dockerfiles: Dockerfiles<'_>) -> Result<Inspection> {
    let unreadable = |fault: Fault| {
        Problem::new(ErrorId::Archive, format!("`{}` cannot be read as an image: {fault}.", printable(name)))
    };
    let data = std::fs::metadata(path).map_err(|error| io("open", path, &error))?;
    let (contents, depth) = if data.is_file() || data.is_dir() {
        let shelf = Shelf::open(path).map_err(unreadable)?;
        one(name, &shelf.names().map_err(unreadable)?)?;
        (shelf.read(wanted.depth).map_err(unreadable)?, wanted.depth)
    } else {
        // A pipe: one cannot move about in it.
        let mut file = File::open(path).map_err(|error| io("open", path, &error))?;
        (archive::read_tar(&mut file, &|_| false, &mut |_| {}).map_err(unreadable)?, Depth::Everything)
    };
    let mut images = contents.images().map_err(unreadable)?;
    one(name, &images.iter().map(|image| image.names.clone()).collect::<Vec<_>>())?;
    let image = images.pop().ok_or_else(|| unreadable(Fault::NotAnImage))?;
    let inspection = of_archive(name, &image, &contents, dockerfiles, wanted.files);
    Ok(Inspection { digests_checked: depth == Depth::Everything, ..inspection })
}

/// Refuses an archive of several images, by their names.
fn one(name: &str, images: &[Vec<String>]) -> Result<()> {
    if images.len() <= 1 {
        return Ok(());
    }
    let names: Vec<_> = images.iter().flatten().map(String::as_str).collect();
    let fact = format!("`{}` holds {} images: {}.", printable(name), images.len(), printable(&list(names)));
    Err(Problem::new(ErrorId::Archive, fact).next("Save them one by one, each to a file of its own."))
}

fn of_archive(
    name: &str,
    image: &archive::Image,
    contents: &Contents,
    dockerfiles: Dockerfiles<'_>,
    listed: Files,
) -> Inspection {
    let layers: Vec<_> = image.layers.iter().map(|layer| &contents.layers[&layer.diff_id].facts).collect();
    let blobs: Vec<_> = image.layers.iter().map(|layer| contents.layers[&layer.diff_id].blob()).collect();
    let sent: Vec<_> = blobs.iter().map(|blob| blob.compressed.then_some(*blob)).collect();
    let config = &image.config["config"];
    let history: Vec<_> = image.config["history"].as_array().into_iter().flatten().map(entry).collect();
    let dockerfile = image.names.iter().find_map(|name| dockerfiles(name));
    let origins = origin::origins(&history, layers.len(), dockerfile.as_ref());
    let mut words: Vec<_> = history.into_iter().map(|entry| ("history".to_owned(), entry.created_by)).collect();
    words.push(("labels".to_owned(), config["Labels"].to_string()));
    let environment = config["Env"].as_array().into_iter().flatten();
    let environment: Vec<_> = environment.filter_map(|variable| variable.as_str().map(str::to_owned)).collect();
    let (seen, user) = (overlay::seen(&layers), config["User"].as_str().unwrap_or_default());
    let known = Known {
        name: image.names.first().map_or_else(|| printable(name), |name| printable(name)),
        weight: Weight::of_seen(&layers, &seen).with_pull(&sent),
        origins,
        blobs: image.layers.iter().map(|layer| Some(layer.blob)).collect(),
    };
    let subject = Subject { layers: &layers, seen: &seen, user, environment: &environment, words: &words };
    document(known, look(&subject, listed))
}

fn entry(entry: &serde_json::Value) -> Entry {
    let created_by = entry["created_by"].as_str().unwrap_or_default().to_owned();
    Entry { created_by, makes_layer: entry["empty_layer"].as_bool() != Some(true) }
}

fn from_engine(
    name: &str,
    files: Files,
    engine: Engine<'_>,
    way: &dyn Fn() -> Result<Way>,
    dockerfiles: Dockerfiles<'_>,
) -> Result<Inspection> {
    // No question waits for the answer to another: each is a process, and takes longer to start than to be answered.
    let (way, inspected, history) = thread::scope(|scope| {
        let inspected = scope.spawn(|| engine.inspect_images(&[name.to_owned()]));
        let history = scope.spawn(|| engine.history(name));
        (way(), joined(inspected), joined(history))
    });
    let way = way?;
    let Some(inspected) = inspected?.pop() else { return Err(unknown(name, engine)) };
    let history = history?;
    let diff_ids = inspected.root_fs.layers;
    let subject = weigh::Subject { image: name.to_owned(), layers: diff_ids.clone(), base: weigh::Base::Unknown };
    let Weighed { weight, facts, seen } = weigh_closely(&subject, engine, way)?;
    let origins = origin::origins(&history, diff_ids.len(), dockerfiles(name).as_ref());
    let mut words: Vec<_> = history.into_iter().map(|entry| ("history".to_owned(), entry.created_by)).collect();
    words.extend(inspected.config.labels.into_values().map(|label| ("labels".to_owned(), label)));
    let layers: Vec<_> = weight.layers.iter().map(|layer| &facts[&layer.diff_id]).collect();
    let (user, environment) = (&inspected.config.user, &inspected.config.env);
    let look = look(&Subject { layers: &layers, seen: &seen, user, environment, words: &words }, files);
    let blobs = vec![None; layers.len()];
    Ok(document(Known { name: name.to_owned(), weight, origins, blobs }, look))
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn unknown(name: &str, engine: Engine<'_>) -> Problem {
    let shown = printable(name);
    let problem = Problem::new(ErrorId::UnknownImage, format!("There is no image and no file {shown:?}."));
    let tags = engine.tags().unwrap_or_default();
    // People leave out the part before the last slash.
    let ending = format!("/{name}");
    let same_end = tags.iter().map(String::as_str).find(|tag| tag.ends_with(&ending));
    match same_end.or_else(|| nearest(name, tags.iter().map(String::as_str))) {
        Some(tag) => problem.next(format!("{tag}    may be what was meant")),
        None => problem.next("docker image ls    lists the images there are"),
    }
}
