//! There is a `.dockerignore`, and what it should leave out goes to the builder all the same.

use super::taken;
use crate::audit::measure::brings;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;

pub const RULE: Rule = Rule {
    id: "leaky-dockerignore",
    kind: Kind::Rebuild,
    looks_for: "a .dockerignore that lets through what it should leave out",
    why: "One `COPY . .` puts it into a layer, where it stays. Often the pattern only holds for the top folder: `node_modules` does \
          not match `web/node_modules`, and `**/node_modules` does.",
    find,
};

/// Names that no build needs: as a folder or a file anywhere, and the pattern that leaves them out.
const JUNK: [(&str, &str, bool); 9] = [
    (".git", ".git", false),
    (".env", "**/.env*", true),
    (".env.local", "**/.env*", true),
    (".env.production", "**/.env*", true),
    ("id_rsa", "**/id_rsa*", true),
    ("id_ed25519", "**/id_ed25519*", true),
    ("node_modules", "**/node_modules", false),
    ("__pycache__", "**/__pycache__", false),
    (".venv", "**/.venv", false),
];

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let context = seen.context()?;
    let Some((list, _)) = &context.ignore else { return Ok(Vec::new()) };
    let copies: Vec<(usize, String)> = written
        .built()
        .into_iter()
        .flat_map(|(_, one)| taken(one).into_iter().map(|source| (one.line, source)))
        .collect();
    let mut evidence = Vec::new();
    let mut patterns: Vec<&str> = Vec::new();
    let mut secret = false;
    for (name, pattern, is_secret) in JUNK {
        let is = |part: &str| part == name;
        let leaked = context
            .sent()
            .find(|file| file.path.split('/').any(is) && copies.iter().any(|(_, source)| brings(source, &file.path)));
        let Some(file) = leaked else { continue };
        let line = copies.iter().find(|(_, source)| brings(source, &file.path)).map(|(line, _)| *line);
        let end = file.path.split('/').position(is).map_or(0, |at| at + 1);
        let path = file.path.split('/').take(end).collect::<Vec<_>>().join("/");
        let bytes = context.sent_below(&path).map(|file| file.bytes).sum();
        let found = Evidence::of("is copied").path(path).bytes(bytes);
        evidence.push(line.map_or(found.clone(), |line| found.line(line)));
        secret |= is_secret;
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    if evidence.is_empty() {
        return Ok(Vec::new());
    }
    let names = crate::names::list(evidence.iter().filter_map(|one| one.path.as_deref()));
    let finding = RULE.finding(format!("{list} lets {} through.", crate::names::printable(&names)));
    let finding = finding.risk(if secret { Risk::High } else { Risk::Medium }).with_all(evidence);
    let lines = patterns.into_iter().map(|pattern| format!("+{pattern}")).collect();
    Ok(vec![finding.fix(format!("Add these patterns to {list}.")).diff(list.clone(), lines)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn copied(copy: &str) -> Fixture {
        Fixture::of(&format!("FROM a\n{copy}\n")).dockerignore("node_modules\n").file("main.js", 3)
    }

    #[test]
    fn what_goes_through_is_found_with_its_pattern() {
        let found = find(&copied("COPY . .").file("web/node_modules/x.js", 9).file(".env", 9).seen()).unwrap();
        assert_eq!(found[0].fix.diff, ["+**/.env*", "+**/node_modules"]);
        assert_eq!(found[0].risk, Risk::High);
    }

    #[test]
    fn what_nothing_copies_what_is_left_out_and_what_only_looks_like_it_is_not() {
        assert!(find(&copied("COPY main.js .").file(".env", 9).seen()).unwrap().is_empty());
        assert!(find(&copied("COPY . .").ignored(".env", 9).seen()).unwrap().is_empty());
        assert!(find(&copied("COPY . .").file(".env.example", 9).file(".gitignore", 9).seen()).unwrap().is_empty());
        assert!(
            find(&Fixture::of("FROM a\nCOPY . .\n").file(".env", 9).seen()).unwrap().is_empty(),
            "another rule is about no list"
        );
    }
}
