//! Getting hold of an image to look into: from the engine, from an archive, from a folder.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use drydock_reader::archive::{self, Contents, Described, Shelf};
use drydock_reader::{Depth, Fault, Files, Subject, Weight, look, overlay};

use super::inspect::{Known, document};
use super::origin;
use super::started::{self, Start};
use super::way::Way;
use super::weigh::{self, Weighed, weigh_closely};
use crate::bug;
use crate::dockerfile::Dockerfile;
use crate::engine::Engine;
use crate::engine::history::Entry;
use crate::engine::image::Config;
use crate::error::{ErrorId, Exit, Problem, Result, io};
use crate::model::Inspection;
use crate::names::{list, nearest, printable};

/// Finds the Dockerfile an image was built from, by the image's name, where it is known.
pub type Dockerfiles<'d> = &'d (dyn Fn(&str) -> Option<Dockerfile> + Sync);

/// What one wants to know of an image.
#[derive(Clone, Copy, Debug)]
pub struct Detail<'p> {
    /// How closely an archive is looked at.
    pub depth: Depth,
    /// Which files are listed.
    pub files: Files,
    /// For which machines the image has to be, as `linux/arm64`, where an archive has several.
    pub platform: Option<&'p str>,
}

impl From<Depth> for Detail<'_> {
    /// All files are listed, and the platform is the only one.
    fn from(depth: Depth) -> Self {
        Self { depth, files: Files { most: usize::MAX, class: None }, platform: None }
    }
}

/// Whether a name means a file or a folder and not an image of the engine. A folder that is named like an image and holds none
/// is not meant, unless it is written as a path.
pub fn is_on_disk(name: &str) -> bool {
    let path = Path::new(name);
    path.exists() && (!path.is_dir() || archive::holds_an_image(path) || is_a_path(name))
}

/// Whether a name is written as people write paths.
fn is_a_path(name: &str) -> bool {
    let begins = ["/", "./", "../", "~"].iter().any(|start| name.starts_with(start));
    begins || name == "." || name == ".." || name.ends_with('/')
}

/// Looks into what `name` names: a file or a folder if there is one, an image of the engine otherwise.
///
/// Errors: there is nothing of that name ([`ErrorId::UnknownImage`]), or it cannot be read as one image.
pub fn gather<'p>(
    name: &str,
    wanted: impl Into<Detail<'p>>,
    engine: Engine<'_>,
    way: &dyn Fn() -> Result<Way>,
    dockerfiles: Dockerfiles<'_>,
) -> Result<Inspection> {
    let (path, wanted) = (Path::new(name), wanted.into());
    if is_on_disk(name) {
        return from_disk(name, path, wanted, dockerfiles);
    }
    if let Some(platform) = wanted.platform {
        let shown = printable(name);
        let fact = format!("--platform chooses among the images of an archive, and `{shown}` is none.");
        let save = format!("docker save --platform {platform} --output image.tar {shown}");
        return Err(Problem::new(ErrorId::Usage, fact).next(save));
    }
    from_engine(name, wanted.files, engine, way, dockerfiles).map_err(|problem| without_engine(name, problem))
}

/// Nobody who mistyped the name of a file needs to hear that there is no engine.
fn without_engine(name: &str, problem: Problem) -> Problem {
    if problem.id.exit() != Exit::Environment {
        return problem;
    }
    let (shown, file) = (printable(name), is_a_path(name) || is_named_like_an_archive(name));
    let there = if Path::new(name).is_dir() { "is a folder without an image" } else { "is no file here" };
    if file {
        return Problem::new(ErrorId::UnknownImage, format!("There is no file `{shown}`."));
    }
    let asked = format!("`{shown}` {there}. As the name of an image, only an engine knows it.");
    Problem { evidence: [vec![asked], problem.evidence].concat(), ..problem }
}

/// Whether a name ends as files with images in them do.
fn is_named_like_an_archive(name: &str) -> bool {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| ["tar", "tgz", "gz", "zst", "xz", "bz2", "oci", "json"].contains(&ending.as_str()))
}

fn from_disk(name: &str, path: &Path, wanted: Detail<'_>, dockerfiles: Dockerfiles<'_>) -> Result<Inspection> {
    let unreadable = |fault: Fault| {
        Problem::new(ErrorId::Archive, format!("`{}` cannot be read as an image: {fault}.", printable(name)))
    };
    let data = std::fs::metadata(path).map_err(|error| io("open", path, &error))?;
    let (contents, image, depth) = if data.is_file() || data.is_dir() {
        let shelf = Shelf::open(path).map_err(unreadable)?;
        let image = one(name, shelf.described(wanted.platform).map_err(unreadable)?)?;
        let contents = shelf.read(std::slice::from_ref(&image), wanted.depth).map_err(unreadable)?;
        (contents, image, wanted.depth)
    } else {
        // A pipe: one cannot move about in it.
        let mut file = File::open(path).map_err(|error| io("open", path, &error))?;
        let contents = archive::read_pipe(&mut file, wanted.depth).map_err(unreadable)?;
        let image = one(name, contents.described(wanted.platform).map_err(unreadable)?)?;
        (contents, image, Depth::Everything)
    };
    let image = contents.assembled(image).map_err(unreadable)?;
    let inspection = of_archive(name, &image, &contents, dockerfiles, wanted.files);
    Ok(Inspection { digests_checked: depth != Depth::Headers, ..inspection })
}

/// The only image of an archive. One of several is refused by what they are called, with how to choose.
fn one(name: &str, mut images: Vec<Described>) -> Result<Described> {
    if images.len() > 1 {
        let called: Vec<_> = images.iter().map(Described::called).collect();
        let called = printable(&list(called.iter().map(String::as_str)));
        let fact = format!("`{}` holds {} images: {called}.", printable(name), images.len());
        let platforms: BTreeSet<_> = images.iter().filter_map(Described::platform).collect();
        let problem = Problem::new(ErrorId::Archive, fact);
        return Err(if platforms.len() == images.len() {
            platforms
                .into_iter()
                .fold(problem, |problem, platform| problem.next(format!("--platform {}", printable(platform))))
        } else {
            problem.next("Save them one by one, each to a file of its own.")
        });
    }
    images.pop().ok_or_else(|| bug("an archive without images was not refused"))
}

fn of_archive(
    name: &str,
    image: &archive::Image,
    contents: &Contents,
    dockerfiles: Dockerfiles<'_>,
    listed: Files,
) -> Inspection {
    let layers: Vec<_> = image.layers.iter().map(|layer| &contents.layers[&layer.diff_id].facts).collect();
    let sent: Vec<_> = image.layers.iter().map(|blob| contents.sent(blob)).collect();
    let config = &image.config["config"];
    let history: Vec<_> = image.config["history"].as_array().into_iter().flatten().map(entry).collect();
    let dockerfile = image.names.iter().map(String::as_str).chain([name]).find_map(dockerfiles);
    let origins = origin::origins(&history, layers.len(), dockerfile.as_ref());
    let mut words: Vec<_> = history.into_iter().map(|entry| ("history".to_owned(), entry.created_by)).collect();
    words.push(("labels".to_owned(), config["Labels"].to_string()));
    let words_of = |name: &str| -> Vec<String> {
        let all = config[name].as_array().into_iter().flatten();
        all.filter_map(|word| word.as_str().map(str::to_owned)).collect()
    };
    let environment = words_of("Env");
    let started = started::paths(Start {
        entrypoint: &words_of("Entrypoint"),
        cmd: &words_of("Cmd"),
        folder: config["WorkingDir"].as_str().unwrap_or_default(),
        environment: &environment,
    });
    let (seen, user) = (overlay::seen(&layers), config["User"].as_str().unwrap_or_default());
    let known = Known {
        name: image.names.first().map_or_else(|| printable(name), |name| printable(name)),
        weight: Weight::of_seen(&layers, &seen).with_pull(&sent),
        origins,
        blobs: image.layers.iter().map(|blob| Some(blob.digest)).collect(),
    };
    let subject =
        Subject { layers: &layers, seen: &seen, user, environment: &environment, started: &started, words: &words };
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
    words.extend(inspected.config.labels.values().map(|label| ("labels".to_owned(), label.clone())));
    let layers: Vec<_> = weight.layers.iter().map(|layer| &facts[&layer.diff_id]).collect();
    let Config { user, env: environment, entrypoint, cmd, working_dir: folder, .. } = &inspected.config;
    let started = started::paths(Start { entrypoint, cmd, folder, environment });
    let look =
        look(&Subject { layers: &layers, seen: &seen, user, environment, started: &started, words: &words }, files);
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
