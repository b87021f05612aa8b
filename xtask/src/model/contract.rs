//! The HTTP contract every app keeps: `apps/contract.toml`.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use serde::Deserialize;
use serde_json::Value;

/// The requests and what they must be answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Name of the service, as `GET /` reports it.
    pub service: String,
    /// Ways to run a container, by name. `plain` is the one used where a request names none.
    #[serde(default = "only_plain")]
    pub setup: BTreeMap<String, Setup>,
    /// The requests, in the order they are sent.
    #[serde(rename = "request")]
    pub requests: Vec<Request>,
}

/// How a container is run for a group of requests.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setup {
    /// Run with a read-only root even if the variant does not promise to bear it.
    #[serde(default)]
    pub read_only: bool,
    /// Replaces the variant's list of `tmpfs` mounts.
    pub tmpfs: Option<Vec<String>>,
    /// Environment variables on top of the image's.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
}

/// One request and the answer it must get.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Name, unique in the contract.
    pub id: String,
    /// `health` marks the request that tells whether the service is ready.
    pub role: Option<String>,
    /// HTTP method.
    #[serde(default = "get")]
    pub method: String,
    /// Path and query, sent as it stands.
    pub path: String,
    /// What to send.
    pub body: Option<Body>,
    /// In which setup.
    #[serde(default = "plain")]
    pub setup: String,
    /// Capability an app may lack.
    pub needs: Option<String>,
    /// The answer.
    pub expect: Expected,
    /// The answer of an app that lacks the capability.
    pub otherwise: Option<Expected>,
}

/// A request body.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, deny_unknown_fields)]
pub enum Body {
    /// As written.
    Text {
        /// The body.
        text: String,
    },
    /// A text repeated up to a length.
    Repeated {
        /// What is repeated.
        repeat: String,
        /// Length of the body in bytes.
        bytes: usize,
    },
    /// A text that nobody knows beforehand, another one in each run: no service can have its answer written down. In the expected
    /// answer `"{sha256}"` stands for its SHA-256, in hexadecimal digits.
    Fresh {
        /// Length of the body in bytes.
        fresh: usize,
    },
}

/// Stands in an expected answer for the SHA-256 of a fresh body.
const SHA256: &str = "{sha256}";

impl Body {
    /// The bytes to send.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text { text } => text.clone().into_bytes(),
            Self::Repeated { repeat, bytes } => repeat.bytes().cycle().take(*bytes).collect(),
            Self::Fresh { fresh } => random_digits().take(*fresh).collect(),
        }
    }
}

/// Hexadecimal digits, others each time. The standard library seeds its hashes from the system's randomness.
fn random_digits() -> impl Iterator<Item = u8> {
    let seeded = RandomState::new();
    (0_u64..).flat_map(move |number| format!("{:016x}", seeded.hash_one(number)).into_bytes())
}

/// What an answer must look like.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// HTTP status.
    pub status: u16,
    /// Members the JSON object must have with exactly these values; it may have others.
    #[serde(default)]
    pub json: serde_json::Map<String, Value>,
    /// Members the JSON object must have with a value of this kind.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldKind>,
    /// Text that must occur in the body.
    pub contains: Option<String>,
    /// Headers that must be there, lower case.
    #[serde(default)]
    pub headers: Vec<String>,
}

/// Kinds of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// A string that is not empty.
    Text,
    /// A string or null.
    TextOrNull,
    /// Any number.
    Number,
    /// A whole number, 0 or more.
    Count,
    /// A string holding an RFC 3339 date and time.
    Instant,
    /// A string like `+02:00`.
    UtcOffset,
}

/// What a service answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header names, lower case.
    pub headers: Vec<String>,
    /// The body.
    pub body: String,
}

impl Contract {
    /// Decides what fresh bodies are, and so what is expected of them.
    pub fn settle(&mut self) {
        for request in &mut self.requests {
            let Some(Body::Fresh { .. }) = &request.body else { continue };
            let bytes = request.body.as_ref().map(Body::bytes).unwrap_or_default();
            let digest = Value::from(drydock_reader::Digest::of(&bytes).hex());
            let expected = std::iter::once(&mut request.expect).chain(&mut request.otherwise);
            for value in expected.flat_map(|expected| expected.json.values_mut()).filter(|value| **value == SHA256) {
                *value = digest.clone();
            }
            request.body = Some(Body::Text { text: String::from_utf8_lossy(&bytes).into_owned() });
        }
    }

    /// The request that tells whether a service is ready.
    pub fn health(&self) -> Option<&Request> {
        self.requests.iter().find(|r| r.role.as_deref() == Some("health"))
    }
}

impl Request {
    /// What must be answered by an app that lacks `without`; `None` where such an app is not asked.
    pub fn expected(&self, without: &[String]) -> Option<&Expected> {
        match &self.needs {
            Some(capability) if without.contains(capability) => self.otherwise.as_ref(),
            _ => Some(&self.expect),
        }
    }
}

impl Expected {
    /// Compares an answer with what was expected. The error says every difference, one a line.
    pub fn judge(&self, answer: &Answer) -> Result<(), String> {
        let mut differences = Vec::new();
        if answer.status != self.status {
            differences.push(format!("status {} instead of {}", answer.status, self.status));
        }
        for header in &self.headers {
            if !answer.headers.contains(header) {
                differences.push(format!("no header `{header}`"));
            }
        }
        if let Some(text) = &self.contains
            && !answer.body.contains(text.as_str())
        {
            differences.push(format!("the body does not contain {text:?}"));
        }
        if !self.json.is_empty() || !self.fields.is_empty() {
            self.judge_json(&answer.body, &mut differences);
        }
        if differences.is_empty() {
            return Ok(());
        }
        let body: String = crate::names::printable(&answer.body).chars().take(300).collect();
        differences.push(format!("the answer was {} {body}", answer.status));
        Err(differences.join("\n"))
    }

    fn judge_json(&self, body: &str, differences: &mut Vec<String>) {
        let Ok(Value::Object(object)) = serde_json::from_str::<Value>(body) else {
            differences.push("the body is not a JSON object".to_owned());
            return;
        };
        for (name, wanted) in &self.json {
            match object.get(name) {
                Some(value) if value == wanted => {}
                Some(value) => differences.push(format!("`{name}` is {value} instead of {wanted}")),
                None => differences.push(format!("`{name}` is missing")),
            }
        }
        for (name, kind) in &self.fields {
            match object.get(name) {
                Some(value) if kind.matches(value) => {}
                Some(value) => differences.push(format!("`{name}` is {value}, which is not {}", kind.describe())),
                None => differences.push(format!("`{name}` is missing")),
            }
        }
    }
}

impl FieldKind {
    fn matches(self, value: &Value) -> bool {
        match self {
            Self::Text => value.as_str().is_some_and(|s| !s.is_empty()),
            Self::TextOrNull => value.is_null() || value.is_string(),
            Self::Number => value.is_number(),
            Self::Count => value.as_u64().is_some(),
            Self::Instant => value.as_str().is_some_and(|s| s.parse::<jiff::Timestamp>().is_ok()),
            Self::UtcOffset => value.as_str().is_some_and(is_offset),
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::TextOrNull => "a text or null",
            Self::Number => "a number",
            Self::Count => "a whole number of 0 or more",
            Self::Instant => "an RFC 3339 instant",
            Self::UtcOffset => "an offset like +02:00",
        }
    }
}

fn is_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 6
        && matches!(bytes[0], b'+' | b'-')
        && bytes[3] == b':'
        && [1, 2, 4, 5].iter().all(|&i| bytes[i].is_ascii_digit())
}

fn only_plain() -> BTreeMap<String, Setup> {
    BTreeMap::from([(plain(), Setup::default())])
}

fn get() -> String {
    "GET".to_owned()
}

fn plain() -> String {
    "plain".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(text: &str) -> Expected {
        toml::from_str(text).unwrap()
    }

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: vec!["content-type".into()], body: body.into() }
    }

    #[test]
    fn other_members_are_allowed_and_wrong_ones_are_named() {
        let health = expected("status = 200\njson = { status = 'ok' }");
        assert_eq!(health.judge(&answer(200, r#"{"status":"ok","extra":1}"#)), Ok(()));
        let difference = health.judge(&answer(503, r#"{"status":"down"}"#)).unwrap_err();
        assert!(difference.contains("status 503 instead of 200"), "{difference}");
        assert!(difference.contains(r#"`status` is "down" instead of "ok""#), "{difference}");
    }

    #[test]
    fn kinds_are_checked() {
        let time = expected("status = 200\nfields = { time = 'instant', utc_offset = 'utc-offset' }");
        assert_eq!(time.judge(&answer(200, r#"{"time":"2026-07-01T14:00:00+02:00","utc_offset":"+02:00"}"#)), Ok(()));
        assert!(time.judge(&answer(200, r#"{"time":"noon","utc_offset":"+2"}"#)).is_err());
        assert!(time.judge(&answer(200, "not json")).is_err());
    }

    #[test]
    fn headers_and_text_are_checked() {
        let refused = expected("status = 405\nheaders = ['allow']\ncontains = 'method'");
        let difference = refused.judge(&answer(405, "no")).unwrap_err();
        assert!(difference.contains("no header `allow`") && difference.contains("does not contain"), "{difference}");
    }

    #[test]
    fn a_fresh_body_is_another_one_each_time_and_its_digest_is_expected() {
        let text = "service='s'\n[[request]]\nid='c'\npath='/checksum'\nbody={fresh=40}\n\
                    expect={status=200,json={bytes=40,sha256='{sha256}'}}";
        let settled = || {
            let mut contract: Contract = toml::from_str(text).unwrap();
            contract.settle();
            contract.requests.remove(0)
        };
        let (one, other) = (settled(), settled());
        let bytes = |request: &Request| request.body.as_ref().unwrap().bytes();
        assert_eq!(bytes(&one).len(), 40);
        assert_ne!(bytes(&one), bytes(&other));
        let right = drydock_reader::Digest::of(&bytes(&one)).hex();
        assert_eq!(one.expect.judge(&answer(200, &format!(r#"{{"bytes":40,"sha256":"{right}"}}"#))), Ok(()));
        assert!(other.expect.judge(&answer(200, &format!(r#"{{"bytes":40,"sha256":"{right}"}}"#))).is_err());
    }

    #[test]
    fn a_lacking_app_is_judged_by_the_other_answer() {
        let request: Request =
            toml::from_str("id='p'\npath='/peer'\nneeds='peer-client'\nexpect={status=502}\notherwise={status=404}")
                .unwrap();
        assert_eq!(request.expected(&[]).unwrap().status, 502);
        assert_eq!(request.expected(&["peer-client".to_owned()]).unwrap().status, 404);
    }
}
