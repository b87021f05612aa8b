//! The JSON Schema of every manifest and every JSON document, as files that the book's reference and other programs read.
//!
//! Only tests see this module, so a learner's runner compiles without schemars. The test fails when a file is not what the
//! types say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::audit::config::Settings;
use crate::audit::model::Audit;
use crate::lesson::{Exercise, Lesson, WrongAnswer};
use crate::model::{
    App, BaseReport, CheckReport, Comparison, Diagnosis, FullReport, Inspection, Inspections, LessonReport, Matrix,
    ProgressReport, Ranking, Rollout, Upgrade,
};
use crate::rules::Expect;

/// Where the files are, relative to the repository: among the pages, so that the book publishes them.
const FOLDER: &str = "book/src/reference/schema";
/// Writes the files. The snapshots of the command line are written with the same variable.
const AGAIN: &str = "SNAPSHOTS=overwrite cargo test --package xtask --lib schema";

/// Every schema: its path in the folder without the suffix, where such a text is found, and the schema itself.
fn all() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("manifests/answer", "lessons/NN-slug/wrong/NAME/answer.toml", read_as::<WrongAnswer>()),
        ("manifests/app", "apps/NAME/app.toml", read_as::<App>()),
        ("manifests/drydock", ".drydock.toml", read_as::<Settings>()),
        ("manifests/exercise", "lessons/NN-slug/exercise/exercise.toml", read_as::<Exercise>()),
        ("manifests/lesson", "lessons/NN-slug/lesson.toml", read_as::<Lesson>()),
        ("documents/audit", "cargo xtask audit PATH --json", written_as::<Audit>()),
        ("documents/bases", "cargo xtask bases list --json", written_as::<BaseReport>()),
        ("documents/check", "cargo xtask check N --json", written_as::<CheckReport>()),
        ("documents/compare", "cargo xtask compare --json", written_as::<Matrix>()),
        ("documents/compare-images", "cargo xtask compare --image A --image B --json", written_as::<Inspections>()),
        ("documents/diff", "cargo xtask diff A B --json", written_as::<Comparison>()),
        ("documents/doctor", "cargo xtask doctor --json", written_as::<Diagnosis>()),
        ("documents/inspect", "cargo xtask inspect IMAGE --json", written_as::<Inspection>()),
        ("documents/lesson", "cargo xtask lesson N --json", written_as::<LessonReport>()),
        ("documents/progress", "cargo xtask progress --json", written_as::<ProgressReport>()),
        ("documents/ranking", "cargo xtask inspect --json", written_as::<Ranking>()),
        ("documents/report", "target/drydock/LESSON/report.json", written_as::<FullReport>()),
        ("documents/rollout", "cargo xtask rollout --json", written_as::<Rollout>()),
        ("documents/rollout-images", "cargo xtask rollout --image OLD NEW --json", written_as::<Upgrade>()),
        ("parts/expectation", "[[expect]] in a manifest", read_as::<Expect>()),
    ]
}

/// The shape of what is read: defaults may be left out.
fn read_as<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<T>().to_value()
}

/// The shape of what is written: every key is there.
fn written_as<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().to_value()
}

/// The files as they should be.
fn files() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FOLDER);
    let file = |(path, found, mut schema): (&str, &str, Value)| {
        schema["$comment"] = json!(found);
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
        (folder.join(path).with_extension("json"), text + "\n")
    };
    all().into_iter().map(file).collect()
}

#[test]
fn the_files_say_what_the_types_say() {
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|what| what == "overwrite");
    let wanted = files();
    for (path, text) in &wanted {
        if overwrite {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        // Git may have turned the ends of lines into those of Windows.
        let there = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert!(there == *text, "{} is out of date. This writes it:\n\n    {AGAIN}\n", path.display());
    }
    for folder in wanted.iter().filter_map(|(path, _)| path.parent()).collect::<BTreeSet<_>>() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert!(wanted.iter().any(|(wanted, _)| *wanted == path), "{} has no type any more", path.display());
        }
    }
}

#[test]
fn every_key_is_documented() {
    for (name, _, schema) in all() {
        let types = schema["$defs"].as_object().into_iter().flatten().map(|(name, schema)| (name.as_str(), schema));
        for (of, schema) in types.chain([(name, &schema)]) {
            for (key, says) in schema["properties"].as_object().into_iter().flatten() {
                assert!(says["description"].is_string(), "{name}: `{key}` of {of} has no words");
            }
        }
    }
}
