//! Two stores, one answer: what an image stores, shows and wastes does not depend on how an engine keeps it.
//!
//! Two engines that have nothing, one with each store, pull the same images from one registry. Needs Linux and root.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::time::Duration;

use drydock::engine::empty::EmptyEngine;
use drydock::engine::{Engine, registry, registry::Registry};
use drydock::error::Result;
use drydock::event::Silent;
use drydock::model::Store;
use drydock::process::Command;
use drydock::session::{Opening, Session};
use drydock::state::runs::Run;
use drydock_tests::workshop::{Fixture, Variant};
use drydock_tests::{runner, state_folder, told};
use serde_json::Value;

/// Compressing and unpacking a hundred megabytes, on a machine that has other things to do.
const LONG: Duration = Duration::from_mins(5);

/// Layers in which everything happens that stores keep in different ways: hard links, a file that is replaced, one that is
/// removed, a folder that is replaced, the same bytes twice.
const DOCKERFILE: &str = "\
FROM debian:trixie-slim AS check
RUN mkdir /a && seq 100000 > /a/one && ln /a/one /a/linked && cp /a/one /a/copy && seq 50000 > /gone
RUN rm /gone && seq 70000 > /a/one && rm -r /usr/share/doc && chmod 600 /a/copy
RUN rm -r /a && mkdir /a && seq 30000 > /a/new
CMD [\"sleep\", \"60\"]
";

/// What is measured of an image, by name, as `inspect --pull --json` says it.
fn weighed(inspect: Command, image: &str, memory: &str) -> BTreeMap<&'static str, Value> {
    let state = state_folder().join(memory);
    // What another run remembers of these layers must not answer for the engine.
    let _ = std::fs::remove_dir_all(&state);
    let command =
        inspect.args(["inspect", "--pull", "--json", image]).env("DRYDOCK_STATE", state.display().to_string());
    let output = command.output(LONG).unwrap_or_else(|p| panic!("{}", told(&p)));
    assert_eq!(output.status, 0, "{image}: {}", output.stderr);
    let inspection: Value = serde_json::from_str(&output.stdout).expect("an inspection");
    let numbers = ["stored_bytes", "visible_bytes", "wasted_bytes", "pull_bytes", "pull_exact"];
    numbers.into_iter().map(|name| (name, inspection[name].clone())).collect()
}

fn in_all_three(image: &str, run: &Run) -> Result<[BTreeMap<&'static str, Value>; 3]> {
    let engine = Engine::new(&Silent);
    let sources = Session::open(Opening::default(), engine)?.ensure(&registry::bases())?;
    let registry = Registry::start(&sources, run, engine)?;
    registry.push(image, "sloop:1", engine)?;
    let place = Registry::inside("sloop:1");
    let program = runner().display().to_string();
    let pulled = |store: Store, memory: &str| -> Result<_> {
        let node = EmptyEngine::start(registry.pid, store, &state_folder())?;
        let output = node.docker(["pull", "--quiet", &place]).output(LONG)?;
        assert_eq!(output.status, 0, "{}", output.stderr);
        Ok(weighed(node.enter(&program), &place, memory))
    };
    let first = weighed(Command::new(program.clone()), image, "stores-first");
    Ok([first, pulled(Store::Classic, "stores-classic")?, pulled(Store::Containerd, "stores-containerd")?])
}

#[test]
fn an_image_weighs_the_same_in_every_store() {
    let fixture = Fixture::new(&[Variant { name: "naive", dockerfile: DOCKERFILE }]);
    // The lesson only has to build; that nothing answers in the container is no matter here.
    fixture.run(&["lesson", "1", "--json"]);
    let image = "drydock.local/app/sloop:naive";
    let run = Run::begin().unwrap_or_else(|p| panic!("{}", told(&p)));
    let ended = in_all_three(image, &run);
    drydock::engine::sweep::end(&run, Engine::new(&Silent));
    let [first, classic, containerd] = ended.unwrap_or_else(|p| panic!("{}", told(&p)));

    let told = format!("first {first:?}\nclassic {classic:?}\ncontainerd {containerd:?}");
    for number in ["stored_bytes", "visible_bytes", "wasted_bytes"] {
        assert!(first[number] == classic[number] && first[number] == containerd[number], "{number}\n{told}");
    }
    assert!(first["wasted_bytes"].as_u64() > Some(1_000_000), "the layers hide something\n{told}");
    // What was built here is pushed as it was pushed to the registry; the containerd store keeps that, byte for byte.
    assert_eq!((first["pull_exact"].clone(), containerd["pull_exact"].clone()), (true.into(), true.into()), "{told}");
    assert_eq!(first["pull_bytes"], containerd["pull_bytes"], "{told}");
    // The classic store compresses anew what it pulled, and whether that gives the same bytes is its own affair.
    assert_eq!(classic["pull_exact"], false, "{told}");
    assert!(classic["pull_bytes"].as_u64().is_some(), "{told}");
}
