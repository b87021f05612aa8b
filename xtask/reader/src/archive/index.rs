//! The documents of an archive: which layers make which image.

use std::collections::{HashMap, HashSet};

use super::contents::{Contents, LARGEST_DOCUMENT, MOST_PATHS};
use super::documents::{Config, Index, Listed, Manifest, blob, manifest, normal, parse};
use crate::digest::Digest;
use crate::{Blob, Fault, fault};

/// An index may name indexes; no tool nests them deeper.
const DEEPEST_INDEX: u32 = 3;

/// One image of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Names and tags it is given, if any.
    pub names: Vec<String>,
    /// The machines it is for, as `linux/arm64`, where its documents say so.
    pub platform: Option<String>,
    /// The image's config document.
    pub config: serde_json::Value,
    /// Its layers, lowest first.
    pub layers: Vec<Layer>,
}

/// One layer of an image, as the archive has it.
pub type Layer = Blob;

/// An image as the documents describe it, before its layers are looked at.
#[derive(Clone, Debug)]
pub struct Described {
    names: Vec<String>,
    platform: Option<String>,
    /// The name of its config in the archive.
    config_name: String,
    config: serde_json::Value,
    /// Digest of the unpacked tar, and name in the archive, of each layer from the lowest up.
    layers: Vec<(Digest, String)>,
}

impl Described {
    /// How people may call it: its names, the machines it is for, or what its config is called.
    pub fn called(&self) -> String {
        let names = self.names.join(", ");
        match (&self.platform, names.is_empty()) {
            (Some(platform), true) => platform.clone(),
            (Some(platform), false) => format!("{names} ({platform})"),
            (None, true) => self.config_name.clone(),
            (None, false) => names,
        }
    }

    /// The machines it is for, where that is known.
    pub fn platform(&self) -> Option<&str> {
        self.platform.as_deref()
    }

    /// Whether it is for these machines. A platform without a variant means all variants.
    fn is_for(&self, platform: &str) -> bool {
        let own = self.platform.as_deref();
        own.is_some_and(|own| own == platform || own.strip_prefix(platform).is_some_and(|rest| rest.starts_with('/')))
    }

    pub(super) fn layers(&self) -> impl Iterator<Item = &(Digest, String)> {
        self.layers.iter()
    }
}

impl Contents {
    /// The images as the documents describe them, in the order in which the archive names them; those for one platform where
    /// one is asked for. Signatures, attestations and other artifacts are no images.
    ///
    /// Errors: a document that cannot be understood or lists no image, or a blob that is named and not there.
    pub fn described(&self, platform: Option<&str>) -> fault::Read<Vec<Described>> {
        let saved = self.listed("manifest.json")?.map(|document| saved(self, document)).transpose()?;
        let index = || self.listed("index.json")?.map(|document| indexed(self, document)).transpose();
        let fits = |image: &Described| platform.is_none_or(|platform| image.is_for(platform));
        let mut all = match saved {
            // `manifest.json` has the image for the machine it was saved on, the index beside it those for others too.
            Some(saved) if platform.is_some() && !saved.iter().any(fits) => index()?.unwrap_or(saved),
            Some(saved) => saved,
            None => index()?.ok_or(Fault::NotAnImage)?,
        };
        if let Some(platform) = platform
            && !all.iter().any(fits)
        {
            let there = all.iter().map(|image| image.platform.clone().unwrap_or_else(|| image.called())).collect();
            return Err(Fault::OtherPlatforms { asked: platform.to_owned(), there });
        }
        all.retain(fits);
        Ok(all)
    }

    /// Puts an image together once its layers are read.
    ///
    /// Errors: a layer is missing, or is another than the one it was described with.
    pub fn assembled(&self, described: Described) -> fault::Read<Image> {
        assemble(self, described)
    }

    /// All images, in the order in which the archive names them.
    ///
    /// Errors: as [`Self::described`] and [`Self::assembled`].
    pub fn images(&self) -> fault::Read<Vec<Image>> {
        self.described(None)?.into_iter().map(|described| assemble(self, described)).collect()
    }

    /// A document that says which images there are.
    fn listed(&self, name: &'static str) -> fault::Read<Option<&[u8]>> {
        if self.too_large(name) {
            let why = format!("it has more than {LARGEST_DOCUMENT} bytes");
            return Err(Fault::Document { name: name.to_owned(), why });
        }
        Ok(self.document(name))
    }
}

fn saved(contents: &Contents, document: &[u8]) -> fault::Read<Vec<Described>> {
    let images = match manifest(document)? {
        Listed::Saved(images) => images,
        Listed::Bare(manifest) => {
            // In such a folder the digits alone are a blob's name.
            let bare = contents.document(&manifest.config.digest.hex()).is_some();
            let name = |digest: Digest| if bare { digest.hex() } else { blob(digest) };
            let layers = manifest.layers.iter().flatten().map(|layer| name(layer.digest)).collect();
            return Ok(vec![describe(contents, name(manifest.config.digest), layers, Vec::new(), None)?]);
        }
    };
    if images.is_empty() {
        return Err(Fault::NoImages { document: "manifest.json", instead: Vec::new() });
    }
    let describe = |image: super::documents::Saved| {
        let layers = image.layers.unwrap_or_default().iter().map(|name| normal(name)).collect::<Result<_, _>>()?;
        describe(contents, normal(&image.config)?, layers, image.repo_tags.unwrap_or_default(), None)
    };
    images.into_iter().map(describe).collect()
}

fn indexed(contents: &Contents, document: &[u8]) -> fault::Read<Vec<Described>> {
    let (visited, places) = (HashSet::new(), HashMap::new());
    let mut descent = Descent { contents, visited, found: Vec::new(), places, artifacts: Vec::new(), missing: None };
    descent.descend(parse("index.json", document)?, DEEPEST_INDEX, None)?;
    match descent {
        Descent { found, .. } if !found.is_empty() => Ok(found),
        Descent { missing: Some(name), .. } => Err(Fault::Missing(name)),
        Descent { mut artifacts, .. } => {
            artifacts.dedup();
            Err(Fault::NoImages { document: "index.json", instead: artifacts })
        }
    }
}

/// Going down from an index to the images it leads to.
struct Descent<'c> {
    contents: &'c Contents,
    visited: HashSet<Digest>,
    found: Vec<Described>,
    /// Where in `found` the image of a manifest is.
    places: HashMap<Digest, usize>,
    /// Kinds of what is no image.
    artifacts: Vec<String>,
    /// The first manifest that is not there. An engine that pulled an image for one platform saves the whole index.
    missing: Option<String>,
}

impl Descent<'_> {
    fn descend(&mut self, index: Index, depth: u32, above: Option<&str>) -> fault::Read<()> {
        for entry in index.manifests.unwrap_or_default() {
            // Attestations sit beside the image they speak of and are none.
            if entry.annotation("vnd.docker.reference.type").is_some() {
                continue;
            }
            if !self.visited.insert(entry.digest) {
                self.call(entry.digest, entry.name());
                continue;
            }
            let name = blob(entry.digest);
            let Some(document) = self.contents.document(&name) else {
                self.missing.get_or_insert(name);
                continue;
            };
            let called = entry.name().or(above);
            if entry.is_index() {
                if depth == 0 {
                    return Err(Fault::Document { name, why: "indexes nested too deep".to_owned() });
                }
                self.descend(parse(&name, document)?, depth - 1, called)?;
                continue;
            }
            let manifest: Manifest = parse(&name, document)?;
            if let Some(kind) = manifest.artifact() {
                let kind = entry.artifact_type.as_deref().filter(|kind| !kind.is_empty()).unwrap_or(kind);
                self.artifacts.push(kind.to_owned());
                continue;
            }
            let layers = manifest.layers.iter().flatten().map(|layer| blob(layer.digest)).collect();
            let names = called.map(str::to_owned).into_iter().collect();
            let platform = entry.platform.and_then(|platform| platform.text());
            self.places.insert(entry.digest, self.found.len());
            self.found.push(describe(self.contents, blob(manifest.config.digest), layers, names, platform)?);
        }
        Ok(())
    }

    /// Gives an image that was found another name: a layout has an entry for each.
    fn call(&mut self, manifest: Digest, name: Option<&str>) {
        if let (Some(&at), Some(name)) = (self.places.get(&manifest), name)
            && !self.found[at].names.iter().any(|known| known == name)
        {
            self.found[at].names.push(name.to_owned());
        }
    }
}

fn describe(
    contents: &Contents,
    config_name: String,
    layers: Vec<String>,
    names: Vec<String>,
    platform: Option<String>,
) -> fault::Read<Described> {
    let document = contents.document(&config_name).ok_or_else(|| Fault::Missing(config_name.clone()))?;
    let Config { rootfs, platform: own } = parse(&config_name, document)?;
    let diff_ids = rootfs.diff_ids.unwrap_or_default();
    if diff_ids.len() != layers.len() {
        let why = format!("it names {} layers and the manifest {}", diff_ids.len(), layers.len());
        return Err(Fault::Document { name: config_name, why });
    }
    let layers = diff_ids.into_iter().zip(layers).collect();
    let config = parse(&config_name, document)?;
    Ok(Described { names, platform: platform.or_else(|| own.text()), config_name, config, layers })
}

/// The image, once its layers are read and are the ones it was described with.
fn assemble(contents: &Contents, described: Described) -> fault::Read<Image> {
    let mut own = Vec::with_capacity(described.layers.len());
    let mut paths = 0;
    for (diff_id, name) in described.layers {
        let (read, blob) = contents.layer(&name)?;
        if read.facts.diff_id != diff_id {
            return Err(Fault::Mismatch { named: diff_id, found: read.facts.diff_id });
        }
        // A layer that is named a thousand times is looked at a thousand times.
        paths += read.facts.paths.len() as u64;
        if paths > MOST_PATHS {
            return Err(Fault::TooManyEntries(MOST_PATHS));
        }
        own.push(blob);
    }
    Ok(Image { names: described.names, platform: described.platform, config: described.config, layers: own })
}
