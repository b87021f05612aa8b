//! An audit as SARIF 2.1.0, which code hosts show beside the lines of a file.
//!
//! The shapes here are the part of the format that is written; the standard is OASIS SARIF 2.1.0, and `cargo xtask test audit`
//! holds what is written against its schema.

use serde::Serialize;
use serde_json::{Value, json};

use crate::audit::model::{Audit, Evidence, Finding, Risk};
use crate::names::printable;

/// Where the schema of the format is published. It names the format; nothing is fetched.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Bytes from which a finding without a risk is worth a warning.
const MANY_BYTES: u64 = 50_000_000;
/// The same in milliseconds at every build.
const LONG: u64 = 10_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    results: Vec<Found>,
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Message,
    full_description: Message,
    help: Message,
    properties: Value,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    descriptor: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Value>,
    partial_fingerprints: Value,
    properties: Value,
}

/// The document.
pub fn sarif(audit: &Audit) -> String {
    let mut rules: Vec<Rule> = Vec::new();
    let mut results = Vec::new();
    for finding in &audit.findings {
        let at = rules.iter().position(|rule| rule.id == finding.id).unwrap_or_else(|| {
            rules.push(rule(finding));
            rules.len() - 1
        });
        results.push(found(finding, at, audit));
    }
    let unmeasured = audit.not_measured.iter().map(|one| Notification {
        level: "note",
        message: message(&format!("Not measured: {}", one.why)),
        descriptor: Some(json!({ "id": one.rule })),
    });
    let notes = audit.notes.iter().map(|note| Notification { level: "note", message: message(note), descriptor: None });
    let driver = Driver { name: "drydock", semantic_version: env!("CARGO_PKG_VERSION"), rules };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: unmeasured.chain(notes).collect(),
            }],
            results,
            column_kind: "unicodeCodePoints",
        }],
    };
    serde_json::to_string_pretty(&log).expect("texts and numbers are always JSON") + "\n"
}

fn message(text: &str) -> Message {
    Message { text: printable(text) }
}

/// What is said of a rule once, whatever it found.
fn rule(finding: &Finding) -> Rule {
    let mut help = finding.fix.says.clone();
    if let Some(lesson) = &finding.lesson {
        help = format!("{help} To learn why: cargo xtask lesson {lesson}");
    }
    Rule {
        id: finding.id.clone(),
        short_description: message(&finding.id.replace('-', " ")),
        full_description: message(&finding.why),
        help: message(&help),
        properties: json!({ "tags": [finding.kind.name()] }),
    }
}

fn found(finding: &Finding, rule_index: usize, audit: &Audit) -> Found {
    let mut lines = finding.evidence.iter().filter(|evidence| evidence.line.is_some());
    let line = lines.next().and_then(|evidence| evidence.line);
    let rest: Vec<&Evidence> = lines.collect();
    let file = file(audit);
    let mut text = finding.says.clone();
    for evidence in &finding.evidence {
        if let Some(path) = &evidence.path {
            text = format!("{text} {} ({})", evidence.says, path);
        }
    }
    Found {
        rule_id: finding.id.clone(),
        rule_index,
        level: level(finding),
        message: message(text.trim()),
        locations: file.iter().map(|file| place(file, line, None)).collect(),
        related_locations: file
            .iter()
            .flat_map(|file| rest.iter().map(move |one| place(file, one.line, Some(&one.says))))
            .collect(),
        // A host tells by it that a finding is the same one after lines were moved.
        partial_fingerprints: json!({ "drydock/v1": fingerprint(finding) }),
        properties: json!({ "kind": finding.kind.name(), "bytes": finding.bytes, "ms": finding.ms, "settledBy": finding.settled_by }),
    }
}

fn level(finding: &Finding) -> &'static str {
    match finding.risk {
        Risk::High => "error",
        Risk::Medium => "warning",
        Risk::None if finding.bytes >= MANY_BYTES || finding.ms >= LONG => "warning",
        Risk::None | Risk::Low => "note",
    }
}

fn fingerprint(finding: &Finding) -> String {
    let paths = finding.evidence.iter().filter_map(|evidence| evidence.path.as_deref());
    let text = std::iter::once(finding.id.as_str()).chain(paths).collect::<Vec<_>>().join("\n");
    crate::image::Digest::of(text.as_bytes()).to_string()
}

/// The Dockerfile, from where the audit was called.
fn file(audit: &Audit) -> Option<String> {
    let file = audit.subject.dockerfile.as_deref()?;
    let folder = audit.subject.folder.as_deref().unwrap_or(".").trim_start_matches("./").trim_end_matches('/');
    Some(match folder {
        _ if audit.subject.outside && !file.starts_with('/') && !file.contains("..") => file.to_owned(),
        "" | "." => file.to_owned(),
        // A path of this machine tells no host anything.
        folder if folder.starts_with(['/', '~']) || folder.contains("..") || file.starts_with('/') => {
            file.rsplit('/').next().unwrap_or(file).to_owned()
        }
        // The folder may have been named by its Dockerfile.
        folder if folder.ends_with(file) => folder.to_owned(),
        folder => format!("{folder}/{file}"),
    })
}

fn place(file: &str, line: Option<usize>, says: Option<&str>) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": encoded(file) } });
    if let Some(line) = line {
        physical["region"] = json!({ "startLine": line });
    }
    let mut place = json!({ "physicalLocation": physical });
    if let Some(says) = says {
        place["message"] = json!({ "text": printable(says) });
    }
    place
}

/// A path as a part of a URI (RFC 3986).
fn encoded(path: &str) -> String {
    use std::fmt::Write;
    path.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::{Kind, NotMeasured, Subject};

    fn audit() -> Audit {
        let finding = |id: &str, risk, line| {
            Finding {
                id: id.to_owned(),
                kind: Kind::Runtime,
                says: "It is so.".to_owned(),
                why: "Because.".to_owned(),
                risk,
                ..Finding::default()
            }
            .with(Evidence::of("there").path("/a b\u{1b}[2J"))
            .with(Evidence::of("here").line(line))
            .with(Evidence::of("also").line(9))
            .fix("Do it.")
        };
        Audit {
            subject: Subject {
                folder: Some("./svc/my app/".to_owned()),
                dockerfile: Some("Dockerfile".to_owned()),
                ..Subject::default()
            },
            findings: vec![finding("a", Risk::High, 3), finding("b", Risk::Low, 4), finding("a", Risk::Medium, 5)],
            not_measured: vec![NotMeasured { rule: "c".to_owned(), why: "No engine.".to_owned() }],
            ..Audit::default()
        }
    }

    #[test]
    fn a_finding_stands_on_its_line() {
        let log: Value = serde_json::from_str(&sarif(&audit())).unwrap();
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 2, "a rule is described once");
        let first = &run["results"][0];
        assert_eq!((&first["level"], &first["ruleIndex"]), (&json!("error"), &json!(0)));
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(
            (&place["artifactLocation"]["uri"], &place["region"]["startLine"]),
            (&json!("svc/my%20app/Dockerfile"), &json!(3))
        );
        assert_eq!(first["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 9);
        assert!(!first["message"]["text"].as_str().unwrap().contains('\u{1b}'));
        let levels: Vec<_> =
            run["results"].as_array().unwrap().iter().map(|one| one["level"].as_str().unwrap()).collect();
        assert_eq!(levels, ["error", "note", "warning"]);
        assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["descriptor"]["id"], "c");
    }

    #[test]
    fn no_path_of_this_machine_is_told() {
        let with = |folder: Option<&str>, dockerfile: Option<&str>| {
            let subject = Subject {
                folder: folder.map(str::to_owned),
                dockerfile: dockerfile.map(str::to_owned),
                ..Subject::default()
            };
            file(&Audit { subject, ..Audit::default() })
        };
        assert_eq!(with(Some("/home/me/x"), Some("Dockerfile")).as_deref(), Some("Dockerfile"));
        assert_eq!(with(Some("."), Some("docker/a.Dockerfile")).as_deref(), Some("docker/a.Dockerfile"));
        assert_eq!(with(Some("x"), Some("/etc/Dockerfile")).as_deref(), Some("Dockerfile"));
        assert_eq!(with(Some("svc/Dockerfile"), Some("Dockerfile")).as_deref(), Some("svc/Dockerfile"));
        assert_eq!(with(None, None), None);
    }
}
