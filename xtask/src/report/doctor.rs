//! What the doctor found, one line a thing, and under what is wrong the way to mend it.

use super::Style;
use super::lines::paragraph;
use super::table::{Table, left, wraps};
use crate::model::{Diagnosis, State};
use crate::names::printable;

/// The whole report as text. `next` is what to type where lessons can run.
pub fn doctor(diagnosis: &Diagnosis, next: &str, style: Style) -> String {
    let problems = diagnosis.findings.iter().filter(|f| matches!(f.state, State::Problem { .. })).count();
    let verdict = match problems {
        0 => format!("Lessons can run here. {} {}", style.bold("Next:"), style.command(next)),
        1 => "One thing to fix before lessons can run here.".to_owned(),
        many => format!("{many} things to fix before lessons can run here. Start with the first."),
    };
    let mut table = Table::new([left(""), wraps("")]);
    for finding in &diagnosis.findings {
        let name = format!("{} {}", mark(&finding.state, style), style.bold(finding.what));
        table.row([name, found(&finding.state, style)]);
    }
    format!("{}\n\n{}", table.text(2, style), paragraph(&verdict))
}

fn mark(state: &State, style: Style) -> String {
    match state {
        State::Ok { .. } => style.ok_mark(),
        State::Unknown { .. } => style.dim(if style.symbols { "–" } else { "unknown" }),
        State::Problem { .. } => style.fail_mark(),
    }
}

/// What was found, and below a problem what may have caused it and how to get rid of it.
fn found(state: &State, style: Style) -> String {
    let (id, fact, evidence, cause, next) = match state {
        State::Ok { found } => return found.clone(),
        State::Unknown { found } => return style.dim(found),
        State::Problem { id, fact, evidence, cause, next } => (id, fact, evidence, cause, next),
    };
    let first = format!("{} {}", printable(fact), style.dim(&format!("[{id}]")));
    let evidence = evidence.iter().map(|line| format!("{} {}", style.dim("|"), printable(line)));
    let cause = cause.iter().map(|cause| format!("{} {}", style.bold("likely cause:"), printable(cause)));
    let next = next.iter().map(|next| format!("{} {}", style.bold("next:"), style.command(&printable(next))));
    std::iter::once(first).chain(evidence).chain(cause).chain(next).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Finding;

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    fn ok(what: &'static str, found: &str) -> Finding {
        Finding { what, state: State::Ok { found: found.to_owned() } }
    }

    #[test]
    fn findings_line_up_and_end_with_the_next_command() {
        let text = doctor(
            &Diagnosis::of(vec![ok("engine", "26.1.5"), ok("disk", "73.0 GB free")]),
            "cargo xtask lesson 1",
            PLAIN,
        );
        assert_eq!(
            text,
            "  ✓ engine  26.1.5\n  ✓ disk    73.0 GB free\n\n  Lessons can run here. Next: cargo xtask lesson 1"
        );
    }

    #[test]
    fn a_problem_shows_how_to_mend_it_and_only_words_when_symbols_are_off() {
        let state = State::Problem {
            id: "buildx-missing",
            fact: "The docker command has no buildx plugin.".to_owned(),
            evidence: Vec::new(),
            cause: None,
            next: vec!["cargo xtask doctor --setup".to_owned()],
        };
        let unknown = State::Unknown { found: "not tried".to_owned() };
        let findings = vec![Finding { what: "buildx", state }, Finding { what: "proof", state: unknown }];
        let text = doctor(&Diagnosis::of(findings), "cargo xtask lesson 1", Style { symbols: false, ..PLAIN });
        assert_eq!(
            text,
            "  failed buildx  The docker command has no buildx plugin. [buildx-missing]\n                 \
             next: cargo xtask doctor --setup\n  unknown proof  not tried\n\n  \
             One thing to fix before lessons can run here."
        );
    }
}
