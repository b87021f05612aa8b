//! A package manager starts the service, and stays between it and the engine.

use super::{list, signals};
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::audit::shell::of_text;
use crate::audit::start::Start;

pub const RULE: Rule = Rule {
    id: "package-manager-is-pid-1",
    kind: Kind::Runtime,
    looks_for: "a service that npm, yarn, uv or another package manager starts",
    why: "The package manager is PID 1 and gets the signal to stop; whether the service hears of it depends on its version. It also has to \
          be in the image, and takes memory as long as the service runs.",
    find,
};

fn find(seen: &Seen) -> Found {
    let start = Start::of(seen)?;
    let words: Vec<String> = start.words().into_iter().map(str::to_owned).collect();
    let Some(line) = start.last() else { return Ok(Vec::new()) };
    let words = if words.is_empty() && line.shell {
        match of_text(&line.words[0], 1).as_slice() {
            [call] => call.words.clone(),
            _ => return Ok(Vec::new()),
        }
    } else {
        words
    };
    let Some(manager) = manager(&words) else { return Ok(Vec::new()) };
    let running = seen.running().ok();
    let pid1 = running.and_then(|running| running.pid1.as_ref().ok());
    // npm names its process after what it runs: `npm start`.
    let still = pid1.map(|pid1| pid1.iter().any(|word| word.split([' ', '/']).any(|part| part.starts_with(manager))));
    if still == Some(false) {
        return Ok(Vec::new());
    }
    let evidence = Evidence::of(format!("starts {}", words.join(" ")));
    let mut finding = RULE
        .finding(format!("{manager} starts the service and stays PID 1."))
        .risk(Risk::Medium)
        .with(if let Some(at) = line.at { evidence.line(at) } else { evidence });
    if let Some(pid1) = pid1.filter(|_| still == Some(true)) {
        finding = finding.with(Evidence::of(format!("PID 1 of the container was {}", pid1.join(" "))));
    }
    let Some(service) = service(seen, &words) else {
        return Ok(vec![finding.fix("Start the service itself, with the command that the package manager runs.")]);
    };
    let better = format!("CMD {}", list(&service));
    let signals = signals(&service.iter().map(String::as_str).collect::<Vec<_>>());
    let finding = finding.fix(format!("Start the service itself: `{better}`.{signals}"));
    Ok(vec![match (seen.dockerfile(), line.at) {
        (Ok(written), Some(at)) if start.entrypoint.as_ref().is_none_or(|entrypoint| entrypoint.at.is_none()) => {
            finding.diff(written.path(), written.replaced(at, &[&better]))
        }
        _ => finding,
    }])
}

/// The package manager that a command line begins with. Those that make way for what they start are none: `poetry run`,
/// `pipenv run`, `bundle exec`.
fn manager(words: &[String]) -> Option<&str> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let words = match words.as_slice() {
        [script, rest @ ..] if script.ends_with("docker-entrypoint.sh") => rest,
        all => all,
    };
    let program = words.first()?.rsplit('/').next()?;
    let verb = words.get(1).copied().unwrap_or_default();
    let is = match program {
        "npm" | "npx" | "pnpm" | "pnpx" | "yarn" | "yarnpkg" | "corepack" | "mvn" | "mvnw" | "gradle" | "gradlew" => {
            true
        }
        "uv" | "pdm" | "hatch" | "cargo" | "go" => verb == "run",
        "bun" => verb == "run" && words.get(2).is_some_and(|script| !script.contains('.')),
        _ => false,
    };
    is.then_some(program)
}

/// The command that the package manager would run: the script of `package.json`, or what follows `run`.
fn service(seen: &Seen, words: &[String]) -> Option<Vec<String>> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["uv", "run", program, rest @ ..] if !program.starts_with('-') => {
            let program = format!("{}{program}", environment(seen)?);
            Some(std::iter::once(program).chain(rest.iter().map(|word| (*word).to_owned())).collect())
        }
        ["npm" | "pnpm" | "yarn", "run", script] | ["npm" | "pnpm" | "yarn", script] => {
            let package = seen.context.as_ref().ok()?.text("package.json")?;
            let package: serde_json::Value = serde_json::from_str(package).ok()?;
            let line = package["scripts"][*script].as_str()?;
            let calls = of_text(line, 1);
            let [call] = calls.as_slice() else { return None };
            // Another program than node is found in a folder that only package managers look into.
            (call.program() == "node" && call.set.is_empty() && !line.contains('$')).then(|| call.words.clone())
        }
        _ => None,
    }
}

/// What stands before the name of a program of uv's environment: nothing where PATH has its folder, else that folder.
fn environment(seen: &Seen) -> Option<String> {
    let shipped = seen.dockerfile().ok()?.shipped();
    let paths = shipped.iter().filter(|one| one.keyword == "ENV");
    if paths
        .flat_map(|one| crate::audit::pairs::pairs(one))
        .any(|pair| pair.name == "PATH" && pair.value().contains(".venv/bin"))
    {
        return Some(String::new());
    }
    let folder = shipped.iter().rev().find(|one| one.keyword == "WORKDIR")?;
    let folder = crate::audit::seen::operands(folder).into_iter().next().filter(|folder| folder.starts_with('/'))?;
    Some(format!("{}/.venv/bin/", folder.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    const PACKAGE: &str = r#"{"scripts":{"start":"node dist/server.js","dev":"NODE_ENV=x nodemon a.js"}}"#;

    #[test]
    fn npm_gives_way_to_what_its_script_runs() {
        let found =
            find(&Fixture::of("FROM a\nCMD [\"npm\", \"start\"]\n").text("package.json", PACKAGE).seen()).unwrap();
        assert_eq!(found[0].fix.diff[2], "+CMD [\"node\", \"dist/server.js\"]");
        assert!(found[0].fix.says.contains("--init"), "{}", found[0].fix.says);
        let found = find(&Fixture::of("FROM a\nCMD npm run dev\n").text("package.json", PACKAGE).seen()).unwrap();
        assert!(found[0].fix.diff.is_empty(), "nobody knows where nodemon is");
        let uv = |before: &str| {
            let file = format!("FROM a\n{before}CMD [\"uv\", \"run\", \"uvicorn\", \"a:b\"]\n");
            find(&Fixture::of(&file).seen()).unwrap().remove(0).fix.diff
        };
        assert_eq!(uv("WORKDIR /app\n")[2], "+CMD [\"/app/.venv/bin/uvicorn\", \"a:b\"]");
        assert_eq!(uv("ENV PATH=/app/.venv/bin:$PATH\n")[2], "+CMD [\"uvicorn\", \"a:b\"]");
        assert!(uv("").is_empty(), "nobody knows where its environment is");
    }

    #[test]
    fn behind_the_entrypoint_of_the_base_it_is_pid_1_all_the_same() {
        let seen = Fixture::of("FROM node\nCMD [\"yarn\", \"start\"]\n")
            .image()
            .starts(&["docker-entrypoint.sh"], &["yarn", "start"]);
        assert_eq!(find(&seen.seen()).unwrap().len(), 1);
        let seen = Fixture::of("FROM node\nCMD [\"npm\", \"start\"]\n").running().pid1(&["npm start"]).seen();
        assert_eq!(find(&seen).unwrap()[0].evidence.len(), 2);
    }

    #[test]
    fn what_makes_way_or_only_sounds_like_one() {
        for cmd in [
            "[\"node\", \"npm.js\"]",
            "[\"poetry\", \"run\", \"x\"]",
            "[\"bundle\", \"exec\", \"puma\"]",
            "[\"bun\", \"server.ts\"]",
            "[\"bun\", \"run\", \"server.ts\"]",
            "[\"tini\", \"--\", \"npm\", \"start\"]",
            "npm ci && node x.js",
            "[\"uvicorn\", \"a:b\"]",
            "[\"go\", \"version\"]",
        ] {
            assert!(find(&Fixture::of(&format!("FROM a\nCMD {cmd}\n")).seen()).unwrap().is_empty(), "{cmd}");
        }
        let gone = Fixture::of("FROM a\nCMD [\"npm\", \"start\"]\n").running().pid1(&["node", "x.js"]).seen();
        assert!(find(&gone).unwrap().is_empty(), "measured");
        assert!(find(&Fixture::of("FROM a\n").seen()).unwrap().is_empty());
    }
}
