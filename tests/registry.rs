//! Bases from a registry: a real one, on loopback, that holds the stand-ins under their full official names.

use std::collections::BTreeSet;
use std::time::Duration;

use drydock::bases;
use drydock::engine::Engine;
use drydock::event::Silent;
use drydock::model::{LessonReport, Verdict};
use drydock::plan::{self, Plan};
use drydock::process::{Command, Output};
use drydock::workshop::Workshop;
use drydock_tests::{told, xtask};
use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::runners::SyncRunner;
use testcontainers::{GenericImage, ImageExt};

/// Pushing a toolchain compresses hundreds of megabytes.
const LONG: Duration = Duration::from_mins(15);

/// Debian's registry on the slim base, without the password its package asks for.
const DOCKERFILE: &str = "\
FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends docker-registry && rm -rf /var/lib/apt/lists/*
RUN printf 'version: 0.1\\nstorage: {filesystem: {rootdirectory: /var/lib/registry}}\\nhttp: {addr: \":5000\"}\\n' > /config.yml
CMD [\"docker-registry\", \"serve\", \"/config.yml\"]
";

fn docker(arguments: &[&str]) -> Output {
    let output =
        Command::new("docker").args(arguments.iter().copied()).output(LONG).unwrap_or_else(|p| panic!("{}", told(&p)));
    assert_eq!(output.status, 0, "docker {arguments:?}: {}", output.stderr);
    output
}

#[test]
fn a_lesson_builds_on_bases_of_a_registry() {
    let workshop = Workshop::find().unwrap_or_else(|p| panic!("{}", told(&p)));
    let images = plan::everything(&workshop, &[], |path| workshop.dockerfile(path));
    let images = images.unwrap_or_else(|p| panic!("{}", told(&p)));

    let slim = format!("debian:trixie-slim=docker-image://{}", bases::tag("debian:trixie-slim"));
    let command = Command::new("docker").args(["buildx", "build", "--provenance=false", "--build-context", &slim]);
    let built = command
        .args(["--tag", "drydock.local/test/registry:1", "-"])
        .stdin(DOCKERFILE)
        .output(LONG)
        .expect("docker runs");
    assert_eq!(built.status, 0, "{}", built.stderr);
    let registry = GenericImage::new("drydock.local/test/registry", "1")
        .with_exposed_port(5000.tcp())
        .with_wait_for(WaitFor::message_on_either_std("listening on"))
        .with_label("dev.drydock.run", "tests")
        .start()
        .expect("the registry starts");
    let host = format!("127.0.0.1:{}", registry.get_host_port_ipv4(5000.tcp()).expect("a port"));

    // An app of the lesson whose bases have names of both kinds: of the default registry, and with a registry in front.
    let lesson = &workshop.lessons[0];
    let app = lesson
        .apps_of(&workshop.apps)
        .map(|app| &app.id)
        .find(|app| {
            let mut bases = images.iter().filter(|i| i.name.app == **app).flat_map(|i| &i.bases);
            bases.clone().any(|b| b.contains('/')) && bases.any(|b| !b.contains('/'))
        })
        .expect("an app with both kinds of bases");
    let of_app = std::slice::from_ref(app);
    let plan = Plan::of_lesson(&workshop, lesson, of_app, &[], |path| workshop.dockerfile(path));
    let own = plan.unwrap_or_else(|p| panic!("{}", told(&p))).bases();
    // The overlay that carries this network's certificates takes the public ones from a base.
    let chosen = bases::choose(None, &[], Engine::new(&Silent)).unwrap_or_else(|p| panic!("{}", told(&p)));
    let overlays = chosen.recipes.overlay_parents().unwrap_or_else(|p| panic!("{}", told(&p)));
    let needed: BTreeSet<&String> = own.iter().chain(&overlays).collect();
    let mut pushed = Vec::new();
    for base in needed {
        let there = format!("{host}/{}", drydock::model::Reference::full(base));
        docker(&["tag", &bases::tag(base), &there]);
        docker(&["push", "--quiet", &there]);
        docker(&["image", "rm", &there]);
        pushed.push(there);
    }

    let run = xtask().args(["lesson", "1", "--app", app.as_str(), "--bases", &format!("registry={host}"), "--json"]);
    let output = run.output(LONG).unwrap_or_else(|p| panic!("{}", told(&p)));
    assert_eq!(output.status, 0, "{}\n{}", output.stderr, output.stdout);
    let report: LessonReport = serde_json::from_str(&output.stdout).expect("a report");
    assert_eq!(report.environment.bases, format!("registry={host}"));
    assert!(report.results.iter().all(|m| m.health.ok) && report.expectations.iter().all(Verdict::held));
    assert!(pushed.iter().any(|p| p.contains("/docker.io/library/")), "{pushed:?}");
    drop(registry);
    docker(&["image", "rm", "drydock.local/test/registry:1"]);
}
