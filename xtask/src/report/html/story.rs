//! The steps of a lesson: what was told, what happened, what it means. The same words as on the terminal.

use maud::{Markup, html};

use super::parts::{cell, table};
use super::{blocks, sizes, text};
use crate::lesson::{Lesson, Step};
use crate::model::{
    Answered, Aspect, DiffLine, Ended, Experiment, LessonReport, Made, Prediction, SentContext, Shown, Told, Tried,
};
use crate::names::printable;
use crate::report::{inspect, look};
use crate::units;

/// One section a step. A report of an earlier manifest may tell of steps that are no more; they are left out.
pub fn story(lesson: &Lesson, report: &LessonReport) -> Markup {
    let steps = lesson.step.iter().enumerate().filter_map(|(position, step)| {
        let told: Vec<_> = report.told.iter().filter(|told| told.step == position).collect();
        (!told.is_empty()).then_some((step, told))
    });
    html! {
        @for (number, (step, told)) in (1..).zip(steps) {
            section.step {
                h2 { (number) ". " (text(&step.title)) }
                @for words in step.text.iter() { (paragraphs(words)) }
                @for (number, one) in (1..).zip(&told) {
                    (happened(step, one, told.len() > 1, number == told.len(), report))
                }
            }
        }
    }
}

/// What happened for one app, and what it means; with the name of the app where there are `several`. Words that are the same
/// for every app follow the `last`.
pub fn happened(step: &Step, told: &Told, several: bool, last: bool, report: &LessonReport) -> Markup {
    let means = look::means(step, told, last, &report.results);
    html! {
        @if let (true, Some(app)) = (several, &told.app) { h3 { (app.as_str()) } }
        (shown(&told.shown, report))
        @for words in means.iter() { (paragraphs(words)) }
    }
}

fn shown(shown: &Shown, report: &LessonReport) -> Markup {
    match shown {
        Shown::Table => sizes::charts(report),
        Shown::Changed { from, to, lines, changed } => difference(from, to, lines, *changed),
        Shown::Inside { tries } => html! { @for one in tries { (tried(one)) } },
        Shown::MadeOf { images } => html! { @for one in images { (made(one)) } },
        Shown::Experiment { experiments, prediction } => html! {
            @for one in experiments { (experiment(one)) }
            @for one in prediction.iter() { (scored(one)) }
        },
        Shown::Ask { answers } => html! { @for one in answers { (answered(one)) } },
        Shown::Ends { ended } => html! { @for one in ended { (end(one)) } },
        Shown::Docker { command, lines, of, .. } => html! {
            (terminal(command, lines))
            @if *of > lines.len() { p.quiet { "… " (of - lines.len()) " lines more" } }
        },
        Shown::Sent { sent } => sent_table(sent),
        Shown::Blocks { blocks } => blocks::blocks(blocks),
    }
}

/// Running text; an empty line ends a paragraph.
pub fn paragraphs(words: &str) -> Markup {
    html! { @for paragraph in words.split("\n\n") { p { (sentence(&paragraph.split_whitespace().collect::<Vec<_>>().join(" "))) } } }
}

/// Words in which what stands between backticks is code.
pub fn sentence(words: &str) -> Markup {
    html! {
        @for (position, part) in words.split('`').enumerate() {
            @if position % 2 == 1 { code { (text(part)) } } @else { (text(part)) }
        }
    }
}

/// A command and what it printed. These are lines of words: they are wrapped, since half of an error message helps nobody.
fn terminal(command: &str, lines: &[String]) -> Markup {
    html! {
        pre.wrapped {
            code {
                b { "$ " (text(command)) }
                @for line in lines { "\n" (text(line)) }
            }
        }
    }
}

fn difference(from: &str, to: &str, lines: &[DiffLine], changed: usize) -> Markup {
    html! {
        p.quiet { code { (text(from)) } " → " code { (text(to)) } ", " (changed) " lines" }
        pre.diff tabindex="0" {
            code {
                @for line in lines {
                    @match line.sign {
                        '+' => ins { "+ " (text(&line.text)) },
                        '-' => del { "- " (text(&line.text)) },
                        _ => span { "  " (text(&line.text)) },
                    }
                    "\n"
                }
            }
        }
    }
}

fn tried(one: &Tried) -> Markup {
    html! {
        p { strong { (one.variant.as_str()) } ": " (text(&one.says)) " – " @if one.worked { "works" } @else { "refused" } }
        (terminal(&one.command, &one.output))
    }
}

fn made(one: &Made) -> Markup {
    html! {
        h3 { (one.variant.as_str()) }
        @for aspect in &one.show {
            @match aspect {
                Aspect::Payload => p { (text(&inspect::payload(&one.inspection))) },
                Aspect::Files => (block(&inspect::listed(&one.files))),
                Aspect::Classes => (block(&inspect::classes(&one.inspection))),
                Aspect::Layers => (block(&inspect::layers(&one.inspection, true))),
                Aspect::Secrets => (secrets(one)),
                Aspect::Surface => (block(&inspect::surface(&one.inspection, true))),
            }
        }
    }
}

fn secrets(one: &Made) -> Markup {
    let rows: Vec<_> = one
        .inspection
        .secrets
        .iter()
        .map(|secret| {
            let layer = secret.layer.map_or_else(|| "config".to_owned(), |layer| format!("layer {layer}"));
            vec![cell(&secret.rule), cell(&secret.path), cell(layer)]
        })
        .collect();
    html! {
        @if rows.is_empty() { p { "No secret was found in any layer." } }
        @else { (table("Secrets", &["what", "where", "layer"], &rows)) }
    }
}

/// Text that was laid out in columns.
fn block(columns: &str) -> Markup {
    html! { pre tabindex="0" { code { @for line in columns.lines() { (printable(line)) "\n" } } } }
}

fn experiment(one: &Experiment) -> Markup {
    let mut header = vec!["line".to_owned(), one.variant.to_string(), "cold".to_owned()];
    header.extend(one.rebuilds.iter().map(|rebuild| format!("{} change", rebuild.change)));
    let seconds = |ms| units::seconds(std::time::Duration::from_millis(ms));
    let mut rows: Vec<Vec<Markup>> = Vec::new();
    for (index, step) in one.steps.iter().enumerate() {
        let line = step.line.map(|line| line.to_string()).unwrap_or_default();
        let mut row = vec![cell(line), html! { code { (text(&step.instruction)) } }, cell(seconds(step.cold_ms))];
        row.extend(one.rebuilds.iter().map(|rebuild| {
            if rebuild.ran.contains(&index) {
                html! { strong { "ran again" } }
            } else {
                cell("cached")
            }
        }));
        rows.push(row);
    }
    let mut sum = |name: &str, cold: String, of: &dyn Fn(&crate::model::Rebuild) -> String| {
        let mut row = vec![cell("all"), cell(name), cell(cold)];
        row.extend(one.rebuilds.iter().map(|rebuild| cell(of(rebuild))));
        rows.push(row);
    };
    sum("the whole build", seconds(one.cold_ms), &|rebuild| seconds(rebuild.took_ms));
    sum("RUN steps run again, by cold time", "100 %".to_owned(), &|rebuild| {
        format!("{:.0} %", one.run_share(rebuild) * 100.0)
    });
    sum("bytes in new layers", String::new(), &|rebuild| units::bytes(rebuild.new_stored_bytes));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    table(&format!("What {} builds again", one.variant), &header, &rows)
}

fn scored(one: &Prediction) -> Markup {
    html! {
        p { strong { "Your prediction: " (one.right) " of " (one.asked) " lines right." } }
        @if !one.misses.is_empty() { ul { @for miss in &one.misses { li { (text(miss)) } } } }
    }
}

fn answered(one: &Answered) -> Markup {
    let status = if one.status == 0 { "no answer".to_owned() } else { one.status.to_string() };
    html! {
        p { strong { (one.variant.as_str()) } ": " (status) }
        // A request is nothing that a shell takes.
        pre.wrapped { code { b { (text(&one.request)) } "\n" (text(&one.body)) } }
    }
}

fn end(one: &Ended) -> Markup {
    let status = one.status.map_or_else(|| "was not started".to_owned(), |status| format!("exit status {status}"));
    html! {
        p { strong { (one.variant.as_str()) } ": " (status) }
        (terminal(&format!("docker run {}", one.variant), &one.lines))
    }
}

fn sent_table(sent: &[SentContext]) -> Markup {
    let rows: Vec<_> = sent.iter().map(|one| vec![cell(one.variant.as_str()), cell(units::bytes(one.bytes))]).collect();
    table("What a first build sends", &["variant", "sent"], &rows)
}
