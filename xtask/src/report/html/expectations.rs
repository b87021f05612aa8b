//! What the lesson expected, what was measured, and why it matters.

use maud::{Markup, html};

use super::text;
use crate::model::{Outcome, Verdict};
use crate::report::verdict::tally;

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
fn list(all: &[Verdict]) -> Markup {
    let mut verdicts: Vec<_> = all.iter().collect();
    verdicts.sort_by_key(|v| v.outcome);
    html! {
        p { (tally(all)) "." }
        ul.verdicts {
            @for v in verdicts {
                li class=(class(v.outcome)) {
                    p { strong { (outcome(v.outcome)) } " " (text(&v.subject.to_string())) " " code { (text(&v.id)) } }
                    p { "Expected " (text(&v.expected)) "; measured " (text(&v.measured)) "." }
                    p.quiet { (text(&v.why)) }
                }
            }
        }
    }
}

/// A symbol and a word for what an expectation came to.
pub fn outcome(outcome: Outcome) -> String {
    let symbol = match outcome {
        Outcome::Held => "✓",
        Outcome::Failed => "✗",
        Outcome::NotMeasured => "?",
    };
    format!("{symbol} {}", outcome.word())
}

/// The class of its entry, for the colour.
pub fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Held => "held",
        Outcome::Failed => "failed",
        Outcome::NotMeasured => "unmeasured",
    }
}
