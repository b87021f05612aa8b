//! Archives on disk: where one can move about, the documents are read first, and then only the layers the images have, two at
//! a time. Without digests, contents that nobody asks about are not read at all.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::contents::{Contents, MOST_ENTRIES, MOST_PATHS, check, digest_in, sniff};
use super::index::{self, Described};
use crate::digest::Digest;
use crate::encoding::Encoding;
use crate::layer::{self, Claimed, Depth, ReadLayer};
use crate::source::Place;
use crate::walk::{BLOCK, Kind, Walk};
use crate::{Fault, fault, parallel, path};

/// Headers lie far apart: what is read at once beside them is mostly read for nothing.
const HEADERS: usize = 4 * 1024;
/// Hashing keeps a processor busy.
const AT_A_TIME: usize = 2;

/// An archive on disk whose documents have been read, and whose layers have only been found.
pub struct Shelf {
    contents: Contents,
    blobs: HashMap<String, (Place, Encoding)>,
}

impl Shelf {
    /// Opens a tar, or a folder with an OCI layout in it.
    ///
    /// Errors: the tar or a document cannot be read; in a folder a symbolic link is not followed.
    pub fn open(path: &Path) -> fault::Read<Self> {
        let mut shelf = Self { contents: Contents::default(), blobs: HashMap::new() };
        if path.is_dir() {
            shelf.folder(path)?;
        } else {
            shelf.tar(path)?;
        }
        Ok(shelf)
    }

    /// The names of each image in the archive.
    ///
    /// Errors: a document that cannot be understood.
    pub fn names(&self) -> fault::Read<Vec<Vec<String>>> {
        Ok(index::described(&self.contents)?.into_iter().map(|described| described.names).collect())
    }

    /// Reads the layers of all images.
    ///
    /// Errors: as [`super::read_tar`].
    pub fn read(mut self, depth: Depth) -> fault::Read<Contents> {
        let jobs = self.jobs(&index::described(&self.contents)?);
        let (paths, failed) = (AtomicU64::new(0), AtomicBool::new(false));
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let done = parallel::map(&jobs, processors.min(AT_A_TIME), |job| {
            if failed.load(Ordering::Relaxed) {
                return None;
            }
            let read = job.read(depth).and_then(|read| bounded(&paths, read));
            failed.fetch_or(read.is_err(), Ordering::Relaxed);
            Some(read)
        });
        // What was left out comes after what failed.
        for (job, read) in jobs.iter().zip(done.into_iter().map_while(|read| read)) {
            self.contents.keep(job.name.clone(), read?)?;
        }
        Ok(self.contents)
    }

    /// The layers to read, each once.
    fn jobs(&self, images: &[Described]) -> Vec<Job> {
        let mut jobs = BTreeMap::new();
        for (diff_id, name) in images.iter().flat_map(|image| &image.layers) {
            let name = self.contents.resolve(name);
            // What is named and not there, or no layer, is found out when the images are put together.
            if let Some((place, encoding)) = self.blobs.get(name) {
                let job = Job { name: name.to_owned(), diff_id: *diff_id, place: place.clone(), encoding: *encoding };
                jobs.entry(name).or_insert(job);
            }
        }
        let mut jobs: Vec<_> = jobs.into_values().collect();
        // The largest first: they end at about the same time.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.place.bytes));
        jobs
    }

    fn tar(&mut self, file: &Path) -> fault::Read<()> {
        let bytes = std::fs::metadata(file)?.len();
        let whole = Place { file: file.to_owned(), at: 0, bytes };
        // Said by name: as a tar they only look damaged.
        match sniff(&mut whole.open(HEADERS)?)? {
            (_, Some(Encoding::Gzip | Encoding::Zstd)) => return Err(Fault::Compressed),
            (start, _) if start.len() < BLOCK => return Err(Fault::NotAnImage),
            _ => {}
        }
        let mut walk = Walk::new(whole.open(HEADERS)?);
        let mut entries = 0;
        while let Some(entry) = walk.advance()? {
            entries += 1;
            if entries > MOST_ENTRIES {
                return Err(Fault::TooManyEntries(MOST_ENTRIES));
            }
            let name = path::lossy(&path::normal(&entry.name)?);
            match entry.kind {
                Kind::File if entry.whole => {
                    let place = Place { file: file.to_owned(), at: bytes - walk.source().left(), bytes: entry.size };
                    self.blob(name, place, walk.content())?;
                }
                kind => self.contents.other(name, kind)?,
            }
        }
        Ok(())
    }

    fn folder(&mut self, folder: &Path) -> fault::Read<()> {
        let mut names = vec!["index.json".to_owned(), "manifest.json".to_owned()];
        let blobs = folder.join("blobs").join("sha256");
        if !blobs.is_dir() {
            return Err(Fault::NotAnImage);
        }
        for entry in std::fs::read_dir(blobs)? {
            names.extend(entry?.file_name().to_str().map(|name| format!("blobs/sha256/{name}")));
        }
        for name in names {
            let file = folder.join(&name);
            match file.symlink_metadata() {
                Ok(data) if data.is_file() => {
                    let place = Place { file, at: 0, bytes: data.len() };
                    let content = place.open(HEADERS)?;
                    self.blob(name, place, content)?;
                }
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn blob(&mut self, name: String, place: Place, mut content: impl std::io::Read) -> fault::Read<()> {
        let (start, encoding) = sniff(&mut content)?;
        let Some(encoding) = encoding else {
            return self.contents.keep_document(name, place.bytes, start, content);
        };
        self.blobs.insert(name, (place, encoding));
        Ok(())
    }
}

/// Counted as they come: what is too much together must not be kept until the end.
fn bounded(paths: &AtomicU64, read: ReadLayer) -> fault::Read<ReadLayer> {
    let own = read.facts.paths.len() as u64;
    let all = paths.fetch_add(own, Ordering::Relaxed) + own;
    if all > MOST_PATHS { Err(Fault::TooManyEntries(MOST_PATHS)) } else { Ok(read) }
}

/// A layer to be read.
struct Job {
    name: String,
    /// As the image's config has it.
    diff_id: Digest,
    place: Place,
    encoding: Encoding,
}

impl Job {
    fn read(&self, depth: Depth) -> fault::Read<ReadLayer> {
        let mut blob = self.place.open(HEADERS)?;
        match digest_in(&self.name) {
            Some(named) if depth == Depth::Headers => {
                if self.encoding == Encoding::Plain {
                    check(&self.name, self.diff_id)?;
                }
                layer::skim(blob, self.encoding, Claimed { diff_id: self.diff_id, blob: named })
            }
            _ => {
                let read = layer::read(&mut blob, self.encoding)?;
                check(&self.name, read.blob)?;
                Ok(read)
            }
        }
    }
}
