//! What the stage says for the service, and the last stage has to say again.

use super::Second;
use crate::audit::pairs::pairs;
use crate::audit::seen::{Written, operands};
use crate::audit::shell::{Call, calls};
use crate::dockerfile::Instruction;

/// What stands before the last work of the stage and is for the service: it has to be said again in the last stage. `None` where that
/// needs more than its lines.
pub(super) fn kept(written: &Written, before: &[&Instruction], second: &mut Second) -> Option<Vec<String>> {
    let text = |one: &Instruction| one.text.trim_end().lines().map(str::to_owned).collect::<Vec<_>>();
    let mut kept = Vec::new();
    let settings: Vec<&Instruction> =
        before.iter().copied().filter(|one| ["ENV", "LABEL"].contains(&one.keyword.as_str())).collect();
    for one in before.iter().filter(|one| one.keyword == "ARG") {
        // A setting that takes its value from an argument needs it there, too.
        let is_used = pairs(one).iter().any(|pair| {
            settings.iter().any(|setting| {
                setting.text.contains(&format!("${}", pair.name)) || setting.text.contains(&format!("${{{}", pair.name))
            })
        });
        if is_used {
            kept.extend(text(one));
        }
    }
    kept.extend(settings.iter().flat_map(|one| text(one)));
    for keyword in ["EXPOSE", "STOPSIGNAL", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD", "USER"] {
        let own: Vec<&&Instruction> = before.iter().filter(|one| one.keyword == keyword).collect();
        let counts = if ["EXPOSE", "VOLUME"].contains(&keyword) { 0 } else { own.len().saturating_sub(1) };
        // A user is set back at the end by a later USER, which stays where it is.
        let again = written.last(keyword).is_some_and(|last| own.iter().all(|one| one.line != last.line));
        if !again || ["EXPOSE", "VOLUME"].contains(&keyword) {
            kept.extend(own[counts..].iter().flat_map(|one| text(one)));
        }
    }
    // A user by name has to be made again where it is used.
    let user = written.last("USER").and_then(|one| operands(one).into_iter().next());
    let user = user.map(|user| user.split(':').next().unwrap_or_default().to_owned());
    let by_name = user.filter(|user| !user.is_empty() && !user.bytes().all(|b| b.is_ascii_digit()) && user != "root");
    if by_name.is_some() {
        let adds_user = |call: &Call| ["useradd", "adduser", "groupadd", "addgroup"].contains(&call.program());
        let maker = written.target().instructions.iter().find(|one| calls(one).iter().any(adds_user));
        if let Some(maker) = maker {
            let has_shell = !second.from.iter().any(|line| line.contains("distroless"));
            let only = calls(maker).iter().all(|call| adds_user(call) || ["mkdir", "chown"].contains(&call.program()));
            if !has_shell || !only {
                return None;
            }
            let at = kept.iter().position(|line| line.starts_with("USER")).unwrap_or(kept.len());
            kept.splice(at..at, text(maker));
        }
    }
    Some(kept)
}
