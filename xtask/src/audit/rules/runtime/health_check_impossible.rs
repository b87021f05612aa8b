//! A health check names a program, or a shell, that the image does not have.

use super::{Check, health_check, list};
use crate::audit::base::Base;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Image, Seen, Unknown, Written};
use crate::audit::shell::{calls, is_shell, of_text};
use crate::dockerfile::Source;

pub const RULE: Rule = Rule {
    id: "health-check-impossible",
    kind: Kind::Runtime,
    looks_for: "a HEALTHCHECK that needs a program that is not in the image",
    why: "The engine calls a good service unhealthy. Compose never starts what waits for it, and Swarm replaces it again and again.",
    find,
};

/// Programs that checks use and that are files of their own where they are installed; as links they would not be seen.
const PROGRAMS: [&str; 6] = ["curl", "wget", "grpc_health_probe", "pg_isready", "mysqladmin", "redis-cli"];
/// What the engine says when it cannot start the check.
const SAID: [&str; 4] =
    ["executable file not found", "no such file or directory", "not found", "unable to start container process"];

fn find(seen: &Seen) -> Found {
    let Some(check) = health_check(seen).filter(|check| !check.none) else { return Ok(Vec::new()) };
    let program = program(&check);
    let missing = match (seen.image(), seen.dockerfile()) {
        (Ok(image), _) => missing_in(image, &check, &program),
        (Err(_), Ok(written)) => missing_by_base(written, &check, &program)?,
        (Err(_), Err(_)) => {
            return Err(Unknown::because("There is neither a Dockerfile that could be read nor an image."));
        }
    };
    let health = seen.running().ok().and_then(|running| running.health.as_ref().ok());
    let engine = health.filter(|health| SAID.iter().any(|said| health.said.to_ascii_lowercase().contains(said)));
    let passed = health.is_some_and(|health| health.state() == crate::model::HealthState::Healthy);
    let missing = match (missing, engine) {
        // The engine has run it, so it can be run.
        _ if passed => return Ok(Vec::new()),
        (Some(missing), _) => missing,
        (None, Some(_)) => program.clone(),
        (None, None) => return Ok(Vec::new()),
    };
    let evidence = Evidence::of(format!("HEALTHCHECK needs {}", if missing == "shell" { "a shell" } else { &missing }));
    let mut finding = RULE
        .finding(format!("The health check cannot work: the image has no {missing}."))
        .risk(Risk::Medium)
        .with(if let Some(at) = check.line.at { evidence.line(at) } else { evidence });
    if let Some(health) = engine {
        finding =
            finding.with(Evidence::of(format!("the engine says: {}", health.said.lines().next().unwrap_or_default())));
    }
    let base = seen.dockerfile().ok().and_then(|written| written.base()).map(Base::of);
    let asks = address(&check);
    let better = match (base.as_ref().and_then(Base::language).map(|(language, _)| language), asks) {
        (Some("Node"), Some(address)) => {
            let node = if base.is_some_and(|base| base.is_bare()) { "/nodejs/bin/node" } else { "node" };
            let script = format!("fetch('{address}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))");
            Some(list(&[node, "-e", &script]))
        }
        (Some("Python"), Some(address)) => {
            Some(list(&["python", "-c", &format!("import urllib.request as r; r.urlopen('{address}', timeout=2)")]))
        }
        _ => None,
    };
    let finding = finding.fix(
        "Ask with what the image has: its own interpreter, or a command of the service itself. Write it as a JSON list, which needs no shell.",
    );
    Ok(vec![match (seen.dockerfile(), check.line.at, better) {
        (Ok(written), Some(at), Some(better)) => {
            finding.diff(written.path(), written.replaced(at, &[&format!("HEALTHCHECK CMD {better}")]))
        }
        _ => finding,
    }])
}

/// The first program that the check runs.
fn program(check: &Check) -> String {
    let words = match check.line.words.first() {
        Some(line) if check.line.shell => {
            of_text(line, 1).into_iter().next().map(|call| call.words).unwrap_or_default()
        }
        _ => check.line.words.clone(),
    };
    match words.as_slice() {
        [shell, option, line, ..] if is_shell(shell) && option.starts_with('-') => {
            of_text(line, 1).first().map(|call| call.program().to_owned()).unwrap_or_default()
        }
        [first, ..] => first.clone(),
        [] => String::new(),
    }
}

/// Whether the check needs a shell before anything else.
fn needs_shell(check: &Check) -> bool {
    check.line.shell || check.line.words.first().is_some_and(|first| is_shell(first))
}

/// The address that the check asks.
fn address(check: &Check) -> Option<String> {
    let mut words = check.line.words.iter().flat_map(|word| word.split_whitespace());
    let word = words.find(|word| word.contains("://"))?;
    Some(word.trim_matches(['"', '\'', ';', ')']).to_owned())
}

fn missing_in(image: &Image, check: &Check, program: &str) -> Option<String> {
    if needs_shell(check) && image.inspection.surface.shells.is_empty() {
        return Some("shell".to_owned());
    }
    let name = program.rsplit('/').next().unwrap_or(program);
    // BusyBox is many programs, each behind a link.
    let busybox =
        image.visible().any(|file| file.path.rsplit('/').next().is_some_and(|name| name.starts_with("busybox")));
    let there = image.visible().any(|file| file.path.rsplit('/').next() == Some(name));
    (PROGRAMS.contains(&name) && !busybox && !there).then(|| name.to_owned())
}

/// Whether a program is a script of a shell, which may install anything.
fn is_script(program: &str) -> bool {
    std::path::Path::new(program).extension().is_some_and(|ending| ending == "sh")
}

fn missing_by_base(written: &Written, check: &Check, program: &str) -> Result<Option<String>, Unknown> {
    let name = program.rsplit('/').next().unwrap_or(program);
    let base = match written.parsed.stands_on() {
        Some(Source::Scratch) => None,
        Some(source) => Some(Base::of_source(source).ok_or_else(|| Unknown::because("A variable names the base."))?),
        None => return Ok(None),
    };
    let without_shell = base.as_ref().is_none_or(Base::is_bare);
    let brought = |name: &str| {
        // Copied by somebody from somewhere, under this name or with its folder.
        let copies = written.shipped().into_iter().filter(|one| matches!(one.keyword.as_str(), "COPY" | "ADD"));
        copies.clone().any(|one| one.text.contains(name) || one.text.contains("/bin ") || one.text.contains("busybox"))
    };
    if without_shell && needs_shell(check) && !brought("/sh") {
        return Ok(Some("shell".to_owned()));
    }
    let slim = base.as_ref().is_none_or(Base::is_slim);
    if !PROGRAMS.contains(&name) || !slim || brought(name) {
        return Ok(None);
    }
    let installs = |one: &&crate::dockerfile::Instruction| {
        one.text.contains(name) || calls(one).iter().any(|call| is_shell(call.program()) || is_script(call.program()))
    };
    let installed = written.shipped().into_iter().filter(|one| one.keyword == "RUN").any(|one| installs(&one));
    Ok((!installed).then(|| name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;
    use crate::model::{EngineHealth, HealthState};

    fn missing(file: &str) -> Option<String> {
        find(&Fixture::of(file).seen()).unwrap().pop().map(|finding| finding.says)
    }

    #[test]
    fn a_shell_or_a_program_that_the_base_lacks() {
        let says =
            missing("FROM gcr.io/distroless/nodejs24-debian13\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\n")
                .unwrap();
        assert!(says.contains("no shell"), "{says}");
        let says =
            missing("FROM node:24-slim\nHEALTHCHECK --interval=5s CMD curl -f http://localhost:3000/\n").unwrap();
        assert!(says.contains("no curl"), "{says}");
        assert!(missing("FROM scratch\nHEALTHCHECK CMD [\"grpc_health_probe\"]\n").is_some());
        let found =
            find(&Fixture::of("FROM node:24-slim\nHEALTHCHECK CMD curl -f http://localhost:3000/x || exit 1\n").seen())
                .unwrap();
        assert!(found[0].fix.diff[2].contains("fetch('http://localhost:3000/x')"), "{:?}", found[0].fix.diff);
    }

    #[test]
    fn the_image_decides_where_there_is_one() {
        let file = "FROM acme/x\nHEALTHCHECK CMD curl http://localhost/\n";
        let image = || Fixture::of(file).image().healthcheck(&["CMD-SHELL", "curl http://localhost/"]);
        assert!(find(&image().seen()).unwrap()[0].says.contains("no shell"));
        let shell = image().surface(|surface| surface.shells.extend(["bin/sh".to_owned()]));
        assert!(find(&shell.seen()).unwrap()[0].says.contains("no curl"));
        let shell = image().surface(|surface| surface.shells.extend(["bin/sh".to_owned()]));
        let busybox = shell.layer(1, true).layer_file(1, "bin/busybox", drydock_reader::Class::Other, 9);
        assert!(find(&busybox.seen()).unwrap().is_empty());
        let passed = image().running().with_running(|running| {
            running.health =
                Ok(EngineHealth { seen: vec![(9, HealthState::Healthy)], watched_ms: 9, said: String::new() });
        });
        assert!(find(&passed.seen()).unwrap().is_empty(), "it ran");
    }

    #[test]
    fn what_is_installed_copied_or_brought_is_not_missing() {
        for file in [
            "FROM node:24\nHEALTHCHECK CMD curl -f http://localhost/\n",
            "FROM node:24-slim\nRUN apt-get update && apt-get install -y curl\nHEALTHCHECK CMD curl -f http://localhost/\n",
            "FROM alpine:3.22\nHEALTHCHECK CMD wget -q http://localhost/ || exit 1\n",
            "FROM node:24-slim\nHEALTHCHECK CMD node health.js\n",
            "FROM gcr.io/distroless/base-debian13\nHEALTHCHECK CMD [\"/app\", \"check\"]\n",
            "FROM scratch\nCOPY --from=x /grpc_health_probe /bin/\nHEALTHCHECK CMD [\"grpc_health_probe\"]\n",
            "FROM gcr.io/distroless/static-debian13:debug\nHEALTHCHECK CMD wget http://localhost/\n",
            "FROM scratch\nHEALTHCHECK NONE\n",
            "FROM acme/x\nHEALTHCHECK CMD curl http://localhost/\n",
        ] {
            assert_eq!(missing(file), None, "{file}");
        }
    }
}
