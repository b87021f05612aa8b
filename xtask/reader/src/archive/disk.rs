//! Archives on disk: where one can move about, the documents are read first, and then only the layers the images have, two at
//! a time. Without digests, contents that nobody asks about are not read at all.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::contents::{Contents, MOST_ENTRIES, MOST_PATHS, check, digest_in, sniff, whole};
use super::folder::{self, Found};
use super::index::Described;
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
    /// Opens a tar, or a folder into which one was unpacked, or with an OCI layout in it, or that `skopeo` wrote as `dir:`.
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

    /// The images in the archive, as its documents describe them.
    ///
    /// Errors: as [`Contents::described`].
    pub fn described(&self, platform: Option<&str>) -> fault::Read<Vec<Described>> {
        self.contents.described(platform)
    }

    /// Reads the layers of some images.
    ///
    /// Errors: as [`super::read_tar`].
    pub fn read(mut self, images: &[Described], depth: Depth) -> fault::Read<Contents> {
        let jobs = self.jobs(images);
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
        for (diff_id, name) in images.iter().flat_map(Described::layers) {
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
        let all = Place { file: file.to_owned(), at: 0, bytes };
        match sniff(&mut all.open(HEADERS)?)? {
            (start, Some(_)) => whole(&start)?,
            (start, None) if start.len() < BLOCK => return Err(Fault::NotAnImage),
            _ => {}
        }
        let mut walk = Walk::new(all.open(HEADERS)?);
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
        for (name, found) in folder::files(folder)? {
            match found {
                Found::File { file, bytes } => {
                    let place = Place { file, at: 0, bytes };
                    let content = place.open(HEADERS)?;
                    self.blob(name, place, content)?;
                }
                Found::Link(target) => self.contents.other(name, Kind::Symlink(target))?,
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
                let read = layer::read_at(depth, &mut blob, self.encoding)?;
                check(&self.name, read.blob)?;
                Ok(read)
            }
        }
    }
}
