//! BuildKit's own record of a build: the stream that `--progress=rawjson` writes.
//!
//! A vertex is one step. It is repeated with more of its facts known, so vertices are merged by digest; steps that never run
//! are in the record too, without a start.

mod step;
mod stream;

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use jiff::Timestamp;

pub use step::{Numbered, Part, Step};

use stream::{Status, Stream};

/// The record so far.
#[derive(Debug, Default)]
pub struct BuildRecord {
    targets: Vec<String>,
    steps: Vec<Step>,
    by_digest: BTreeMap<String, usize>,
    stream: Stream,
    /// When the builder began, by its own clock; `None` before it has.
    began: Option<Timestamp>,
}

/// What one target's part of a build came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// From the first start to the last end of its steps.
    pub took: Duration,
    /// Whether every instruction came from the cache.
    pub cached: bool,
}

impl Summary {
    /// How long it took, or that nothing had to run.
    pub fn remark(self) -> String {
        if self.cached { "cached".to_owned() } else { crate::units::seconds(self.took) }
    }
}

/// What the builder does first in every build, and shares with no other.
const FIRST: &str = "[internal] load build definition";
/// Most bytes of a step's output that are kept.
const LOG: usize = 64 * 1024;

impl BuildRecord {
    /// An empty record of a build of these bake targets.
    pub fn of(targets: impl IntoIterator<Item = String>) -> Self {
        Self { targets: targets.into_iter().collect(), ..Self::default() }
    }

    /// Takes one line of the stream and returns the positions of the steps it said something new about.
    pub fn line(&mut self, line: &str) -> Vec<usize> {
        self.stream.line(line).map(|status| self.merge(status)).unwrap_or_default()
    }

    /// The steps in the order they were first heard of.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Lines of the stream that were not JSON: messages of buildx itself.
    pub fn plain(&self) -> &[String] {
        self.stream.plain()
    }

    /// The step that failed first, by time.
    pub fn failed(&self) -> Option<&Step> {
        self.steps.iter().filter(|step| step.failed()).min_by_key(|step| step.completed)
    }

    /// The line of a Dockerfile, from 1, that the builder names as the one at fault. It is written with the lines around it,
    /// behind the file's name and over a rule: `Dockerfile:7`, `--------`.
    pub fn blamed_line(&self) -> Option<usize> {
        let is_rule = |line: &str| line.len() > 3 && line.chars().all(|c| c == '-');
        let named = self.plain().windows(2).find(|pair| is_rule(&pair[1]))?;
        named[0].rsplit_once(':')?.1.parse().ok()
    }

    /// What the steps shown under this target came to. A step shared with another target counts for the one BuildKit shows
    /// it under.
    pub fn summary(&self, target: &str) -> Summary {
        let steps = || self.steps.iter().filter(|step| step.target == target && step.instruction().is_some());
        let first = steps().filter(|s| !s.cached).filter_map(|s| s.started).min();
        let last = steps().filter(|s| !s.cached).filter_map(|s| s.completed).max();
        let took = first.zip(last).and_then(|(first, last)| Duration::try_from(last.duration_since(first)).ok());
        let built = |step: &Step| !step.cached && step.instruction().is_some_and(|numbered| !numbered.is_from());
        Summary { took: took.unwrap_or_default(), cached: !steps().any(built) }
    }

    fn merge(&mut self, status: Status) -> Vec<usize> {
        let mut touched = Vec::new();
        for vertex in status.vertexes {
            let index = self.index(&vertex.digest);
            let step = &mut self.steps[index];
            if !vertex.name.is_empty() && step.name.is_empty() {
                let (target, name) = split_name(&vertex.name, &self.targets);
                (step.target, step.part, step.name) = (target, Part::of(&name), name);
            }
            if step.name.starts_with(FIRST) {
                self.began = self.began.or(vertex.started);
            }
            // A step that another build runs at the same time is shared, and has the times of that build.
            let own = |time: Timestamp| self.began.map_or(time, |began| time.max(began));
            step.started = step.started.or(vertex.started.map(own));
            step.cached |= vertex.cached || vertex.completed.zip(self.began).is_some_and(|(end, began)| end < began);
            step.completed = vertex.completed.map(own).or(step.completed);
            if !vertex.error.is_empty() {
                step.error = vertex.error;
            }
            if let Some(inputs) = vertex.inputs {
                step.inputs = inputs;
            }
            touched.push(index);
        }
        for transfer in status.statuses.iter().filter(|transfer| transfer.is_of_context()) {
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

    fn record(text: &str) -> BuildRecord {
        let mut record = BuildRecord::of(["go-naive".to_owned(), "x".to_owned()]);
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
    fn what_another_build_began_counts_from_the_beginning_of_this_one() {
        let record = record(concat!(
            r#"{"vertexes":[{"digest":"sha256:a","name":"[x internal] load build definition from Dockerfile","#,
            r#""started":"2026-01-01T00:10:00Z","completed":"2026-01-01T00:10:01Z"},"#,
            r#"{"digest":"sha256:b","name":"[x 2/3] RUN earlier","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:09:00Z"},"#,
            r#"{"digest":"sha256:c","name":"[x 3/3] RUN shared","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:10:04Z"}]}"#
        ));
        let [_, earlier, shared] = record.steps() else { panic!("{:?}", record.steps()) };
        assert!(earlier.cached, "it had ended before");
        assert_eq!(shared.took(), Some(Duration::from_secs(4)));
        assert_eq!(record.summary("x"), Summary { took: Duration::from_secs(4), cached: false });
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
    fn the_line_at_fault_is_the_one_over_a_rule() {
        let said = "WARNING: a:9\nweb.Dockerfile:7\n--------------------\n   7 | >>> RUN false\n--------------------\n\
                    ERROR: failed to solve: exit code: 1";
        assert_eq!(record(said).blamed_line(), Some(7));
        assert_eq!(record("ERROR: no such target: 3\n---").blamed_line(), None);
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
