//! Pages as a browser shows them, at the widths of a phone, a tablet, a laptop and a wall, in light and dark.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use drydock::workshop::Workshop;
use drydock_tests::browser::{Browser, Faults, Scheme};
use drydock_tests::{runner, told, xtask};
use libtest_mimic::{Arguments, Failed, Trial};

const WIDTHS: [u32; 4] = [360, 768, 1440, 1920];
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
        for lesson in &workshop.lessons {
            let (id, number) = (lesson.id.to_string(), lesson.number);
            let (browser, root) = (Arc::clone(&browser), workshop.root.clone());
            let name = format!("report::{id}");
            trials.push(Trial::test(name, move || report(&browser, number, &root.join("target/drydock").join(&id))));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// A lesson's report is well at every width and in both schemes, and asks the network for nothing.
fn report(browser: &Browser, number: u32, folder: &Path) -> Result<(), Failed> {
    let page = folder.join("report.html");
    let written = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    // Running a lesson takes a while: a page that this very runner has written need not be written again.
    if written(&page) <= written(runner()) {
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
