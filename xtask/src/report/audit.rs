//! An audit as text: one line of figures, the findings that matter most, and what to do next.

use console::Term;

use super::Style;
use super::lines::{diff_line, headed, limit, next, paragraph, paragraph_in, takes_backslash, width, wrapped};
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
    let what = subject.called();
    let target = subject.target.as_ref().map(|target| format!(", target {target}")).unwrap_or_default();
    let count = match audit.findings.len() {
        0 if audit.figures.stored_bytes.is_none() && !audit.not_measured.is_empty() => "nothing found".to_owned(),
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
    match (figures.rebuild_ms, figures.rebuild_share) {
        (Some(took), Some(share)) => {
            parts.push(format!("rebuild after an edit {}, with {} of the RUN steps' time", ms(took), percent(share)));
        }
        // Without a RUN there is nothing to have a share of.
        (Some(took), None) => parts.push(format!("rebuild after an edit {}", ms(took))),
        (None, _) => {}
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
        let more = found.evidence.len() - most;
        let places = if more == 1 { "place" } else { "places" };
        lines.push(paragraph_in(&format!("and {more} more {places}"), IN));
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
    let id = format!("[{id}]");
    let lines = wrapped(&format!("{says} {id}"), width().saturating_sub(IN));
    let shown = lines.iter().enumerate().map(|(at, line)| {
        let line = match line.strip_suffix(&id) {
            Some(before) => format!("{}{}", style.bold(before), style.dim(&id)),
            None => style.bold(line),
        };
        let number = if at == 0 { number.to_string() } else { String::new() };
        // Padded before it is dressed: escape codes take no columns.
        format!("  {}{line}", style.bold(&format!("{number:<IN$}")))
    });
    shown.collect::<Vec<_>>().join("\n")
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
    let indent = 4 + IN;
    let room = limit(&Term::stdout()).map_or(usize::MAX, |columns| columns.saturating_sub(indent));
    let splits = file.ends_with("Dockerfile") && found.fix.diff.iter().all(|line| takes_backslash(line));
    let wrapped = |line: &String| {
        let line = printable(line);
        if splits { diff_line(&line, room) } else { vec![line] }
    };
    let painted = |line: String| {
        let shown = match line.chars().next() {
            Some('+') => style.good(&line),
            Some('-') => style.bad(&line),
            _ => style.dim(&line),
        };
        format!("{}{shown}", " ".repeat(indent))
    };
    std::iter::once(head).chain(found.fix.diff.iter().flat_map(wrapped).map(painted)).collect()
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
        // A rule that could not look without an image has not found that all is well.
        if audit.figures.stored_bytes.is_none() && !audit.not_measured.is_empty() {
            let unknown = audit.not_measured.len();
            let were = if unknown == 1 { "was" } else { "were" };
            let words =
                format!("{held} looked and found nothing; {} {were} not measured, so nobody knows.", count(unknown));
            return paragraph(&words);
        }
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

/// Audits of every kind, for the screens that are tried at every width.
#[cfg(test)]
pub(super) fn samples() -> Vec<(&'static str, Audit)> {
    use crate::audit::model::{Fix, NotMeasured, Risk, Subject};
    let subject = Subject {
        folder: Some("services/api".to_owned()),
        dockerfile: Some("Dockerfile".to_owned()),
        image: Some("drydock.local/audit/api-1a2b3c:now".to_owned()),
        ..Subject::default()
    };
    let one = |id: &str, says: &str, risk| Finding {
        id: id.to_owned(),
        says: says.to_owned(),
        evidence: vec![
            Evidence::of("`npm ci && npm run build` builds in the stage that ships").line(4).ms(21_400),
            Evidence::default().path("/usr/src/app/node_modules/typescript").layer(7).bytes(64_200_000),
            Evidence::of("the same as /srv/lib.so").path("/opt/lib.so").bytes(9_000_000),
        ],
        why: "Everything the build needed is in the image: compilers, package managers, sources.".to_owned(),
        fix: Fix {
            says: "Name this stage, begin a second one on a small base, and copy only the result into it.".to_owned(),
            diff: ["-FROM node:24", "+FROM node:24 AS build", " WORKDIR /app"].map(str::to_owned).to_vec(),
            file: Some("Dockerfile".to_owned()),
        },
        lesson: Some("whats-new".to_owned()),
        risk,
        settled_by: (id == "third").then(|| "first".to_owned()),
        ..Finding::default()
    };
    let says = "The image is built and shipped in one stage: it carries 1.04 GB that only the build needs.";
    let ids = ["first", "second", "third", "fourth", "fifth", "sixth-rule-with-a-long-name", "seventh"];
    let findings = ids.map(|id| one(id, says, Risk::Medium)).to_vec();
    let figures = Figures {
        stored_bytes: Some(1_431_000_000),
        pull_bytes: Some(402_000_000),
        packages: Some(512),
        rebuild_ms: Some(24_100),
        rebuild_share: Some(0.93),
        ready_ms: Some(410),
        stop_ms: Some(10_200),
        ..Figures::default()
    };
    let not = |rule: &str| NotMeasured { rule: rule.to_owned(), why: "The container ended by itself.".to_owned() };
    let many = Audit {
        subject: subject.clone(),
        figures,
        findings,
        not_measured: vec![not("stops-slowly"), not("writes-to-root")],
        held: vec!["no-labels".to_owned()],
        notes: vec!["The `# syntax=` line was left aside: it needs a registry, and none is used here.".to_owned()],
        ..Audit::default()
    };
    let unbuilt = Audit {
        subject: subject.clone(),
        held: vec!["no-labels".to_owned(); 31],
        not_measured: vec![not("stops-slowly"), not("writes-to-root")],
        ..Audit::default()
    };
    let none = Audit { subject, held: vec!["no-labels".to_owned(); 40], ..Audit::default() };
    vec![("seven findings", many), ("no finding", none), ("not built", unbuilt)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_built_is_no_pass() {
        let of = |name: &str| {
            let (_, sample) = samples().into_iter().find(|(sample, _)| *sample == name).unwrap();
            audit(&sample, false, "cargo xtask audit", Style::of(Some(false), true))
        };
        assert!(of("no finding").contains("Nothing to do"));
        let unbuilt = of("not built");
        assert!(
            unbuilt.contains("2 rules were not measured") && !unbuilt.to_lowercase().contains("nothing to do"),
            "{unbuilt}"
        );
    }
}
