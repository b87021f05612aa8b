//! A service in Python: who pins its packages, what starts it, which files are its own.

use super::{Present, Tree, Unrecognised, words};

/// Where the versions of packages are written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lock {
    /// A file that pip reads, and whether it has hashes.
    Requirements {
        /// Its path.
        file: String,
        /// Whether each package has the hashes of its files.
        hashes: bool,
    },
    /// uv.lock.
    Uv,
    /// poetry.lock.
    Poetry,
    /// Pipfile.lock.
    Pipenv,
    /// pyproject.toml or setup.py alone: nothing is pinned.
    Project,
}

impl Lock {
    /// The tool that reads it.
    pub fn tool(&self) -> &'static str {
        match self {
            Self::Requirements { .. } | Self::Project => "pip",
            Self::Uv => "uv",
            Self::Poetry => "Poetry",
            Self::Pipenv => "Pipenv",
        }
    }
}

/// How a service in Python is built and started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// Where versions are pinned.
    pub lock: Lock,
    /// The files that the installation reads.
    pub manifests: Vec<String>,
    /// What the interpreter is started with: `-m gunicorn …`, a file.
    pub start: Vec<String>,
    /// The same as a line for a shell, where the present image needs one.
    pub shell: Option<String>,
    /// Files and folders of its own that the running service needs.
    pub ships: Vec<String>,
    /// Whether sources lie below `src/`, which the interpreter then has to search.
    pub src: bool,
    /// Commands after the installation, such as collecting the static files of Django.
    pub builds: Vec<String>,
    /// The version of the interpreter, e.g. `3.13`.
    pub version: Option<String>,
    /// Debian packages that the present image installs.
    pub packages: Vec<String>,
}

/// Names at the top that no running service reads.
const NOT_SHIPPED: [&str; 20] = [
    "tests/",
    "test/",
    "docs/",
    "doc/",
    "examples/",
    "scripts/",
    "build/",
    "dist/",
    "notebooks/",
    "node_modules/",
    "setup.py",
    "conftest.py",
    "noxfile.py",
    "tasks.py",
    "fabfile.py",
    "requirements.txt",
    "requirements-dev.txt",
    "README.txt",
    "LICENSE.txt",
    "coverage/",
];
/// Files that are no code and that services read at start.
const READ_AT_START: [&str; 5] = ["alembic.ini", "logging.ini", "logging.conf", "gunicorn.conf.py", "config.yaml"];
/// Commands that packages bring, and the module behind each, where that has another name.
const MODULES: [(&str, &str); 3] = [("django-admin", "django"), ("fastapi", "fastapi"), ("streamlit", "streamlit")];

pub(super) fn recognise(tree: &Tree, present: &Present) -> Result<(String, Python), Unrecognised> {
    let project = tree.toml("pyproject.toml");
    let lock = lock(tree, present, &project);
    let of_project = |table: &toml::Table| Some(table.get("project")?.get("name")?.as_str()?.to_owned());
    let of_poetry = |table: &toml::Table| Some(table.get("tool")?.get("poetry")?.get("name")?.as_str()?.to_owned());
    let name = of_project(&project).or_else(|| of_poetry(&project)).unwrap_or_default();
    let manifests = match &lock {
        Lock::Requirements { file, .. } => [vec![file.clone()], included(tree, file)].concat(),
        Lock::Uv => tree.those(&["pyproject.toml", "uv.lock"]),
        Lock::Poetry => tree.those(&["pyproject.toml", "poetry.lock"]),
        Lock::Pipenv => tree.those(&["Pipfile", "Pipfile.lock"]),
        Lock::Project => tree.those(&["pyproject.toml", "setup.py", "setup.cfg"]),
    };
    let (start, shell) = start(tree, present, &project)?;
    let is_static = |command: &&String| command.contains("collectstatic");
    Ok((
        name,
        Python {
            lock,
            manifests,
            start,
            shell,
            ships: ships(tree),
            src: tree.has_folder("src") && !tree.has("src/__init__.py"),
            builds: present.commands.iter().filter(is_static).cloned().collect(),
            version: version(tree, present, &project),
            packages: present.packages.clone(),
        },
    ))
}

fn lock(tree: &Tree, present: &Present, project: &toml::Table) -> Lock {
    let poetry = project.get("tool").and_then(|tool| tool.get("poetry")).is_some();
    // What the present build installs from counts first, since a repository may keep two.
    let named =
        present.commands.iter().filter(|command| command.contains("pip") && command.contains("install")).find_map(
            |command| {
                let words: Vec<&str> = command.split_whitespace().collect();
                words
                    .windows(2)
                    .find(|pair| ["-r", "--requirement"].contains(&pair[0]))
                    .map(|pair| pair[1].trim_start_matches("./").to_owned())
            },
        );
    let here = |file: &String| {
        let file = file.rsplit('/').next().unwrap_or(file).to_owned();
        tree.has(&file).then_some(file)
    };
    let whole = |file: &String| if tree.has(file) { Some(file.clone()) } else { here(file) };
    let requirements = |file: String| Lock::Requirements { hashes: tree.text(&file).contains("--hash="), file };
    match named.as_ref().and_then(whole) {
        Some(file) => requirements(file),
        None if tree.has("uv.lock") => Lock::Uv,
        None if tree.has("poetry.lock") || poetry => Lock::Poetry,
        None if tree.has("Pipfile.lock") => Lock::Pipenv,
        None => match tree.first(&[
            "requirements.txt",
            "requirements/production.txt",
            "requirements/prod.txt",
            "requirements/base.txt",
        ]) {
            Some(file) => requirements(file.to_owned()),
            None => Lock::Project,
        },
    }
}

/// The files that a requirements file takes in with `-r` or `-c`.
fn included(tree: &Tree, file: &str) -> Vec<String> {
    let folder = file.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    let lines = tree
        .text(file)
        .lines()
        .filter_map(|line| line.trim().strip_prefix("-r ").or_else(|| line.trim().strip_prefix("-c ")));
    lines.map(|name| format!("{folder}{}", name.trim())).filter(|path| tree.has(path)).collect()
}

/// What the interpreter is started with.
fn start(tree: &Tree, present: &Present, project: &toml::Table) -> Result<(Vec<String>, Option<String>), Unrecognised> {
    if let Some(line) = &present.shell {
        return Ok((Vec::new(), Some(line.clone())));
    }
    let mut words = present.start.clone();
    if words.first().is_some_and(|word| ["tini", "dumb-init"].contains(&word.rsplit('/').next().unwrap_or(word))) {
        words.remove(0);
        words.retain(|word| word != "--");
    }
    for runner in [["poetry", "run"], ["uv", "run"], ["pipenv", "run"]] {
        if words.len() > 2 && words[..2] == runner {
            words.drain(..2);
        }
    }
    let Some(first) = words.first().map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()) else {
        return main(tree).map(|start| (start, None));
    };
    if is_interpreter(&first) {
        words.remove(0);
        return if words.is_empty() { main(tree).map(|start| (start, None)) } else { Ok((words, None)) };
    }
    if tree.has(&first) && std::path::Path::new(&first).extension().is_some_and(|ending| ending == "sh")
        || first == "sh"
        || first == "bash"
    {
        return Ok((Vec::new(), Some(words.join(" "))));
    }
    words.remove(0);
    let scripts = project.get("project").and_then(|project| project.get("scripts")).and_then(toml::Value::as_table);
    if let Some(target) = scripts.and_then(|scripts| scripts.get(&first)).and_then(toml::Value::as_str) {
        let (module, function) = target.split_once(':').unwrap_or((target, "main"));
        let code = format!("import sys; from {module} import {function}; sys.exit({function}())");
        return Ok(([vec!["-c".to_owned(), code], words].concat(), None));
    }
    let module = MODULES.iter().find(|(command, _)| *command == first).map_or(first.as_str(), |(_, module)| module);
    Ok(([vec!["-m".to_owned(), module.to_owned()], words].concat(), None))
}

fn is_interpreter(word: &str) -> bool {
    word.strip_prefix("python").is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

fn main(tree: &Tree) -> Result<Vec<String>, Unrecognised> {
    let file = tree.first(&["main.py", "app.py", "server.py", "wsgi.py", "run.py"]);
    let why =
        || Unrecognised::Unsupported("The Dockerfile starts nothing, and there is no main.py or app.py.".to_owned());
    file.map(|file| vec![file.to_owned()]).ok_or_else(why)
}

/// What at the top is the service's own.
fn ships(tree: &Tree) -> Vec<String> {
    let is_test = |name: &str| name.starts_with("test_") || name.ends_with("_test.py");
    let is_own = |name: &String| {
        if NOT_SHIPPED.contains(&name.as_str()) || name.starts_with('.') || is_test(name) {
            return false;
        }
        match name.strip_suffix('/') {
            Some(folder) => !folder.ends_with(".egg-info") && !folder.starts_with("requirements"),
            None => words::has_ending(name, "py") || READ_AT_START.contains(&name.as_str()),
        }
    };
    tree.top().into_iter().filter(is_own).map(|name| name.trim_end_matches('/').to_owned()).collect()
}

fn version(tree: &Tree, present: &Present, project: &toml::Table) -> Option<String> {
    let minor = |text: &str| {
        let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).take(2).collect();
        (parts.len() == 2 && parts.iter().all(|part| !part.is_empty())).then(|| parts.join("."))
    };
    let of_image = present.images.iter().find_map(|image| {
        let (name, tag) = image.rsplit('/').next()?.split_once(':')?;
        (name == "python").then(|| minor(tag)).flatten()
    });
    let asked = project.get("project").and_then(|project| project.get("requires-python")).and_then(toml::Value::as_str);
    // A lower bound is no wish; an exact version is.
    let exact = asked.and_then(|asked| asked.strip_prefix("==")).and_then(minor);
    of_image.or_else(|| minor(tree.text(".python-version").trim())).or(exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(files: &[(&str, &str)], start: &[&str], commands: &[&str]) -> Python {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let present = Present {
            start: owned(start),
            commands: owned(commands),
            images: vec!["python:3.12-slim".into()],
            ..Present::default()
        };
        recognise(&Tree::of(files), &present).unwrap().1
    }

    #[test]
    fn each_lock_is_told_from_the_others() {
        let of = |files: &[(&str, &str)], commands: &[&str]| {
            let files = [files, &[("app.py", "")]].concat();
            python(&files, &[], commands).lock
        };
        let hashed = ("requirements.txt", "flask==3 \\\n    --hash=sha256:00\n");
        assert_eq!(of(&[hashed], &[]), Lock::Requirements { file: "requirements.txt".into(), hashes: true });
        assert_eq!(of(&[("pyproject.toml", ""), ("uv.lock", "")], &[]), Lock::Uv);
        assert_eq!(of(&[("pyproject.toml", "[tool.poetry]\nname = \"x\""), ("poetry.lock", "")], &[]), Lock::Poetry);
        assert_eq!(of(&[("Pipfile", ""), ("Pipfile.lock", "")], &[]), Lock::Pipenv);
        assert_eq!(of(&[("pyproject.toml", "[project]\nname = \"x\"")], &[]), Lock::Project);
        // What the Dockerfile installs counts before what lies beside it.
        let both = [
            ("pyproject.toml", ""),
            ("uv.lock", ""),
            ("requirements/prod.txt", "-r base.txt\n"),
            ("requirements/base.txt", "a"),
        ];
        assert_eq!(
            of(&both, &["pip install --no-cache-dir -r requirements/prod.txt"]),
            Lock::Requirements { file: "requirements/prod.txt".into(), hashes: false }
        );
        assert_eq!(
            python(&[both.as_slice(), &[("app.py", "")]].concat(), &[], &["pip install -r requirements/prod.txt"])
                .manifests,
            ["requirements/prod.txt", "requirements/base.txt"]
        );
    }

    #[test]
    fn commands_become_modules_of_the_interpreter() {
        let files = [("requirements.txt", "flask"), ("app.py", ""), ("entry.sh", "")];
        for (start, becomes) in [
            (vec!["gunicorn", "-b", "0.0.0.0:80", "app:app"], "-m gunicorn -b 0.0.0.0:80 app:app"),
            (vec!["python3.12", "-u", "app.py"], "-u app.py"),
            (vec!["/venv/bin/uvicorn", "a:b"], "-m uvicorn a:b"),
            (vec!["poetry", "run", "celery", "worker"], "-m celery worker"),
            (vec![], "app.py"),
        ] {
            let found = python(&files, &start, &[]);
            assert_eq!((found.start.join(" ").as_str(), found.shell), (becomes, None), "{start:?}");
        }
        assert_eq!(python(&files, &["./entry.sh"], &[]).shell.as_deref(), Some("./entry.sh"));
        let project = ("pyproject.toml", "[project]\nname = \"x\"\n[project.scripts]\nserve = \"x.cli:run\"\n");
        assert_eq!(
            python(&[project], &["serve", "--now"], &[]).start[1],
            "import sys; from x.cli import run; sys.exit(run())"
        );
    }

    #[test]
    fn tests_and_tools_stay_behind() {
        let files = [
            ("requirements.txt", ""),
            ("shop/__init__.py", ""),
            ("manage.py", ""),
            ("tests/a.py", ""),
            ("test_x.py", ""),
            ("templates/a.html", ""),
            ("noxfile.py", ""),
            (".env", ""),
        ];
        let found = python(&files, &["python", "manage.py"], &["python manage.py collectstatic --noinput"]);
        assert_eq!(found.ships, ["manage.py", "shop", "templates"]);
        assert_eq!((found.builds.len(), found.version.as_deref()), (1, Some("3.12")));
    }
}
