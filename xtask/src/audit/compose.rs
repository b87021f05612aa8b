//! The `build:` sections of a compose file, as commands of ours. Nothing else of it is read.

use std::fs;
use std::path::Path;

use saphyr_parser::{Event, Parser};

use crate::names::printable;
use crate::process::Command;

/// A larger file is none that a person wrote.
const LARGEST: u64 = 1 << 20;
/// How deep lists and tables may lie in each other.
const DEEPEST: usize = 40;

/// A piece of YAML, as far as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Text(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    Nothing,
}

impl Node {
    fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Table(entries) => entries,
            _ => &[],
        }
    }
}

/// For each service that is built, the command that audits it. `path` is the file's, relative to the folder.
pub fn commands(folder: &Path, path: &str) -> Vec<String> {
    let file = folder.join(path);
    if fs::metadata(&file).is_ok_and(|data| data.len() > LARGEST) {
        return Vec::new();
    }
    let Ok(text) = fs::read_to_string(&file) else { return Vec::new() };
    let Some(root) = read(&text) else { return Vec::new() };
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    services.iter().filter_map(|(name, service)| command(folder, name, service)).collect()
}

fn command(folder: &Path, name: &str, service: &Node) -> Option<String> {
    let build = service.get("build")?;
    let value = |key: &str| build.get(key).and_then(Node::text).filter(|text| !text.contains('$'));
    let context = build.text().or_else(|| value("context")).unwrap_or(".");
    if context.contains(['$', ':']) {
        return None;
    }
    let context = folder.join(context.trim_start_matches("./").trim_end_matches('/'));
    let context = if context == folder.join(".") || context == folder.join("") { folder.to_owned() } else { context };
    // What is built from a folder that is not here cannot be looked at.
    let file = value("dockerfile").map(|file| context.join(file));
    if !context.is_dir() || file.is_some_and(|file| !file.is_file()) {
        return None;
    }
    let shown = |path: &Path| printable(&path.display().to_string());
    let mut command = Command::new("cargo").args(["xtask".to_owned(), "audit".to_owned(), shown(&context)]);
    if let Some(dockerfile) = value("dockerfile") {
        command = command.args(["--dockerfile".to_owned(), shown(&context.join(dockerfile))]);
    }
    if let Some(target) = value("target") {
        command = command.args(["--target".to_owned(), printable(target)]);
    }
    Some(format!("{}    service {}", command.display(), printable(name)))
}

/// The first document of a text; `None` where it is no YAML.
fn read(text: &str) -> Option<Node> {
    let mut events = Parser::new_from_str(text).map_while(Result::ok).map(|(event, _)| event);
    loop {
        match events.next()? {
            Event::DocumentStart(_) => break,
            Event::StreamEnd => return None,
            _ => {}
        }
    }
    let first = events.next()?;
    node(first, &mut events, 0)
}

fn node<'t>(event: Event<'t>, events: &mut impl Iterator<Item = Event<'t>>, depth: usize) -> Option<Node> {
    if depth > DEEPEST {
        return None;
    }
    match event {
        Event::Scalar(text, ..) => Some(Node::Text(text.into_owned())),
        Event::SequenceStart(..) => {
            let mut list = Vec::new();
            loop {
                match events.next()? {
                    Event::SequenceEnd => return Some(Node::List(list)),
                    event => list.push(node(event, events, depth + 1)?),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut table = Vec::new();
            loop {
                let key = match events.next()? {
                    Event::MappingEnd => return Some(Node::Table(table)),
                    event => node(event, events, depth + 1)?,
                };
                let event = events.next()?;
                let value = node(event, events, depth + 1)?;
                if let Node::Text(key) = key {
                    table.push((key, value));
                }
            }
        }
        // What an alias stands for is not followed: nothing that is asked for hides behind one often.
        _ => Some(Node::Nothing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("compose.yaml"), text).unwrap();
        fs::create_dir_all(dir.path().join("api/docker")).unwrap();
        fs::write(dir.path().join("api/docker/prod.Dockerfile"), "FROM a\n").unwrap();
        let top = dir.path().display().to_string();
        commands(dir.path(), "compose.yaml").into_iter().map(|line| line.replace(&top, "TOP")).collect()
    }

    #[test]
    fn services_that_are_built_are_commands() {
        let text = "services:\n  api:\n    build:\n      context: ./api\n      dockerfile: docker/prod.Dockerfile\n      target: app\n  web:\n    build: .\n  db:\n    image: postgres:17\n";
        assert_eq!(
            of(text),
            [
                "cargo xtask audit TOP/api --dockerfile TOP/api/docker/prod.Dockerfile --target app    service api",
                "cargo xtask audit TOP    service web",
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_names_nothing() {
        for text in [
            "",
            "a: [",
            "services: 3",
            &format!("services: {}", "[".repeat(3000)),
            "services:\n  a:\n    build: https://x/y.git",
            "services:\n  a:\n    build: ./gone",
            "services:\n  a:\n    build:\n      context: ./api\n      dockerfile: gone.Dockerfile",
        ] {
            assert!(of(text).is_empty(), "{text:.20}");
        }
    }
}
