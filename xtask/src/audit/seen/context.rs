//! The folder that is sent to the builder.

use std::collections::BTreeMap;

/// A build context.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Its files in order, those that a `.dockerignore` leaves out included.
    pub files: Vec<ContextFile>,
    /// Whether there are more files than were listed.
    pub is_cut: bool,
    /// The list of what is left out, where there is one: its path and its text.
    pub ignore: Option<(String, String)>,
    /// Texts of manifests and other small files that rules ask for, by path: `package.json`, `go.mod`, `.nvmrc`, …
    pub texts: BTreeMap<String, String>,
}

/// One file of a build context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextFile {
    /// Path from the context's root, with slashes.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
    /// Whether the builder gets to see it.
    pub sent: bool,
}

impl Context {
    /// Whether the folder has a file of this path, sent or not.
    pub fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    /// The files that the builder gets.
    pub fn sent(&self) -> impl Iterator<Item = &ContextFile> {
        self.files.iter().filter(|file| file.sent)
    }

    /// Bytes that the builder gets.
    pub fn sent_bytes(&self) -> u64 {
        self.sent().map(|file| file.bytes).sum()
    }

    /// The files that the builder gets from a folder, or the file itself.
    pub fn sent_below<'c>(&'c self, folder: &'c str) -> impl Iterator<Item = &'c ContextFile> {
        self.sent().filter(move |file| {
            file.path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The text of a small file that rules ask for.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }
}
