//! The push half of the OCI distribution protocol: what is answered to which request, and what is learned from it.
//!
//! No blob is kept. A layer is read as it arrives; of a manifest and a config only the manifest's text is kept, until the
//! push is over.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use drydock_reader::{Blob, Digest, Fault, LayerFacts, encoding, layer};

use super::http::{Answer, Head};
use crate::event::{Event, Sink};
use crate::image::cache::LayerCache;
use crate::units;

/// Manifests and configs are smaller; a larger body that is not a layer is refused.
const LARGEST_DOCUMENT: u64 = 4 << 20;
/// Uploads that were begun and not ended. An engine has a handful at a time.
const MOST_UPLOADS: usize = 256;

/// One pushed manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Its layers, lowest first.
    pub layers: Vec<PushedLayer>,
}

/// One layer of a pushed manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushedLayer {
    /// Digest of the unpacked tar.
    pub diff_id: Digest,
    /// Its blob.
    pub blob: Blob,
    /// The blob's digest.
    pub digest: Digest,
}

/// What has been pushed so far.
pub struct Registry<'r> {
    /// The one repository there is. Engines remember which layers they pushed where, so it is always the same.
    repository: &'r str,
    memory: &'r LayerCache,
    sink: &'r dyn Sink,
    requests: AtomicU64,
    uploads: Mutex<HashMap<u64, Option<Upload>>>,
    next_upload: AtomicU64,
    /// Manifests by tag: `None` until one arrives. Another tag than these is refused.
    manifests: Mutex<HashMap<String, Option<Pushed>>>,
    learned: Mutex<Learned>,
}

/// What arrived in the course of the push.
#[derive(Default)]
pub struct Learned {
    /// Layers that were read, by the digest of their unpacked tar.
    pub layers: HashMap<Digest, LayerFacts>,
    /// Blobs that were read, by their own digest.
    pub blobs: HashMap<Digest, Blob>,
    /// Bytes of configs, by digest. The engine asks for them right after it has sent them.
    documents: HashMap<Digest, u64>,
    /// Bytes of blobs that travelled, layers and documents.
    pub received: u64,
    /// Why a layer was refused, if one was.
    pub fault: Option<Fault>,
}

/// A body that arrived and has not yet been given its name.
#[derive(Clone, Copy)]
struct Upload {
    digest: Digest,
    bytes: u64,
}

#[derive(serde::Deserialize)]
struct Manifest {
    layers: Vec<Descriptor>,
}

#[derive(serde::Deserialize)]
struct Descriptor {
    digest: Digest,
}

impl<'r> Registry<'r> {
    /// A registry that has received nothing and takes manifests under these tags only.
    pub fn new(repository: &'r str, tags: &[String], memory: &'r LayerCache, sink: &'r dyn Sink) -> Self {
        Self {
            repository,
            memory,
            sink,
            requests: AtomicU64::new(0),
            uploads: Mutex::default(),
            next_upload: AtomicU64::new(1),
            manifests: Mutex::new(tags.iter().map(|tag| (tag.clone(), None)).collect()),
            learned: Mutex::default(),
        }
    }

    /// How many requests came: none means that the engine does not reach us.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// What was pushed under a tag.
    pub fn pushed(&self, tag: &str) -> Option<Pushed> {
        locked(&self.manifests).get(tag).cloned().flatten()
    }

    /// What was learned, taken out.
    pub fn take_learned(&self) -> Learned {
        std::mem::take(&mut locked(&self.learned))
    }

    /// Answers one request.
    ///
    /// Errors: a body that is refused or does not arrive whole; the connection is of no use afterwards.
    pub fn answer(&self, head: &Head, body: &mut dyn Read) -> Result<Answer, Fault> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let Some(rest) = head.path.strip_prefix("/v2/") else { return Ok(Answer::failure(404, "UNSUPPORTED")) };
        if rest.is_empty() {
            return Ok(Answer::new(200).header("Docker-Distribution-Api-Version", "registry/2.0"));
        }
        let Some(rest) = rest.strip_prefix(self.repository).and_then(|rest| rest.strip_prefix('/')) else {
            return Ok(Answer::failure(404, "NAME_UNKNOWN"));
        };
        match (head.method.as_str(), rest.split('/').collect::<Vec<_>>().as_slice()) {
            ("HEAD", ["blobs", digest]) => Ok(self.have(digest)),
            ("POST", ["blobs", "uploads", ""]) => Ok(self.begin(head)),
            ("PATCH", ["blobs", "uploads", id]) => self.receive(id, body),
            ("PUT", ["blobs", "uploads", id]) => self.finish(id, head, body),
            ("PUT", ["manifests", reference]) => self.manifest(reference, body),
            ("HEAD" | "GET", ["manifests" | "blobs", _]) => Ok(Answer::failure(404, "MANIFEST_UNKNOWN")),
            _ => Ok(Answer::failure(405, "UNSUPPORTED")),
        }
    }

    /// "Already here" to a layer whose content is known, and to what has just been sent.
    fn have(&self, digest: &str) -> Answer {
        let bytes = |digest: &Digest| {
            let document = locked(&self.learned).documents.get(digest).copied();
            document.or_else(|| self.blob(digest).map(|blob| blob.bytes))
        };
        match digest.parse().ok().and_then(|digest| Some((digest, bytes(&digest)?))) {
            Some((digest, length)) => {
                Answer { length, ..Answer::new(200).header("Docker-Content-Digest", digest.to_string()) }
            }
            None => Answer::failure(404, "BLOB_UNKNOWN"),
        }
    }

    fn blob(&self, digest: &Digest) -> Option<Blob> {
        let blob = locked(&self.learned).blobs.get(digest).copied();
        blob.or_else(|| self.memory.blob(digest))
    }

    fn begin(&self, head: &Head) -> Answer {
        // "Take it from another repository": possible where we know the blob, whatever repository it was.
        if let Some(digest) = head.parameter("mount").and_then(|digest| digest.parse().ok())
            && self.blob(&digest).is_some()
        {
            return self.created(&digest);
        }
        let id = self.next_upload.fetch_add(1, Ordering::Relaxed);
        let mut uploads = locked(&self.uploads);
        if uploads.len() >= MOST_UPLOADS {
            return Answer::failure(429, "TOOMANYREQUESTS");
        }
        uploads.insert(id, None);
        self.accepted(id, 0)
    }

    fn receive(&self, id: &str, body: &mut dyn Read) -> Result<Answer, Fault> {
        let Some(id) = self.open_upload(id) else { return Ok(Answer::failure(404, "BLOB_UPLOAD_UNKNOWN")) };
        let upload = self.read(body)?;
        locked(&self.uploads).insert(id, Some(upload));
        Ok(self.accepted(id, upload.bytes))
    }

    fn finish(&self, id: &str, head: &Head, body: &mut dyn Read) -> Result<Answer, Fault> {
        let Ok(number) = id.parse() else { return Ok(Answer::failure(404, "BLOB_UPLOAD_UNKNOWN")) };
        let Some(upload) = locked(&self.uploads).remove(&number) else {
            return Ok(Answer::failure(404, "BLOB_UPLOAD_UNKNOWN"));
        };
        let upload = match upload {
            Some(upload) => upload,
            None => self.read(body)?,
        };
        match head.parameter("digest").and_then(|digest| digest.parse::<Digest>().ok()) {
            Some(named) if named == upload.digest => Ok(self.created(&named)),
            Some(named) => Err(Fault::Mismatch { named, found: upload.digest }),
            None => Ok(Answer::failure(400, "DIGEST_INVALID")),
        }
    }

    /// The number of an upload that has been begun and has received nothing.
    fn open_upload(&self, id: &str) -> Option<u64> {
        let id = id.parse().ok()?;
        locked(&self.uploads).get(&id).is_some_and(Option::is_none).then_some(id)
    }

    /// Reads a blob: a layer, of which everything is learned, or a small document.
    fn read(&self, body: &mut dyn Read) -> Result<Upload, Fault> {
        let mut start = Vec::with_capacity(512);
        (&mut *body).take(512).read_to_end(&mut start)?;
        let Some(encoding) = encoding::of(&start) else {
            body.take(LARGEST_DOCUMENT).read_to_end(&mut start)?;
            let bytes = start.len() as u64;
            if bytes > LARGEST_DOCUMENT {
                return Err(Fault::TooLarge(LARGEST_DOCUMENT));
            }
            let digest = Digest::of(&start);
            let mut learned = locked(&self.learned);
            learned.received += bytes;
            learned.documents.insert(digest, bytes);
            return Ok(Upload { digest, bytes });
        };
        let read = layer::read(&mut start.as_slice().chain(body), encoding)
            .inspect_err(|fault| locked(&self.learned).fault = Some(fault.clone()))?;
        self.sink.emit(Event::Counted {
            item: format!("layer {}", read.facts.diff_id.short()),
            remark: format!("{} in {} files", units::bytes(read.facts.stored_bytes), read.facts.files),
        });
        if let Err(problem) = self.memory.keep_layer(&read) {
            self.sink.emit(Event::Warning(format!("What was learned of a layer could not be kept. {problem}")));
        }
        let blob = read.blob();
        let upload = Upload { digest: read.blob, bytes: read.blob_bytes };
        let mut learned = locked(&self.learned);
        learned.received += read.blob_bytes;
        learned.blobs.insert(read.blob, blob);
        learned.layers.insert(read.facts.diff_id, read.facts);
        Ok(upload)
    }

    fn manifest(&self, reference: &str, body: &mut dyn Read) -> Result<Answer, Fault> {
        let mut bytes = Vec::new();
        body.take(LARGEST_DOCUMENT + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST_DOCUMENT {
            return Err(Fault::TooLarge(LARGEST_DOCUMENT));
        }
        let digest = Digest::of(&bytes);
        let created = self.at(&format!("manifests/{digest}"), 201).header("Docker-Content-Digest", digest.to_string());
        if reference.parse::<Digest>().is_ok_and(|named| named == digest) {
            // A part of an index that is pushed afterwards; only what has a tag is weighed.
            return Ok(created);
        }
        let mut manifests = locked(&self.manifests);
        let Some(place) = manifests.get_mut(reference) else { return Ok(Answer::failure(404, "NAME_UNKNOWN")) };
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else {
            return Ok(Answer::failure(400, "MANIFEST_INVALID"));
        };
        let mut layers = Vec::new();
        for Descriptor { digest } in manifest.layers {
            let Some(blob) = self.blob(&digest) else { return Ok(Answer::failure(404, "MANIFEST_BLOB_UNKNOWN")) };
            layers.push(PushedLayer { diff_id: blob.diff_id, blob, digest });
        }
        *place = Some(Pushed { layers });
        Ok(created)
    }

    fn at(&self, place: &str, status: u16) -> Answer {
        Answer::new(status).header("Location", format!("/v2/{}/{place}", self.repository))
    }

    fn created(&self, digest: &Digest) -> Answer {
        self.at(&format!("blobs/{digest}"), 201).header("Docker-Content-Digest", digest.to_string())
    }

    fn accepted(&self, id: u64, received: u64) -> Answer {
        let range = format!("0-{}", received.saturating_sub(1));
        self.at(&format!("blobs/uploads/{id}"), 202).header("Range", range).header("Docker-Upload-Uuid", id.to_string())
    }
}

/// A thread that panicked while it held the lock leaves data that is whole: every change here is one assignment.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
