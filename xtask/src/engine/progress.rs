//! BuildKit's own record of a build: the stream that `--progress=rawjson` writes.
//!
//! The stream is a sequence of JSON values, one to a line or (buildx 0.13) pretty-printed over several, with plain lines
//! between them. A vertex is one step; it is repeated with more of its facts known, so vertices are merged by digest.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use jiff::Timestamp;
use serde::Deserialize;

/// The record so far.
#[derive(Debug, Default)]
pub struct Record {
    targets: Vec<String>,
    steps: Vec<Step>,
    by_digest: BTreeMap<String, usize>,
    plain: Vec<String>,
    pending: String,
}

/// One step of a build.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Content address of the step.
    pub digest: String,
    /// Which bake target it is shown under; the first one, where several share it. Empty for bake's own steps.
    pub target: String,
    /// Its name without the target, e.g. `[build 4/6] RUN cargo build --release`.
    pub name: String,
    /// When it was first started.
    pub started: Option<Timestamp>,
    /// When it was last completed.
    pub completed: Option<Timestamp>,
    /// Whether its result came from the build cache.
    pub cached: bool,
    /// Why it failed; empty when it did not.
    pub error: String,
    /// What it printed, the last 64 kB.
    pub log: String,
    /// Bytes of the build context that it took from the client.
    pub transferred: u64,
}

impl Step {
    /// Whether this is an instruction of the Dockerfile rather than bookkeeping such as loading a context.
    pub fn is_instruction(&self) -> bool {
        // `[2/5]` or `[build 2/5]`; bookkeeping reads `[internal]` or `[context golang:1]`.
        let bracket = self.name.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(bracket, _)| bracket);
        let count = bracket.and_then(|b| b.split(' ').next_back()).and_then(|last| last.split_once('/'));
        count.is_some_and(|(n, of)| n.parse::<u32>().is_ok() && of.parse::<u32>().is_ok())
    }

    /// Last lines of what it printed, terminal codes left in.
    pub fn last_lines(&self, count: usize) -> Vec<&str> {
        let lines: Vec<&str> = self.log.lines().filter(|l| !l.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(count)..].to_vec()
    }
}

/// What one target's part of a build came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// From the first start to the last end of its steps.
    pub took: Duration,
    /// Whether every instruction came from the cache.
    pub cached: bool,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    vertexes: Vec<Vertex>,
    #[serde(default)]
    logs: Vec<Log>,
    #[serde(default)]
    statuses: Vec<Transfer>,
}

/// How far a part of a step is.
#[derive(Deserialize)]
struct Transfer {
    #[serde(default)]
    id: String,
    vertex: String,
    #[serde(default)]
    current: u64,
}

#[derive(Deserialize)]
struct Vertex {
    digest: String,
    #[serde(default)]
    name: String,
    started: Option<Timestamp>,
    completed: Option<Timestamp>,
    #[serde(default)]
    cached: bool,
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct Log {
    vertex: String,
    #[serde(default)]
    data: String,
}

/// Most bytes of a step's output that are kept.
const LOG: usize = 64 * 1024;

impl Record {
    /// An empty record of a build of these bake targets.
    pub fn of(targets: impl IntoIterator<Item = String>) -> Self {
        Self { targets: targets.into_iter().collect(), ..Self::default() }
    }

    /// Takes one line of the stream and returns the positions of the steps it said something new about.
    pub fn line(&mut self, line: &str) -> Vec<usize> {
        if self.pending.is_empty() && !line.starts_with('{') {
            if !line.trim().is_empty() {
                self.plain.push(line.to_owned());
            }
            return Vec::new();
        }
        self.pending.push_str(line);
        self.pending.push('\n');
        if !line.ends_with('}') || (line != "}" && line.starts_with(' ')) {
            return Vec::new();
        }
        match serde_json::from_str::<Status>(&self.pending) {
            Ok(status) => {
                self.pending.clear();
                self.merge(status)
            }
            Err(error) if error.is_eof() => Vec::new(),
            Err(_) => {
                // Not what it looked like: keep it as the text it is.
                self.plain.extend(std::mem::take(&mut self.pending).lines().map(str::to_owned));
                Vec::new()
            }
        }
    }

    /// The steps in the order they were first heard of.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Lines of the stream that were not JSON: messages of buildx itself.
    pub fn plain(&self) -> &[String] {
        &self.plain
    }

    /// The step that failed first, by time.
    pub fn failed(&self) -> Option<&Step> {
        let failed = self.steps.iter().filter(|s| !s.error.is_empty() && !s.error.contains("context canceled"));
        failed.min_by_key(|s| s.completed)
    }

    /// What the steps shown under this target came to. A step shared with another target counts for the one BuildKit shows
    /// it under.
    pub fn summary(&self, target: &str) -> Summary {
        let steps = || self.steps.iter().filter(|s| s.target == target && s.is_instruction());
        let first = steps().filter(|s| !s.cached).filter_map(|s| s.started).min();
        let last = steps().filter(|s| !s.cached).filter_map(|s| s.completed).max();
        let took = first.zip(last).and_then(|(first, last)| Duration::try_from(last.duration_since(first)).ok());
        let built = |s: &Step| !s.cached && !s.name.contains("] FROM ");
        Summary { took: took.unwrap_or_default(), cached: !steps().any(built) }
    }

    fn merge(&mut self, status: Status) -> Vec<usize> {
        let mut touched = Vec::new();
        for vertex in status.vertexes {
            let index = self.index(&vertex.digest);
            let step = &mut self.steps[index];
            if !vertex.name.is_empty() && step.name.is_empty() {
                (step.target, step.name) = split_name(&vertex.name, &self.targets);
            }
            step.started = step.started.or(vertex.started);
            step.completed = vertex.completed.or(step.completed);
            step.cached |= vertex.cached;
            if !vertex.error.is_empty() {
                step.error = vertex.error;
            }
            touched.push(index);
        }
        for transfer in status.statuses.iter().filter(|transfer| transfer.id.starts_with("transferring context")) {
            let index = self.index(&transfer.vertex);
            let step = &mut self.steps[index];
            step.transferred = step.transferred.max(transfer.current);
        }
        for log in status.logs {
            let index = self.index(&log.vertex);
            let data = base64::engine::general_purpose::STANDARD.decode(&log.data).unwrap_or_default();
            let kept = &mut self.steps[index].log;
            kept.push_str(&String::from_utf8_lossy(&data));
            if kept.len() > LOG {
                let cut = kept.ceil_char_boundary(kept.len() - LOG / 2);
                kept.drain(..cut);
            }
            touched.push(index);
        }
        touched
    }

    fn index(&mut self, digest: &str) -> usize {
        if let Some(&index) = self.by_digest.get(digest) {
            return index;
        }
        self.steps.push(Step { digest: digest.to_owned(), ..Step::default() });
        self.by_digest.insert(digest.to_owned(), self.steps.len() - 1);
        self.steps.len() - 1
    }
}

/// Splits `[go-naive build 2/5] RUN …` into target and the rest. Bake writes the target only when it builds several.
fn split_name(name: &str, targets: &[String]) -> (String, String) {
    if let [only] = targets {
        let ours = !name.starts_with("[internal] load local bake");
        return (if ours { only.clone() } else { String::new() }, name.to_owned());
    }
    let inside = name.strip_prefix('[').unwrap_or_default();
    let word = inside.split([' ', ']']).next().unwrap_or_default();
    if !targets.iter().any(|t| t == word) {
        return (String::new(), name.to_owned());
    }
    let rest = &inside[word.len()..];
    match rest.strip_prefix(']') {
        Some(rest) => (word.to_owned(), rest.trim_start().to_owned()),
        None => (word.to_owned(), format!("[{}", rest.trim_start())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        let mut record = Record::of(["go-naive".to_owned(), "x".to_owned()]);
        for line in text.lines() {
            record.line(line);
        }
        record
    }

    const PRETTY: &str = r#"
{
  "vertexes": [
    {
      "digest": "sha256:a",
      "name": "[go-naive 2/4] RUN go build",
      "started": "2026-01-01T00:00:00Z"
    }
  ]
}
WARNING: something plain
{
  "vertexes": [
    {
      "digest": "sha256:a",
      "name": "[go-naive 2/4] RUN go build",
      "started": "2026-01-01T00:00:00Z",
      "completed": "2026-01-01T00:00:02.5Z"
    }
  ],
  "logs": [
    {
      "vertex": "sha256:a",
      "stream": 2,
      "data": "aGVsbG8K",
      "timestamp": "2026-01-01T00:00:01Z"
    }
  ]
}
"#;

    #[test]
    fn pretty_printed_values_and_plain_lines_are_told_apart() {
        let record = record(PRETTY);
        assert_eq!(record.plain(), ["WARNING: something plain"]);
        let [step] = record.steps() else { panic!("{:?}", record.steps()) };
        assert_eq!((step.target.as_str(), step.name.as_str()), ("go-naive", "[2/4] RUN go build"));
        assert_eq!(step.log, "hello\n");
        assert_eq!(record.summary("go-naive"), Summary { took: Duration::from_millis(2500), cached: false });
    }

    #[test]
    fn one_value_a_line_is_read_too() {
        let record = record(concat!(
            r#"{"vertexes":[{"digest":"sha256:b","name":"[x stage-1 1/2] FROM a","cached":true}]}"#,
            "\n",
            r#"{"vertexes":[{"digest":"sha256:c","name":"[x] exporting to image","error":"no space left on device"}]}"#
        ));
        assert_eq!(record.steps().len(), 2);
        assert_eq!(record.steps()[0].name, "[stage-1 1/2] FROM a");
        assert_eq!(record.failed().unwrap().name, "exporting to image");
        assert!(record.summary("x").cached);
    }

    #[test]
    fn what_was_sent_of_the_context_is_counted_once() {
        let record = record(concat!(
            r#"{"vertexes":[{"digest":"sha256:d","name":"[x internal] load build context"}],"#,
            r#""statuses":[{"id":"transferring context:","vertex":"sha256:d","current":700}]}"#,
            "\n",
            r#"{"statuses":[{"id":"transferring context:","vertex":"sha256:d","current":1200},{"id":"other","vertex":"sha256:d","current":9000}]}"#
        ));
        assert_eq!(record.steps()[0].transferred, 1200);
    }

    #[test]
    fn nonsense_is_kept_as_text() {
        let record = record("{not json}\nERROR: x");
        assert_eq!(record.plain(), ["{not json}", "ERROR: x"]);
    }

    #[test]
    fn names_lose_their_target_and_keep_their_stage() {
        let split = |name, targets: &[&str]| {
            let targets: Vec<String> = targets.iter().map(|&t| t.to_owned()).collect();
            let (target, rest) = split_name(name, &targets);
            format!("{target}|{rest}")
        };
        assert_eq!(
            split("[internal] load local bake definitions", &["go", "rust"]),
            "|[internal] load local bake definitions"
        );
        assert_eq!(split("[go internal] load .dockerignore", &["go", "rust"]), "go|[internal] load .dockerignore");
        assert_eq!(split("[go build 2/5] RUN x", &["go", "rust"]), "go|[build 2/5] RUN x");
        assert_eq!(split("[go] exporting to image", &["go", "rust"]), "go|exporting to image");
        assert_eq!(split("[build 2/5] RUN x", &["go"]), "go|[build 2/5] RUN x");
        assert_eq!(split("[internal] load local bake definitions", &["go"]), "|[internal] load local bake definitions");
    }
}
