//! A base gets no security updates any more.

use super::{images, renamed};
use crate::audit::base::Base;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::support::{self, Ended};
use crate::dockerfile::Source;
use crate::names;

pub const RULE: Rule = Rule {
    id: "base-out-of-support",
    kind: Kind::Supply,
    looks_for: "a base whose language or distribution gets no security updates any more",
    why: "A fault that is found in it from now on stays in it. A rebuild does not help, because nobody publishes a repaired version.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let shipped = written.base();
    let mut ended: Vec<(&str, usize, Ended)> = Vec::new();
    for (name, line) in images(written) {
        ended.extend(support::ended(&Base::of(name), seen.today).into_iter().map(|one| (name, line, one)));
    }
    // What ships comes first.
    ended.sort_by_key(|(name, line, one)| (Some(*name) != shipped, *line, one.what.clone()));
    let Some((_, _, first)) = ended.first() else { return Ok(Vec::new()) };
    let ships = ended.iter().any(|(name, _, _)| Some(*name) == shipped);
    let mut names: Vec<&str> = Vec::new();
    for (_, _, one) in &ended {
        if !names.contains(&one.what.as_str()) {
            names.push(&one.what);
        }
    }
    let says = match names.as_slice() {
        [_] => format!("Support of {} ended on {}.", first.what, first.until),
        all => format!("Support of {} has ended.", names::list(all.iter().copied())),
    };
    let evidence = ended.iter().map(|(name, line, one)| {
        Evidence::of(format!(
            "{name}: {} until {}, as of {}; see {}",
            one.what,
            one.until,
            support::as_of(),
            one.source
        ))
        .line(*line)
    });
    let mut finding = RULE.finding(says).risk(if ships { Risk::Medium } else { Risk::Low }).with_all(evidence);
    // A base has to move on every line that names it, and every base that ended.
    let mut moved: Vec<(&str, String)> = Vec::new();
    let mut unmoved: Vec<&str> = Vec::new();
    for (name, ..) in &ended {
        if moved.iter().any(|(known, _)| known == name) || unmoved.contains(name) {
            continue;
        }
        let of_name: Vec<&Ended> = ended.iter().filter(|(other, _, _)| other == name).map(|(_, _, one)| one).collect();
        match better(name, &of_name) {
            Some(better) => moved.push((name, better)),
            None => unmoved.push(name),
        }
    }
    let mut lines: Vec<(usize, &str, &str)> = Vec::new();
    for (name, better) in &moved {
        let first = ended.iter().find(|(other, ..)| other == name).map(|(_, line, _)| *line);
        for line in named_on(written, name) {
            lines.push((line, *name, better.as_str()));
            if Some(line) != first {
                finding = finding.with(Evidence::of(format!("{name} again")).line(line));
            }
        }
    }
    lines.sort_unstable();
    let fix = match moved.as_slice() {
        [] => "Move to an image of the same language that is still published, and run your tests on it.".to_owned(),
        [(_, better)] if unmoved.is_empty() => {
            format!("Move to a supported release, such as `{better}`, and run your tests on it.")
        }
        all => {
            let all: Vec<String> =
                all.iter().map(|(name, better)| format!("`{better}` in place of `{name}`")).collect();
            let all = names::list(all.iter().map(String::as_str));
            format!("Move to supported releases, such as {all}, and run your tests on them.")
        }
    };
    // learn.microsoft.com/dotnet/core/versions/selection: without `RollForward`, the host takes no other major release.
    let is_dotnet = moved.iter().any(|(name, _)| name.contains("/dotnet/"));
    let also = if is_dotnet {
        " Set `TargetFramework` of the project to the same release: a program made for one major release of .NET does not start \
         on another."
    } else {
        ""
    };
    let finding = finding.fix(fix + also);
    let mut change: Vec<String> = Vec::new();
    for (line, name, better) in lines {
        let Some(part) = renamed(written, line, name, better) else { continue };
        if !change.is_empty() {
            change.push(" …".to_owned());
        }
        change.extend(part);
    }
    Ok(vec![if change.is_empty() { finding } else { finding.diff(written.path(), change) }])
}

/// The lines of the stages that the build needs which begin with a base of this name, or copy from it.
fn named_on(written: &Written, name: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    for at in written.parsed.reachable(None) {
        let stage = &written.parsed.stages[at];
        let base = std::iter::once((&stage.base, stage.line));
        for (source, line) in base.chain(stage.takes.iter().map(|take| (&take.from, take.line))) {
            if matches!(source, Source::Image(other) if other == name) && !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.sort_unstable();
    lines
}

/// The same image of a supported release: the version, or the suite, is another.
fn better(name: &str, ended: &[&Ended]) -> Option<String> {
    let base = Base::of(name);
    if base.reference.digest.is_some() {
        return None;
    }
    let newest = support::newest(&base.repository())?;
    let plain = name.strip_suffix(&format!(":{}", base.tag()))?;
    let words: Vec<&str> = base.tag().split('-').skip(1).collect();
    // Suites and releases of Alpine behind the version end as well: without one, the tag stands on what is supported.
    let ends =
        |word: &&&str| word.starts_with("alpine3.") || ["jessie", "stretch", "buster", "bullseye"].contains(word);
    let kept: Vec<String> = words
        .iter()
        .map(|word| if word.starts_with("alpine3.") { "alpine" } else { word })
        .zip(&words)
        .filter(|(_, written)| written.starts_with("alpine") || !ends(written))
        .map(|(word, _)| format!("-{word}"))
        .collect();
    // Where only the distribution ended, the version is still good.
    let is_own = |one: &&Ended| base.version().is_some_and(|version| version.starts_with(one.version));
    let own = ended.iter().any(is_own) || base.repository() == "library/debian";
    let version = if own { newest } else { base.version().unwrap_or(newest) };
    Some(format!("{plain}:{version}{}", kept.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn what_ships_comes_first_and_moves_to_a_supported_release() {
        let seen =
            Fixture::of("FROM node:16-buster AS b\nRUN x\nFROM python:3.8-slim-buster\nCOPY --from=b /x /x\n").seen();
        let found = find(&seen).unwrap();
        assert_eq!((found[0].risk, found[0].evidence.len()), (Risk::Medium, 4));
        assert!(found[0].evidence[0].says.contains("python:3.8"), "{:?}", found[0].evidence[0]);
        let node = find(&Fixture::of("FROM node:18-slim\n").seen()).unwrap();
        assert_eq!(node[0].fix.diff, ["-FROM node:18-slim", "+FROM node:24-slim"]);
        let debian = find(&Fixture::of("FROM debian:bullseye-slim\n").seen()).unwrap();
        assert_eq!(debian[0].fix.diff, ["-FROM debian:bullseye-slim", "+FROM debian:trixie-slim"]);
        let both = find(&Fixture::of("FROM python:3.8-slim-buster\n").seen()).unwrap();
        assert_eq!(both[0].fix.diff[1], "+FROM python:3.13-slim");
        assert_eq!(both[0].says, "Support of Debian 10 and Python 3.8 has ended.");
        let suite = find(&Fixture::of("FROM node:24-bullseye-slim\n").seen()).unwrap();
        assert_eq!(suite[0].fix.diff, ["-FROM node:24-bullseye-slim", "+FROM node:24-slim"]);
    }

    #[test]
    fn every_line_that_names_a_base_moves() {
        let twice = "FROM node:20-bookworm AS build\nRUN x\n\nFROM node:20-bookworm\nCOPY --from=build /x /x\n";
        let found = find(&Fixture::of(twice).seen()).unwrap();
        let added = |diff: &[String]| diff.iter().filter(|line| line.starts_with('+')).cloned().collect::<Vec<_>>();
        assert_eq!(added(&found[0].fix.diff), ["+FROM node:24-bookworm AS build", "+FROM node:24-bookworm"]);
        assert_eq!(found[0].evidence.iter().map(|one| one.line.unwrap()).collect::<Vec<_>>(), [1, 4]);
        let dotnet = find(&Fixture::of("FROM mcr.microsoft.com/dotnet/aspnet:6.0\n").seen()).unwrap();
        assert!(dotnet[0].fix.says.contains("`TargetFramework`"), "{:?}", dotnet[0].fix);
        let both = "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nRUN x\nFROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY --from=build /x /x\n";
        let found = find(&Fixture::of(both).seen()).unwrap();
        assert_eq!(added(&found[0].fix.diff).len(), 2, "{:?}", found[0].fix);
        assert!(found[0].fix.says.contains("sdk:8.0`") && found[0].fix.says.contains("aspnet:8.0`"));
    }

    #[test]
    fn in_a_build_stage_it_is_less_bad() {
        let seen = Fixture::of("FROM golang:1.22 AS b\nRUN x\nFROM scratch\nCOPY --from=b /x /x\n").seen();
        assert_eq!(find(&seen).unwrap()[0].risk, Risk::Low);
    }

    #[test]
    fn what_is_supported_unknown_or_needed_by_no_build_is_silent() {
        for file in
            ["FROM node:24-trixie\n", "FROM acme/node:8\n", "FROM scratch\n", "FROM node:8 AS old\nFROM node:24\n"]
        {
            assert!(find(&Fixture::of(file).seen()).unwrap().is_empty(), "{file}");
        }
    }
}
