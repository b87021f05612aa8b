//! Where somebody names a folder without a Dockerfile of its own: what there is instead.

use std::fs;
use std::path::Path;

use crate::error::{ErrorId, Problem};
use crate::names::{list, printable};

/// How many levels below the folder are searched.
const DEPTH: usize = 3;
/// So many Dockerfiles are named.
const SHOWN: usize = 8;
/// So many entries are looked at.
const MOST: usize = 20_000;

/// Why there is nothing to audit in a folder, and what could be meant.
pub fn no_dockerfile(folder: &Path) -> Problem {
    let shown = printable(&folder.display().to_string());
    if !folder.exists() {
        return Problem::new(ErrorId::NoDockerfile, format!("There is no folder `{shown}`."))
            .next("cargo xtask audit --image NAME    looks into an image instead");
    }
    let mut found = Vec::new();
    let mut left = MOST;
    search(folder, "", DEPTH, &mut left, &mut found);
    found.sort();
    let composes: Vec<String> = found.iter().filter(|path| is_compose(path)).cloned().collect();
    let dockerfiles: Vec<&String> = found.iter().filter(|path| !is_compose(path)).collect();
    let problem = match dockerfiles.as_slice() {
        [] => Problem::new(ErrorId::NoDockerfile, format!("`{shown}` has no Dockerfile.")),
        some => {
            let names = some.iter().take(SHOWN).map(|name| name.as_str());
            let fact = format!("`{shown}` has no `Dockerfile` of its own, but there are others: {}.", list(names));
            Problem::new(ErrorId::NoDockerfile, fact)
        }
    };
    let sections: Vec<String> =
        composes.iter().flat_map(|path| super::compose::commands(folder, path)).take(SHOWN).collect();
    let problem = sections.iter().fold(problem, |problem, command| problem.next(command.clone()));
    let ways = dockerfiles.iter().take(SHOWN).map(|name| {
        let path = folder.join(name);
        let in_folder = name.rsplit_once('/').filter(|(_, file)| file.eq_ignore_ascii_case("Dockerfile"));
        match in_folder {
            Some((sub, _)) => format!("cargo xtask audit {}", printable(&folder.join(sub).display().to_string())),
            None => format!("cargo xtask audit {shown} --dockerfile {}", printable(&path.display().to_string())),
        }
    });
    let problem = if sections.is_empty() { ways.fold(problem, Problem::next) } else { problem };
    if problem.next.is_empty() {
        problem.next("cargo xtask audit --image NAME    looks into an image without a Dockerfile")
    } else {
        problem
    }
}

/// Whether a file is one that people call a Dockerfile.
fn is_dockerfile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".dockerignore") {
        return false;
    }
    name == "dockerfile" || name.starts_with("dockerfile.") || name.ends_with(".dockerfile") || name == "containerfile"
}

fn is_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let yaml = Path::new(name).extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    yaml && (name.starts_with("docker-compose") || name.starts_with("compose"))
}

fn search(top: &Path, below: &str, depth: usize, left: &mut usize, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(top.join(below)) else { return };
    for entry in entries.filter_map(Result::ok) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth > 0 && !["node_modules", ".git", "target", "vendor"].contains(&name.as_str()) {
            search(top, &path, depth - 1, left, found);
        } else if kind.is_file() && (is_dockerfile(&name) || (below.is_empty() && is_compose(&name))) {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dockerfiles_elsewhere_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "FROM a\n").unwrap();
        };
        write("api/Dockerfile");
        write("web.Dockerfile");
        write("node_modules/x/Dockerfile");
        write("web.Dockerfile.dockerignore");
        let problem = no_dockerfile(dir.path());
        assert_eq!(problem.next.len(), 2);
        assert!(problem.fact.contains("api/Dockerfile and web.Dockerfile"), "{}", problem.fact);
        assert!(problem.next[0].ends_with("/api") && problem.next[1].contains("--dockerfile"));
        assert_eq!(no_dockerfile(&dir.path().join("nowhere")).id, ErrorId::NoDockerfile);
    }
}
