//! Taking bases to a machine that cannot build them: one archive, written and read by the engine.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use serde::Deserialize;

use super::hash::Hash;
use super::tag;
use crate::engine::{Engine, build, docker, labels};
use crate::error::{self, ErrorId, Problem, Result};
use crate::process::Command;

/// Largest file of an archive's own description that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// One image in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The official name it stands in for.
    pub name: String,
    /// The recipe it was made by.
    pub recipe: Hash,
}

/// Writes bases, by official name, to `file`.
///
/// Errors: [`ErrorId::DiskFull`], else [`ErrorId::EngineBroken`] with what docker said.
pub fn save(names: &[String], file: &Path, engine: Engine<'_>) -> Result<()> {
    run(&save_command(names, file), engine)
}

/// Has the engine read an archive, after [`contents`] has found nothing in it but bases of ours. Returns what it brought.
///
/// Errors: as [`contents`] and [`save`].
pub fn load(file: &Path, engine: Engine<'_>) -> Result<Vec<Entry>> {
    let entries = contents(file)?;
    let tags: Vec<String> = entries.iter().map(|entry| tag(&entry.name)).collect();
    engine.note_images(&tags)?;
    run(&docker(["load", "--input"]).arg(file.to_string_lossy()), engine)?;
    Ok(entries)
}

fn save_command(names: &[String], file: &Path) -> Command {
    docker(["save", "--output"]).arg(file.to_string_lossy()).args(names.iter().map(|name| tag(name)))
}

/// Runs a command that moves gigabytes and so has no limit of time.
fn run(command: &Command, engine: Engine<'_>) -> Result<()> {
    engine.announce(command);
    let mut lines = Vec::new();
    let status = command.lines(|line| lines.push(line.to_owned()))?;
    if status == 0 {
        return Ok(());
    }
    crate::interrupt::check()?;
    let id = match build::classify(&lines.join("\n")) {
        ErrorId::DiskFull => ErrorId::DiskFull,
        _ => ErrorId::EngineBroken,
    };
    Err(Problem::new(id, format!("`{}` failed with status {status}.", command.display())).evidence(lines))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Image {
    config: String,
    repo_tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Config {
    config: Labels,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Labels {
    labels: Option<BTreeMap<String, String>>,
}

/// Where an OCI index written by an engine names its images (containerd, `images.AnnotationImageName`).
const IMAGE_NAME: &str = "io.containerd.image.name";

#[derive(Deserialize)]
struct Index {
    manifests: Vec<IndexEntry>,
}

#[derive(Deserialize)]
struct IndexEntry {
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// Reads what an archive would bring, before the engine loads any of it: every image must be one of ours and say so in
/// its labels, for loading an archive overwrites whatever has the same tag.
///
/// Errors: [`ErrorId::File`], also for an archive that holds anything else.
pub fn contents(path: &Path) -> Result<Vec<Entry>> {
    let mut file = File::open(path).map_err(|e| error::io("read", path, &e))?;
    let strange = |what: &str| {
        Problem::new(ErrorId::File, format!("{} {what}.", path.display()))
            .next("cargo xtask bases save FILE    writes an archive that can be loaded")
    };
    let manifest = member(&mut file, "manifest.json").ok_or_else(|| strange("is not an archive of images"))?;
    let images: Vec<Image> = serde_json::from_slice(&manifest).map_err(|_| strange("has a description of no use"))?;
    let mut entries = Vec::new();
    for image in images {
        let config = member(&mut file, &image.config).and_then(|json| serde_json::from_slice::<Config>(&json).ok());
        let labels = config.and_then(|c| c.config.labels).unwrap_or_default();
        let tags = image.repo_tags.unwrap_or_default();
        let (Some(name), Some(recipe)) = (labels.get(labels::BASE), labels.get(labels::RECIPE)) else {
            return Err(strange("holds images that Drydock did not make"));
        };
        if tags != [tag(name)] {
            return Err(strange("holds images under names that are not Drydock's"));
        }
        entries.push(Entry { name: name.clone(), recipe: recipe.clone() });
    }
    // The containerd store goes by the index instead, which may say something else than the manifest.
    if let Some(json) = member(&mut file, "index.json") {
        let index: Index = serde_json::from_slice(&json).map_err(|_| strange("has an index of no use"))?;
        let named = index.manifests.iter().filter_map(|m| m.annotations.get(IMAGE_NAME));
        let known: Vec<String> = entries.iter().map(|entry| tag(&entry.name)).collect();
        if named.into_iter().any(|name| !known.contains(name)) {
            return Err(strange("holds images under names that are not Drydock's"));
        }
    }
    Ok(entries)
}

/// The bytes of one small file in an archive.
fn member(file: &mut File, name: &str) -> Option<Vec<u8>> {
    file.rewind().ok()?;
    let mut archive = tar::Archive::new(file);
    for entry in archive.entries_with_seek().ok()? {
        let mut entry = entry.ok()?;
        if entry.path().is_ok_and(|path| path == Path::new(name)) {
            let mut bytes = Vec::new();
            return entry.by_ref().take(LARGEST).read_to_end(&mut bytes).ok().map(|_| bytes);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(tag: &str, labels: &str) -> tempfile::NamedTempFile {
        archive_with_index(tag, labels, tag)
    }

    fn archive_with_index(tag: &str, labels: &str, indexed: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut builder = tar::Builder::new(file.reopen().unwrap());
        let manifest = format!(r#"[{{"Config":"blobs/c","RepoTags":["{tag}"],"Layers":[]}}]"#);
        let config = format!(r#"{{"config":{{"Labels":{labels}}}}}"#);
        let index = format!(r#"{{"manifests":[{{"annotations":{{"{IMAGE_NAME}":"{indexed}"}}}}]}}"#);
        for (name, text) in [("blobs/c", config), ("index.json", index), ("manifest.json", manifest)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_cksum();
            builder.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        builder.finish().unwrap();
        file
    }

    const OURS: &str = r#"{"dev.drydock.base":"golang:1","dev.drydock.recipe":"abc"}"#;

    #[test]
    fn an_archive_of_ours_is_read_without_loading_it() {
        let file = archive("drydock.local/golang:1", OURS);
        let expected = Entry { name: "golang:1".to_owned(), recipe: "abc".to_owned() };
        assert_eq!(contents(file.path()).unwrap(), [expected]);
    }

    #[test]
    fn what_is_not_ours_is_not_loaded() {
        assert!(contents(archive("golang:1", OURS).path()).unwrap_err().fact.contains("names that are not Drydock's"));
        let unlabelled = archive("drydock.local/golang:1", "null");
        assert!(contents(unlabelled.path()).unwrap_err().fact.contains("did not make"));
        let two_faced = archive_with_index("drydock.local/golang:1", OURS, "docker.io/library/golang:1");
        assert!(contents(two_faced.path()).unwrap_err().fact.contains("names that are not Drydock's"));
        let text = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(text.path(), "hello").unwrap();
        assert!(contents(text.path()).unwrap_err().fact.contains("is not an archive of images"));
    }

    #[test]
    fn saving_names_the_tags() {
        let command = save_command(&["golang:1".to_owned()], Path::new("a b.tar"));
        assert_eq!(command.display(), "docker save --output 'a b.tar' drydock.local/golang:1");
    }
}
