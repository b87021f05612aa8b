//! Dockerfiles for Python: packages and sources beside the interpreter of distroless, or a virtual environment on a slim image.

use super::Draft;
use super::bases::{Images, Of, System, images, system};
use super::kept::{Kept, Probe};
use super::text::{Text, is_plain};
use crate::audit::stack::{Lock, Present, Python};

pub(super) fn drafts(python: &Python, present: &Present, kept: &Kept) -> Vec<Draft> {
    let images = images(Of::Python, python.version.as_deref(), present);
    let minor: String = images.version.split('.').take(2).collect::<Vec<_>>().join(".");
    let system = system(present, &images);
    let mut drafts = Vec::new();
    if let Some(image) = images.distroless(&minor).filter(|_| system.run.is_empty() && python.shell.is_none()) {
        drafts.push(Draft::of("sources and packages on distroless", distroless(python, kept, &images, image, &minor)));
    }
    drafts.push(Draft::of("a virtual environment on a slim image", slim(python, kept, &images, &system)));
    drafts
}

/// The stage in which a lock of another tool becomes one that pip reads.
fn lock(python: &Python, kept: &Kept, images: &Images, text: &mut Text) {
    let (tool, export) = match python.lock {
        Lock::Uv => ("uv", "uv export --frozen --no-dev --no-emit-project --output-file /requirements.txt"),
        Lock::Poetry => ("poetry poetry-plugin-export", "poetry export --only main --output /requirements.txt"),
        Lock::Pipenv => ("pipenv", "pipenv requirements --hash > /requirements.txt"),
        Lock::Requirements { .. } | Lock::Project => return,
    };
    let purpose =
        format!("---- lock: {} writes down what pip installs, and goes no further than this", python.lock.tool());
    text.stage(&purpose, &images.builder, Some("lock"));
    text.line("WORKDIR /lock");
    kept.run(text, &[(kept.cache("pip"), "/root/.cache/pip")], &[format!("pip install {tool}")]);
    text.copy(&plain(&python.manifests), &[]);
    text.line(format!("RUN {export}"));
}

/// The command that installs packages, with `COPY` of what it reads in front.
fn install(python: &Python, kept: &Kept, text: &mut Text, into: &str) {
    let options = match &python.lock {
        Lock::Requirements { file, hashes } => {
            text.comment("The list alone: this layer is made again when a package changes, not when a source does.");
            text.copy(&plain(&python.manifests), &[]);
            if !hashes {
                text.comment("Hashes would pin the very files, not just version numbers: uv pip compile --generate-hashes, or pip-compile.");
            }
            format!("{}-r {file}", if *hashes { "--require-hashes " } else { "" })
        }
        Lock::Uv | Lock::Poetry | Lock::Pipenv => {
            text.comment("Hashes pin the very files, not just version numbers.");
            text.line("COPY --from=lock /requirements.txt ./");
            "--require-hashes -r requirements.txt".to_owned()
        }
        Lock::Project => {
            text.comment("Nothing is pinned here, so each build may take other versions. A lock of uv, or pip-compile, would change that.");
            text.line("COPY . .");
            ".".to_owned()
        }
    };
    text.comment("What was downloaded stays in a cache of the builder's, which never becomes part of an image.");
    let mut commands = vec![format!("pip install {into}{options}")];
    if !into.is_empty() {
        // Command line tools, for a shell that will not be there.
        commands.push("rm -rf /packages/bin".to_owned());
    }
    kept.run(text, &[(kept.cache("pip"), "/root/.cache/pip")], &commands);
}

/// The stage with the service's own files, and bytecode beside each.
fn source(python: &Python, kept: &Kept, text: &mut Text, path: Option<&str>) {
    text.stage("---- source: our own code and what its build makes", "packages", Some("source"));
    text.line(format!("WORKDIR {}", kept.folder));
    if let Some(path) = path.filter(|_| !python.builds.is_empty()) {
        text.line(format!("ENV {path}"));
    }
    let own = plain(&python.ships);
    let (files, folders): (Vec<String>, Vec<String>) = own.into_iter().partition(|name| name.contains('.'));
    text.comment("By name, so that a new folder is shipped when somebody says so, and not by chance.");
    text.copy(&files, &folders);
    for command in &python.builds {
        text.line(format!("RUN {command}"));
    }
    text.comment("Bytecode is made here, since a read-only image cannot keep it. Files of an image do not change, so it is never compared.");
    text.line("RUN python -m compileall -q --invalidation-mode unchecked-hash .");
    kept.folders(text);
}

fn distroless(python: &Python, kept: &Kept, images: &Images, image: &str, minor: &str) -> Text {
    let mut text = Text::default();
    text.comment("Python ships its sources. What stays behind is pip, the compiler and a whole Debian.");
    lock(python, kept, images, &mut text);
    text.stage("---- packages: what the service depends on", &images.builder, Some("packages"));
    text.line("WORKDIR /install");
    install(python, kept, &mut text, "--target /packages ");
    source(python, kept, &mut text, Some("PYTHONPATH=/packages"));
    text.stage(
        "---- the image: an interpreter and the libraries it is linked to; no shell, no pip, no package manager",
        image,
        None,
    );
    text.line(format!("WORKDIR {}", kept.folder));
    text.comment("What changes least comes first: an edit of ours makes only the second layer again.");
    text.line("COPY --from=packages /packages /packages");
    text.line(format!("COPY --from=source {} ./", kept.folder));
    let own = if python.src { format!("{0}/src:{0}", kept.folder) } else { kept.folder.clone() };
    let values = [("PYTHONPATH".to_owned(), format!("{own}:/packages"))];
    let program = format!("/usr/bin/python{minor}");
    let start: Vec<String> = std::iter::once(program).chain(python.start.iter().cloned()).collect();
    let probe = Probe { program: None, asks: Some(|url| asks("/usr/bin/python3", url)) };
    kept.finish(&mut text, &values, "source", &start, &probe);
    text
}

fn slim(python: &Python, kept: &Kept, images: &Images, system: &System) -> Text {
    let mut text = Text::default();
    text.comment("Python ships its sources. What stays behind is the compiler, headers and caches.");
    lock(python, kept, images, &mut text);
    text.stage(
        "---- packages: what the service depends on, in an environment that moves as a whole",
        &images.builder,
        Some("packages"),
    );
    let foreign: Vec<String> = system.build.iter().filter(|name| !brought(name)).cloned().collect();
    if !foreign.is_empty() {
        text.comment("Headers that packages are compiled against.");
        text.apt(&foreign);
    }
    text.comment("The last image has the same interpreter at the same path, so the environment fits there.");
    text.line("RUN python -m venv /venv");
    text.line("ENV PATH=/venv/bin:$PATH");
    text.line("WORKDIR /install");
    install(python, kept, &mut text, "");
    source(python, kept, &mut text, None);
    text.stage("---- the image: the interpreter on a slim Debian", &images.slim, None);
    if !system.run.is_empty() {
        text.comment("Libraries that packages load when they run. Their headers stayed behind.");
        text.apt(&system.run);
    }
    text.line(format!("WORKDIR {}", kept.folder));
    text.comment("What changes least comes first: an edit of ours makes only the second layer again.");
    text.line("COPY --from=packages /venv /venv");
    text.line(format!("COPY --from=source {} ./", kept.folder));
    text.line("ENV PATH=/venv/bin:$PATH");
    let own = if python.src { format!("{0}/src:{0}", kept.folder) } else { kept.folder.clone() };
    let values = [("PYTHONPATH".to_owned(), own)];
    let start: Vec<String> = match &python.shell {
        Some(line) => ["sh".to_owned(), "-c".to_owned(), replaced_by(line)].to_vec(),
        None => std::iter::once("python".to_owned()).chain(python.start.iter().cloned()).collect(),
    };
    let probe = Probe { program: None, asks: Some(|url| asks("python", url)) };
    kept.finish(&mut text, &values, "source", &start, &probe);
    text
}

/// A line for a shell whose last command takes the shell's place, so that signals reach it.
fn replaced_by(line: &str) -> String {
    let (before, last) = line.rsplit_once("&&").map_or((None, line), |(before, last)| (Some(before.trim()), last));
    let last = last.trim();
    let last = if last.starts_with("exec ") || last.contains([';', '|', '&']) {
        last.to_owned()
    } else {
        format!("exec {last}")
    };
    match before {
        Some(before) => format!("{before} && {last}"),
        None => last,
    }
}

/// Headers that the full image of Python brings, as buildpack-deps has them.
fn brought(name: &str) -> bool {
    [
        "libpq-dev",
        "libffi-dev",
        "libssl-dev",
        "libsqlite3-dev",
        "libxml2-dev",
        "libxslt1-dev",
        "zlib1g-dev",
        "libjpeg-dev",
        "default-libmysqlclient-dev",
        "libyaml-dev",
        "libcurl4-openssl-dev",
        "libwebp-dev",
        "libmariadb-dev",
    ]
    .contains(&name)
}

/// A check that Python makes by itself. A status of 400 or more raises an error, and so ends it with 1.
fn asks(python: &str, url: &str) -> Vec<String> {
    let code = format!("import urllib.request as u; u.urlopen('{url}', timeout=3)");
    [python, "-c", &code].map(str::to_owned).to_vec()
}

fn plain(paths: &[String]) -> Vec<String> {
    paths.iter().filter(|path| is_plain(path)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_command_takes_the_place_of_the_shell() {
        for (line, becomes) in [
            ("gunicorn -b :$PORT app:app", "exec gunicorn -b :$PORT app:app"),
            ("python manage.py migrate && gunicorn app", "python manage.py migrate && exec gunicorn app"),
            ("a && exec b", "a && exec b"),
            ("a; b", "a; b"),
        ] {
            assert_eq!(replaced_by(line), becomes);
        }
    }
}
