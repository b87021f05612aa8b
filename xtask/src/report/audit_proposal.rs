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
    if starts_node(&accepted.dockerfile) {
        parts.push(headed("Note:", NODE_AS_PID_1, style));
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
            // It was written into the folder that is its build context.
            let folder = file.rsplit_once('/').map_or(".", |(folder, _)| folder);
            let port = exposed(&accepted.dockerfile).map(|port| format!("-p {port}:{port} ")).unwrap_or_default();
            let words = format!("docker build --file {file} --tag NAME {folder} && docker run {port}{run} NAME");
            format!(
                "{}\n{}",
                paragraph(&format!("Written: {}.", list(accepted.written.iter().map(String::as_str)))),
                next(&words, style)
            )
        }
    }
}

/// What Node does with the signal to stop. Source: the best practices of Node's own images, "Handling kernel signals".
const NODE_AS_PID_1: &str =
    "Node as PID 1 ignores SIGTERM unless the program handles it. Handle it, or start the container with --init.";

/// Whether the last stage starts Node itself.
fn starts_node(dockerfile: &str) -> bool {
    let start = dockerfile.lines().rev().find(|line| line.starts_with("ENTRYPOINT") || line.starts_with("CMD"));
    start.is_some_and(|line| line.split(['"', ' ', '/', '[']).any(|word| word == "node"))
}

/// The port that the last stage names.
fn exposed(dockerfile: &str) -> Option<u16> {
    let mut lines = dockerfile.lines().rev().filter_map(|line| line.trim_start().strip_prefix("EXPOSE "));
    lines.find_map(|ports| ports.split([' ', '/']).next()?.parse().ok())
}

/// Proposals of each kind, for tests that draw them.
#[cfg(test)]
pub(super) fn samples() -> Vec<(&'static str, Proposed)> {
    use crate::audit::model::Figures;
    use crate::audit::propose::model::{Compared, Tried};
    let text = |text: &str| text.to_owned();
    let figures = |stored: u64, packages: u64| Figures {
        stored_bytes: Some(stored),
        packages: Some(packages),
        rebuild_ms: Some(31_200),
        stop_ms: Some(10_100),
        ..Figures::default()
    };
    let asked = |request: &str| Compared {
        request: text(request),
        before: text("200 {status: text}"),
        after: text("200 {status: text}"),
    };
    let accepted = Accepted {
        kind: text("node_modules on distroless"),
        before: figures(1_130_000_000, 463),
        after: figures(152_000_000, 71),
        compared: vec![asked("GET /health"), asked("GET /"), asked("GET /no/such/page/here")],
        gone: ["single-stage", "runs-as-root", "toolchain-shipped", "package-manager-is-pid-1"].map(text).into(),
        left: vec![text("no-digest")],
        new: vec![text("health-check-missing")],
        hardened: ["--read-only", "--cap-drop ALL", "--tmpfs /tmp"].map(text).into(),
        withheld: vec![text("API_TOKEN")],
        ..Accepted::default()
    };
    let failed = Tried {
        kind: text("one bundled file on distroless"),
        path: text("target/drydock/audit/api-1a2b3c-proposal-1/Dockerfile"),
        failed: Some(text("The container ended with status 1 before it answered.")),
        log: vec![text("Error: Cannot find module './views'")],
    };
    let passed = Tried { kind: accepted.kind.clone(), path: failed.path.replace("-1/", "-2/"), ..Tried::default() };
    let proposed = Proposed {
        stack: Some(text("Node.js with npm")),
        tried: vec![failed.clone(), passed],
        accepted: Some(accepted.clone()),
        ..Proposed::default()
    };
    let files = ["services/api/multi-stage.Dockerfile", "services/api/multi-stage.Dockerfile.dockerignore"].map(text);
    let written = Proposed { accepted: Some(Accepted { written: files.into(), ..accepted }), ..proposed.clone() };
    let refused = Proposed {
        refused: Some(text("No proposal did all that the present image does, so none is made.")),
        tried: vec![failed],
        ..Proposed::default()
    };
    vec![("passed", proposed), ("written", written), ("refused", refused)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    fn shown(name: &str) -> String {
        let (_, proposed) = samples().into_iter().find(|(known, _)| *known == name).unwrap();
        audit_proposal(&proposed, "cargo xtask audit", PLAIN)
    }

    #[test]
    fn what_was_written_is_built_from_its_own_folder() {
        let (_, mut proposed) = samples().into_iter().find(|(known, _)| *known == "written").unwrap();
        let accepted = proposed.accepted.as_mut().unwrap();
        accepted.dockerfile =
            "FROM a AS b\nEXPOSE 1\nFROM c\nEXPOSE 3000\nENTRYPOINT [\"/nodejs/bin/node\", \"x\"]\n".to_owned();
        let text =
            audit_proposal(&proposed, "cargo xtask audit", PLAIN).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("--tag NAME services/api && docker run -p 3000:3000 --read-only"), "{text}");
        assert!(text.contains("Node as PID 1 ignores SIGTERM"), "{text}");
    }

    #[test]
    fn what_passed_is_shown_with_its_table() {
        let text = shown("passed");
        let parts = [
            "Tried: one bundled file",
            "Cannot find module",
            "Node.js with npm",
            "1.13 GB",
            "152 MB",
            "`GET /health` 200",
            "Gone: single-stage",
            "--propose --write",
        ];
        for part in parts {
            assert!(text.contains(part), "{part}\n{text}");
        }
        let text = shown("written");
        assert!(
            text.contains("Written: services/api/multi-stage.Dockerfile and") && text.contains("--read-only"),
            "{text}"
        );
    }

    #[test]
    fn what_did_not_pass_says_why() {
        assert!(shown("refused").contains("Nothing is proposed: No proposal did all"));
    }
}
