//! An audit as Markdown, for a comment on a change or a page of a wiki.

use std::fmt::Write;
use std::time::Duration;

use super::markdown::row;
use crate::audit::model::{Audit, Evidence, Figures, Finding};
use crate::audit::propose::model::{Accepted, Proposed};
use crate::names::printable;
use crate::units;

/// The document.
pub fn audit_markdown(audit: &Audit) -> String {
    let subject = &audit.subject;
    let what = subject.called();
    let mut parts = vec![format!("# Audit of {}", plain(&what))];
    let figures = figures(&audit.figures);
    if !figures.is_empty() {
        parts
            .push(table(&["measured", "value"], figures.into_iter().map(|(name, value)| vec![name.to_owned(), value])));
    }
    parts.push(match audit.findings.len() {
        0 if audit.figures.stored_bytes.is_none() && !audit.not_measured.is_empty() => {
            format!("No rule found anything, and {} could not look.", audit.not_measured.len())
        }
        0 => "Nothing to do: no rule found anything.".to_owned(),
        1 => "One finding.".to_owned(),
        many => format!("{many} findings, what matters most first."),
    });
    parts.extend((1..).zip(&audit.findings).map(|(number, found)| finding(number, found, audit)));
    if let Some(proposed) = &audit.proposal {
        parts.push(proposal(proposed));
    }
    if !audit.not_measured.is_empty() {
        let lines = audit.not_measured.iter().map(|one| format!("- `{}`: {}", one.rule, plain(&one.why)));
        parts.push(format!("## Not measured\n\n{}", lines.collect::<Vec<_>>().join("\n")));
    }
    parts.extend(audit.notes.iter().map(|note| plain(note)));
    parts.join("\n\n") + "\n"
}

fn finding(number: usize, found: &Finding, audit: &Audit) -> String {
    let mut parts =
        vec![format!("## {number}. {}", plain(&found.says)), format!("`{}` · {}", found.id, plain(&found.why))];
    let seen: Vec<String> = found.evidence.iter().map(|evidence| format!("- {}", seen(evidence, audit))).collect();
    if !seen.is_empty() {
        parts.push(seen.join("\n"));
    }
    parts.push(format!("**Fix:** {}", plain(&found.fix.says)));
    if !found.fix.diff.is_empty() {
        parts.push(fenced("diff", &found.fix.diff));
    }
    if let Some(lesson) = &found.lesson {
        parts.push(format!("To learn why: `cargo xtask lesson {lesson}`"));
    }
    parts.join("\n\n")
}

fn seen(evidence: &Evidence, audit: &Audit) -> String {
    let mut place = Vec::new();
    if let Some(line) = evidence.line {
        let file = audit.subject.dockerfile.as_deref().unwrap_or("Dockerfile");
        place.push(format!("{}:{line}", plain(file)));
    }
    place.extend(evidence.path.as_ref().map(|path| code(path)));
    place.extend(evidence.layer.map(|layer| format!("layer {layer}")));
    place.extend(evidence.bytes.map(units::bytes));
    place.extend(evidence.ms.map(|ms| units::seconds(Duration::from_millis(ms))));
    let says = plain(&evidence.says);
    if place.is_empty() { says } else { format!("{}: {says}", place.join(", ")).trim_end_matches(": ").to_owned() }
}

fn proposal(proposed: &Proposed) -> String {
    let mut parts = vec!["## A Dockerfile that does the same".to_owned()];
    if let Some(refused) = &proposed.refused {
        parts.push(plain(refused));
    }
    for tried in &proposed.tried {
        if let Some(failed) = &tried.failed {
            parts.push(format!("- {}: {}", plain(&tried.kind), plain(failed)));
        }
    }
    if let Some(accepted) = &proposed.accepted {
        parts.push(format!(
            "This makes {}. It was built, started hardened, and asked the same as the present image.",
            plain(&accepted.kind)
        ));
        parts.push(table(&["", "before", "after"], rows(accepted).into_iter().map(Vec::from)));
        let lines: Vec<String> = accepted.dockerfile.lines().map(str::to_owned).collect();
        parts.push(fenced("dockerfile", &lines));
        let lines: Vec<String> = accepted.dockerignore.lines().map(str::to_owned).collect();
        parts.push(format!("Its `.dockerignore`:\n\n{}", fenced("text", &lines)));
    }
    parts.join("\n\n")
}

/// What changed, a row a figure: its name, before, after. Also for the terminal and the page.
pub(super) fn rows(accepted: &Accepted) -> Vec<[String; 3]> {
    let (before, after) = (&accepted.before, &accepted.after);
    let unknown = || "not measured".to_owned();
    let ms = |ms: Option<u64>| ms.map_or_else(unknown, |ms| units::seconds(Duration::from_millis(ms)));
    let bytes = |bytes: Option<u64>| bytes.map_or_else(unknown, units::bytes);
    let count = |count: Option<u64>| count.map_or_else(unknown, |count| count.to_string());
    let rebuild = |figures: &Figures| match figures.rebuild_share {
        // On a busy machine times differ; what runs again does not.
        Some(share) => format!("{}, {:.0} % of RUN time", ms(figures.rebuild_ms), share * 100.0),
        None => ms(figures.rebuild_ms),
    };
    let row = |name: &str, before, after| [name.to_owned(), before, after];
    vec![
        row("stored", bytes(before.stored_bytes), bytes(after.stored_bytes)),
        row("pull", bytes(before.pull_bytes), bytes(after.pull_bytes)),
        row("packages", count(before.packages), count(after.packages)),
        row("setuid files", count(before.setuid_files), count(after.setuid_files)),
        row("rebuild after an edit", rebuild(before), rebuild(after)),
        row("new layers after an edit", bytes(before.rebuild_bytes), bytes(after.rebuild_bytes)),
        row("ready in", ms(before.ready_ms), ms(after.ready_ms)),
        row("stops in", ms(before.stop_ms), ms(after.stop_ms)),
        row(
            "findings",
            (accepted.gone.len() + accepted.left.len()).to_string(),
            (accepted.left.len() + accepted.new.len()).to_string(),
        ),
    ]
}

/// What was measured, by name. Also for the page.
pub(super) fn figures(figures: &Figures) -> Vec<(&'static str, String)> {
    let ms = |ms: u64| units::seconds(Duration::from_millis(ms));
    let all = [
        ("stored", figures.stored_bytes.map(units::bytes)),
        ("pull", figures.pull_bytes.map(units::bytes)),
        ("hidden by later layers", figures.wasted_bytes.map(units::bytes)),
        ("packages", figures.packages.map(|count| count.to_string())),
        ("setuid files", figures.setuid_files.map(|count| count.to_string())),
        ("layers", figures.layers.map(|count| count.to_string())),
        ("build context", figures.context_bytes.map(units::bytes)),
        ("RUN steps without cache", figures.build_ms.map(ms)),
        ("of these again after an edit", figures.rebuild_share.map(|share| format!("{:.0} %", share * 100.0))),
        ("rebuild after an edit, from call to end", figures.rebuild_ms.map(ms)),
        ("ready in", figures.ready_ms.map(ms)),
        ("stops in", figures.stop_ms.map(ms)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let cells = |cells: &[String]| row(cells.iter().map(|cell| plain(cell)));
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let mut text = format!("{}\n{}", cells(&head), row(head.iter().map(|_| "---".to_owned())));
    for row in rows {
        let _ = write!(text, "\n{}", cells(&row));
    }
    text
}

/// Words from outside that no renderer takes for more: Markdown's own signs, and markup.
fn plain(words: &str) -> String {
    let mut text = String::new();
    // Code stays code: our own sentences name files and commands in backquotes.
    for (at, part) in printable(words).split('`').enumerate() {
        if at > 0 {
            text.push('`');
        }
        for c in part.chars() {
            match c {
                '<' if at % 2 == 0 => text.push_str("&lt;"),
                '|' => text.push_str("\\|"),
                '*' | '_' | '[' | ']' | '#' | '\\' if at % 2 == 0 => text.extend(['\\', c]),
                c => text.push(c),
            }
        }
    }
    // An odd backquote would make code of all that follows.
    if text.matches('`').count() % 2 == 1 { text.replace('`', "'") } else { text }
}

/// A path or a name as code.
fn code(text: &str) -> String {
    format!("`{}`", printable(text).replace('`', "'").replace('|', "\\|"))
}

/// Lines as a block of code, with a fence that is longer than any in it.
fn fenced(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    let lines: Vec<String> = lines.iter().map(|line| printable(line)).collect();
    format!("{fence}{language}\n{}\n{fence}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::Subject;

    #[test]
    fn words_from_outside_are_words() {
        assert_eq!(plain("a|b <script> *x* `y_z|`"), "a\\|b &lt;script> \\*x\\* `y_z\\|`");
        assert_eq!(plain("an odd ` one"), "an odd ' one");
        assert_eq!(code("a`b\u{1b}[2J|c").matches('`').count(), 2);
        let fence = fenced("diff", &["+ ```` x".to_owned()]);
        assert!(fence.starts_with("`````diff\n") && fence.ends_with("\n`````"));
    }

    #[test]
    fn a_finding_has_all_that_one_needs() {
        let finding = Finding {
            id: "runs-as-root".into(),
            says: "It runs as root.".into(),
            why: "Because.".into(),
            ..Finding::default()
        }
        .with(Evidence::of("the last USER").line(3).path("/x"))
        .fix("Add a `USER`.")
        .diff("Dockerfile", vec!["+USER 65532".into()]);
        let subject =
            Subject { folder: Some("svc".into()), dockerfile: Some("Dockerfile".into()), ..Subject::default() };
        let figures = Figures { stored_bytes: Some(1_000_000), ..Figures::default() };
        let text = audit_markdown(&Audit { subject, figures, findings: vec![finding], ..Audit::default() });
        for part in [
            "# Audit of svc/Dockerfile",
            "| stored | 1.00 MB |",
            "## 1. It runs as root.",
            "- Dockerfile:3, `/x`: the last USER",
            "**Fix:** Add a `USER`.",
            "```diff\n+USER 65532\n```",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
