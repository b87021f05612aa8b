//! An audit as one page: figures, what the bytes are for, the stages, and every finding with its fix.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::{STYLE, ledger, parts, stages, text};
use crate::audit::model::{Audit, Evidence, Finding};
use crate::audit::propose::model::{Accepted, Proposed};
use crate::dockerfile::Dockerfile;
use crate::model::Inspection;
use crate::report::audit_markdown::{figures, rows};
use crate::units;

/// What only this page needs.
const OWN: &str = include_str!("audit.css");

/// The page. The image and the Dockerfile are shown where they are known.
pub fn audit_html(audit: &Audit, image: Option<&Inspection>, file: Option<&Dockerfile>) -> String {
    let subject = &audit.subject;
    let what = subject.folder.as_deref().filter(|folder| *folder != ".").or(subject.dockerfile.as_deref());
    let what = what.or(subject.image.as_deref()).unwrap_or("image");
    markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Audit of " (text(what)) }
                style { (PreEscaped(STYLE)) (PreEscaped(OWN)) }
            }
            body {
                header {
                    p.kicker { "Drydock · audit" }
                    h1 { (text(what)) }
                    p.question { (count(audit)) }
                    dl.surroundings {
                        @for (name, value) in figures(&audit.figures) { div { dt { (name) } dd { (value) } } }
                    }
                }
                main {
                    @if let Some(image) = image { (bytes(image)) }
                    @if let Some(file) = file {
                        section { h2 { "How the Dockerfile is built up" } (stages::stages(file)) }
                    }
                    @if !audit.findings.is_empty() {
                        section {
                            h2 { "What to change, what matters most first" }
                            @for (number, found) in (1..).zip(&audit.findings) { (finding(number, found, audit)) }
                        }
                    }
                    @if let Some(proposed) = &audit.proposal { (proposal(proposed)) }
                    @if !audit.not_measured.is_empty() {
                        section {
                            h2 { "What nobody knows" }
                            p { "These rules could not be judged. That is not a pass." }
                            ul { @for one in &audit.not_measured { li { code { (text(&one.rule)) } ": " (words(&one.why)) } } }
                        }
                    }
                }
                footer {
                    @for note in &audit.notes { p { (words(note)) } }
                    p { (audit.held.len()) " rules looked and found nothing." }
                }
            }
        }
    }
    .into_string()
}

fn count(audit: &Audit) -> String {
    match audit.findings.len() {
        0 if audit.figures.stored_bytes.is_none() && !audit.not_measured.is_empty() => {
            format!("No rule found anything, and {} could not look.", audit.not_measured.len())
        }
        0 => "Nothing to do.".to_owned(),
        1 => "One finding.".to_owned(),
        many => format!("{many} findings."),
    }
}

fn bytes(image: &Inspection) -> Markup {
    markup! {
        section {
            h2 { "What the bytes are for" }
            figure { (ledger::bar_of("The image", image)) }
        }
    }
}

fn finding(number: usize, found: &Finding, audit: &Audit) -> Markup {
    markup! {
        article.finding id=(format!("finding-{number}")) {
            h3 { (number) ". " (words(&found.says)) " " code.quiet { (text(&found.id)) } }
            @if !found.evidence.is_empty() {
                ul { @for evidence in &found.evidence { li { (seen(evidence, audit)) } } }
            }
            p { (words(&found.why)) }
            p { strong { "Fix: " } (words(&found.fix.says)) }
            @if !found.fix.diff.is_empty() { (diff(found)) }
            @if let Some(lesson) = &found.lesson {
                p.quiet { "To learn why: " (parts::code(&format!("cargo xtask lesson {}", text(lesson)))) }
            }
        }
    }
}

fn seen(evidence: &Evidence, audit: &Audit) -> Markup {
    let file = audit.subject.dockerfile.as_deref().unwrap_or("Dockerfile");
    let mut facts = Vec::new();
    facts.extend(evidence.line.map(|line| format!("{}:{line}", text(file))));
    facts.extend(evidence.layer.map(|layer| format!("layer {layer}")));
    facts.extend(evidence.bytes.map(units::bytes));
    facts.extend(evidence.ms.map(units::millis));
    markup! {
        @if let Some(path) = &evidence.path { code { (text(path)) } " " }
        @if !facts.is_empty() { span.quiet { (facts.join(", ")) } " " }
        (words(&evidence.says))
    }
}

fn diff(found: &Finding) -> Markup {
    let class = |line: &str| match line.chars().next() {
        Some('+') => "added",
        Some('-') => "removed",
        _ => "kept",
    };
    markup! {
        figure.lines {
            @if let Some(file) = &found.fix.file { figcaption { (text(file)) } }
            pre { @for line in &found.fix.diff { span class=(class(line)) { (text(line)) } "\n" } }
        }
    }
}

fn proposal(proposed: &Proposed) -> Markup {
    markup! {
        section {
            h2 { "A Dockerfile that does the same" }
            @if let Some(refused) = &proposed.refused { p { (words(refused)) } }
            @for tried in &proposed.tried {
                @if let Some(failed) = &tried.failed {
                    details {
                        summary { "Tried: " (text(&tried.kind)) ". " (text(failed)) }
                        pre { @for line in &tried.log { (text(line)) "\n" } }
                    }
                }
            }
            @if let Some(accepted) = &proposed.accepted { (accepted_one(accepted)) }
        }
    }
}

fn accepted_one(accepted: &Accepted) -> Markup {
    let cells = |row: [String; 3]| row.iter().map(parts::cell).collect::<Vec<_>>();
    let compared: Vec<[String; 3]> =
        accepted.compared.iter().map(|one| [one.request.clone(), one.before.clone(), one.after.clone()]).collect();
    markup! {
        p { "This makes " (text(&accepted.kind)) ". It was built, started with a read-only root and no capabilities, and asked the same as the present image." }
        (parts::table("Before and after", &["", "before", "after"], &rows(accepted).into_iter().map(cells).collect::<Vec<_>>()))
        @if !compared.is_empty() {
            (parts::numbers("What both were asked", &["request", "present", "proposed"], &compared.into_iter().map(cells).collect::<Vec<_>>()))
        }
        figure.lines { figcaption { "Dockerfile" } pre { (lines(&accepted.dockerfile)) } }
        figure.lines { figcaption { ".dockerignore" } pre { (lines(&accepted.dockerignore)) } }
    }
}

fn lines(all: &str) -> String {
    all.lines().map(text).collect::<Vec<_>>().join("\n")
}

/// A sentence whose words in backquotes are code.
fn words(sentence: &str) -> Markup {
    let sentence = text(sentence);
    let parts: Vec<&str> = sentence.split('`').collect();
    // An odd one quotes nothing.
    let quotes = parts.len() % 2 == 1;
    markup! {
        @if quotes {
            @for (at, part) in parts.iter().enumerate() { @if at % 2 == 1 { (parts::code(part)) } @else { (part) } }
        } @else { (sentence) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::{Figures, Subject};
    use crate::dockerfile::parse;

    #[test]
    fn the_page_has_all_that_was_found_and_runs_nothing() {
        let finding = Finding {
            id: "runs-as-root".into(),
            says: "It runs as `root`<script>.".into(),
            why: "Because.".into(),
            ..Finding::default()
        }
        .with(Evidence::of("here").line(3).path("/x<b>"))
        .diff("Dockerfile", vec!["-a".into(), "+b <i>".into()]);
        let audit = Audit {
            subject: Subject { folder: Some("svc<img>".into()), ..Subject::default() },
            figures: Figures { stored_bytes: Some(1_000_000), ..Figures::default() },
            findings: vec![finding],
            notes: vec!["A note.".into()],
            ..Audit::default()
        };
        let file = parse("FROM a\n", "Dockerfile").unwrap();
        let page = audit_html(&audit, None, Some(&file));
        for part in ["One finding.", "<code>root</code>", "Dockerfile:3", "1.00 MB", "A note.", "class=\"added\""] {
            assert!(page.contains(part), "{part}");
        }
        for tag in ["<script", "<img", "<b>", "<i>"] {
            assert!(!page.contains(tag), "{tag}");
        }
    }
}
