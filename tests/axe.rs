//! axe-core, which looks for what keeps people out of a page. It comes from npm, fetched by a build on the Node base, so that
//! this machine needs no Node.

use std::collections::BTreeMap;
use std::fs;

use drydock::engine::{Engine, bake, build};
use drydock::event::Silent;
use drydock::session::{Opening, Session};

use crate::browser::Browser;
use crate::{target_folder, told};

const BASE: &str = "node:24-trixie";
const DOCKERFILE: &str = "FROM node:24-trixie AS fetch\n\
    RUN npm install --no-save --no-audit --no-fund --prefix /axe axe-core@4\n\
    FROM scratch\n\
    COPY --from=fetch /axe/node_modules/axe-core/axe.min.js /\n";

/// What is asked of a page: everything that axe calls serious or critical, in one line each.
const ASK: &str = r#"axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations
  .filter((one) => one.impact === "serious" || one.impact === "critical")
  .map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`))"#;

/// The script, fetched once.
///
/// Panics where it cannot be fetched, and says why: what cannot be checked is not passed over.
pub fn script() -> String {
    let folder = target_folder().join("axe");
    let script = folder.join("axe.min.js");
    if !script.exists() {
        fetch(&folder).unwrap_or_else(|problem| panic!("{}", told(&problem)));
    }
    fs::read_to_string(&script).unwrap_or_else(|error| panic!("{}: {error}", script.display()))
}

/// What is serious about the page that is open.
///
/// Errors: the browser does not answer.
pub fn findings(browser: &Browser, script: &str) -> Result<Vec<String>, String> {
    browser.evaluate(script)?;
    let found = browser.evaluate(ASK)?;
    Ok(found.as_array().into_iter().flatten().map(|one| one.as_str().unwrap_or_default().to_owned()).collect())
}

fn fetch(folder: &std::path::Path) -> drydock::error::Result<()> {
    let engine = Engine::new(&Silent);
    let sources = Session::open(Opening::default(), engine)?.ensure(&[BASE.to_owned()].into())?;
    let place = tempfile::tempdir().expect("a temporary folder");
    fs::write(place.path().join("Dockerfile"), DOCKERFILE).expect("a file");
    let target = bake::Target {
        context: ".".to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        contexts: sources.contexts(&[BASE.to_owned()]),
        outputs: vec![format!("type=local,dest={}", folder.display())],
        ..bake::Target::default()
    };
    let definition = bake::Definition { targets: BTreeMap::from([("axe".to_owned(), target)]) };
    build::build("axe", &definition, &bake::Options::default(), place.path(), engine).map(drop)
}
