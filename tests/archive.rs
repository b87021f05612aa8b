//! Archives of images, written as `docker save` and OCI tools write them, for tests that read them: honest ones, and the parts
//! of others.

use std::fmt::Write as _;
use std::io::Write as _;

use drydock::image::Digest;
use serde_json::{Value, json};
use tar::{EntryType, Header};

/// A tar stream being written; a header is exactly what is asked for.
#[derive(Debug, Default)]
pub struct Tar(Vec<u8>);

impl Tar {
    /// One with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, under a name of any length.
    #[must_use]
    pub fn file(self, name: &str, content: &[u8]) -> Self {
        let named = if name.len() > 100 { self.pax(&[("path", name)]) } else { self };
        let short: String = name.chars().take(if name.is_ascii() { 100 } else { 10 }).collect();
        named.raw(header(&short, EntryType::Regular, content.len() as u64), content)
    }

    /// Adds a link.
    #[must_use]
    pub fn link(self, kind: EntryType, name: &str, target: &str) -> Self {
        let mut header = header(name, kind, 0);
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        self.raw(header, b"")
    }

    /// Adds an extended header for the entry that follows.
    #[must_use]
    pub fn pax(self, records: &[(&str, &str)]) -> Self {
        let mut text = String::new();
        for (key, value) in records {
            // A record's length counts its own digits.
            let rest = key.len() + value.len() + 3;
            let length = (1..8).map(|digits| rest + digits).find(|n| rest + n.to_string().len() == *n);
            let _ = writeln!(text, "{} {key}={value}", length.expect("a short record"));
        }
        self.raw(header("pax", EntryType::XHeader, text.len() as u64), text.as_bytes())
    }

    /// Adds any header, its checksum made to fit, and any content.
    #[must_use]
    pub fn raw(mut self, mut header: Header, content: &[u8]) -> Self {
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    /// The stream without the blocks of zeros that end it.
    pub fn open(self) -> Vec<u8> {
        self.0
    }

    /// The stream with its end.
    pub fn bytes(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// A header in the POSIX format.
pub fn header(name: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header
}

/// The name of a blob in an archive.
pub fn blob(bytes: &[u8]) -> String {
    format!("blobs/sha256/{}", Digest::of(bytes).hex())
}

/// The config of an image with these layers, unpacked.
pub fn config(layers: &[&[u8]]) -> Vec<u8> {
    let diff_ids: Vec<_> = layers.iter().map(|layer| Digest::of(layer).to_string()).collect();
    let history: Vec<_> = layers.iter().map(|_| json!({ "created_by": "a test" })).collect();
    let rootfs = json!({ "type": "layers", "diff_ids": diff_ids });
    let config = json!({ "architecture": "amd64", "os": "linux", "config": {}, "history": history, "rootfs": rootfs });
    config.to_string().into_bytes()
}

/// What `docker save` writes of an image with this config and these layers, up to its `manifest.json`.
pub fn blobs(config: &[u8], layers: &[&[u8]]) -> Tar {
    let mut blobs: Vec<&[u8]> = layers.to_vec();
    blobs.push(config);
    blobs.sort_unstable();
    blobs.dedup();
    blobs.into_iter().fold(Tar::new(), |tar, bytes| tar.file(&blob(bytes), bytes))
}

/// The entry of an image in `manifest.json`.
pub fn manifest(config: &[u8], layers: &[&[u8]]) -> Value {
    let layers: Vec<_> = layers.iter().map(|layer| blob(layer)).collect();
    json!({ "Config": blob(config), "RepoTags": ["test:1"], "Layers": layers })
}

/// A whole archive of one image whose layers are packed in some way or another.
pub fn packed(unpacked: &[&[u8]], layers: &[&[u8]]) -> Vec<u8> {
    let config = config(unpacked);
    let manifest = json!([manifest(&config, layers)]).to_string();
    blobs(&config, layers).file("manifest.json", manifest.as_bytes()).bytes()
}

/// A whole archive of one image with these layers.
pub fn image(layers: &[&[u8]]) -> Vec<u8> {
    packed(layers, layers)
}

/// Packs bytes with gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a vector takes all bytes")
}
