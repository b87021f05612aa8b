//! The book as files: it builds, leads nowhere that is not there, and is written as it should be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use drydock::process::Command;
use drydock::workshop::Workshop;
use drydock_book::{Missing, build, record};
use drydock_tests::{python, told};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let root = Workshop::find().unwrap_or_else(|p| panic!("{}", told(&p))).root;
    let trial = |name: &str, run: fn(&Path) -> Result<(), Failed>| {
        let root = root.clone();
        Trial::test(name, move || run(&root))
    };
    let trials = vec![
        trial("it-builds-and-every-link-leads-somewhere", links),
        trial("what-is-not-there-stops-the-build", missing),
        trial("every-lesson-is-told-on-its-page", lessons),
        trial("no-number-is-typed", numbers),
        trial("words-are-spelled-right", spelling),
        trial("its-builder-takes-the-runner-as-it-is-compiled", features),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// What the runner is made of has the same features when the book's builder is compiled. Where they differ, `cargo xtask book`
/// compiles the runner a second time.
fn features(root: &Path) -> Result<(), Failed> {
    let of = |package: &str| -> Result<BTreeSet<String>, Failed> {
        let tree = ["tree", "--package", package, "--edges", "no-dev", "--format", "{p} {f}", "--prefix", "none"];
        let cargo = Command::new(env!("CARGO")).args(tree).dir(root);
        let output = cargo.output(Duration::from_mins(2)).map_err(|p| told(&p))?;
        assert!(output.success(), "{}", output.stderr);
        // Marks of what was shown before, and of macros.
        let line = |line: &str| line.replace(" (*)", "").replace(" (proc-macro)", "");
        Ok(output.stdout.lines().map(line).filter(|line| !line.is_empty()).collect())
    };
    let (runner, builder) = (of("xtask")?, of("drydock-book")?);
    let other: Vec<&String> = runner.difference(&builder).collect();
    if other.is_empty() {
        return Ok(());
    }
    Err(format!("the builder wants other features of these; see xtask/Cargo.toml: {other:#?}").into())
}

/// Every address of every page that is inside the book is that of a file, and what stands behind `#` is a place in it.
fn links(root: &Path) -> Result<(), Failed> {
    let built = build(root, Missing::Stops).map_err(|p| told(&p))?.canonicalize()?;
    let mut files = Vec::new();
    list(&built, &mut files)?;
    let pages: BTreeMap<PathBuf, String> = files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "html"))
        .map(|path| Ok((path.clone(), fs::read_to_string(path)?)))
        .collect::<Result<_, std::io::Error>>()?;
    assert!(pages.len() > 20, "{} pages", pages.len());
    let places: BTreeMap<&PathBuf, BTreeSet<&str>> =
        pages.iter().map(|(path, text)| (path, attributes(text, " id=\"").collect())).collect();
    let mut wrong = Vec::new();
    for (page, text) in &pages {
        let folder = page.parent().ok_or("a page lies in a folder")?;
        for address in attributes(text, " href=\"").chain(attributes(text, " src=\"")) {
            if let Err(why) = leads(address, page, folder, &places) {
                wrong.push(format!("{}: {address} {why}", page.strip_prefix(&built)?.display()));
            }
        }
        if text.contains("{{#") && !page.ends_with("contributing/writing.html") && !page.ends_with("print.html") {
            wrong.push(format!("{}: a directive was left as it is", page.strip_prefix(&built)?.display()));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Whether an address leads somewhere; one on the network only has to be one that is encrypted.
fn leads(address: &str, page: &Path, folder: &Path, places: &BTreeMap<&PathBuf, BTreeSet<&str>>) -> Result<(), String> {
    let address = address.replace("&amp;", "&");
    if address.starts_with("https://") || address.starts_with("data:") || address.starts_with("mailto:") {
        return Ok(());
    }
    if address.contains("://") {
        return Err("is neither in the book nor encrypted".to_owned());
    }
    let (file, place) = address.split_once('#').map_or((address.as_str(), None), |(file, place)| (file, Some(place)));
    let file = file.split('?').next().unwrap_or_default();
    let target = if file.is_empty() { page.to_owned() } else { folder.join(file) };
    let target = target.canonicalize().map_err(|_| "leads to no file".to_owned())?;
    let target = if target.is_dir() { target.join("index.html") } else { target };
    match (place, places.get(&target)) {
        (None | Some(""), _) => Ok(()),
        (Some(place), Some(known)) if known.contains(place) => Ok(()),
        (Some(_), _) => Err("leads to no place of that page".to_owned()),
    }
}

/// The values of an attribute in a page.
fn attributes<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(name).skip(1).filter_map(|rest| rest.split('"').next())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), std::io::Error> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// A page that names what is not there is told with its place; so is every other one, at once.
fn missing(root: &Path) -> Result<(), Failed> {
    let sources = drydock_book::Sources::open(root, Missing::Stops).map_err(|p| told(&p))?;
    let wrong = [
        ("{{#step two-stages | No such step}}", "has no step"),
        ("{{#lesson no-such-lesson}}", "there is no lesson"),
        ("{{#include README.md:nowhere}}", "no place between"),
        ("{{#include ../outside}}", "not a path inside"),
        ("{{#dockerfile apps/no/such.Dockerfile}}", "apps/no/such.Dockerfile"),
        ("{{#graph apps/no/such.Dockerfile}}", "apps/no/such.Dockerfile"),
        ("It weighs {{#value compare sloop stored:naive}}.", "was not measured"),
        ("It is {{#lesson two-stages}} here.", "stand alone"),
        ("It is a {{#term no such word}}.", "does not define"),
        ("{{#agenda never}}", "no agenda"),
        ("{{#reference nothing}}", "no reference"),
        ("{{#nonsense}}", "no directive"),
        ("```run\nls /nowhere\n```", "not recorded"),
        ("```run loud\nls\n```", "`loud`"),
        ("```annotated README.md\nno such words :: A note.\n```", "does not stand in"),
    ];
    for (page, why) in wrong {
        let faults = drydock_book::page::render(&format!("A page.\n\n{page}\n"), "lessons/two-stages.md", &sources);
        let faults = faults.err().ok_or_else(|| format!("{page} is accepted"))?;
        assert!(faults.len() == 1 && faults[0].starts_with("book/src/lessons/two-stages.md:3: "), "{faults:?}");
        assert!(faults[0].contains(why), "{faults:?}");
    }
    Ok(())
}

/// Every lesson has a page in the table of contents that shows its head, each of its steps once, result, verdicts, exercise.
fn lessons(root: &Path) -> Result<(), Failed> {
    let workshop = Workshop::open(root).map_err(|p| told(&p))?;
    let contents = fs::read_to_string(root.join("book/src/SUMMARY.md"))?;
    for lesson in &workshop.lessons {
        let path = format!("lessons/{}.md", lesson.id);
        assert!(contents.contains(&format!("({path})")), "{path} is not in the table of contents");
        let page = fs::read_to_string(root.join("book/src").join(&path))?;
        let count = |directive: &str| page.lines().filter(|line| line.trim_end() == directive).count();
        let told = ["lesson", "result", "verdicts"].map(|name| format!("{{{{#{name} {}}}}}", lesson.id));
        // One of several is named behind a slash.
        let exercises = lesson.exercises.iter().map(|exercise| match lesson.exercises.len() {
            1 => format!("{{{{#exercise {}}}}}", lesson.id),
            _ => format!("{{{{#exercise {}/{}}}}}", lesson.id, exercise.id),
        });
        for directive in told.into_iter().chain(exercises) {
            assert_eq!(count(&directive), 1, "{path}: {directive}");
        }
        let titles: BTreeSet<&str> = lesson.step.iter().map(|step| step.title.as_str()).collect();
        for title in titles {
            let directive = format!("{{{{#step {} | {title}}}}}", lesson.id);
            assert_eq!(count(&directive), 1, "{path}: {directive}");
        }
        assert!(page.contains("class=\"speaker\""), "{path} has no words for a trainer");
    }
    Ok(())
}

/// Bytes are measured or somebody else's: no page has a number with a unit of bytes, apart from fenced blocks and quotes, and the title
/// of a step, which is the manifest's.
fn numbers(root: &Path) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for (path, text) in record::pages(root).map_err(|p| told(&p))? {
        let mut fenced = false;
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            }
            let quoted = fenced || line.starts_with('>') || line.starts_with("{{#step ");
            if !quoted && has_bytes(line) {
                wrong.push(format!("book/src/{path}:{number}: {line}"));
            }
        }
    }
    assert!(has_bytes("It is 12 MB large.") && has_bytes("1.2 GB") && !has_bytes("MB = 10⁶") && !has_bytes("two MB"));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn has_bytes(line: &str) -> bool {
    ["kB", "MB", "GB"].iter().any(|unit| {
        line.match_indices(unit).any(|(at, _)| {
            let before = line[..at].trim_end_matches([' ', '\u{a0}']);
            before.ends_with(|c: char| c.is_ascii_digit())
        })
    })
}

/// British words, in pages, manifests of lessons and the files at the root.
fn spelling(root: &Path) -> Result<(), Failed> {
    let typos = python::program("typos", "typos");
    let command = Command::new(typos.display().to_string())
        .args(["--config", "book/typos.toml", "--format", "brief"])
        .args(["book", "lessons", "apps", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "xtask/src", "tests"])
        .dir(root);
    let output = command.output(Duration::from_mins(2)).map_err(|p| told(&p))?;
    if output.success() { Ok(()) } else { Err(format!("{}{}", output.stdout, output.stderr).into()) }
}
