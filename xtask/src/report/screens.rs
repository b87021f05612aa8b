//! Every screen at every width: no line is wider than the terminal, no word is broken, nothing is lost.
//!
//! What is shown is what the recorded runs have, so it is as long as in life. A renderer that is not shown here fails
//! [`every_renderer_is_tried`]; a new kind of step fails to compile.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use drydock_reader::OversizedLine;
use textwrap::core::display_width;

use super::lines::tests::{on, parts};
use super::{Finish, Style};
use crate::cli;
use crate::error::{ErrorId, Problem};
use crate::exercise::Hints;
use crate::lesson::Lesson;
use crate::model::block::{self, Block, Output, Sign};
use crate::model::{
    BaseReport, BaseRow, BaseState, Cache, Class, Cold, Comparison, Diagnosis, Finding, Inspection, LessonReport,
    Matrix, Outcome, Place, Ranked, Ranking, SecretLine, Shown, Sizes, State, Told, Upgrade,
};
use crate::workshop::Workshop;

const PLAIN: Style = Style { color: false, live: false, symbols: true };
/// So wide that nothing is wrapped.
const WIDE: usize = 1000;
/// What people have.
const WIDTHS: [usize; 5] = [60, 72, 80, 100, 120];

/// A name, and what draws it.
type Screen = (String, Box<dyn Fn() -> String>);

fn screen(name: impl Into<String>, show: impl Fn() -> String + 'static) -> Screen {
    (name.into(), Box::new(show))
}

fn recorded<T: serde::de::DeserializeOwned>(path: &str) -> T {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    serde_json::from_str(&fs::read_to_string(root.join(path)).unwrap()).unwrap()
}

/// Each lesson with its recorded run.
fn lessons() -> Vec<(Lesson, LessonReport)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let workshop = Workshop::open(&root).unwrap();
    let with_run = |lesson: Lesson| {
        let path = crate::tidy::recorded_path(lesson.number, lesson.id.as_str());
        let report = recorded(&path);
        (lesson, report)
    };
    workshop.lessons.into_iter().map(with_run).collect()
}

/// What is known of an image, as a lesson recorded it.
fn inspection() -> Inspection {
    let told = lessons().into_iter().flat_map(|(_, report)| report.told);
    let made = told.filter_map(|told| match told.shown {
        Shown::MadeOf { images } => images.into_iter().next(),
        _ => None,
    });
    let made = made.max_by_key(|made| made.inspection.layers.len()).unwrap();
    let mut inspection = Inspection { files: made.files, ..made.inspection };
    inspection.secrets.push(SecretLine {
        rule: "private key".to_owned(),
        path: "home/somebody/.config/service/keys/of-the-deployment/id_ed25519".to_owned(),
        layer: Some(3),
    });
    inspection.oversized.push(OversizedLine {
        path: "var/log/lastlog".to_owned(),
        layer: 4,
        bytes: 1_200_000_000_000,
        cause: "useradd made it for a user with a large number".to_owned(),
        remedy: "useradd --no-log-init".to_owned(),
    });
    inspection
}

/// What a step shows that no recorded lesson does: each kind of block.
fn blocks() -> Told {
    let columns = [block::Column::left("code"), block::Column::right("line"), block::Column::left("what it says")];
    let mut table = block::Table::new("What hadolint finds in the Dockerfile of this variant", columns);
    let says = "Pin versions in apt get install: instead of `apt-get install <package>` use `apt-get install <package>=<version>`";
    table.row([block::Cell::judged("DL3008", false), "7".into(), says.into()]);
    let output = Output {
        title: "multi-stage: failed in line 12, as it must".to_owned(),
        sign: Sign::Held,
        command: Some(
            "docker run --rm --network none --read-only drydock.local/app/go:multi-stage sh -c 'echo one two'".into(),
        ),
        lines: vec![
            "exec /bin/sh: no such file or directory, since the image holds the program and nothing else".into(),
        ],
        of: 12,
        status: Some(127),
    };
    let blocks = vec![
        Block::text("Both builds ran `cargo build --release --locked`, and took 12.5 s and 40.0 s."),
        Block::Table(table),
        Block::Output(output),
        Block::Lanes(super::lanes::tests::sample()),
    ];
    // A kind of block that is not above shall not compile.
    for block in &blocks {
        match block {
            Block::Text { .. } | Block::Table(_) | Block::Output(_) | Block::Lanes(_) => {}
        }
    }
    Told { step: 0, app: None, shown: Shown::Blocks { blocks }, guessed: None, amiss: Vec::new() }
}

/// The kinds of what a step shows.
fn kind(shown: &Shown) -> usize {
    match shown {
        Shown::Table => 0,
        Shown::Changed { .. } => 1,
        Shown::Inside { .. } => 2,
        Shown::MadeOf { .. } => 3,
        Shown::Experiment { .. } => 4,
        Shown::Ask { .. } => 5,
        Shown::Ends { .. } => 6,
        Shown::Docker { .. } => 7,
        Shown::Sent { .. } => 8,
        Shown::Blocks { .. } => KINDS - 1,
    }
}
const KINDS: usize = 10;

fn problem() -> Problem {
    Problem::new(ErrorId::Download, "Go, naive: the step [build 4/6] RUN go mod download failed (apps/one/naive.Dockerfile:7).")
        .evidence(["go: github.com/one/two@v1.2.3: Get \"https://proxy.golang.org/github.com/one/two/@v/v1.2.3.mod\": x509: certificate signed by unknown authority"])
        .cause("A download failed: no network, a proxy that the build does not know, or a network that intercepts TLS.")
        .next("--ca-file FILE        gives a network's certificate to the toolchain bases")
        .next("sudo apt-get install mmdebstrap debian-archive-keyring    on Debian and Ubuntu, which --setup does for you")
}

fn diagnosis() -> Diagnosis {
    let problem = problem();
    let (evidence, cause, next) = (problem.evidence, problem.cause, problem.next);
    let state = State::Problem { id: "download", fact: problem.fact, evidence, cause, next };
    Diagnosis::of(vec![
        Finding {
            what: "engine",
            state: State::Ok { found: "26.1.5 on linux/amd64, overlay2, at unix:///run/user/1000/docker.sock".into() },
        },
        Finding {
            what: "disk",
            state: State::Unknown {
                found: "the engine does not say where it keeps images, so nobody knows what is free there".into(),
            },
        },
        Finding { what: "network", state },
    ])
}

fn comparison() -> Comparison {
    let sizes = |before, after| Sizes { before, after };
    let classes =
        [("toolchain", 600_000_000, 0), ("os", 120_000_000, 20_000_000), ("application", 6_000_000, 5_000_000)];
    Comparison {
        schema: Comparison::SCHEMA,
        before: "drydock.local/lesson/a-lesson/python:work-folder".to_owned(),
        after: "drydock.local/lesson/a-lesson/python:by-name".to_owned(),
        stored: sizes(726_000_000, 25_000_000),
        classes: classes.into_iter().map(|(class, before, after)| (class, sizes(before, after))).collect(),
        places: (0..14)
            .map(|n| Place { path: format!("usr/lib/python3/dist-packages/one/two/three/{n}"), bytes: sizes(2, 1) })
            .collect(),
    }
}

/// Screens that a lesson has.
fn of_lessons(screens: &mut Vec<Screen>) {
    for (lesson, report) in lessons() {
        let name = |what: &str| format!("{what} of lesson {}", lesson.number);
        let (this, run) = (lesson.clone(), report.clone());
        screens.push(screen(name("table"), move || super::table(&this.variants, &run.results, PLAIN)));
        let this = lesson.clone();
        screens.push(screen(name("opening"), move || super::opening(&this, &["1 (Two stages)".to_owned()], PLAIN)));
        for (number, step) in (1..).zip(&lesson.step) {
            let step = step.clone();
            screens.push(screen(name("before"), move || super::before(number, &step, PLAIN)));
        }
        for told in &report.told {
            let Some(step) = lesson.step.get(told.step).cloned() else { continue };
            let (this, run, told) = (lesson.clone(), report.clone(), told.clone());
            screens.push(screen(name("after"), move || {
                super::after(&this.variants, &step, &told, (true, false), &run.results, PLAIN)
            }));
        }
        let (this, mut run) = (lesson.clone(), report.clone());
        // One of each outcome.
        for (verdict, outcome) in run.expectations.iter_mut().zip([Outcome::Failed, Outcome::NotMeasured]) {
            verdict.outcome = outcome;
        }
        run.not_run = run.results.iter().map(|one| format!("{}/{}", one.app, one.variant)).collect();
        screens.push(screen(name("lesson"), move || {
            let finish = Finish {
                built_in: std::time::Duration::from_secs(12),
                built_besides: std::time::Duration::from_secs(20),
                cache: Cache::Some,
                last_cold: Some(Cold { ms: 90_000, images: 8, date: "2026-11-28T00:00:00Z".to_owned() }),
                by_hand: "docker buildx build --provenance=false --file apps/one/tiny.Dockerfile --build-context golang:1.27-trixie=docker-image://drydock.local/golang:1.27-trixie apps/one".to_owned(),
                kept: &[("python/multi-stage".to_owned(), "http://127.0.0.1:49153/".to_owned())],
                page: Some("target/drydock/a-lesson/report.html"),
                next: format!("cargo xtask lesson {} --keep    leaves the containers running, to look around in", this.number),
            };
            super::lesson(&this, &run, &finish, PLAIN, true)
        }));
        for exercise in lesson.exercises.clone() {
            let this = lesson.clone();
            screens.push(screen(name("begun"), move || {
                super::begun(&this, &exercise, "my/a-lesson/python/Dockerfile", "apps/one", PLAIN)
            }));
        }
    }
    let step = lessons()[0].0.step[0].clone();
    screens.push(screen("after, of blocks", move || super::after(&[], &step, &blocks(), (true, true), &[], PLAIN)));
    screens.push(screen("listing", || {
        super::listing(&lessons().into_iter().map(|(lesson, _)| lesson).collect::<Vec<_>>(), PLAIN)
    }));
    screens.push(screen("waits", || {
        super::waits("Building all of it takes about 4 minutes the first time, and a moment after that.", PLAIN)
    }));
    for (name, more) in [("dockerfiles", 1), ("dockerfiles, long", 30)] {
        let text = "# what the build needs\nRUN apt-get update && apt-get install --yes --no-install-recommends one two three four five six seven eight\n".repeat(more);
        screens.push(screen(name, move || {
            let path = "lessons/03-layer-order/python/sources-first.Dockerfile";
            super::dockerfiles(
                &[super::ShownDockerfile { app: "python", variant: "sources-first", path, text: &text }],
                PLAIN,
            )
        }));
    }
}

/// Screens of other commands.
fn of_commands(screens: &mut Vec<Screen>) {
    screens.push(screen("inspect", || super::inspect(&inspection(), PLAIN, false, None)));
    screens.push(screen("inspect --all", || super::inspect(&inspection(), PLAIN, true, None)));
    screens.push(screen("inspect --class", || super::inspect(&inspection(), PLAIN, false, Some(Class::Tests))));
    screens.push(screen("diff", || super::diff(&comparison(), PLAIN)));
    screens.push(screen("matrix", || super::matrix(&recorded::<Matrix>("apps/recorded.json"), PLAIN)));
    screens.push(screen("rollout", || super::rollout(&super::rollout::tests::sample(), PLAIN)));
    screens.push(screen("inspections", || super::inspections(&[inspection(), inspection()], PLAIN)));
    screens.push(screen("upgrade", || {
        let rollout = super::rollout::tests::sample();
        let image = rollout.images[0].clone();
        let told = Upgrade {
            schema: Upgrade::SCHEMA,
            before: "registry.example/team/service:2026-11-27".to_owned(),
            after: "registry.example/team/service:2026-11-28".to_owned(),
            layers_there: 4,
            layers: 7,
            fleet: rollout.fleet,
            fetched: image.fetched,
            exact: false,
            forecast: image.forecast,
        };
        super::upgrade(&told, PLAIN)
    }));
    screens.push(screen("doctor", || super::doctor(&diagnosis(), "cargo xtask lesson 1", PLAIN)));
    screens.push(screen("ranking", || {
        let tags = vec!["drydock.local/lesson/a-lesson/python:work-folder".to_owned(), "a:again".to_owned()];
        let known = Ranked { image: tags[0].clone(), tags, stored_bytes: 1_000_000, application_bytes: 10_000 };
        super::ranking(&Ranking::of(vec![known], vec!["registry.example/team/service:1.2.3".to_owned(); 3]), PLAIN)
    }));
    screens.push(screen("bases", || {
        let differs =
            "Debian's Python in /usr/bin and dist-packages, with links in /usr/local where the official image has it";
        let name = "python:3.13-slim-trixie".to_owned();
        let row = BaseRow {
            tag: format!("drydock.local/{name}"),
            name,
            state: BaseState::Outdated,
            size_bytes: Some(130_000_000),
            parents: vec![],
            differs: differs.to_owned(),
        };
        let why =
            "no registry answered within 4 seconds, and everything that lessons need can be built here".to_owned();
        super::bases(
            &BaseReport {
                schema: 1,
                from: "local (Debian 13)".to_owned(),
                why,
                arch: "amd64".to_owned(),
                ca_files: vec!["/etc/ssl/certs/company.pem".to_owned()],
                bases: vec![row],
            },
            PLAIN,
        )
    }));
    screens.push(screen("standing", || super::standing(&super::standing::tests::report(), PLAIN)));
    screens.push(screen("here", || {
        let report = super::standing::tests::report();
        super::here(&report, report.lessons.first(), PLAIN)
    }));
    screens.push(screen("check", || {
        let (_, run) = lessons().remove(1);
        let report = super::check::tests::report(run.expectations);
        super::check(
            &report,
            "Python",
            &["cargo xtask hint 2 --app python    helps one step at a time".to_owned()],
            PLAIN,
        )
    }));
    screens.push(screen("hint", || {
        let exercise =
            lessons().into_iter().flat_map(|(lesson, _)| lesson.exercises).find(|one| !one.hint.is_empty()).unwrap();
        let say = exercise.hint[0].say.clone();
        let clue = "ModuleNotFoundError: No module named 'harbour_clock', while /usr/local/lib/python3.13/site-packages was searched";
        let rule = "application-share-at-least".to_owned();
        let hints = Hints { about: rule.clone(), rule, clue: Some(clue.to_owned()), say };
        let next = "cargo xtask solution 2 --app python --anyway    that was the last one; this shows a right answer";
        super::hint(&hints, hints.say.len(), next, PLAIN)
    }));
    screens.push(screen("better", || {
        let why = "It links everything into one program, so that the final stage needs neither a shell nor a package manager.";
        super::better(Some((Some(7_400_000), &[])), ("solution/static-and-stripped", (Some(6_000_000), &[])), Some(why))
    }));
    screens.push(screen("changes", || {
        let file = |text: &str| [("Dockerfile".to_owned(), text.as_bytes().to_vec())].into();
        let (mine, theirs) = (file("FROM a\nRUN apt-get update && apt-get install --yes one two three four five six seven && rm -rf /var/lib/apt/lists/*\n"), file("FROM b\n"));
        super::changes(("my/x", &mine), ("lessons/x", &theirs), PLAIN)
    }));
    screens.push(screen("beside", || {
        let failed = ["non-root".to_owned(), "application-share-at-least".to_owned(), "no-secret".to_owned()];
        super::beside(Some((Some(7_400_000), &failed)), ("solution/static-and-stripped", (Some(6_000_000), &[])), PLAIN)
    }));
    screens.push(screen("problem", || super::problem(&problem(), PLAIN)));
    screens.push(screen("errors", || super::errors(PLAIN)));
    screens.push(screen("rules", || super::rules(PLAIN)));
    screens.push(screen("expectations", || super::expectations(["healthy", "times-smaller-than"].into_iter(), PLAIN)));
    screens.push(screen("expectation_explained", || {
        super::expectation_explained(
            "non-root",
            "By number, because a name says nothing\nto the engine.\n\nPID 1.",
            PLAIN,
        )
    }));
    for rule in crate::audit::rules::all() {
        let lesson = Some((1, "A lesson"));
        screens
            .push(screen(format!("rule_explained, {}", rule.id), move || super::rule_explained(rule, lesson, PLAIN)));
    }
    screens.push(screen("next", || {
        super::next("cargo xtask solution 2 --app python --anyway    shows it all the same, whatever is solved", PLAIN)
    }));
    for id in ErrorId::ALL {
        screens.push(screen(format!("explained, {}", id.name()), || super::explained(*id, PLAIN)));
    }
    screens.push(screen("headline", || {
        super::done::headline(
            "Lesson 2 · What is inside an image",
            "bases: local (Debian 13) · engine 26.1.5 · buildx 0.13.1 · 2 CPUs",
            PLAIN,
        )
    }));
    screens.push(screen("command", || {
        super::done::command(
            "docker buildx bake --file - --load --provenance=false --progress=rawjson go-naive go-multi-stage",
            PLAIN,
        )
    }));
}

/// Help of every command, as long as it gets. What is described there is wrapped by clap.
fn of_help(screens: &mut Vec<Screen>) {
    screens.push(screen("entries", || help(cli::command())));
    for one in cli::command().get_subcommands() {
        let name = one.get_name().to_owned();
        screens.push(screen(format!("entries, help of {name}"), move || {
            help(cli::command().find_subcommand_mut(&name).unwrap().clone())
        }));
    }
}

fn help(command: clap::Command) -> String {
    let columns = super::lines::columns();
    command.max_term_width(columns).term_width(columns).render_long_help().to_string()
}

fn screens() -> Vec<Screen> {
    let mut screens = Vec::new();
    of_lessons(&mut screens);
    of_commands(&mut screens);
    of_help(&mut screens);
    of_proposals(&mut screens);
    screens
}

/// A proposal that passed after one that did not, one that was written down, and none.
fn of_proposals(screens: &mut Vec<Screen>) {
    for (name, found) in super::audit::samples() {
        for all in [false, true] {
            let (found, name) = (found.clone(), format!("audit, {name}, all: {all}"));
            screens.push(screen(name, move || super::audit(&found, all, "cargo xtask audit services/api", PLAIN)));
        }
    }
    for (name, proposed) in super::audit_proposal::samples() {
        let name = format!("audit_proposal, {name}");
        screens.push(screen(name, move || super::audit_proposal(&proposed, "cargo xtask audit services/api", PLAIN)));
    }
}

/// Renderers that draw no text for a terminal.
const NO_SCREENS: [&str; 34] = [
    "always",
    "ask",
    "attended",
    "audit_html",
    "audit_markdown",
    "call",
    "card",
    "choose",
    "confirm",
    "data",
    "held",
    "html",
    "html_so_far",
    "json",
    "line",
    "markdown",
    "matrix_markdown",
    "matrix_picture",
    "message",
    "out_of_date",
    "part",
    "parts",
    "pause",
    "sarif",
    "sbom",
    "sink",
    "sizes_of",
    "step_of",
    "surroundings_of",
    "terminal",
    "tick",
    "usage",
    "verdicts_of",
    "written",
];

#[test]
fn every_renderer_is_tried() {
    let source = include_str!("mod.rs");
    let exported = source.lines().filter_map(|line| line.strip_prefix("pub use ")).flat_map(|line| {
        let names = line.split_once("::").map_or("", |(_, names)| names).trim_matches(['{', '}', ';']);
        names
            .split(", ")
            .map(|name| name.rsplit(" as ").next().unwrap_or(name).trim_matches(['{', '}', ';']).to_owned())
            .collect::<Vec<_>>()
    });
    let functions: Vec<String> =
        exported.filter(|name| name.starts_with(|first: char| first.is_ascii_lowercase())).collect();
    assert!(functions.len() > 30, "{functions:?}");
    let screens = screens();
    for function in functions {
        let tried = screens.iter().any(|(name, _)| name.split([' ', ',']).next() == Some(&function));
        assert!(
            tried || NO_SCREENS.contains(&function.as_str()),
            "`{function}` is not among the screens that are tried at every width"
        );
    }
    let recorded = lessons().into_iter().flat_map(|(_, report)| report.told).chain([blocks()]);
    let kinds: BTreeSet<usize> = recorded.map(|told| kind(&told.shown)).collect();
    assert_eq!(kinds.len(), KINDS, "a kind of step is in no recorded lesson: show one of it here");
}

/// A step that is about some apps shows the sizes of their images, and no others.
#[test]
fn a_table_of_a_step_compares_the_apps_of_the_step() {
    let mut tried = 0;
    for (lesson, report) in lessons() {
        for told in report.told.iter().filter(|told| matches!(told.shown, Shown::Table)) {
            let step = &lesson.step[told.step];
            let others = |m: &&crate::model::Measurement| !step.apps.is_empty() && !step.apps.contains(&m.app);
            let text = super::after(&lesson.variants, step, told, (true, true), &report.results, PLAIN);
            for other in report.results.iter().filter(others) {
                let row = format!("  {}  ", other.app);
                assert!(!text.lines().any(|line| line.starts_with(&row)), "{}: {text}", step.title);
                tried += 1;
            }
        }
    }
    assert!(tried > 0, "no recorded step with a table is about some apps");
}

/// What is drawn rather than written.
fn is_drawn(word: &str) -> bool {
    word.contains(['├', '┤', '│', '─', '╌', '·', '○', '…'])
}

/// The words of a text, without what a list, a shell or a diff puts around them. A very long one may be broken after its commas.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .flat_map(|word| word.split_inclusive(','))
        .map(|word| word.trim_end_matches([',', '\\', ':']))
        .filter(|word| !["", "+", "-"].contains(word) && !is_drawn(word))
}

#[test]
fn no_line_is_too_wide_and_no_word_is_broken() {
    let mut faults = Vec::new();
    for (name, show) in screens() {
        let wide = on(WIDE, &show);
        let all: BTreeSet<&str> = words(&wide).collect();
        for columns in WIDTHS {
            let text = on(columns, &show);
            let too_wide = |line: &&str| {
                // A path or a quoted text that is longer than a line has one of its own: a terminal that breaks it still lets it
                // be copied whole.
                let longest = parts(line).iter().map(|part| display_width(part)).max().unwrap_or_default();
                display_width(line) > columns && display_width(line.trim()) > longest + 2
            };
            faults.extend(
                text.lines().filter(too_wide).map(|line| format!("{name}, {columns} columns, too wide: {line}")),
            );
            // Bars that have no room are told in words.
            let lanes = text.contains("took ") && wide.contains('├');
            let broken = words(&text).filter(|word| !all.contains(word) && !lanes);
            faults.extend(broken.map(|word| format!("{name}, {columns} columns, broken: {word}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_is_lost_where_a_table_becomes_a_list() {
    for (name, show) in screens() {
        let wide = on(WIDE, &show);
        if wide.contains(['…', '├']) {
            continue;
        }
        let narrow = on(40, &show);
        // Where a table has no room for the mounts of an instruction, it has the rest of it.
        let unmounted = |text: &str| text.lines().map(super::lines::unmounted).collect::<Vec<_>>().join("\n");
        let wide = if narrow.contains("--mount=…") { unmounted(&wide) } else { wide };
        let there: BTreeSet<&str> = words(&narrow).collect();
        let lost: Vec<&str> = words(&wide).filter(|word| !there.contains(word)).collect();
        assert!(lost.is_empty(), "{name}: {lost:?}\n{narrow}");
    }
}
