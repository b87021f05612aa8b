//! What holds of every page, whatever was measured.

use drydock_reader::OversizedLine;

use super::{Now, html, html_so_far};
use crate::lesson::Lesson;
use crate::model::{
    AppId, BuildStep, Environment, FullReport, Guessed, Health, Inspection, LayerLine, LessonId, LessonRef,
    LessonReport, Measurement, Outcome, SecretLine, Shown, Store, Surface, Timeline, Told, VariantId, Verdict,
};

/// Text that would do harm if it became markup or reached a terminal.
const HOSTILE: &str = "<script>alert(1)</script>\"'&\u{1b}[31m";

fn lesson() -> Lesson {
    toml::from_str(
        "title = \"Ills\"\nquestion = \"Why?\"\nable-to = \"x\"\nanswer = \"a\"\nminutes = { talk = 1, machine = 1, exercise = 1 }\nvariants = [\"one\", \"two\"]\n\
         [[look]]\napp = \"sloop\"\ntext = \"of {stored:one} left <b>.\"\n",
    )
    .unwrap_or_else(|e| panic!("{e}"))
}

fn measurement(variant: &str, stored_bytes: u64, pull_bytes: Option<u64>) -> Measurement {
    Measurement {
        app: AppId::try_from("sloop".to_owned()).unwrap(),
        variant: VariantId::try_from(variant.to_owned()).unwrap(),
        platform: None,
        image: format!("drydock.local/app/sloop:{variant}"),
        stored_bytes,
        files: 3,
        pull_bytes,
        layers: 1,
        build_ms: 1,
        parallel: true,
        cached: false,
        ready_ms: 12,
        health: Health { ok: true, status: 200, attempts: 1 },
        user: HOSTILE.to_owned(),
        hardened: false,
        not_run: None,
    }
}

fn inspection(m: &Measurement) -> Inspection {
    let surface = Surface { shells: [HOSTILE.to_owned()].into(), ..Surface::default() };
    Inspection {
        schema: Inspection::SCHEMA,
        image: m.image.clone(),
        digests_checked: true,
        pull_bytes: m.pull_bytes,
        pull_exact: true,
        stored_bytes: m.stored_bytes,
        visible_bytes: m.stored_bytes,
        wasted_bytes: 0,
        layers: vec![LayerLine {
            of_base: false,
            digest: None,
            diff_id: "sha256:0".to_owned(),
            instruction: Some(HOSTILE.to_owned()),
            line: Some(7),
            stage: Some(HOSTILE.to_owned()),
            pull_bytes: None,
            stored_bytes: m.stored_bytes,
            wasted_bytes: 0,
        }],
        unmatched: None,
        classes: [("application", m.stored_bytes / 4), ("toolchain", m.stored_bytes - m.stored_bytes / 4)].into(),
        hidden_packages: Vec::new(),
        programs: Vec::new(),
        packages: Vec::new(),
        surface,
        secrets: vec![SecretLine { rule: HOSTILE.to_owned(), path: HOSTILE.to_owned(), layer: None }],
        oversized: Vec::new(),
        files: Vec::new(),
    }
}

fn step(stage: &str, times: Option<(u64, u64)>, cached: bool) -> BuildStep {
    BuildStep {
        target: "sloop-one".to_owned(),
        image: format!("Sloop, one {HOSTILE}"),
        stage: stage.to_owned(),
        instruction: HOSTILE.to_owned(),
        start_ms: times.map(|(from, _)| from),
        took_ms: times.map_or(0, |(from, to)| to - from),
        cached,
        after: Vec::new(),
    }
}

fn full(results: Vec<Measurement>, build: Timeline) -> FullReport {
    let text = || HOSTILE.to_owned();
    let images = results.iter().map(inspection).collect();
    let verdict = |pass| Verdict {
        id: text(),
        subject: "go/split".parse().unwrap(),
        outcome: Outcome::of(pass),
        source: None,
        expected: text(),
        measured: text(),
        place: None,
        why: text(),
    };
    FullReport {
        report: LessonReport {
            schema: 1,
            lesson: LessonRef { id: LessonId::try_from("ills".to_owned()).unwrap(), number: 1, title: text() },
            environment: Environment {
                engine: text(),
                buildx: text(),
                store: Store::Classic,
                arch: text(),
                os: text(),
                cpus: 2,
                memory_bytes: 4_000_000_000,
                bases: text(),
                date: "2026-01-02T03:04:05Z".to_owned(),
            },
            build_ms: 2500,
            results,
            told: Vec::new(),
            not_run: Vec::new(),
            expectations: vec![verdict(true), verdict(false)],
            leftovers: 0,
        },
        command: text(),
        build,
        images,
    }
}

fn usual() -> FullReport {
    let steps =
        vec![step("build", Some((0, 500)), false), step("assets", Some((250, 1000)), false), step("", None, true)];
    full(
        vec![measurement("one", 1_600_000_000, None), measurement("two", 2_000_000, Some(900_000))],
        Timeline { took_ms: 1000, steps },
    )
}

#[test]
fn hostile_text_stays_text() {
    let page = html(&lesson(), &usual());
    assert!(!page.contains("<script") && !page.contains('\u{1b}') && !page.contains("<b>"));
    assert!(page.contains("&lt;script&gt;") && page.contains("Of 1.60 GB left &lt;b&gt;."));
}

#[test]
fn a_lesson_that_goes_on_loads_its_page_again_and_keeps_its_answer() {
    let story = Lesson { answer: "Because.".to_owned(), ..lesson() };
    let step: crate::lesson::Step = toml::from_str("title = 'Look'\ntext = 'Read this.'\ndo = 'table'").unwrap();
    let page = html_so_far(&story, &usual(), Now { step: Some((&step, 1, 3)), told: false });
    for part in ["http-equiv=\"refresh\"", "1. Look", "Read this.", "Step 1 of 3."] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("Because."), "{page}");
    let page = html(&story, &usual());
    assert!(page.contains("Because.") && !page.contains("http-equiv"), "{page}");
}

#[test]
fn a_giant_file_is_told_with_its_cure() {
    let mut full = usual();
    let told = |full: &FullReport| html(&lesson(), full).contains("Far too large");
    assert!(!told(&full));
    full.images[0].oversized.push(OversizedLine {
        path: "var/log/lastlog".to_owned(),
        layer: 2,
        bytes: 1_200_000_000_000,
        cause: "useradd leaves it".to_owned(),
        remedy: "useradd --no-log-init".to_owned(),
    });
    let page = html(&lesson(), &full);
    assert!(told(&full) && page.contains("var/log/lastlog") && page.contains("useradd --no-log-init"), "{page}");
}

#[test]
fn a_page_asks_the_network_for_nothing() {
    let page = html(&lesson(), &usual()).replace("&lt;script", "");
    for asks in ["http:", "https:", "src=", "url(", "@import", "<link", "<script", "<iframe"] {
        assert!(!page.contains(asks), "{asks}");
    }
}

#[test]
fn behind_every_picture_are_its_numbers() {
    let page = html(&lesson(), &usual());
    let sections: Vec<_> = page.split("<section").filter(|section| section.contains("<figure")).collect();
    assert_eq!(sections.len(), 3);
    for section in sections {
        assert!(section.contains("<table"), "{section}");
    }
    // What is drawn is said in the tables: a reader of the page is not made to listen to shapes.
    for picture in page.split("<svg").skip(1) {
        assert!(picture.split('>').next().unwrap().contains("aria-hidden=\"true\""), "{picture}");
    }
}

#[test]
fn a_bar_of_classes_is_full() {
    let page = html(&lesson(), &usual());
    assert!(page.contains("x=\"0.00%\" y=\"0\" height=\"26\" width=\"25.00%\" class=\"class-application\""));
    assert!(page.contains("x=\"25.00%\" y=\"0\" height=\"26\" width=\"75.00%\" class=\"class-toolchain\""));
}

#[test]
fn stages_that_ran_at_the_same_time_lie_above_one_another() {
    let page = html(&lesson(), &usual());
    assert!(page.contains("x=\"0.00%\" y=\"2\" width=\"50.00%\""));
    assert!(page.contains("x=\"25.00%\" y=\"2\" width=\"75.00%\""));
    assert_eq!(page.matches("<circle class=\"cached\" cx=\"0.00%\"").count(), 1);
}

#[test]
fn a_guess_stands_beside_what_came_of_it() {
    let lesson: Lesson = toml::from_str(
        "title = \"t\"\nquestion = \"q\"\nable-to = \"x\"\nanswer = \"a\"\nminutes = { talk = 1, machine = 1, exercise = 1 }\n\
         variants = [\"one\", \"two\"]\n[[step]]\ntitle = \"Sizes\"\ndo = \"table\"\n",
    )
    .unwrap();
    let mut report = usual();
    let guessed = Guessed { said: "40 MB".to_owned(), right: "<2 MB".to_owned(), hit: false };
    report.report.told.push(Told {
        step: 0,
        app: None,
        shown: Shown::Table,
        guessed: Some(guessed),
        amiss: Vec::new(),
    });
    assert!(html(&lesson, &report).contains("You guessed 40 MB; right is &lt;2 MB."));
}

#[test]
fn a_failed_expectation_comes_first_and_says_so_in_words() {
    let page = html(&lesson(), &usual());
    assert!(page.find("✗ failed").unwrap() < page.find("✓ held").unwrap());
    assert!(page.contains("1 of 2 expectations hold."));
}

#[test]
fn nothing_that_was_measured_breaks_the_page() {
    let empty = measurement("one", 0, None);
    let unwell = Measurement { health: Health { ok: false, status: 0, attempts: 0 }, ..empty };
    for results in
        [vec![unwell], vec![measurement("two", 5, Some(0))], vec![measurement("one", u64::MAX, Some(u64::MAX))]]
    {
        let page = html(&lesson(), &full(results, Timeline::default()));
        assert!(page.ends_with("</html>") && !page.contains("NaN") && !page.contains("inf%"));
    }
}
