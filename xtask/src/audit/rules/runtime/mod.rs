//! How a container of the image runs, stops and tells how it is.

mod health_check_impossible;
mod health_check_lies;
mod health_check_missing;
mod loopback_only;
mod no_folder;
mod package_manager_is_pid_1;
mod roots_missing;
mod runs_as_root;
mod setuid_files;
mod shell_form;
mod shell_is_pid_1;
mod stops_slowly;
mod user_by_name;
mod world_writable;
mod writes_to_root;
mod zones_missing;

use super::Rule;
use crate::audit::seen::Seen;
use crate::audit::start::Line;

/// In the order of the reference.
pub const ALL: &[Rule] = &[
    runs_as_root::RULE,
    user_by_name::RULE,
    shell_form::RULE,
    package_manager_is_pid_1::RULE,
    shell_is_pid_1::RULE,
    stops_slowly::RULE,
    writes_to_root::RULE,
    health_check_missing::RULE,
    health_check_impossible::RULE,
    health_check_lies::RULE,
    setuid_files::RULE,
    world_writable::RULE,
    loopback_only::RULE,
    no_folder::RULE,
    roots_missing::RULE,
    zones_missing::RULE,
];

/// The command line that the engine runs as a health check.
struct Check {
    line: Line,
    /// Whether the image's authors said that there is none.
    none: bool,
}

/// The `HEALTHCHECK` of the image's config, or of the Dockerfile where there is no image; `None` where there is none.
fn health_check(seen: &Seen) -> Option<Check> {
    let written = seen.dockerfile().ok().and_then(|written| {
        let check = written.last("HEALTHCHECK")?;
        let mut rest = check.joined.get("HEALTHCHECK".len()..).unwrap_or_default().trim_start();
        while rest.starts_with("--") {
            rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
        }
        let (word, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        Some(Check { line: Line::of_text(rest.trim(), check.line), none: word.eq_ignore_ascii_case("NONE") })
    });
    let Ok(image) = seen.image() else { return written };
    let test = &image.config.healthcheck.as_ref()?.test;
    let at = written.and_then(|check| check.line.at);
    match test.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["NONE"] => Some(Check { line: Line { words: Vec::new(), shell: false, at }, none: true }),
        ["CMD-SHELL", line, ..] => {
            Some(Check { line: Line { words: vec![(*line).to_owned()], shell: true, at }, none: false })
        }
        ["CMD", words @ ..] => {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            Some(Check { line: Line { words, shell: false, at }, none: false })
        }
        _ => None,
    }
}

/// The first port that the image names, or that a container was asked on.
fn port(seen: &Seen) -> Option<u16> {
    if let Ok(running) = seen.running()
        && let Some(port) = running.port
    {
        return Some(port);
    }
    let number = |text: &str| text.split('/').next()?.split('-').next()?.parse().ok();
    if let Ok(image) = seen.image() {
        return image.config.exposed_ports.keys().find_map(|port| number(port));
    }
    let expose = seen.dockerfile().ok()?.last("EXPOSE")?;
    crate::audit::seen::operands(expose).iter().find_map(|word| number(word))
}

/// Words as a JSON list, as an instruction writes them.
fn list(words: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> =
        words.iter().map(|word| serde_json::to_string(word.as_ref()).unwrap_or_default()).collect();
    format!("[{}]", quoted.join(", "))
}
/// What should be known of a command that becomes PID 1, as a further sentence: the kernel gives PID 1 no default action for a
/// signal, and Node installs none. Source: the best practices of Node's own images, "Handling kernel signals".
fn signals(words: &[&str]) -> &'static str {
    match words.first() {
        Some(program) if program.rsplit('/').next() == Some("node") => {
            " Node as PID 1 ignores SIGTERM unless the program handles it: handle it, or start the container with `--init`."
        }
        _ => "",
    }
}
