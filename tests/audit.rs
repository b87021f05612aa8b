//! The audit's rules on projects in the shape that people have: what each must find, and must not.
//!
//! `static::` trials read the files alone and need no engine. `built::` trials also build, start and measure. Each project in
//! `tests/audit/` says in its `expected.toml` what it stands for; the audit sees a copy without that file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use drydock::audit::job::Job;
use drydock::audit::judge::judge;
use drydock::audit::model::Audit;
use drydock::audit::{read, rules};
use drydock_tests::{told, xtask};
use libtest_mimic::{Arguments, Failed, Trial};
use toml::{Table, Value};

/// These are built here: they stand on local bases, and no command of theirs asks a network.
const BUILT: [&str; 3] = ["bad-entrypoint", "bad-health", "bad-key-deleted"];
/// A build, a start, a slow stop, a build again.
const LONG: Duration = Duration::from_mins(10);

fn main() {
    let mut arguments = Arguments::from_args();
    if arguments.filter.as_deref().is_some_and(|filter| filter.starts_with("built")) {
        // They share one engine, and measure durations: one after the other.
        arguments.test_threads = Some(1);
    }
    let projects = projects();
    assert!(projects.len() >= 30, "only {} projects", projects.len());
    let mut trials = vec![
        Trial::test("static::every-rule-of-files-is-asked-for", every_rule),
        Trial::test("static::settings-decide-what-counts-and-how-it-ends", settings),
    ];
    for project in &projects {
        let name = project.name.clone();
        let expected = project.clone();
        trials.push(Trial::test(format!("static::{name}"), move || judged_by_files(&expected)));
    }
    for project in projects.into_iter().filter(|project| BUILT.contains(&project.name.as_str())) {
        trials.push(Trial::test(format!("built::{}", project.name), move || judged_by_image(&project)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// One folder of `tests/audit/`, with what its `expected.toml` says.
#[derive(Clone)]
struct Project {
    name: String,
    must: BTreeSet<String>,
    must_not: BTreeSet<String>,
    must_built: BTreeSet<String>,
    /// Whether no rule must find anything.
    good: bool,
    /// Texts to put in the place of others, in all files.
    put: BTreeMap<String, String>,
    /// Files that a repository cannot hold, such as `.git/HEAD` and keys.
    files: BTreeMap<String, String>,
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/audit"))
}

fn projects() -> Vec<Project> {
    let entries = fs::read_dir(folder()).expect("the projects");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("a folder").file_name().into_string().expect("a name")).collect();
    names.sort();
    names.into_iter().map(|name| Project::read(&name)).collect()
}

impl Project {
    fn read(name: &str) -> Self {
        let path = folder().join(name).join("expected.toml");
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let table: Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let known = ["about", "buildable", "good", "must", "must-not", "must-built", "put", "file"];
        for key in table.keys() {
            assert!(known.contains(&key.as_str()), "{name}: unknown key `{key}`");
        }
        assert!(table["about"].as_str().is_some_and(|about| about.ends_with('.')), "{name}: no `about`");
        let buildable = table["buildable"].as_bool().expect("`buildable` is true or false");
        assert!(buildable || !BUILT.contains(&name), "{name} is built here");
        let ids = |key: &str| -> BTreeSet<String> {
            let list = table.get(key).and_then(Value::as_array).into_iter().flatten();
            list.map(|id| id.as_str().expect("an id").to_owned()).collect()
        };
        let texts = |key: &str| -> BTreeMap<String, String> {
            let pairs = table.get(key).and_then(Value::as_table).into_iter().flatten();
            pairs.map(|(key, value)| (key.clone(), whole(value))).collect()
        };
        let project = Self {
            name: name.to_owned(),
            must: ids("must"),
            must_not: ids("must-not"),
            must_built: ids("must-built"),
            good: table.get("good").and_then(Value::as_bool).unwrap_or_default(),
            put: texts("put"),
            files: texts("file"),
        };
        for id in project.must.iter().chain(&project.must_not).chain(&project.must_built) {
            assert!(rules::find(id).is_some(), "{name}: there is no rule `{id}`");
        }
        let both: Vec<_> = project.must.intersection(&project.must_not).collect();
        assert!(both.is_empty(), "{name}: must and must not: {both:?}");
        project
    }

    /// A copy as somebody would have it.
    fn copy(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().expect("a temporary folder");
        self.copy_folder(&folder().join(&self.name), copy.path());
        fs::remove_file(copy.path().join("expected.toml")).expect("it was copied");
        for (path, text) in &self.files {
            let path = copy.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, self.with_put(text)).expect("a file");
        }
        copy
    }

    fn copy_folder(&self, from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                self.copy_folder(&entry.path(), &to);
            } else {
                // Copied first, for its permissions.
                fs::copy(entry.path(), &to).expect("a file");
                let text = fs::read_to_string(&to).expect("files of projects are text");
                fs::write(&to, self.with_put(&text)).expect("a file");
            }
        }
    }

    fn with_put(&self, text: &str) -> String {
        self.put.iter().fold(text.to_owned(), |text, (mark, whole)| text.replace(mark, whole))
    }

    /// What an audit found, against what it must and must not.
    fn judge(&self, audit: &Audit, must: &BTreeSet<String>) -> Result<(), Failed> {
        let found: BTreeSet<&str> = audit.findings.iter().map(|finding| finding.id.as_str()).collect();
        let mut wrong = Vec::new();
        for id in must.iter().filter(|id| !found.contains(id.as_str())) {
            let why = audit.not_measured.iter().find(|one| one.rule == **id).map(|one| format!(": {}", one.why));
            wrong.push(format!("{id} was not found{}", why.unwrap_or_default()));
        }
        for finding in audit.findings.iter().filter(|finding| self.must_not.contains(&finding.id)) {
            wrong.push(format!("{} was found: {} {:?}", finding.id, finding.says, finding.evidence));
        }
        if self.good {
            wrong.extend(
                audit.findings.iter().map(|finding| format!("{} in a good file: {}", finding.id, finding.says)),
            );
        }
        for finding in &audit.findings {
            let told = !finding.says.is_empty() && !finding.why.is_empty() && !finding.fix.says.is_empty();
            if !told || finding.evidence.is_empty() {
                wrong.push(format!("{} does not say everything: {finding:?}", finding.id));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
    }
}

/// A text, or one in parts that stand together only here.
fn whole(value: &Value) -> String {
    match value {
        Value::Array(parts) => parts.iter().map(|part| part.as_str().expect("a text")).collect(),
        other => other.as_str().expect("a text").to_owned(),
    }
}

fn judged_by_files(project: &Project) -> Result<(), Failed> {
    let copy = project.copy();
    let job = Job { path: copy.path().to_owned(), ..Job::default() };
    let (_, mut seen) = read::folder(&job, "Nothing was built.").map_err(|p| told(&p))?;
    // What is supported ends one day, and a test must not.
    seen.today = "2026-11-28".parse()?;
    let audit = judge(&seen);
    for value in project.put.values() {
        let document = serde_json::to_string(&audit)?;
        assert!(!document.contains(value.as_str()), "the value of a secret is in the document");
    }
    project.judge(&audit, &project.must)
}

fn judged_by_image(project: &Project) -> Result<(), Failed> {
    let copy = project.copy();
    let before = files_below(copy.path());
    let path = copy.path().display().to_string();
    let output = xtask().args(["audit", &path, "--json"]).output(LONG).map_err(|p| told(&p))?;
    let audit: Audit = serde_json::from_str(&output.stdout)
        .map_err(|e| format!("{e}\nended with {}:\n{}\n{}", output.status, output.stderr, output.stdout))?;
    assert_eq!(files_below(copy.path()), before, "an audit writes nothing into the folder");
    assert!(audit.figures.stored_bytes.is_some_and(|bytes| bytes > 0), "{:?}", audit.figures);
    let must: BTreeSet<String> = project.must.union(&project.must_built).cloned().collect();
    project.judge(&audit, &must)
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            found.push(entry.path().display().to_string());
            if entry.path().is_dir() {
                waiting.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// Rules that files alone can break are broken by a project, and there is a project that must not break them.
fn every_rule() -> Result<(), Failed> {
    let projects = projects();
    let must: BTreeSet<String> =
        projects.iter().flat_map(|project| project.must.iter().chain(&project.must_built)).cloned().collect();
    let must_not: BTreeSet<String> = projects.iter().flat_map(|project| project.must_not.iter()).cloned().collect();
    // Only an image or a container tells of these, and their own tests do.
    let measured = [
        "toolchain-shipped",
        "package-manager-shipped",
        "dev-dependencies-shipped",
        "tests-shipped",
        "sources-shipped",
        "documentation-shipped",
        "package-cache-shipped",
        "deleted-later",
        "doubled-by-metadata",
        "same-file-twice",
        "base-larger-than-needed",
        "edit-rebuilds-much",
        "writes-to-root",
        "health-check-lies",
        "no-folder",
        "setuid-files",
        "roots-missing",
        "zones-missing",
    ];
    let all = rules::all().map(|rule| rule.id);
    let lacking: Vec<_> =
        all.filter(|id| !(measured.contains(id) || must.contains(*id) && must_not.contains(*id))).collect();
    let allowed = ["secret-in-layer", "version-control-shipped", "world-writable", "stops-slowly"];
    let lacking: Vec<_> = lacking.into_iter().filter(|id| !(allowed.contains(id) && must.contains(*id))).collect();
    if lacking.is_empty() { Ok(()) } else { Err(format!("no project is for and against: {lacking:?}").into()) }
}

/// `.drydock.toml` through the program: thresholds, a rule that is off, a result to compare with, and a file that is not valid.
fn settings() -> Result<(), Failed> {
    let project = projects().into_iter().find(|project| project.must.contains("no-digest")).ok_or("no project")?;
    let copy = project.copy();
    let path = copy.path().display().to_string();
    let audit = |more: &[&str]| {
        let command = xtask().args(["audit", &path, "--no-build"]).args(more.iter().copied());
        command.output(LONG).map_err(|p| told(&p))
    };
    let write = |text: &str| fs::write(copy.path().join(".drydock.toml"), text);
    let first = audit(&["--json"])?;
    assert_eq!(first.status, 0, "{}", first.stderr);
    let before: Audit = serde_json::from_str(&first.stdout)?;

    write("[thresholds]\nfindings = 0\n")?;
    let above = audit(&[])?;
    assert_eq!(above.status, 1, "{}", above.stderr);
    assert!(above.stdout.contains("Above its threshold"), "{}", above.stdout);

    write("[[off]]\nrule = \"no-digest\"\nreason = \"A bot does that.\"\n")?;
    let baseline = copy.path().join("before.json");
    fs::write(&baseline, &first.stdout)?;
    let off = audit(&["--json", "--baseline", &baseline.display().to_string()])?;
    let now: Audit = serde_json::from_str(&off.stdout)?;
    assert_eq!((off.status, now.findings.len() + 1), (0, before.findings.len()), "{}", off.stderr);
    assert!(off.stderr.contains("gone are no-digest"), "{}", off.stderr);

    write("[[off]]\nrule = \"no-digests\"\nreason = \"x\"\n")?;
    let wrong = audit(&[])?;
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("no rule `no-digests`") && wrong.stderr.contains("no-digest`"), "{}", wrong.stderr);

    fs::remove_file(copy.path().join(".drydock.toml"))?;
    assert_eq!(audit(&["--init"])?.status, 0);
    let kept = audit(&[])?;
    assert_eq!(kept.status, 0, "what was written holds: {}{}", kept.stdout, kept.stderr);
    assert_eq!(audit(&["--init"])?.status, 2, "never over a file");
    Ok(())
}
