//! A shell starts the service and stays, so that the service does not hear the signal to stop.

use crate::audit::model::{Evidence, Finding, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::audit::shell::is_shell;
use crate::audit::start::Start;

pub const RULE: Rule = Rule {
    id: "shell-is-pid-1",
    kind: Kind::Runtime,
    looks_for: "a script or a shell that stays PID 1 while the service runs below it",
    why: "The engine sends the signal to stop to PID 1 alone, and a shell that waits does not pass it on. The service runs until the engine \
          kills it, with whatever it was doing.",
    find,
};

fn find(seen: &Seen) -> Found {
    let start = Start::of(seen)?;
    let words: Vec<String> = start.words().into_iter().map(str::to_owned).collect();
    let at = start.entrypoint.as_ref().or(start.cmd.as_ref()).and_then(|line| line.at);
    let script = script(seen, &words);
    let measured = seen.running().ok().and_then(|running| running.pid1.as_ref().ok());
    if let Some(pid1) = measured {
        let stays = pid1.first().is_some_and(|program| is_shell(program));
        // A line for a shell is another rule's, which says it, too.
        let is_line = start.last().is_some_and(|line| line.shell);
        if !stays || is_line {
            return Ok(Vec::new());
        }
        let finding = RULE
            .finding("A shell is PID 1, and the service runs below it.")
            .with(Evidence::of(format!("PID 1 of the container was {}", pid1.join(" "))));
        return Ok(vec![finish(finding, seen, script.as_ref(), at)]);
    }
    // Without a container, a script whose commands all return is the one case that is certain.
    match script {
        Some(script) if !script.execs => {
            let finding = RULE.finding(format!("{} starts the service and stays PID 1.", script.path));
            Ok(vec![finish(finding, seen, Some(&script), at)])
        }
        _ => Ok(Vec::new()),
    }
}

/// A script of the context that the container starts.
struct Script {
    path: String,
    /// Whether any of its lines has an `exec`.
    execs: bool,
    /// The last command that stands alone on its line, with that line's number.
    last: Option<(usize, String)>,
}

fn script(seen: &Seen, words: &[String]) -> Option<Script> {
    let named = match words {
        [shell, script, ..] if is_shell(shell) && !script.starts_with('-') => script,
        [script, ..] => script,
        [] => return None,
    };
    let name = named.rsplit('/').next()?;
    let context = seen.context.as_ref().ok()?;
    let same_name = |path: &&String| path.rsplit('/').next() == Some(name);
    let mut paths = context.texts.keys().filter(same_name);
    // Two files of that name: nobody knows which of them it is.
    let (path, None) = (paths.next()?, paths.next()) else { return None };
    let text = context.text(path)?;
    let first = text.lines().next().unwrap_or_default();
    let by_shell = first.strip_prefix("#!").is_some_and(|line| line.split_whitespace().any(is_shell));
    if !by_shell {
        return None;
    }
    let commands = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let execs = commands.clone().any(|(_, line)| line.split([' ', ';', '&', '|', '\t']).any(|word| word == "exec"));
    // A script that waits for its children and passes signals on does what an `exec` would spare.
    let traps = commands.clone().any(|(_, line)| line.starts_with("trap "));
    let closes = |line: &str| matches!(line, "fi" | "done" | "esac" | "}" | ";;") || line.ends_with(['\\', '&']);
    let last = commands.last().filter(|(_, line)| !closes(line)).map(|(at, line)| (at, line.to_owned()));
    Some(Script { path: path.clone(), execs: execs || traps, last })
}

fn finish(finding: Finding, seen: &Seen, script: Option<&Script>, at: Option<usize>) -> Finding {
    let mut finding = finding.risk(Risk::Medium);
    if let Some(at) = at {
        finding = finding.with(Evidence::of("what the container starts").line(at));
    }
    let Some(script) = script else {
        return finding.fix("Put `exec` before the command that is the service, so that the shell makes way for it.");
    };
    finding = finding.with(Evidence::of("no command of it is run with `exec`").path(&script.path));
    let Some((line, last)) = &script.last else {
        return finding.fix("Put `exec` before the command that is the service, so that the shell makes way for it.");
    };
    let indent: String = seen
        .context
        .as_ref()
        .ok()
        .and_then(|context| context.text(&script.path)?.lines().nth(line - 1))
        .map(|line| line.chars().take_while(|c| c.is_whitespace()).collect())
        .unwrap_or_default();
    let change = vec![format!("-{indent}{last}"), format!("+{indent}exec {last}")];
    finding.fix("Put `exec` before the last command: the shell makes way for it.").diff(&script.path, change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    const FILE: &str = "FROM a\nCOPY start.sh /\nENTRYPOINT [\"/start.sh\"]\n";

    #[test]
    fn a_script_without_exec_is_found_with_the_line_to_change() {
        let found = find(&Fixture::of(FILE).text("start.sh", "#!/bin/sh\nset -e\nnode server.js\n").seen()).unwrap();
        assert_eq!(found[0].fix.diff, ["-node server.js", "+exec node server.js"]);
        assert_eq!(found[0].fix.file.as_deref(), Some("start.sh"));
        assert_eq!(found[0].evidence[0].line, Some(3));
    }

    #[test]
    fn what_is_measured_decides() {
        let script = "#!/bin/sh\nnode server.js\n";
        let stays = Fixture::of(FILE).text("start.sh", script).running().pid1(&["/bin/sh", "/start.sh"]).seen();
        assert_eq!(find(&stays).unwrap().len(), 1);
        let gone = Fixture::of(FILE).text("start.sh", script).running().pid1(&["node", "server.js"]).seen();
        assert!(find(&gone).unwrap().is_empty());
        let line = Fixture::of("FROM a\nCMD x\n").running().pid1(&["/bin/sh", "-c", "x"]).seen();
        assert!(find(&line).unwrap().is_empty(), "shell-form says that");
    }

    #[test]
    fn scripts_that_exec_pass_signals_on_or_are_no_scripts_of_a_shell() {
        for text in [
            "#!/bin/sh\nset -e\nif [ \"$1\" = x ]; then\n  migrate\nfi\nexec \"$@\"\n",
            "#!/bin/bash\nmigrate && exec serve\n",
            "#!/bin/sh\nserve &\ntrap 'kill $!' TERM\nwait\n",
            "#!/usr/bin/env python3\nprint()\n",
            "no first line\n",
        ] {
            assert!(find(&Fixture::of(FILE).text("start.sh", text).seen()).unwrap().is_empty(), "{text}");
        }
        let other = Fixture::of("FROM a\nENTRYPOINT [\"/start.sh\"]\n").text("a/start.sh", "#!/bin/sh\nx\n");
        assert!(find(&other.text("b/start.sh", "#!/bin/sh\nx\n").seen()).unwrap().is_empty(), "which one?");
        assert!(
            find(&Fixture::of("FROM a\nCMD [\"sh\", \"-c\", \"java -jar x\"]\n").seen()).unwrap().is_empty(),
            "not certain"
        );
    }
}
