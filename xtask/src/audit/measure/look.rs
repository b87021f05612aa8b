//! Looks into an image: every file of every layer, its config, its history, and what a higher layer hides.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use drydock_reader::archive::Shelf;
use drydock_reader::overlay::{self, Seen as Visible};
use drydock_reader::{Class, Depth, FileLine, LayerFacts, What};

use super::Examiner;
use crate::audit::seen::{Config, Hidden, How, Image, Written};
use crate::engine::docker;
use crate::error::{ErrorId, Problem, Result};
use crate::image::Files;
use crate::image::gather::{Detail, gather, is_on_disk};
use crate::image::weigh::{Base, Subject, weigh_closely};
use crate::names::printable;

impl Examiner<'_> {
    /// Looks into an image of the engine, or into an archive.
    ///
    /// Errors: there is none of that name, or it cannot be read.
    pub fn look(&self, name: &str, written: Option<&Written>) -> Result<Image> {
        let way = || Ok(self.way);
        let dockerfiles = |_: &str| written.map(|written| written.parsed.clone());
        let files = Files { most: usize::MAX, class: None };
        let archive = is_on_disk(name);
        let platform = self.job.platform.as_deref().filter(|_| archive);
        let wanted = Detail { depth: Depth::Everything, files, platform };
        let mut inspection = gather(name, wanted, self.engine, &way, &dockerfiles)?;
        let (config, history, hidden) = if archive {
            from_disk(Path::new(name), platform, &inspection.files)?
        } else {
            self.of_engine(name, &inspection.files)?
        };
        // The name that people know, and not the one that an archive has.
        inspection.image = printable(name);
        let of_base = inspection.layers.iter().filter(|layer| layer.of_base);
        let base_bytes = inspection.unmatched.is_none().then(|| of_base.map(|layer| layer.stored_bytes).sum());
        let base_bytes = base_bytes.filter(|_| written.is_some());
        Ok(Image { inspection, config, history, hidden, base_bytes })
    }

    fn of_engine(&self, name: &str, files: &[FileLine]) -> Result<(Config, Vec<String>, Vec<Hidden>)> {
        let engine = self.engine;
        let config = engine.tell(&docker(["image", "inspect", "--format", "{{json .Config}}", name]))?;
        let config: Config = serde_json::from_str(config.trim()).map_err(|error| unread(name, &error))?;
        let history = engine.history(name)?.into_iter().map(|entry| entry.created_by).collect();
        let layers =
            engine.inspect_images(&[name.to_owned()])?.pop().map(|image| image.root_fs.layers).unwrap_or_default();
        let subject = Subject { image: name.to_owned(), layers, base: Base::Unknown };
        // Everything is remembered from the look a moment ago.
        let weighed = weigh_closely(&subject, engine, self.way)?;
        let facts: Vec<&LayerFacts> =
            weighed.weight.layers.iter().filter_map(|layer| weighed.facts.get(&layer.diff_id)).collect();
        Ok((config, history, hidden(&facts, &weighed.seen, files)))
    }
}

fn from_disk(path: &Path, platform: Option<&str>, files: &[FileLine]) -> Result<(Config, Vec<String>, Vec<Hidden>)> {
    let name = path.display().to_string();
    let unreadable = |fault: drydock_reader::Fault| {
        Problem::new(ErrorId::Archive, format!("`{}` cannot be read as an image: {fault}.", printable(&name)))
    };
    let shelf = Shelf::open(path).map_err(unreadable)?;
    let images = shelf.described(platform).map_err(unreadable)?;
    let contents = shelf.read(&images, Depth::Everything).map_err(unreadable)?;
    let image = images.into_iter().next().map(|image| contents.assembled(image)).transpose().map_err(unreadable)?;
    let Some(image) = image else { return Err(crate::bug("An archive that was read holds no image")) };
    let config = serde_json::from_value(image.config["config"].clone()).map_err(|error| unread(&name, &error))?;
    let history = image.config["history"].as_array().into_iter().flatten();
    let history = history.map(|entry| entry["created_by"].as_str().unwrap_or_default().to_owned()).collect();
    let facts: Vec<&LayerFacts> =
        image.layers.iter().filter_map(|layer| Some(&contents.layers.get(&layer.diff_id)?.facts)).collect();
    let hidden = hidden(&facts, &overlay::seen(&facts), files);
    Ok((config, history, hidden))
}

fn unread(name: &str, error: &serde_json::Error) -> Problem {
    Problem::new(ErrorId::Archive, format!("The config of `{}` cannot be read: {error}.", printable(name)))
}

/// The files that a higher layer hides, the largest first.
fn hidden(layers: &[&LayerFacts], seen: &[Visible], files: &[FileLine]) -> Vec<Hidden> {
    let removals: Vec<_> = layers.iter().map(|layer| layer.removals()).collect();
    let classes: HashMap<(usize, &str), Class> =
        files.iter().map(|file| ((file.layer, file.path.as_str()), file.class)).collect();
    // What each layer holds, by content: where a file went that it moved.
    let contents: Vec<HashSet<u64>> = layers.iter().map(|layer| layer.prints.iter().copied().collect()).collect();
    let mut found = Vec::new();
    for (at, (layer, seen)) in layers.iter().zip(seen).enumerate() {
        let mut counted = HashSet::new();
        for ((path, node), visible) in layer.paths.iter().zip(&seen.paths) {
            let What::File(inode) = node.what else { continue };
            let (inode, seen_elsewhere) = (inode as usize, seen.inodes.get(inode as usize) == Some(&true));
            if *visible || seen_elsewhere || !counted.insert(inode) {
                continue;
            }
            let bytes = layer.inodes.get(inode).copied().unwrap_or_default();
            let print = layer.prints.get(inode).copied().filter(|print| *print != drydock_reader::UNKNOWN);
            let above = (at + 1..layers.len()).find_map(|above| {
                let there = layers[above].paths.get(path);
                match there.map(|node| node.what) {
                    Some(What::File(other)) => {
                        let same = print.is_some() && layers[above].prints.get(other as usize).copied() == print;
                        Some((above, if same { How::Same } else { How::Replaced }))
                    }
                    Some(What::LinkBelow) | None if !removals[above].cover(path) => None,
                    Some(_) => Some((above, How::Replaced)),
                    None => {
                        let moved = print.is_some_and(|print| contents[above].contains(&print)) && bytes > 0;
                        Some((above, if moved { How::Moved } else { How::Deleted }))
                    }
                }
            });
            let Some((above, how)) = above else { continue };
            let path = String::from_utf8_lossy(path).into_owned();
            let class = classes.get(&(at + 1, path.as_str())).copied().unwrap_or(Class::Other);
            let file = FileLine { path, layer: at + 1, class, bytes, print };
            found.push(Hidden { file, by: above + 1, how });
        }
    }
    found.sort_by(|a, b| b.file.bytes.cmp(&a.file.bytes).then_with(|| a.file.path.cmp(&b.file.path)));
    found
}

#[cfg(test)]
mod tests {
    use drydock_reader::testing::tarball::Tar;

    use super::*;

    #[test]
    fn what_a_higher_layer_does_with_a_file_is_told() {
        let content = |byte: u8, many: usize| vec![byte; many];
        let below = Tar::new()
            .file("a/removed", &content(1, 500))
            .file("a/replaced", &content(2, 400))
            .file("a/owner", &content(3, 300))
            .file("a/moved", &content(4, 200))
            .file("a/stays", &content(5, 100))
            .read()
            .unwrap();
        let above = Tar::new()
            .file("a/.wh.removed", b"")
            .file("a/replaced", &content(9, 10))
            .file("a/owner", &content(3, 300))
            .file("a/.wh.moved", b"")
            .file("b/moved", &content(4, 200))
            .read()
            .unwrap();
        let layers = [&below, &above];
        let found = hidden(&layers, &overlay::seen(&layers), &[]);
        let told: Vec<_> = found.iter().map(|one| (one.file.path.as_str(), one.file.bytes, one.by, one.how)).collect();
        assert_eq!(
            told,
            [
                ("a/removed", 500, 2, How::Deleted),
                ("a/replaced", 400, 2, How::Replaced),
                ("a/owner", 300, 2, How::Same),
                ("a/moved", 200, 2, How::Moved),
            ]
        );
    }
}
