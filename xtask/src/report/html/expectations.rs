//! What the lesson expected, what was measured, and why it matters.

use maud::{Markup, html};

use super::text;
use crate::model::Verdict;

/// A section with one entry a judged expectation.
pub fn expectations(verdicts: &[Verdict]) -> Markup {
    html! {
        @if !verdicts.is_empty() {
            section {
                h2 { "What was expected" }
                (list(verdicts))
            }
        }
    }
}

/// One entry a judged expectation; those that failed come first.
fn list(verdicts: &[Verdict]) -> Markup {
    let mut verdicts: Vec<_> = verdicts.iter().collect();
    verdicts.sort_by_key(|v| v.held());
    let held = verdicts.iter().filter(|v| v.held()).count();
    html! {
        p { (held) " of " (verdicts.len()) " expectations held." }
        ul.verdicts {
            @for v in verdicts {
                li class=(if v.held() { "held" } else { "failed" }) {
                    p { strong { @if v.held() { "✓ held" } @else { "✗ failed" } } " " (text(&v.subject.to_string())) " " code { (text(&v.id)) } }
                    p { "Expected " (text(&v.expected)) "; measured " (text(&v.measured)) "." }
                    p.quiet { (text(&v.why)) }
                }
            }
        }
    }
}
