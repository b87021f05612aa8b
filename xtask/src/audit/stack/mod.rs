//! What a folder is written in, how it is built, and how it is started: recognised from its files and its present Dockerfile.
//!
//! Pure: the same files and the same Dockerfile give the same answer. Nothing is run to find out.

mod go;
mod jvm;
mod node;
mod present;
mod python;
mod rust;
mod tree;
pub mod words;

use crate::names;

pub use go::Go;
pub use jvm::{Jvm, Tool};
pub use node::{Bundler, Framework, Manager, Member, Node};
pub use present::Present;
pub use python::{Lock, Python};
pub use rust::Rust;
pub use tree::Tree;

/// How deep in a repository services lie: `services/api`, `apps/web`.
const DEPTH: usize = 2;

/// A language with its tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stack {
    /// JavaScript or TypeScript on Node.
    Node(Node),
    /// Python.
    Python(Python),
    /// Go.
    Go(Go),
    /// Rust.
    Rust(Rust),
    /// Java, Kotlin and others on the Java virtual machine.
    Jvm(Jvm),
}

impl Stack {
    /// What a person calls it, with the tool that builds it.
    pub fn called(&self) -> String {
        match self {
            Self::Node(node) => format!("Node.js with {}", node.manager.command()),
            Self::Python(python) => format!("Python with {}", python.lock.tool()),
            Self::Go(go) if go.cgo => "Go with C code".to_owned(),
            Self::Go(_) => "Go modules".to_owned(),
            Self::Rust(_) => "Rust with Cargo".to_owned(),
            Self::Jvm(jvm) => format!("Java with {}", jvm.tool.command()),
        }
    }
}

/// What was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// A name for the service: letters, digits, hyphens.
    pub name: String,
    /// Where it lies in the folder that was given; empty for the top.
    pub folder: String,
    /// What it is written in.
    pub stack: Stack,
}

/// Why nothing was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unrecognised {
    /// No file that a known tool builds from.
    Nothing,
    /// Several services; one has to be named.
    Several(Vec<String>),
    /// A tool is known, and it is used in a way that cannot be written down.
    Unsupported(String),
}

impl Unrecognised {
    /// It as a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Nothing => {
                "There is no package.json, pyproject.toml, requirements.txt, go.mod, Cargo.toml, pom.xml or \
                              build.gradle here, so it is not known how this is built."
                    .to_owned()
            }
            Self::Several(folders) => {
                let folders = names::list(folders.iter().map(String::as_str));
                format!("There are several services here: {folders}. --app FOLDER names one.")
            }
            Self::Unsupported(why) => why.clone(),
        }
    }
}

/// The files by which a language is recognised, in the order in which they count.
const MANIFESTS: [(&str, Language); 10] = [
    ("go.mod", Language::Go),
    ("Cargo.toml", Language::Rust),
    ("pom.xml", Language::Jvm),
    ("build.gradle", Language::Jvm),
    ("build.gradle.kts", Language::Jvm),
    ("pyproject.toml", Language::Python),
    ("requirements.txt", Language::Python),
    ("Pipfile", Language::Python),
    ("setup.py", Language::Python),
    ("package.json", Language::Node),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Language {
    Go,
    Rust,
    Jvm,
    Python,
    Node,
}

/// Recognises what is in a tree. `app` names one of several services, by its folder or the last part of it. A member of a workspace of
/// Node packages is built from the workspace's own folder.
///
/// Errors: why there is no answer.
pub fn recognise(tree: &Tree, present: &Present, app: Option<&str>) -> Result<Found, Unrecognised> {
    let names: Vec<&str> = MANIFESTS.iter().map(|(name, _)| *name).collect();
    let folders = tree.folders_with(&names, DEPTH);
    if let Some(found) = app.and_then(|app| node::member(tree, present, app.trim_matches('/'))) {
        return found.map(|(name, node)| Found {
            name: words::slug(&name),
            folder: String::new(),
            stack: Stack::Node(node),
        });
    }
    let is = |folder: &&String, app: &str| folder.as_str() == app || folder.rsplit('/').next() == Some(app);
    let folder = match app.map(|app| app.trim_matches('/')) {
        Some(app) => folders.iter().find(|folder| is(folder, app)).ok_or_else(|| several_or_nothing(&folders))?,
        None => match folders.as_slice() {
            [] => return Err(Unrecognised::Nothing),
            // What lies at the top is the service, and what lies below belongs to it.
            [top, ..] if top.is_empty() => top,
            [one] => one,
            _ => return Err(Unrecognised::Several(folders)),
        },
    };
    let here = tree.below(folder);
    let languages = MANIFESTS.iter().filter(|(name, _)| here.has(name)).map(|(_, language)| *language);
    let language = likeliest(&languages.collect::<Vec<_>>(), present).ok_or(Unrecognised::Nothing)?;
    let (name, stack) = match language {
        Language::Go => go::recognise(&here, present).map(|(name, go)| (name, Stack::Go(go))),
        Language::Rust => rust::recognise(&here, present).map(|(name, rust)| (name, Stack::Rust(rust))),
        Language::Jvm => jvm::recognise(&here, present).map(|(name, jvm)| (name, Stack::Jvm(jvm))),
        Language::Python => python::recognise(&here, present).map(|(name, python)| (name, Stack::Python(python))),
        Language::Node => node::recognise(&here, present).map(|(name, node)| (name, Stack::Node(node))),
    }?;
    let name = if name.is_empty() { folder.clone() } else { name };
    Ok(Found { name: words::slug(&name), folder: folder.clone(), stack })
}

fn several_or_nothing(folders: &[String]) -> Unrecognised {
    let named: Vec<String> = folders.iter().filter(|folder| !folder.is_empty()).cloned().collect();
    if named.is_empty() { Unrecognised::Nothing } else { Unrecognised::Several(named) }
}

/// The language of the service, where a folder has manifests of several: a Python service may keep a package.json for a formatter.
/// What starts it decides, then the image it stands on, then the order of the table.
fn likeliest(languages: &[Language], present: &Present) -> Option<Language> {
    let of_image = |image: &String| {
        let name = image.rsplit('/').next().unwrap_or(image);
        let name = name.split([':', '@']).next().unwrap_or(name);
        match name {
            "golang" => Some(Language::Go),
            "rust" => Some(Language::Rust),
            "maven" | "gradle" | "eclipse-temurin" | "openjdk" | "amazoncorretto" => Some(Language::Jvm),
            "python" => Some(Language::Python),
            "node" => Some(Language::Node),
            _ => None,
        }
    };
    let of_start = present.start.first().and_then(|word| match word.rsplit('/').next().unwrap_or(word) {
        "node" | "npm" | "npx" | "pnpm" | "yarn" => Some(Language::Node),
        "java" => Some(Language::Jvm),
        word if word.starts_with("python") || ["gunicorn", "uvicorn", "flask", "celery"].contains(&word) => {
            Some(Language::Python)
        }
        _ => None,
    });
    // A front end may be built beside the service, so what starts it counts first.
    let said = of_start.into_iter().chain(present.images.iter().filter_map(of_image));
    said.into_iter().find(|said| languages.contains(said)).or_else(|| languages.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)], present: &Present, app: Option<&str>) -> Result<(String, String), String> {
        let found = recognise(&Tree::of(files), present, app).map_err(|why| why.words())?;
        Ok((found.folder, found.stack.called()))
    }

    #[test]
    fn one_of_several_services_has_to_be_named() {
        let files = [
            ("services/api/go.mod", "module x/api"),
            ("services/api/main.go", "package main"),
            ("web/package.json", "{}"),
            ("web/index.js", ""),
        ];
        let none = Present::default();
        assert!(found(&files, &none, None).unwrap_err().contains("web and services/api"));
        assert_eq!(found(&files, &none, Some("api")).unwrap(), ("services/api".into(), "Go modules".into()));
        assert_eq!(found(&files, &none, Some("services/api/")).unwrap().0, "services/api");
        assert!(found(&files, &none, Some("no")).is_err());
        assert_eq!(found(&files[..2], &none, None).unwrap().0, "services/api");
        assert!(found(&[("README.md", "")], &none, None).unwrap_err().contains("not known how"));
    }

    #[test]
    fn a_manifest_for_a_formatter_is_not_the_service() {
        let files = [
            ("package.json", "{\"devDependencies\":{\"prettier\":\"3\"}}"),
            ("requirements.txt", "flask"),
            ("app.py", "from flask import Flask\napp = Flask(__name__)"),
        ];
        let node = Present { start: vec!["node".into(), "x.js".into()], ..Present::default() };
        let python = Present { images: vec!["docker.io/library/python:3.13".into()], ..Present::default() };
        assert_eq!(found(&files, &python, None).unwrap().1, "Python with pip");
        assert_eq!(found(&files, &Present::default(), None).unwrap().1, "Python with pip");
        let files = [files.as_slice(), &[("x.js", "")]].concat();
        assert_eq!(found(&files, &node, None).unwrap().1, "Node.js with npm");
    }
}
