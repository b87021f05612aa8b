//! The reader of Dockerfiles against BuildKit: for every row of `dockerfiles.toml` the engine is asked which images a build needs.
//!
//! Nothing is built. The engine's frontend is asked for an outline, for which it reads the file and looks for the images.

use std::collections::BTreeSet;
use std::time::Duration;

use drydock::dockerfile;
use drydock::process::Command;
use drydock_tests::told;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

/// Stands for every image: the frontend looks at its config alone.
const ANY: &str = "drydock.local/test/any:1";

fn main() {
    let args = Arguments::from_args();
    let image = Image::import();
    let option = outline_option();
    let cases: toml::Table = include_str!("dockerfiles.toml").parse().expect("a table");
    let cases = cases["case"].as_array().expect("rows").iter();
    let asked = cases.filter(|case| case.get("unasked").is_none()).cloned();
    let trials = asked.map(|case| {
        let case = case.try_into::<toml::Table>().expect("a row");
        Trial::test(case["name"].as_str().expect("a name").to_owned(), move || ask(&case, option))
    });
    let conclusion = libtest_mimic::run(&args, trials.collect());
    drop(image);
    conclusion.exit();
}

/// An image without content in the engine's store, for as long as the test runs.
struct Image;

impl Image {
    fn import() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = folder.path().join("empty.tar");
        tar::Builder::new(std::fs::File::create(&archive).expect("a file")).finish().expect("an archive");
        let import = Command::new("docker").args(["import".to_owned(), archive.display().to_string(), ANY.to_owned()]);
        let output = import.output(Duration::from_mins(1)).unwrap_or_else(|p| panic!("{}", told(&p)));
        assert!(output.success(), "{}", output.stderr);
        Self
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["image", "rm", ANY]).output(Duration::from_mins(1));
    }
}

/// How this buildx is asked for an outline: by `--call` since 0.15, by `--print` before.
fn outline_option() -> &'static str {
    let help = Command::new("docker").args(["buildx", "build", "--help"]).output(Duration::from_mins(1));
    if help.is_ok_and(|help| help.stdout.contains("--call")) {
        "--call=outline,format=json"
    } else {
        "--print=outline,format=json"
    }
}

/// Asks the engine about a Dockerfile, with a stand-in for each image that our reader says it needs.
fn ask(case: &toml::Table, option: &str) -> Result<(), Failed> {
    // An engine on this machine has the machine's architecture.
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let text = case["text"].as_str().ok_or("no text")?.replace("ARCHITECTURE", architecture);
    let bytes = if case.contains_key("latin-1") {
        text.chars().map(|c| u8::try_from(c).expect("a character of Latin-1")).collect()
    } else {
        text.clone().into_bytes()
    };
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("Dockerfile"), bytes)?;
    let read = dockerfile::File::read(folder.path(), "Dockerfile").map_err(|p| told(&p))?;
    // What has no stage would end the daemon of an older engine.
    if let Some(problem) = read.hopeless() {
        return Err(told(problem).into());
    }
    let needed = read.parsed().map(|file| file.images(None)).unwrap_or_default();
    let mut command = Command::new("docker").args(["buildx", "build", "--progress=rawjson", option]);
    command = command.env("BUILDX_EXPERIMENTAL", "1");
    for image in &needed {
        command = command.args(["--build-context".to_owned(), format!("{image}=docker-image://{ANY}")]);
    }
    let output =
        command.arg(folder.path().display().to_string()).output(Duration::from_mins(2)).map_err(|p| told(&p))?;
    if case.contains_key("refused") {
        return if output.success() { Err("the engine takes it".into()) } else { Ok(()) };
    }
    if !output.success() {
        return Err(format!("our reader: {needed:?}\n{}", output.stderr).into());
    }
    let looked_for = looked_for(&output.stderr);
    if looked_for != needed {
        return Err(format!("our reader: {needed:?}\nthe engine: {looked_for:?}").into());
    }
    Ok(())
}

/// The images that the frontend looked for, by the names of steps in its record.
fn looked_for(record: &str) -> BTreeSet<String> {
    let begins = record.find('{').unwrap_or(record.len());
    let values = serde_json::Deserializer::from_str(&record[begins..]).into_iter::<Value>().map_while(Result::ok);
    let steps = values.flat_map(|value| value["vertexes"].as_array().cloned().unwrap_or_default());
    let looked: BTreeSet<String> = steps.filter_map(|step| Some(step["name"].as_str()?.to_owned())).collect();
    let images = looked.iter().filter_map(|name| {
        let context = name.strip_prefix("[context ").and_then(|rest| rest.split_once("] "));
        let pulled = name.split_once("internal] load metadata for ").map(|(_, image)| image);
        context.map(|(image, _)| image).or(pulled).map(drydock::model::Reference::short)
    });
    images.filter(|image| image != ANY).collect()
}
