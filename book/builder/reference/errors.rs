//! Exit codes, error ids, and symptoms: from the table that the runner's own error texts use.

use std::fmt::Write as _;

use drydock::error::{ErrorId, Exit};
use drydock::messages::{self, Found, Message};

use super::{cell, table};

/// What each exit code means.
pub fn exit_codes() -> String {
    table(&["Code", "Meaning"], Exit::ALL.iter().map(|exit| vec![format!("`{}`", *exit as u8), cell(exit.meaning())]))
}

/// Every error id with its exit code and what it means.
pub fn errors() -> String {
    let row = |id: &ErrorId| vec![format!("`{}`", id.name()), (id.exit() as u8).to_string(), cell(&id.explanation())];
    table(&["Id", "Exit code", "Meaning"], ErrorId::ALL.iter().map(row))
}

/// Symptom, cause and cure, by what the program ended with.
pub fn troubleshooting() -> String {
    let mut out = String::new();
    for exit in Exit::ALL {
        let ids: Vec<&ErrorId> = ErrorId::ALL.iter().filter(|id| id.exit() == *exit).collect();
        // What a failed expectation and a fault of the program mean is told in its place, with what was measured.
        if ids.is_empty() || matches!(exit, Exit::Pass | Exit::Bug | Exit::Interrupted) {
            continue;
        }
        let _ = writeln!(out, "\n## {} (exit code {})", exit.meaning().trim_end_matches('.'), *exit as u8);
        let row = |id: &&ErrorId| {
            let (symptom, cure) = told(&id.explanation());
            vec![cell(&symptom), cell(&cure), format!("`{}`", id.name())]
        };
        out.push_str(&table(&["What happens", "Why, and what to do", "Id"], ids.iter().map(row)));
    }
    out
}

/// Every message of a build or a starting container that the runner knows, by the tool that prints it first.
pub fn messages() -> String {
    let mut out = String::new();
    let mut tools: Vec<&str> = Vec::new();
    for message in messages::all() {
        let tool = message.tools[0].as_str();
        if !tools.contains(&tool) {
            tools.push(tool);
        }
    }
    for tool in tools {
        let _ = writeln!(out, "\n### {}", heading(tool));
        let of = messages::all().iter().filter(|message| message.tools[0] == tool);
        out.push_str(&table(&["Message", "What it means, and what to look at"], of.map(told_of)));
    }
    out
}

fn told_of(message: &'static Message) -> Vec<String> {
    let line = message.examples()[0].trim();
    let found = Found { message, line: line.to_owned() };
    vec![
        format!("`{}`", cut(line).replace('`', "'").replace('|', "\\|")),
        cell(&format!("{} {}", found.means(), found.look())),
    ]
}

/// The part of a line that people search for: what comes before it in the line is Docker's own, and the same every time.
fn cut(line: &str) -> String {
    const MOST: usize = 110;
    let begins = ["unable to start container process: ", "failed to solve: "];
    let at = begins.iter().filter_map(|begin| line.find(begin).map(|at| at + begin.len())).max().unwrap_or_default();
    let line = &line[at..];
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

fn heading(tool: &str) -> String {
    match tool {
        "docker" => "Docker and BuildKit".to_owned(),
        "sh" => "The shell".to_owned(),
        "npm" | "pnpm" | "pip" | "uv" | "apt" | "cargo" => format!("`{tool}`"),
        _ => tool[..1].to_uppercase() + &tool[1..],
    }
}

/// The first sentence of an explanation says what happened, the others why and what to do.
fn told(explanation: &str) -> (String, String) {
    let text = explanation.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.split_once(". ") {
        Some((first, rest)) => (format!("{first}."), rest.to_owned()),
        None => (text, "The message names the place and what would be right.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_that_a_reader_can_mend_is_in_the_table() {
        let table = troubleshooting();
        let wanted = |id: &&ErrorId| !matches!(id.exit(), Exit::Bug | Exit::Interrupted);
        for id in ErrorId::ALL.iter().filter(wanted) {
            assert!(table.contains(&format!("`{}` |", id.name())), "{}", id.name());
        }
    }

    #[test]
    fn every_message_is_in_the_table_without_what_docker_says_every_time() {
        let table = messages();
        assert_eq!(table.lines().filter(|line| line.starts_with("| `")).count(), messages::all().len());
        assert!(!table.contains("OCI runtime") && table.contains("### Poetry"), "{table}");
        assert_eq!(cut("ERROR: failed to solve: secret npm: not found"), "secret npm: not found");
    }

    #[test]
    fn the_first_sentence_is_the_symptom() {
        assert_eq!(told("It is so. Type\nthis."), ("It is so.".into(), "Type this.".into()));
        assert!(told("It is so.").1.contains("message"));
    }
}
