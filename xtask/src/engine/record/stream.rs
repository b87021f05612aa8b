//! The text of `--progress=rawjson`: JSON values, one to a line or (buildx 0.13) pretty-printed over several, with plain lines
//! between them.

use jiff::Timestamp;
use serde::Deserialize;

/// The text read so far.
#[derive(Debug, Default)]
pub(super) struct Stream {
    plain: Vec<String>,
    pending: String,
}

/// One JSON value.
#[derive(Deserialize)]
pub(super) struct Status {
    #[serde(default)]
    pub vertexes: Vec<Vertex>,
    #[serde(default)]
    pub logs: Vec<Log>,
    #[serde(default)]
    pub statuses: Vec<Transfer>,
}

/// What is known of a step so far. Its name, for one, may come before it starts.
#[derive(Deserialize)]
pub(super) struct Vertex {
    pub digest: String,
    #[serde(default)]
    pub name: String,
    pub started: Option<Timestamp>,
    pub completed: Option<Timestamp>,
    #[serde(default)]
    pub cached: bool,
    #[serde(default)]
    pub error: String,
    /// Digests of the steps whose results it takes; missing where it takes none.
    #[serde(default)]
    pub inputs: Option<Vec<String>>,
}

/// What a step printed, in base64.
#[derive(Deserialize)]
pub(super) struct Log {
    pub vertex: String,
    #[serde(default)]
    pub data: String,
}

/// How far a part of a step is, in bytes.
#[derive(Deserialize)]
pub(super) struct Transfer {
    #[serde(default)]
    pub id: String,
    pub vertex: String,
    #[serde(default)]
    pub current: u64,
}

impl Transfer {
    /// Whether it is the build context on its way from the client.
    pub(super) fn is_of_context(&self) -> bool {
        self.id.starts_with("transferring context")
    }
}

impl Stream {
    /// Takes one line, and returns the value that ends with it.
    pub(super) fn line(&mut self, line: &str) -> Option<Status> {
        if self.pending.is_empty() && !line.starts_with('{') {
            if !line.trim().is_empty() {
                self.plain.push(line.to_owned());
            }
            return None;
        }
        self.pending.push_str(line);
        self.pending.push('\n');
        if !line.ends_with('}') || (line != "}" && line.starts_with(' ')) {
            return None;
        }
        match serde_json::from_str(&self.pending) {
            Ok(status) => {
                self.pending.clear();
                Some(status)
            }
            Err(error) if error.is_eof() => None,
            Err(_) => {
                // Not what it looked like: keep it as the text it is.
                self.plain.extend(std::mem::take(&mut self.pending).lines().map(str::to_owned));
                None
            }
        }
    }

    /// The lines that were not JSON: messages of buildx itself.
    pub(super) fn plain(&self) -> &[String] {
        &self.plain
    }
}
