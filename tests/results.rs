//! What a result offers to do next can be done: compare, repeat by hand, look into what is kept. And what is left behind: nothing.

use std::time::Duration;

use drydock::model::{AppId, Matrix};
use drydock::plan::Plan;
use drydock::process::Command;
use drydock::workshop::Workshop;
use drydock_tests::{told, xtask};
use libtest_mimic::{Arguments, Failed, Trial};

/// A lesson builds everything from nothing in the worst case.
const LONG: Duration = Duration::from_mins(30);

fn main() {
    let mut arguments = Arguments::from_args();
    // They share one engine, and measure durations: one after the other.
    arguments.test_threads = Some(1);
    let trials = vec![
        Trial::test("compare-measures-every-image-of-an-app", compares),
        Trial::test("the-line-for-the-hand-works", by_hand),
        Trial::test("kept-containers-answer-and-are-cleaned", keeps),
        Trial::test("what-inherits-our-labels-is-not-ours", theirs),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// Compares all images of one app; what it weighed is what `inspect` then ranks without reading any.
fn compares() -> Result<(), Failed> {
    let workshop = Workshop::find().map_err(|p| told(&p))?;
    let app = workshop.apps.values().next().ok_or("no app")?;
    let images = app.variant.len();
    let before = containers_of_ours()?;
    let output = xtask().args(["compare", "--app", app.id.as_str(), "--json"]).output(LONG).map_err(|p| told(&p))?;
    if output.status != 0 {
        return Err(format!("ended with {}:\n{}\n{}", output.status, output.stderr, output.stdout).into());
    }
    let matrix: Matrix = serde_json::from_str(&output.stdout)?;
    assert_eq!((matrix.schema, matrix.leftovers, matrix.results.len()), (1, 0, images));
    assert!(matrix.results.iter().all(|m| m.health.ok && m.stored_bytes > 100_000), "{:?}", matrix.results);
    assert_eq!(new_containers(&before)?, Vec::<String>::new(), "a comparison leaves no container behind");

    let output = xtask().args(["inspect", "--json"]).output(LONG).map_err(|p| told(&p))?;
    let ranking: serde_json::Value = serde_json::from_str(&output.stdout)?;
    let known = ranking["known"].as_array().ok_or("no list")?;
    for m in &matrix.results {
        // Another tag of the same image may come first.
        let has_tag = |one: &&serde_json::Value| {
            one["tags"].as_array().is_some_and(|tags| tags.contains(&m.image.as_str().into()))
        };
        let ranked =
            known.iter().find(has_tag).ok_or_else(|| format!("{} is not among the known: {ranking:#}", m.image))?;
        assert_eq!(ranked["stored_bytes"], m.stored_bytes, "{}", m.image);
        assert!(ranked["application_bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{ranked}");
    }
    Ok(())
}

/// The last line of a result repeats one image by hand: copied into a shell, it works.
fn by_hand() -> Result<(), Failed> {
    let workshop = Workshop::find().map_err(|p| told(&p))?;
    let app = workshop.apps.keys().next().ok_or("no app")?.to_string();
    let output = xtask().args(["lesson", "1", "--app", &app, "--color", "never"]).output(LONG).map_err(|p| told(&p))?;
    // One command over several lines: each but the last ends with a backslash.
    let rest = output.stdout.lines().skip_while(|line| !line.trim().starts_with("docker buildx build "));
    let mut line = String::new();
    for part in rest {
        line.push_str(part);
        line.push('\n');
        if !part.ends_with('\\') {
            break;
        }
    }
    if line.is_empty() {
        return Err(output.stdout.into());
    }
    let built = Command::new("sh").args(["-c", &line]).dir(&workshop.root).output(LONG).map_err(|p| told(&p))?;
    if built.status == 0 { Ok(()) } else { Err(format!("{line}\n{}", built.stderr).into()) }
}

/// `--keep` leaves containers that answer at the printed address, and `clean` removes them.
fn keeps() -> Result<(), Failed> {
    let workshop = Workshop::find().map_err(|p| told(&p))?;
    let app = workshop.apps.keys().next().ok_or("no app")?.to_string();
    let arguments = ["lesson", "1", "--app", &app, "--keep", "--color", "never"];
    let output = xtask().args(arguments).output(LONG).map_err(|p| told(&p))?;
    let addresses: Vec<&str> = output
        .stdout
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("http://"))
        .filter(|address| address.starts_with("127.0.0.1:"))
        .map(|address| address.trim_end_matches('/'))
        .collect();
    let lesson = workshop.lesson("1").map_err(|p| told(&p))?;
    let first: Vec<AppId> = workshop.apps.keys().take(1).cloned().collect();
    let plan =
        Plan::of_lesson(&workshop, lesson, &first, &[], |path| workshop.dockerfile(path)).map_err(|p| told(&p))?;
    assert_eq!(addresses.len(), plan.images.len(), "{}", output.stdout);
    let health = workshop.contract.health().ok_or("no health request")?;
    for address in &addresses {
        let answer = drydock::probe::send(health, address)?;
        assert_eq!(answer.status, 200);
    }
    // Beside this test, others may start containers, but none at these addresses.
    let kept = serving(&addresses)?;
    assert_eq!(kept.len(), addresses.len(), "{}", output.stdout);
    let cleaned = xtask().args(["clean", "--containers"]).output(LONG).map_err(|p| told(&p))?;
    assert_eq!((cleaned.status, serving(&addresses)?), (0, Vec::new()), "{}", cleaned.stderr);
    Ok(())
}

/// What a person builds `FROM` our images or commits from our containers has our labels. No form of `clean`, and no sweep, lists
/// or removes it; `inspect` shows it. What a dead run left is removed beside it.
fn theirs() -> Result<(), Failed> {
    const RUN: &str = "label=dev.drydock.run=dead-1";
    let listed = docker(&["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"])?;
    let ours: Vec<&str> =
        listed.lines().filter(|tag| tag.starts_with("drydock.local/") && !tag.contains('<')).collect();
    // Every base, and one image of an app and of a lesson.
    let (of_apps, bases): (Vec<&str>, Vec<&str>) =
        ours.into_iter().partition(|tag| ["/app/", "/lesson/"].iter().any(|part| tag.contains(part)));
    let one_of = |part: &str| of_apps.iter().find(|tag| tag.contains(part)).copied();
    let mut things = Things::default();
    for (number, image) in bases.into_iter().chain(one_of("/app/")).chain(one_of("/lesson/")).enumerate() {
        let file = format!("FROM {image}\nLABEL theirs={number}\nCMD [\"/theirs\"]\n");
        let tag = format!("{THEIRS}:{number}");
        // The last has no name at all, as after a build that took its name away.
        for named in [vec!["--tag", &tag], vec!["--label", "theirs=nameless"]] {
            let build = Command::new("docker").args(["build", "--quiet", "--provenance=false"]).args(named).arg("-");
            let image = build.stdin(file.clone()).output(LONG).map_err(|p| told(&p))?;
            assert_eq!(image.status, 0, "{}", image.stderr);
            things.add("image", image.stdout.trim());
        }
        let label = RUN.trim_start_matches("label=");
        things.add("container", &docker(&["create", "--label", label, &tag])?);
    }
    if things.0.is_empty() {
        return Err("there is no image of ours to build on".into());
    }
    for kind in ["network", "volume"] {
        let label = RUN.trim_start_matches("label=");
        let made = docker(&[kind, "create", "--label", label, &format!("drydock-theirs-{}", std::process::id())])?;
        things.add(kind, &made);
    }
    let runs = drydock_tests::state_folder().join("runs");
    std::fs::create_dir_all(&runs)?;
    let app = Workshop::find().map_err(|p| told(&p))?.apps.keys().next().ok_or("no app")?.to_string();
    let forms: [&[&str]; 5] = [
        &["clean", "--dry-run"],
        &["clean", "--dry-run", "--bases"],
        &["clean", "--containers"],
        &["lesson", "1", "--app", &app],
        &["inspect", "--json"],
    ];
    for form in forms {
        std::fs::write(runs.join("dead-1"), "")?;
        let first = things.0.iter().find(|(kind, _)| *kind == "container").ok_or("no container")?;
        let image = docker(&["container", "inspect", "--format", "{{.Image}}", &first.1])?;
        let left =
            docker(&["create", "--name", "drydock-dead-1-1", "--label", RUN.trim_start_matches("label="), &image]);
        let output = xtask().args(form.iter().copied()).output(LONG).map_err(|p| told(&p))?;
        assert_eq!(output.status, 0, "{form:?}: {}", output.stderr);
        let listed = output.stdout.contains(THEIRS);
        assert_eq!(listed, form[0] == "inspect", "{form:?}: {}", output.stdout);
        things.are_there(form)?;
        let swept = form.contains(&"--containers") || form[0] == "lesson";
        let there = docker(&["ps", "--all", "--quiet", "--filter", "name=^drydock-dead-1-1$"])?;
        assert_eq!(there.is_empty(), swept, "{form:?}: what a dead run left");
        if left.is_ok() && !swept {
            docker(&["rm", "drydock-dead-1-1"])?;
        }
    }
    Ok(())
}

/// A name that no registry has.
const THEIRS: &str = "theirs.invalid/clock";

/// Things of a person's, each a kind and an id. Removed at the end.
#[derive(Default)]
struct Things(Vec<(&'static str, String)>);

impl Things {
    fn add(&mut self, kind: &'static str, id: &str) {
        self.0.push((kind, id.to_owned()));
    }

    fn are_there(&self, after: &[&str]) -> Result<(), Failed> {
        for (kind, id) in &self.0 {
            docker(&[kind, "inspect", id]).map_err(|_| format!("{after:?}: the {kind} {id} is gone"))?;
        }
        Ok(())
    }
}

impl Drop for Things {
    fn drop(&mut self) {
        // A container before its image.
        for (kind, id) in self.0.iter().rev() {
            let _ = docker(&[kind, "rm", "--force", id]);
        }
        let _ = std::fs::remove_file(drydock_tests::state_folder().join("runs/dead-1"));
    }
}

/// What one docker command prints, which must succeed.
fn docker(arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new("docker").args(arguments.iter().copied()).output(LONG).map_err(|p| told(&p))?;
    if output.status == 0 { Ok(output.stdout.trim().to_owned()) } else { Err(output.stderr.into()) }
}

/// Ids of all containers with a run's label, also of runs of another checkout on the same engine.
fn containers_of_ours() -> Result<Vec<String>, Failed> {
    let listed = docker(&["ps", "--all", "--quiet", "--filter", "label=dev.drydock.run"])?;
    Ok(listed.lines().map(str::to_owned).collect())
}

/// The containers of ours that serve at one of these addresses.
fn serving(addresses: &[&str]) -> Result<Vec<String>, Failed> {
    let listed = docker(&["ps", "--format", "{{.Names}} {{.Ports}}", "--filter", "label=dev.drydock.run"])?;
    let serves = |line: &&str| addresses.iter().any(|address| line.contains(&format!("{address}->")));
    Ok(listed.lines().filter(serves).map(str::to_owned).collect())
}

/// Those that were not there before.
fn new_containers(before: &[String]) -> Result<Vec<String>, Failed> {
    Ok(containers_of_ours()?.into_iter().filter(|id| !before.contains(id)).collect())
}
