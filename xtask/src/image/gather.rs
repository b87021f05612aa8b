//! Getting hold of an image to look into: from the engine, from an archive, from a folder.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use super::archive::{self, Contents};
use super::digest::Digest;
use super::inspect::{self, Subject};
use super::layer::LayerFacts;
use super::memory::Memory;
use super::weigh::{self, Way, weigh};
use super::weight::Weight;
use crate::engine::Engine;
use crate::engine::history;
use crate::error::{ErrorId, Problem, Result, io};
use crate::model::Inspection;
use crate::names::{list, nearest, printable};

/// Looks into what `name` names: a file or a folder if there is one, an image of the engine otherwise.
///
/// Errors: there is nothing of that name ([`ErrorId::UnknownImage`]), or it cannot be read as one image.
pub fn gather(name: &str, engine: Engine<'_>, way: &dyn Fn() -> Result<Way>) -> Result<Inspection> {
    let path = Path::new(name);
    if path.exists() { from_disk(name, path) } else { from_engine(name, engine, way()?) }
}

fn from_disk(name: &str, path: &Path) -> Result<Inspection> {
    let unreadable = |fault: super::Fault| fault.problem(&format!("`{}`", printable(name)));
    let contents = if path.is_dir() {
        archive::read_folder(path, &|_| false, &mut |_| {})
    } else {
        let file = File::open(path).map_err(|error| io("open", path, &error))?;
        archive::read_tar(file, &|_| false, &mut |_| {})
    };
    let contents = contents.map_err(unreadable)?;
    let mut images = contents.images().map_err(unreadable)?;
    if images.len() > 1 {
        let names: Vec<_> = images.iter().flat_map(|image| &image.names).map(String::as_str).collect();
        let fact = format!("`{}` holds {} images: {}.", printable(name), images.len(), printable(&list(names)));
        return Err(Problem::new(ErrorId::Archive, fact).next("Save them one by one, each to a file of its own."));
    }
    let image = images.pop().ok_or_else(|| unreadable(super::Fault::NotAnImage))?;
    Ok(inspect::inspect(of_archive(name, &image, &contents)))
}

fn of_archive<'c>(name: &str, image: &archive::Image, contents: &'c Contents) -> Subject<'c> {
    let layers: Vec<_> = image.layers.iter().map(|layer| &contents.layers[&layer.diff_id].facts).collect();
    let blobs: Vec<_> = image.layers.iter().map(|layer| contents.layers[&layer.diff_id].blob()).collect();
    let compressed = |index: usize| image.layers[index].compressed_bytes.is_some();
    let known: Vec<_> = blobs.iter().enumerate().map(|(index, blob)| compressed(index).then_some(*blob)).collect();
    let config = &image.config["config"];
    let history = image.config["history"].as_array().into_iter().flatten();
    let line = |entry: &serde_json::Value| history::words(entry["created_by"].as_str().unwrap_or_default());
    let made: Vec<_> = history.clone().filter(|entry| entry["empty_layer"].as_bool() != Some(true)).map(line).collect();
    let instructions =
        if made.len() == layers.len() { made.into_iter().map(Some).collect() } else { vec![None; layers.len()] };
    let mut words: Vec<_> = history.map(|entry| ("history".to_owned(), entry["created_by"].to_string())).collect();
    words.push(("environment".to_owned(), config["Env"].to_string()));
    words.push(("labels".to_owned(), config["Labels"].to_string()));
    Subject {
        name: image.names.first().map_or_else(|| printable(name), |name| printable(name)),
        weight: Weight::of(&layers).with_pull(&known),
        layers,
        instructions,
        blobs: image.layers.iter().map(|layer| Some(layer.blob)).collect(),
        user: config["User"].as_str().unwrap_or_default().to_owned(),
        words,
    }
}

fn from_engine(name: &str, engine: Engine<'_>, way: Way) -> Result<Inspection> {
    let Some(inspected) = engine.inspect_images(&[name.to_owned()])?.pop() else { return Err(unknown(name, engine)) };
    let diff_ids = inspected.root_fs.layers;
    let subject = weigh::Subject { image: name.to_owned(), layers: diff_ids.clone() };
    let weight = weigh(std::slice::from_ref(&subject), engine, way)?.remove(name).unwrap_or_default();
    let facts = remembered(&subject, engine, &weight)?;
    let history = engine.history(name)?;
    let instructions = history::of_layers(&history, diff_ids.len());
    let mut words: Vec<_> = history.into_iter().map(|line| ("history".to_owned(), line)).collect();
    words.extend(inspected.config.env.into_iter().map(|variable| ("environment".to_owned(), variable)));
    words.extend(inspected.config.labels.into_values().map(|label| ("labels".to_owned(), label)));
    let layers: Vec<_> = weight.layers.iter().map(|layer| &facts[&layer.diff_id]).collect();
    let blobs = vec![None; layers.len()];
    let user = inspected.config.user;
    Ok(inspect::inspect(Subject { name: name.to_owned(), layers, weight, instructions, blobs, user, words }))
}

/// The layers' facts, which weighing has put into memory. A file damaged since then is read again, once.
fn remembered(subject: &weigh::Subject, engine: Engine<'_>, weight: &Weight) -> Result<HashMap<Digest, LayerFacts>> {
    let memory = Memory::open()?;
    for _ in 0..2 {
        let facts = weight.layers.iter().map(|layer| Some((layer.diff_id, memory.layer(&layer.diff_id)?)));
        if let Some(facts) = facts.collect::<Option<HashMap<_, _>>>() {
            return Ok(facts);
        }
        memory.forget_weight(&weight.layers.iter().map(|layer| layer.diff_id).collect::<Vec<_>>());
        weigh(std::slice::from_ref(subject), engine, Way::Stream)?;
    }
    Err(Problem::new(ErrorId::File, "What was learned of the image's layers could not be kept.")
        .next("Set the environment variable DRYDOCK_STATE to a folder that may be written."))
}

fn unknown(name: &str, engine: Engine<'_>) -> Problem {
    let shown = printable(name);
    let problem = Problem::new(ErrorId::UnknownImage, format!("There is no image and no file {shown:?}."));
    let tags = engine.tags().unwrap_or_default();
    match nearest(name, tags.iter().map(String::as_str)) {
        Some(tag) => problem.next(format!("cargo xtask inspect {tag}    may be what was meant")),
        None => problem.next("docker image ls    lists the images there are"),
    }
}
