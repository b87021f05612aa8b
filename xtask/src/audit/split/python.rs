//! Python: its packages in an environment that can be copied whole.

use super::Second;
use super::parts::{copy, libraries, places, slim, work_folder, work_folder_line};
use crate::audit::base::Base;
use crate::audit::seen::{Written, operands};
use crate::audit::shell::{Call, calls};

/// Where the packages go that the last stage gets.
const VENV: &str = "/opt/venv";

/// The second stage; `None` where its packages cannot be told from the base's own.
pub(super) fn python(written: &Written, name: &str, second: &mut Second) -> Option<()> {
    let base = written.base()?;
    // Another base brings Python as packages, and which of them the last stage needs nobody knows.
    Base::of(base).language().filter(|(language, _)| *language == "Python")?;
    second.from.push(format!("FROM {}", slim(base)));
    second.from.extend(work_folder_line(written));
    environment(written, name, second)?;
    libraries(written, base, second);
    Some(())
}

/// Finds the packages' environment, or makes one: where the interpreter keeps its own packages differs from base to base. `None` for
/// tools and options that put them elsewhere.
fn environment(written: &Written, name: &str, second: &mut Second) -> Option<()> {
    let places = places(written)?;
    let runs = written.target().instructions.iter().filter(|one| one.keyword == "RUN");
    let calls: Vec<(usize, Call)> = runs.flat_map(|one| calls(one).into_iter().map(|call| (one.line, call))).collect();
    let is_pip = |call: &Call| ["pip", "pip3"].contains(&call.program()) && call.verb() == "install";
    let is_module = |call: &Call| call.program().starts_with("python") && call.has(&["pip"]) && call.has(&["install"]);
    let uv = calls.iter().any(|(_, call)| call.program() == "uv" && call.verb() == "sync");
    if calls.iter().any(|(_, call)| ["poetry", "pipenv", "pdm", "conda"].contains(&call.program())) {
        return None;
    }
    let mut to_copy = places;
    if uv {
        let folder = work_folder(written);
        let venv = format!("{}/.venv", folder.trim_end_matches('/'));
        if written.file.text.contains("UV_PROJECT_ENVIRONMENT") || work_folder_line(written).is_none() {
            return None;
        }
        second.from.push(format!("ENV PATH={venv}/bin:$PATH"));
        if let Some(start) = written.last("CMD").filter(|one| operands(one).first().is_some_and(|word| word == "uv")) {
            // uv stays behind, and its environment has the program.
            let words = operands(start);
            let ["uv", "run", program, ..] = words.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
                return None;
            };
            if program.starts_with('-') {
                return None;
            }
            let is_list = start.joined.contains('[');
            let text = if is_list {
                let words: Vec<String> = words[2..].iter().map(|word| serde_json::json!(word).to_string()).collect();
                format!("CMD [{}]", words.join(", "))
            } else {
                format!("CMD {}", words[2..].join(" "))
            };
            second.start = Some((start.line, text));
        } else if written.last("ENTRYPOINT").is_some_and(|one| operands(one).first().is_some_and(|word| word == "uv")) {
            return None;
        }
    } else {
        let first = calls.iter().find(|(_, call)| is_pip(call) || is_module(call)).map(|(line, _)| *line)?;
        // Only root makes a folder in /opt.
        if written.first_of(&["USER"]).is_some_and(|user| user.line < first) {
            return None;
        }
        if calls.iter().any(|(_, call)| call.has_option(&["--user", "--target", "-t", "--prefix", "--system"])) {
            return None;
        }
        let environment = format!("ENV PATH={VENV}/bin:$PATH");
        second.first = Some((first, vec![format!("RUN python -m venv {VENV}"), environment.clone()]));
        second.from.push(environment);
        to_copy.insert(0, VENV.to_owned());
    }
    second.copies.extend(to_copy.iter().map(|place| copy(name, place, place)));
    Some(())
}
