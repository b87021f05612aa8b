//! The rules of the audit, from the program's own list.

use std::fmt::Write as _;

use drydock::audit::model::Kind;
use drydock::audit::{lessons, rules};

use super::cell;
use crate::sources::Sources;

/// A heading for each kind, and below it each rule with what it looks for, why, and the lesson about it.
pub fn rules(sources: &Sources) -> String {
    let mut out = String::new();
    for kind in Kind::ALL {
        let _ = writeln!(out, "\n## {}", kind.name());
        for rule in rules::all().filter(|rule| rule.kind == kind) {
            let _ = writeln!(out, "\n### {}\n", rule.id);
            let _ = writeln!(out, "Finds {}. {}", cell(rule.looks_for), cell(rule.why));
            let lesson = lessons::of(rule.id);
            let lesson = lesson.and_then(|id| sources.workshop.lessons.iter().find(|lesson| lesson.id.as_str() == id));
            if let Some(lesson) = lesson {
                let (id, title) = (&lesson.id, &lesson.title);
                let _ = writeln!(out, "Lesson {}: [{title}](../lessons/{id}.md).", lesson.number);
            }
        }
    }
    out
}
