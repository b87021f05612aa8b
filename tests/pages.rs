//! Pages as a browser shows them, at the widths of a phone, a tablet, a laptop and a wall, in light and dark.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use drydock::lesson::Lesson;
use drydock::workshop::Workshop;
use drydock_book::Missing;
use drydock_tests::browser::{Browser, Faults, Scheme};
use drydock_tests::{axe, runner, told, xtask};
use libtest_mimic::{Arguments, Failed, Trial};

const WIDTHS: [u32; 4] = [360, 768, 1440, 1920];
/// Widths at which the book is looked at.
const BOOK_WIDTHS: [u32; 3] = [360, 768, 1440];
/// Width of a sheet of A4 with usual margins, in CSS pixels.
const A4: u32 = 718;
/// Most bytes of a page with all it loads by itself. A lesson has its results, pictures and Dockerfiles in every language. Most weigh up to
/// 190 kB; that on claims has two dozen measurements and 252 kB, and that on hardening 261 kB, in five languages.
const HEAVIEST: u64 = 280_000;
const SCHEMES: [Scheme; 2] = [Scheme::Light, Scheme::Dark];
/// A lesson builds everything from nothing in the worst case.
const LONG: Duration = Duration::from_mins(30);

fn main() {
    let mut arguments = Arguments::from_args();
    // There is one window.
    arguments.test_threads = Some(1);
    let workshop = Workshop::find().unwrap_or_else(|p| panic!("{}", told(&p)));
    let mut trials = Vec::new();
    if !arguments.list {
        let browser = Arc::new(Browser::open().unwrap_or_else(|error| panic!("{error}")));
        let watched = Arc::clone(&browser);
        trials.push(Trial::test("what-is-wrong-is-seen", move || sees(&watched)));
        let looked_at = |lesson: &&Lesson| lesson.number == 1 || is_written(&workshop.root, lesson.id.as_str());
        for lesson in workshop.lessons.iter().filter(looked_at) {
            let (id, number) = (lesson.id.to_string(), lesson.number);
            let (browser, root) = (Arc::clone(&browser), workshop.root.clone());
            trials.push(Trial::test(format!("report::{id}"), move || report(&browser, &root, (number, &id))));
        }
        trials.extend(book(&browser, &workshop.root));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Whether a lesson's report is one that this very runner has written. Running a lesson takes a while, so that only those are
/// looked at, and the first.
fn is_written(root: &Path, id: &str) -> bool {
    let time = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    time(&folder(root, id).join("report.html")) > time(runner())
}

/// Where a lesson's report is written.
fn folder(root: &Path, id: &str) -> PathBuf {
    root.join("target/drydock").join(id)
}

/// A lesson's report is well at every width and in both schemes, and asks the network for nothing.
fn report(browser: &Browser, root: &Path, (number, id): (u32, &str)) -> Result<(), Failed> {
    let page = folder(root, id).join("report.html");
    if !is_written(root, id) {
        let output = xtask()
            .args(["lesson", &number.to_string(), "--app", "all", "--json"])
            .output(LONG)
            .map_err(|p| told(&p))?;
        if output.status != 0 {
            return Err(format!("ended with {}:\n{}", output.status, output.stderr).into());
        }
    }
    let mut wrong = Vec::new();
    for width in WIDTHS {
        for scheme in SCHEMES {
            let faults = browser.look(&page, width, scheme)?;
            if !faults.none() {
                wrong.push(format!("{width} px, {scheme:?}: {faults:#?}"));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// A trial for each page of the book, as readers have it: from files, without a network.
fn book(browser: &Arc<Browser>, root: &Path) -> Vec<Trial> {
    let built = drydock_book::build(root, Missing::Stops).unwrap_or_else(|p| panic!("{}", told(&p)));
    let axe = Arc::new(axe::script());
    let pages = drydock_book::record::pages(root).unwrap_or_else(|p| panic!("{}", told(&p)));
    let pages = pages.into_keys().filter(|path| path != "SUMMARY.md").map(|path| path.replace(".md", ".html"));
    let trial = |path: String| {
        let (browser, axe, file) = (Arc::clone(browser), Arc::clone(&axe), built.join(&path));
        Trial::test(format!("book::{}", path.trim_end_matches(".html")), move || page(&browser, &axe, &file))
    };
    pages.map(trial).chain([trial("print.html".to_owned())]).collect()
}

/// A page of the book is well at every width and in both schemes and on paper, shuts nobody out, and loads little.
fn page(browser: &Browser, axe: &str, file: &Path) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for width in BOOK_WIDTHS {
        for scheme in SCHEMES {
            let faults = browser.look(file, width, scheme)?;
            if !faults.none() {
                wrong.push(format!("{width} px, {scheme:?}: {faults:#?}"));
            }
            if width == BOOK_WIDTHS[1] {
                wrong.extend(axe::findings(browser, axe)?.into_iter().map(|one| format!("{scheme:?}: {one}")));
            }
        }
    }
    let faults = browser.look_asked(file, "?notes", A4, Scheme::Paper)?;
    if !faults.none() {
        wrong.push(format!("on paper, with a trainer's notes: {faults:#?}"));
    }
    let shown = browser.evaluate(PRINTED)?;
    if shown != serde_json::json!([]) {
        wrong.push(format!("on paper there is still {shown}"));
    }
    let bytes = weight(file)?;
    // The whole book in one page is for printing.
    if bytes > HEAVIEST && !file.ends_with("print.html") {
        wrong.push(format!("the page and what it loads have {bytes} bytes"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// What is for finding one's way on a screen and is shown all the same; and notes for trainers that are not.
const PRINTED: &str = r#"(() => {
  const shown = (element) => element.getClientRects().length > 0;
  const ways = [...document.querySelectorAll("nav, [role=search]")].filter(shown).map((one) => one.tagName);
  const notes = [...document.querySelectorAll(".speaker")].filter((one) => !shown(one)).map(() => "notes left out");
  return [...ways, ...notes];
})()"#;

/// Bytes of a page with the styles and scripts that it loads by itself.
fn weight(file: &Path) -> Result<u64, Failed> {
    let text = fs::read_to_string(file)?;
    let folder = file.parent().ok_or("a page lies in a folder")?;
    let styles =
        text.split("<link ").skip(1).filter_map(|rest| rest.split('>').next()).filter(|tag| tag.contains("stylesheet"));
    let scripts = text.split("<script ").skip(1).filter_map(|rest| rest.split('>').next());
    let address = |tag: &str| {
        let name = if tag.contains("src=\"") { "src=\"" } else { "href=\"" };
        Some(tag.split(name).nth(1)?.split('"').next()?.split('?').next()?.to_owned())
    };
    let mut bytes = text.len() as u64;
    for address in styles.chain(scripts).filter_map(address) {
        bytes += folder.join(&address).metadata().map_err(|error| format!("{address}: {error}"))?.len();
    }
    Ok(bytes)
}

/// A page without faults has none; of each kind of fault that is put into it, the browser tells.
fn sees(browser: &Browser) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let show = |body: &str, width, scheme| -> Result<Faults, Failed> {
        let file = folder.path().join("page.html");
        fs::write(&file, format!("<!doctype html><meta charset=utf-8><title>A page</title>{body}"))?;
        Ok(browser.look(&file, width, scheme)?)
    };
    let well = show("<p>All is well.", 360, Scheme::Light)?;
    assert!(well.none(), "{well:?}");

    let wide = "<style>@media (prefers-color-scheme: dark) { p { width: 500px } }</style><p>A plank.";
    assert!(show(wide, 360, Scheme::Light)?.none(), "it is wide in the dark only");
    assert!(show(wide, 768, Scheme::Dark)?.none(), "it is too wide for a phone only");
    let overflow = show(wide, 360, Scheme::Dark)?.overflow;
    assert!(overflow.len() == 1 && overflow[0].starts_with("p. ends at 5"), "{overflow:?}");
    let closed = show("<details><p style='width: 500px'>A plank.</details>", 360, Scheme::Light)?;
    assert_eq!(closed.overflow.len(), 1, "{closed:?}");
    let scrolls = show("<div style='overflow-x: auto'><p style='width: 500px'>A plank.</div>", 360, Scheme::Light)?;
    assert!(scrolls.none(), "{scrolls:?}");

    let lifted =
        show("<p>A plank.<pre class=a style='position: absolute'>Another.</pre>", 360, Scheme::Light)?.overflow;
    assert_eq!(lifted, ["pre.a lies over the text"]);

    let console = show("<script>console.error('leak', 3); missing()</script>", 360, Scheme::Light)?.console;
    assert!(console.iter().any(|line| line == "leak 3"), "{console:?}");
    assert!(console.iter().any(|line| line.contains("missing is not defined")), "{console:?}");

    let missing = show("<img src=nowhere.png alt=''>", 360, Scheme::Light)?;
    assert!(missing.failed.iter().any(|one| one.contains("nowhere.png")) && missing.network.is_empty(), "{missing:?}");
    let abroad = show("<img src='http://drydock.invalid/a.png' alt=''>", 360, Scheme::Light)?;
    assert!(abroad.network == ["http://drydock.invalid/a.png"] && !abroad.failed.is_empty(), "{abroad:?}");

    assert!(show("<p>All is well again.", 360, Scheme::Light)?.none(), "one page's faults are not the next one's");
    Ok(())
}
