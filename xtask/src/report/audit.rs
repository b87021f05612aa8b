//! An audit as text: one line of figures, the findings that matter most, and what to do next.

use super::Style;
use super::lines::{headed, next, paragraph, paragraph_in, width, wrapped};
use crate::audit::model::{Audit, Evidence, Figures, Finding};
use crate::names::{list, printable};
use crate::units;

/// Findings that are shown where not all are asked for.
const FIRST: usize = 5;
/// Evidence that is shown of one.
const EVIDENCE: usize = 2;
/// Columns that what belongs to a finding is moved to the right by.
const IN: usize = 3;

/// What was found; `typed` is the command, for what to type next.
pub fn audit(audit: &Audit, all: bool, typed: &str, style: Style) -> String {
    let mut parts = vec![head(audit, style)];
    let shown = if all { audit.findings.len() } else { audit.findings.len().min(FIRST) };
    let numbered = audit.findings.iter().take(shown).enumerate();
    parts.extend(numbered.map(|(at, found)| finding(at + 1, found, audit, all, style)));
    parts.extend(rest(audit, shown));
    parts.extend(unmeasured(audit, all, style));
    parts.extend(audit.notes.iter().map(|note| paragraph(&printable(note))));
    parts.push(onward(audit, shown, all, typed, style));
    parts.join("\n\n")
}

/// What was looked at, and its figures.
fn head(audit: &Audit, style: Style) -> String {
    let subject = &audit.subject;
    let what = match (&subject.folder, &subject.dockerfile) {
        (Some(folder), Some(file)) if folder == "." => file.clone(),
        (Some(folder), Some(file)) => format!("{}/{file}", folder.trim_end_matches('/')),
        _ => subject.image.clone().unwrap_or_default(),
    };
    let target = subject.target.as_ref().map(|target| format!(", target {target}")).unwrap_or_default();
    let count = match audit.findings.len() {
        0 => "nothing to do".to_owned(),
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    let first = style.bold(&paragraph(&printable(&format!("{what}{target}: {count}"))));
    let figures = figures(&audit.figures);
    if figures.is_empty() { first } else { format!("{first}\n{}", paragraph(&figures.join(" · "))) }
}

fn figures(figures: &Figures) -> Vec<String> {
    let ms = |ms: u64| units::seconds(std::time::Duration::from_millis(ms));
    let mut parts = Vec::new();
    if let Some(bytes) = figures.stored_bytes {
        parts.push(format!("stored {}", units::bytes(bytes)));
    }
    if let Some(bytes) = figures.pull_bytes {
        parts.push(format!("pull {}", units::bytes(bytes)));
    }
    if let Some(packages) = figures.packages {
        parts.push(format!("{packages} packages"));
    }
    if let (Some(took), Some(share)) = (figures.rebuild_ms, figures.rebuild_share) {
        parts.push(format!("rebuild after an edit {}, {} of the build", ms(took), percent(share)));
    }
    if let Some(ready) = figures.ready_ms {
        parts.push(format!("ready in {}", ms(ready)));
    }
    if let Some(stop) = figures.stop_ms {
        parts.push(format!("stops in {}", ms(stop)));
    }
    parts
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn finding(number: usize, found: &Finding, audit: &Audit, all: bool, style: Style) -> String {
    let mut lines = vec![titled(number, &printable(&found.says), &found.id, style)];
    let most = if all { usize::MAX } else { EVIDENCE };
    lines.extend(found.evidence.iter().take(most).map(|evidence| paragraph_in(&seen(evidence, audit), IN)));
    if found.evidence.len() > most {
        lines.push(paragraph_in(&format!("and {} more places", found.evidence.len() - most), IN));
    }
    if all {
        lines.push(paragraph_in(&found.why, IN));
    }
    lines.push(hung("Fix:", &printable(&found.fix.says), style));
    if all && !found.fix.diff.is_empty() {
        lines.extend(diff(found, style));
    }
    if all && let Some(lesson) = &found.lesson {
        lines.push(hung("Learn:", &format!("cargo xtask lesson {lesson}"), style));
    }
    if let Some(by) = found.settled_by.as_ref().filter(|_| all) {
        lines.push(paragraph_in(&format!("The fix of `{by}` settles this, too."), IN));
    }
    lines.join("\n")
}

/// The sentence of a finding behind its number, and its id.
fn titled(number: usize, says: &str, id: &str, style: Style) -> String {
    let room = width().saturating_sub(IN);
    let text = format!("{says} [{id}]");
    let lines = wrapped(&text, room);
    let indent = " ".repeat(2 + IN);
    let mut shown = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let line = match line.rsplit_once(&format!("[{id}]")) {
            Some((before, _)) => format!("{}{}", style.bold(before), style.dim(&format!("[{id}]"))),
            None => style.bold(line),
        };
        shown.push(if at == 0 {
            format!("  {:<IN$}{line}", style.bold(&number.to_string()))
        } else {
            format!("{indent}{line}")
        });
    }
    // A number in bold has escape codes, which the padding above would count.
    if style.color {
        shown[0] = format!(
            "  {}{}{}",
            style.bold(&number.to_string()),
            " ".repeat(IN.saturating_sub(number.to_string().len())),
            shown[0].trim_start().split_once("\x1b[0m").map_or("", |(_, rest)| rest.trim_start_matches(' '))
        );
    }
    shown.join("\n")
}

/// A sentence behind a word, below a finding.
fn hung(head: &str, text: &str, style: Style) -> String {
    let further = " ".repeat(2 + IN + head.chars().count() + 1);
    let lines = wrapped(text, width().saturating_sub(IN + head.chars().count() + 1));
    format!("{}{} {}", " ".repeat(2 + IN), style.bold(head), lines.join(&format!("\n{further}")))
}

fn seen(evidence: &Evidence, audit: &Audit) -> String {
    let mut place = Vec::new();
    if let Some(line) = evidence.line {
        place.push(format!("{}:{line}", audit.subject.dockerfile.as_deref().unwrap_or("Dockerfile")));
    }
    place.extend(evidence.path.clone().map(|path| format!("`{}`", printable(&path))));
    if evidence.line.is_none() {
        place.extend(evidence.layer.map(|layer| format!("layer {layer}")));
    }
    place.extend(evidence.bytes.map(units::bytes));
    place.extend(evidence.ms.map(|ms| units::seconds(std::time::Duration::from_millis(ms))));
    let says = printable(&evidence.says);
    match (place.is_empty(), says.is_empty()) {
        (true, _) => says,
        (false, true) => place.join(", "),
        (false, false) => format!("{}: {says}", place.join(", ")),
    }
}

/// The lines to change.
fn diff(found: &Finding, style: Style) -> Vec<String> {
    let file = found.fix.file.as_deref().unwrap_or("Dockerfile");
    let head = format!("{}{}", " ".repeat(2 + IN), style.dim(&printable(file)));
    let lines = found.fix.diff.iter().map(|line| {
        let line = printable(line);
        let shown = match line.chars().next() {
            Some('+') => style.good(&line),
            Some('-') => style.bad(&line),
            _ => style.dim(&line),
        };
        format!("{}{shown}", " ".repeat(4 + IN))
    });
    std::iter::once(head).chain(lines).collect()
}

/// One line for the findings that are not shown.
fn rest(audit: &Audit, shown: usize) -> Option<String> {
    let left = &audit.findings[shown..];
    let mut ids: Vec<&str> = left.iter().map(|finding| finding.id.as_str()).collect();
    ids.dedup();
    (!left.is_empty()).then(|| paragraph(&format!("And {} more: {}.", left.len(), list(ids))))
}

/// What nobody knows.
fn unmeasured(audit: &Audit, all: bool, style: Style) -> Option<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in &audit.not_measured {
        match reasons.iter_mut().find(|(why, _)| *why == one.why) {
            Some((_, rules)) => rules.push(&one.rule),
            None => reasons.push((&one.why, vec![&one.rule])),
        }
    }
    let lines = reasons.iter().map(|(why, rules)| {
        let rules = if all { list(rules.iter().copied()) } else { count(rules.len()) };
        headed("Not measured:", &format!("{rules}. {}", printable(why)), style)
    });
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn count(rules: usize) -> String {
    if rules == 1 { "1 rule".to_owned() } else { format!("{rules} rules") }
}

fn onward(audit: &Audit, shown: usize, all: bool, typed: &str, style: Style) -> String {
    let held = count(audit.held.len());
    if audit.findings.is_empty() {
        let words = format!("{held} looked and found nothing. Nothing to do.");
        return style.good(&paragraph(&words));
    }
    if !all {
        let more = if shown < audit.findings.len() {
            "all findings, with the lines to change"
        } else {
            "with the lines to change"
        };
        return next(&format!("{typed} --all    {more}"), style);
    }
    match audit.findings.iter().find_map(|finding| finding.lesson.as_ref()) {
        Some(lesson) => next(&format!("cargo xtask lesson {lesson}    teaches what the first finding is about"), style),
        None => paragraph(&format!("{held} looked and found nothing.")),
    }
}
