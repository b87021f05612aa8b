//! What a build context leaves out.

use crate::audit::stack::{Stack, Tree, words};

/// The text of a `.dockerignore`: what the present one says, then what is missing there.
pub(super) fn text(stack: &Stack, tree: &Tree) -> String {
    let present = tree.text(".dockerignore");
    let has = |line: &str| {
        let bare = |line: &str| line.trim().trim_start_matches("**/").trim_matches('/').to_owned();
        present.lines().any(|own| bare(own) == bare(line))
    };
    let mut text = String::new();
    if !present.trim().is_empty() {
        text.push_str(present.trim_end());
        text.push('\n');
    }
    let named_in_sources = |name: &str| {
        tree.files()
            .any(|(path, text)| path != ".dockerignore" && !words::has_ending(path, "md") && text.contains(name))
    };
    let mut common = vec![
        "**/.git/",
        ".gitignore",
        ".dockerignore",
        "*.Dockerfile",
        "Dockerfile*",
        "compose*.y*ml",
        "docker-compose*.y*ml",
        ".github/",
    ];
    if !named_in_sources("README.md") {
        common.push("README.md");
    }
    let group = |text: &mut String, comment: &str, lines: &[&str]| {
        let missing: Vec<&&str> = lines.iter().filter(|line| !has(line)).collect();
        if !missing.is_empty() {
            let lines = std::iter::once(format!("# {comment}")).chain(missing.iter().map(|line| (**line).to_owned()));
            for line in lines {
                text.push_str(&line);
                text.push('\n');
            }
        }
    };
    group(&mut text, "No build reads these, and a change of one should not make a build run again.", &common);
    group(
        &mut text,
        "Keys and passwords of this machine.",
        &["**/.env", "**/.env.local", "**/id_rsa", "**/id_ed25519"],
    );
    let made: &[&str] = match stack {
        Stack::Node(_) => &["**/node_modules/", "coverage/", ".next/", "npm-debug.log*"],
        Stack::Python(_) => &["**/__pycache__/", "**/.*_cache/", ".venv/", "venv/", "**/*.egg-info/"],
        Stack::Go(_) => &["*.test", "*.out"],
        Stack::Rust(_) => &["target/"],
        Stack::Jvm(_) => &["target/", "*/target/", "build/", "*/build/", "**/.gradle/"],
    };
    group(&mut text, "What builds and tools leave behind on this machine; the image makes its own.", made);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::stack::{Present, recognise};

    fn of(files: &[(&str, &str)]) -> String {
        let tree = Tree::of(files);
        text(&recognise(&tree, &Present::default(), None).unwrap().stack, &tree)
    }

    #[test]
    fn what_is_there_stays_and_what_is_missing_is_added() {
        let text = of(&[("go.mod", "module x"), ("main.go", "package main\n"), (".dockerignore", ".git\n*\n!src\n")]);
        assert!(text.starts_with(".git\n*\n!src\n# No build reads these"), "{text}");
        assert!(!text.contains("**/.git/") && text.contains("README.md\n") && text.contains("**/.env\n"));
    }

    #[test]
    fn a_readme_that_a_build_reads_is_sent() {
        let manifest = ("Cargo.toml", "[package]\nname = \"a\"\nreadme = \"README.md\"\n");
        assert!(!of(&[manifest, ("src/main.rs", "")]).contains("README.md"));
    }
}
