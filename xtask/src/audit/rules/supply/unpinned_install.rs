//! A package is installed by its name alone, in whatever version is there on the day of the build.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::shell::{Call, calls};

pub const RULE: Rule = Rule {
    id: "unpinned-install",
    kind: Kind::Supply,
    looks_for: "a package that a command installs without a version",
    why: "The build takes whatever version is newest that day. It can break, or change what the service does, without a line of yours \
          having changed.",
    find,
};

/// Programs that pip installs to install with. A newer one changes little of the image, and bases bring an old one.
const INSTALLERS: [&str; 4] = ["pip", "setuptools", "wheel", "build"];

/// A package without a version.
struct Loose {
    name: String,
    /// How its ecosystem is called in the image's inventory.
    ecosystem: &'static str,
    /// What stands between name and version.
    between: &'static str,
}

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let mut found = Vec::new();
    for (_, run) in written.built().into_iter().filter(|(_, one)| one.keyword == "RUN") {
        for call in calls(run) {
            found.extend(loose(&call).into_iter().map(|one| (call.line, run.line, one)));
        }
    }
    let Some((line, run, first)) = found.first() else { return Ok(Vec::new()) };
    let says = match found.as_slice() {
        [_] => format!("{} is installed without a version.", first.name),
        all => format!("{} packages are installed without a version, {} among them.", all.len(), first.name),
    };
    let evidence = found.iter().map(|(line, _, one)| {
        let now = version(seen, one).map(|version| format!(": the build took {version}")).unwrap_or_default();
        Evidence::of(format!("{}{now}", one.name)).line(*line)
    });
    let finding = RULE.finding(says).risk(Risk::Low).with_all(evidence).fix(
        "Write the version behind the name, or list packages with their versions in a file of their own and install from that.",
    );
    Ok(vec![match change(seen, written, (*line, *run), first, &found) {
        Some(change) => finding.diff(written.path(), change),
        None => finding,
    }])
}

/// The version of a package that the image holds.
fn version<'s>(seen: &'s Seen, loose: &Loose) -> Option<&'s str> {
    let packages = &seen.image.as_ref().ok()?.inspection.packages;
    let name = loose.name.to_ascii_lowercase().replace('_', "-");
    let is = |line: &&drydock_reader::PackageLine| {
        line.ecosystem == loose.ecosystem && line.name.to_ascii_lowercase().replace('_', "-") == name
    };
    packages.iter().find(is).map(|line| line.version.as_str())
}

/// The versions that the image holds, behind the names of one line.
fn change(
    seen: &Seen,
    written: &Written,
    (line, run): (usize, usize),
    _first: &Loose,
    found: &[(usize, usize, Loose)],
) -> Option<Vec<String>> {
    let here: Vec<&Loose> =
        found.iter().filter(|(at, of, _)| (*at, *of) == (line, run)).map(|(_, _, one)| one).collect();
    let mut text = written.line(line).to_owned();
    let before = text.clone();
    for one in here {
        let version = version(seen, one)?;
        let words: Vec<String> = text
            .split(' ')
            .map(|word| if word == one.name { format!("{word}{}{version}", one.between) } else { word.to_owned() })
            .collect();
        text = words.join(" ");
    }
    (text != before).then(|| vec![format!("-{before}"), format!("+{text}")])
}

/// The packages that a command installs without a version.
fn loose(call: &Call) -> Vec<Loose> {
    let (program, words) = (call.program(), call.arguments());
    let is_pip = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') == "pip";
    if is_pip && call.verb() == "install" {
        return pip(behind(words, "install"));
    }
    if program.starts_with("python")
        && matches!(words, [m, pip, install, ..] if m == "-m" && pip == "pip" && install == "install")
    {
        return pip(&words[3..]);
    }
    match (program, words.first().map(String::as_str)) {
        ("uv", Some("pip")) if call.has(&["install"]) => pip(behind(words, "install")),
        ("uv", Some("tool")) if call.has(&["install"]) => named(behind(words, "install"), &PIP_VALUES, "pypi", "=="),
        ("pipx", Some("install")) => named(&words[1..], &PIP_VALUES, "pypi", "=="),
        ("npm", _) if matches!(call.verb(), "install" | "i" | "add") && call.has(&["-g", "--global"]) => {
            at(behind(words, call.verb()))
        }
        ("pnpm", _) if call.verb() == "add" && call.has(&["-g", "--global"]) => at(behind(words, "add")),
        ("yarn", Some("global")) if call.has(&["add"]) => at(behind(words, "add")),
        ("go", Some("install")) => {
            let latest = words[1..].iter().filter_map(|word| word.strip_suffix("@latest"));
            latest.map(|name| Loose { name: name.to_owned(), ecosystem: "go", between: "@" }).collect()
        }
        ("cargo", Some("install"))
            if !call.has_option(&["--version", "--vers", "--path", "--git", "--rev", "--list"]) =>
        {
            named(&words[1..], &CARGO_VALUES, "cargo", "@")
        }
        ("gem", Some("install")) if !call.has_option(&["-v", "--version", "-g", "--file"]) => {
            named(&words[1..], &GEM_VALUES, "gem", ":")
        }
        _ => Vec::new(),
    }
}

fn behind<'w>(words: &'w [String], verb: &str) -> &'w [String] {
    words.iter().position(|word| word == verb).map_or(&[], |at| &words[at + 1..])
}

/// Options with a value behind them.
const PIP_VALUES: [&str; 14] = [
    "-r",
    "--requirement",
    "-c",
    "--constraint",
    "-e",
    "--editable",
    "-i",
    "--index-url",
    "--extra-index-url",
    "--trusted-host",
    "-t",
    "--target",
    "--prefix",
    "--python",
];
const CARGO_VALUES: [&str; 8] = ["--root", "--target", "--features", "-F", "--profile", "--registry", "--index", "-j"];
const GEM_VALUES: [&str; 4] = ["--source", "-s", "-i", "--install-dir"];

fn pip(words: &[String]) -> Vec<Loose> {
    // A list of constraints may hold the version of everything.
    if words
        .iter()
        .any(|word| ["-c", "--constraint", "--require-hashes"].contains(&word.split('=').next().unwrap_or_default()))
    {
        return Vec::new();
    }
    let mut loose = named(words, &PIP_VALUES, "pypi", "==");
    // `name[extra]`, `name>=1`, `name==1`, a path, an address: only a plain name says nothing of a version.
    loose.retain(|one| !INSTALLERS.contains(&one.name.as_str()));
    loose
}

/// Plain names among arguments.
fn named(words: &[String], values: &[&str], ecosystem: &'static str, between: &'static str) -> Vec<Loose> {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word.starts_with('-') {
            if values.contains(&word.as_str()) {
                words.next();
            }
            continue;
        }
        let plain = word.split('[').next().unwrap_or_default();
        let rest = &word[plain.len()..];
        let is_name = plain.starts_with(|c: char| c.is_ascii_alphanumeric())
            && plain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            && (rest.is_empty() || rest.ends_with(']'))
            && !["whl", "gz", "zip", "gem"].iter().any(|end| plain.ends_with(&format!(".{end}")));
        if is_name {
            found.push(Loose { name: plain.to_owned(), ecosystem, between });
        }
    }
    found
}

/// Packages of npm: `name`, `@scope/name`, and with `@latest` behind it.
fn at(words: &[String]) -> Vec<Loose> {
    let names = words.iter().filter(|word| !word.starts_with(['-', '.', '/', '$'])).filter_map(|word| {
        let bare = word.strip_suffix("@latest").unwrap_or(word);
        let rest = bare.strip_prefix('@').unwrap_or(bare);
        let is_name = !rest.is_empty()
            && !rest.contains(['@', ':', '$'])
            && std::path::Path::new(rest).extension().is_none_or(|ending| ending != "tgz")
            && (rest.contains('/') == bare.starts_with('@'));
        is_name.then(|| Loose { name: bare.to_owned(), ecosystem: "npm", between: "@" })
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn names(run: &str) -> Vec<String> {
        let found = find(&Fixture::of(&format!("FROM a\nRUN {run}\n")).seen()).unwrap();
        found.into_iter().flat_map(|finding| finding.evidence).map(|evidence| evidence.says).collect()
    }

    #[test]
    fn names_without_a_version_are_found() {
        assert_eq!(names("pip install --no-cache-dir pandas 'uvicorn[standard]' numpy==2"), ["pandas", "uvicorn"]);
        assert_eq!(names("python3 -m pip install -i https://x.test/ flask"), ["flask"]);
        assert_eq!(names("npm install -g pm2 @angular/cli@latest typescript@5"), ["pm2", "@angular/cli"]);
        assert_eq!(names("npm i -g serve && yarn global add http-server"), ["serve", "http-server"]);
        assert_eq!(names("go install x.example/cmd/tool@latest"), ["x.example/cmd/tool"]);
        assert_eq!(names("cargo install --locked cargo-chef"), ["cargo-chef"]);
        assert_eq!(names("uv tool install ruff; pipx install poetry"), ["ruff", "poetry"]);
    }

    #[test]
    fn the_change_names_what_the_image_holds() {
        let seen = Fixture::of("FROM a\nRUN pip install Flask gunicorn\n").image().package("pypi", "flask", "3.1.2");
        assert!(find(&seen.seen()).unwrap()[0].fix.diff.is_empty(), "one of them is not known");
        let seen = Fixture::of("FROM a\nRUN pip install Flask\n").image().package("pypi", "flask", "3.1.2").seen();
        let found = find(&seen).unwrap();
        assert_eq!(found[0].fix.diff, ["-RUN pip install Flask", "+RUN pip install Flask==3.1.2"]);
        assert_eq!(found[0].evidence[0].says, "Flask: the build took 3.1.2");
    }

    #[test]
    fn lists_versions_paths_and_distributions_are_none() {
        for run in [
            "pip install -r requirements.txt",
            "pip install --upgrade pip setuptools wheel",
            "pip install . && pip install -e . && pip install ./x-1.whl dist/y.whl 'django>=5'",
            "pip install -c constraints.txt flask",
            "pip install $PACKAGES",
            "npm install && npm ci && npm install express",
            "npm install -g npm@11 ./local.tgz",
            "go install ./cmd/x && go install x.example/y@v1.2.3",
            "cargo install --path . && cargo install --version 1 x && cargo install cargo-chef@0.1.73",
            "apt-get install -y curl && apk add git",
            "echo pip install flask",
        ] {
            assert!(names(run).is_empty(), "{run}: {:?}", names(run));
        }
    }

    #[test]
    fn without_a_dockerfile_nobody_knows() {
        assert!(find(&Fixture::nothing().image().seen()).is_err());
    }
}
