//! What came of a proposal, as text.

use super::Style;
use super::audit_markdown::rows;
use super::lines::{headed, next, paragraph, paragraph_in};
use super::table::{Table, left, right};
use crate::audit::propose::model::{Accepted, Proposed};
use crate::names::{list, printable};

/// Lines of a log that are shown of what did not pass.
const LINES: usize = 6;

/// What was tried and what is proposed. `typed` is the command, for what to type next.
pub fn audit_proposal(proposed: &Proposed, typed: &str, style: Style) -> String {
    let mut parts = Vec::new();
    let stack = proposed.stack.as_ref().map(|stack| format!(" for {}", printable(stack))).unwrap_or_default();
    for tried in &proposed.tried {
        if let Some(failed) = &tried.failed {
            let mut lines = vec![headed("Tried:", &format!("{}. {}", tried.kind, printable(failed)), style)];
            let from = tried.log.len().saturating_sub(LINES);
            lines.extend(tried.log[from..].iter().map(|line| format!("    {}", style.dim(&printable(line)))));
            lines.push(paragraph_in(&format!("Its text: {}", style.command(&tried.path)), 2));
            parts.push(lines.join("\n"));
        }
    }
    if let Some(refused) = &proposed.refused {
        parts.push(headed("Nothing is proposed:", &printable(refused), style));
    }
    if let Some(accepted) = &proposed.accepted {
        let first = format!(
            "Proposed{stack}: {}. It was built, started hardened, and answered as the present image does.",
            accepted.kind
        );
        parts.push(style.bold(&paragraph(&first)));
        parts.push(compared(accepted, style));
        parts.extend(findings(accepted, style));
        parts.push(onward(accepted, proposed, typed, style));
    }
    parts.join("\n\n")
}

fn compared(accepted: &Accepted, style: Style) -> String {
    let mut table = Table::new([left(""), right("before"), right("after")]);
    for row in rows(accepted) {
        table.row(row);
    }
    let asked = accepted.compared.iter().map(|one| format!("`{}` {}", printable(&one.request), status(&one.after)));
    let asked: Vec<String> = asked.collect();
    let asked = match asked.as_slice() {
        [] => "The service names no port, so nothing was asked.".to_owned(),
        asked => format!("Asked alike: {}.", list(asked.iter().map(String::as_str))),
    };
    format!("{}\n\n{}", table.text(4, style), paragraph(&asked))
}

/// The status alone: shapes are for the document.
fn status(answer: &str) -> &str {
    answer.split(' ').next().unwrap_or_default()
}

fn findings(accepted: &Accepted, style: Style) -> Vec<String> {
    let ids = |ids: &[String]| list(ids.iter().map(String::as_str));
    let mut parts = Vec::new();
    for (head, found) in [("Gone:", &accepted.gone), ("Left:", &accepted.left), ("New:", &accepted.new)] {
        if !found.is_empty() {
            parts.push(headed(head, &format!("{}.", ids(found)), style));
        }
    }
    if !accepted.withheld.is_empty() {
        let names = ids(&accepted.withheld);
        let words = format!(
            "{names} is no longer in the image, since anybody with the image can read it. Give it to the container."
        );
        parts.push(headed("Note:", &words, style));
    }
    if parts.is_empty() { Vec::new() } else { vec![parts.join("\n")] }
}

fn onward(accepted: &Accepted, proposed: &Proposed, typed: &str, style: Style) -> String {
    let path = proposed.tried.last().map(|tried| tried.path.clone()).unwrap_or_default();
    match accepted.written.as_slice() {
        [] => {
            let words = format!("{typed} --propose --write    puts it beside yours, under a free name");
            format!("{}\n{}", paragraph(&format!("It is in {}.", style.command(&path))), next(&words, style))
        }
        [file, ..] => {
            let run = accepted.hardened.join(" ");
            let words = format!("docker build --file {file} --tag NAME . && docker run {run} NAME");
            format!(
                "{}\n{}",
                paragraph(&format!("Written: {}.", list(accepted.written.iter().map(String::as_str)))),
                next(&words, style)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::Figures;
    use crate::audit::propose::model::{Compared, Tried};

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    fn accepted() -> Accepted {
        let figures = |bytes| Figures { stored_bytes: Some(bytes), packages: Some(3), ..Figures::default() };
        Accepted {
            kind: "distroless".into(),
            before: figures(1_000_000_000),
            after: figures(50_000_000),
            compared: vec![Compared { request: "GET /".into(), before: "200 text".into(), after: "200 text".into() }],
            gone: vec!["single-stage".into()],
            left: vec!["no-digest".into()],
            ..Accepted::default()
        }
    }

    #[test]
    fn what_passed_is_shown_with_its_table() {
        let tried = Tried {
            kind: "a bundle".into(),
            failed: Some("It did not start.".into()),
            log: vec!["Error: x".into()],
            ..Tried::default()
        };
        let proposed = Proposed {
            stack: Some("Node.js with npm".into()),
            tried: vec![tried, Tried::default()],
            accepted: Some(accepted()),
            ..Proposed::default()
        };
        let text = audit_proposal(&proposed, "cargo xtask audit", PLAIN);
        for part in [
            "Tried: a bundle. It did not start.",
            "Error: x",
            "Proposed for Node.js with npm: distroless.",
            "1.00 GB",
            "50.0 MB",
            "`GET /` 200",
            "Gone: single-stage.",
            "--propose --write",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn what_did_not_pass_says_why() {
        let proposed = Proposed { refused: Some("There is no package.json.".into()), ..Proposed::default() };
        assert!(audit_proposal(&proposed, "x", PLAIN).contains("Nothing is proposed: There is no package.json."));
    }
}
