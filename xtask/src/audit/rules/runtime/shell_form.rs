//! `CMD` or `ENTRYPOINT` is a line that a shell gets.

use super::list;
use crate::audit::model::{Evidence, Finding, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::shell::{is_shell, of_text};
use crate::audit::start::{Line, Start};

pub const RULE: Rule = Rule {
    id: "shell-form",
    kind: Kind::Runtime,
    looks_for: "a CMD or ENTRYPOINT that is a line for a shell instead of a JSON list",
    why: "The container starts /bin/sh, which starts the service: the image needs a shell, and the signal to stop may end at the shell. \
          Arguments of `docker run` never reach an ENTRYPOINT of this form.",
    find,
};

/// What a shell does with a line besides splitting it at spaces.
const SPECIAL: [char; 16] = ['$', '`', '|', '&', ';', '<', '>', '(', ')', '*', '?', '~', '"', '\'', '\\', '{'];

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let start = Start { entrypoint: written.last("ENTRYPOINT").map(Line::of), cmd: written.last("CMD").map(Line::of) };
    // Beside an entrypoint in the shell's form, nobody reads the command.
    let lines = match (&start.entrypoint, &start.cmd) {
        (Some(entrypoint), _) if entrypoint.shell => vec![("ENTRYPOINT", entrypoint)],
        (_, Some(cmd)) => vec![("CMD", cmd)],
        _ => Vec::new(),
    };
    let found = lines
        .into_iter()
        .filter(|(_, line)| line.shell && !begins_with_exec(&line.words[0]) && !line.words[0].is_empty());
    Ok(found.map(|(keyword, line)| finding(seen, written, keyword, line)).collect())
}

/// A shell that makes way for the service is no longer there.
fn begins_with_exec(line: &str) -> bool {
    line.split_whitespace().next() == Some("exec")
}

fn finding(seen: &Seen, written: &Written, keyword: &str, line: &Line) -> Finding {
    let text = &line.words[0];
    let at = line.at.unwrap_or_default();
    let pid1 = seen.running().ok().and_then(|running| running.pid1.as_ref().ok());
    let by_shell = pid1.map(|words| words.first().is_some_and(|program| is_shell(program)));
    let (says, risk) = match by_shell {
        Some(true) => (format!("{keyword} is a line for a shell, and the shell stays PID 1."), Risk::Medium),
        Some(false) => (format!("{keyword} is a line for a shell; this one makes way for the service."), Risk::Low),
        None => (format!("{keyword} is a line for a shell."), Risk::Medium),
    };
    let finding = RULE.finding(says).risk(risk).with(Evidence::of(format!("{keyword} {text}")).line(at));
    if !text.contains(SPECIAL) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let better = format!("{keyword} {}", list(&words));
        return finding
            .fix(format!("Write a JSON list, and the service is PID 1.{}", super::signals(&words)))
            .diff(written.path(), written.replaced(at, &[&better]));
    }
    // `cd /srv && npm start`: a folder and a command.
    let calls = of_text(text, at);
    if let [cd, service] = calls.as_slice()
        && cd.program() == "cd"
        && cd.arguments().len() == 1
        && text.matches("&&").count() == 1
        && !service.text().contains(SPECIAL)
    {
        let better = [format!("WORKDIR {}", cd.arguments()[0]), format!("{keyword} {}", list(&service.words))];
        let better: Vec<&str> = better.iter().map(String::as_str).collect();
        return finding
            .fix(format!(
                "Let WORKDIR name the folder, and write a JSON list.{}",
                super::signals(&service.words.iter().map(String::as_str).collect::<Vec<_>>())
            ))
            .diff(written.path(), written.replaced(at, &better));
    }
    let last = text.rfind("&&").map_or(0, |at| at + 2);
    let (before, service) = text.split_at(last);
    let with_exec =
        if before.is_empty() { format!("exec {service}") } else { format!("{before} exec {}", service.trim_start()) };
    let better = format!("{keyword} {}", list(&["sh", "-c", &with_exec]));
    let words: Vec<&str> = service.split_whitespace().collect();
    finding
        .fix(format!("Where the line needs a shell, let `exec` make way for the service.{}", super::signals(&words)))
        .diff(written.path(), written.replaced(at, &[&better]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn change(line: &str) -> Vec<String> {
        let found = find(&Fixture::of(&format!("FROM a\n{line}\n")).seen()).unwrap().pop();
        found.map(|finding| finding.fix.diff).unwrap_or_default()
    }

    #[test]
    fn lines_for_a_shell_become_lists() {
        assert_eq!(change("CMD node x.js"), [" FROM a", "-CMD node x.js", "+CMD [\"node\", \"x.js\"]"]);
        assert_eq!(change("CMD cd /srv && npm start")[2..], ["+WORKDIR /srv", "+CMD [\"npm\", \"start\"]"]);
        assert_eq!(change("ENTRYPOINT app --port $PORT")[2], "+ENTRYPOINT [\"sh\", \"-c\", \"exec app --port $PORT\"]");
        assert_eq!(change("CMD migrate && serve")[2], "+CMD [\"sh\", \"-c\", \"migrate && exec serve\"]");
    }

    #[test]
    fn what_pid_1_really_is_decides_how_bad_it_is() {
        let seen = Fixture::of("FROM a\nCMD x\n").running().pid1(&["/bin/sh", "-c", "x"]).seen();
        assert_eq!(find(&seen).unwrap()[0].risk, Risk::Medium);
        let seen = Fixture::of("FROM a\nCMD x\n").running().pid1(&["x"]).seen();
        assert_eq!(find(&seen).unwrap()[0].risk, Risk::Low);
    }

    #[test]
    fn lists_exec_earlier_lines_and_other_stages_are_fine() {
        for file in [
            "FROM a\nCMD [\"x\"]\n",
            "FROM a\nCMD exec x $PORT\n",
            "FROM a\nCMD x\nCMD [\"y\"]\n",
            "FROM a AS b\nCMD x\nFROM c\nCMD [\"y\"]\n",
            "FROM a\nENTRYPOINT [\"x\"]\n",
            "FROM a\nHEALTHCHECK CMD x\n",
            "FROM a\n",
        ] {
            assert!(find(&Fixture::of(file).seen()).unwrap().is_empty(), "{file}");
        }
    }
}
