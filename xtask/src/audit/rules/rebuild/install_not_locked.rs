//! Dependencies are installed without their lockfile, so that tomorrow's build is another one.

use crate::audit::installs::{Tool, fetches, installs};
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Context, Seen};
use crate::audit::shell::{Call, calls};

pub const RULE: Rule = Rule {
    id: "install-not-locked",
    kind: Kind::Rebuild,
    looks_for: "dependencies that are installed without their lockfile",
    why: "The same commit builds something else when one of its packages has a new release. What you tested is then not what you \
          ship, and no difference shows it.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let context = seen.context()?;
    for (_, instruction) in written.built() {
        for call in calls(instruction) {
            let Some((says, by)) = unlocked(&call, context) else { continue };
            let finding =
                RULE.finding(says).risk(Risk::Medium).with(Evidence::of(format!("`{}`", call.text())).line(call.line));
            let changed = by
                .as_ref()
                .and_then(|by| Some((call.text(), by.clone())).filter(|_| instruction.text.contains(&call.text())));
            let finding = match changed {
                Some((old, new)) => {
                    let text = instruction.text.trim_end().replacen(&old, &new, 1);
                    let lines: Vec<&str> = text.lines().collect();
                    finding.fix(format!("Write `{new}`: it installs exactly what the lockfile says, and fails where that does not fit."))
                        .diff(written.path(), written.replaced(instruction.line, &lines))
                }
                None => finding.fix("Make a lockfile, commit it, and install from it."),
            };
            return Ok(vec![finding]);
        }
    }
    Ok(Vec::new())
}

/// What is wrong with a command, and what to write instead where the lockfile is there.
fn unlocked(call: &Call, context: &Context) -> Option<(String, Option<String>)> {
    let has = |name: &str| context.sent().any(|file| file.path == name || file.path.ends_with(&format!("/{name}")));
    let none = |lock: &str| (format!("There is no {lock}: every build installs what is newest."), None);
    let ignores =
        |lock: &str, by: String| (format!("`{}` may install other versions than {lock} names.", call.text()), Some(by));
    let with = |option: &str| format!("{} {option}", call.text());
    match installs(call) {
        Some(Tool::Npm) if ["install", "i"].contains(&call.verb()) => {
            Some(if has("package-lock.json") || has("npm-shrinkwrap.json") {
                ignores("package-lock.json", call.text().replacen(call.verb(), "ci", 1))
            } else {
                none("package-lock.json")
            })
        }
        Some(Tool::Yarn) if !call.has_option(&["--frozen-lockfile", "--immutable"]) => Some(if has("yarn.lock") {
            // Yarn 2 and later, which bring a file of their own, refuse by themselves in CI only.
            let option = if has(".yarnrc.yml") { "--immutable" } else { "--frozen-lockfile" };
            let by = if call.verb().is_empty() { format!("yarn install {option}") } else { with(option) };
            ignores("yarn.lock", by)
        } else {
            none("yarn.lock")
        }),
        Some(Tool::Pnpm) if call.verb() != "fetch" && !call.has_option(&["--frozen-lockfile", "--offline"]) => {
            Some(if has("pnpm-lock.yaml") {
                ignores("pnpm-lock.yaml", with("--frozen-lockfile"))
            } else {
                none("pnpm-lock.yaml")
            })
        }
        Some(Tool::Uv)
            if call.verb() == "sync"
                && !call.has_option(&["--locked", "--frozen"])
                && !call.set.iter().any(|set| set.starts_with("UV_")) =>
        {
            Some(if has("uv.lock") { ignores("uv.lock", with("--locked")) } else { none("uv.lock") })
        }
        Some(Tool::Poetry) if !has("poetry.lock") => Some(none("poetry.lock")),
        Some(Tool::Pip) => loose(call, context),
        Some(Tool::Cargo) | None if fetches(call) == Some(Tool::Cargo) && call.verb() != "install" => {
            let locked = call.has_option(&["--locked", "--frozen", "--offline"]);
            match (locked, has("Cargo.lock")) {
                (true, _) => None,
                (false, true) => Some(ignores("Cargo.lock", with("--locked"))),
                (false, false) => Some(none("Cargo.lock")),
            }
        }
        _ => None,
    }
}

/// A list of requirements that names packages without their versions.
fn loose(call: &Call, context: &Context) -> Option<(String, Option<String>)> {
    let list = call.arguments().iter().skip_while(|word| !["-r", "--requirement"].contains(&word.as_str())).nth(1)?;
    let name = list.trim_start_matches("./").trim_start_matches('/');
    let text = context.text(name).or_else(|| context.text(name.rsplit('/').next()?))?;
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let packages = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_alphanumeric()));
    let loose: Vec<&str> =
        packages.filter(|line| !line.contains("==") && !line.contains(" @ ") && !line.contains("://")).collect();
    let first = loose.first()?;
    let more = if loose.len() > 1 { format!(" and {} more", loose.len() - 1) } else { String::new() };
    Some((
        format!(
            "{} names no exact version of {}{more}.",
            crate::names::printable(name),
            crate::names::printable(first)
        ),
        None,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn found(run: &str, files: &[&str]) -> Vec<crate::audit::model::Finding> {
        let fixture = Fixture::of(&format!("FROM a\nRUN {run}\n")).file("x", 1);
        find(&files.iter().fold(fixture, |fixture, path| fixture.file(path, 9)).seen()).unwrap()
    }

    #[test]
    fn an_install_beside_its_lockfile_is_found_with_what_to_write() {
        let diff = |run: &str, lock: &str| found(run, &[lock])[0].fix.diff.last().cloned().unwrap();
        assert_eq!(diff("npm install", "package-lock.json"), "+RUN npm ci");
        assert_eq!(diff("uv sync --no-dev", "uv.lock"), "+RUN uv sync --no-dev --locked");
        assert_eq!(diff("cargo build --release", "Cargo.lock"), "+RUN cargo build --release --locked");
        assert_eq!(diff("yarn", "yarn.lock"), "+RUN yarn install --frozen-lockfile");
        assert_eq!(found("npm install", &[]).len(), 1, "there is no lockfile at all");
    }

    #[test]
    fn an_install_from_the_lockfile_is_not() {
        for (run, lock) in [
            ("npm ci", "package-lock.json"),
            ("yarn install --immutable", "yarn.lock"),
            ("pnpm fetch", "pnpm-lock.yaml"),
            ("poetry install --only main", "poetry.lock"),
            ("go build ./...", "go.sum"),
            ("npm install -g corepack", "package-lock.json"),
            ("npm install sharp", "package-lock.json"),
            ("cargo build --locked", "Cargo.lock"),
        ] {
            assert!(found(run, &[lock]).is_empty(), "{run}");
        }
    }

    #[test]
    fn requirements_count_by_their_versions() {
        let of = |text: &str| {
            find(&Fixture::of("FROM a\nRUN pip install -r requirements.txt\n").text("requirements.txt", text).seen())
                .unwrap()
                .len()
        };
        assert_eq!(of("flask\n"), 1);
        assert_eq!(of("flask>=3\ngunicorn==23\n"), 1);
        assert_eq!(of("# words\nflask==3.1.2 --hash=sha256:1\n-r other.txt\n\nx @ https://y/z.whl\n"), 0);
    }
}
