//! What Node starts, behind scripts and tools.

use serde_json::Value;

use super::{Manager, Node};
use crate::audit::stack::{Present, Tree, Unrecognised, words};

/// How often a script may lead to another.
const DEEPEST: usize = 5;
/// Tools that run a service while it is developed.
const DEVELOPING: [&str; 8] = ["nodemon", "ts-node", "ts-node-dev", "tsx", "vite", "webpack", "nest", "concurrently"];

/// Options and file of Node, and the values in front.
pub(super) struct Started {
    pub words: Vec<String>,
    pub values: Vec<(String, String)>,
}

/// Follows what the image starts to the file that Node reads.
pub(super) fn of(tree: &Tree, present: &Present, package: &Value, manager: Manager) -> Result<Started, Unrecognised> {
    if let Some(line) = &present.shell {
        let why =
            format!("The image is started by a line that needs a shell (`{line}`), and the proposed image has none.");
        return Err(Unrecognised::Unsupported(why));
    }
    let mut words = present.start.clone();
    if words.first().is_some_and(|word| word.ends_with("docker-entrypoint.sh") || word == "tini" || word == "dumb-init")
    {
        words.remove(0);
        words.retain(|word| word != "--");
    }
    let mut values = Vec::new();
    if words.is_empty() {
        words = vec!["npm".to_owned(), "start".to_owned()];
    }
    for _ in 0..DEEPEST {
        let Some(script) = script(&words) else { break };
        let Some(line) = package["scripts"][&script].as_str() else {
            // What npm does with `start` where package.json has none.
            let main = package["main"].as_str().or_else(|| tree.first(&["server.js", "index.js", "app.js"]));
            let Some(main) = main.filter(|_| script == "start") else {
                return Err(Unrecognised::Unsupported(format!(
                    "package.json has no script `{script}`, which the image starts."
                )));
            };
            words = vec!["node".to_owned(), main.to_owned()];
            break;
        };
        let unreadable =
            || Unrecognised::Unsupported(format!("The script `{script}` of package.json needs a shell: `{line}`."));
        let (more, next) = words::with_values(line).ok_or_else(unreadable)?;
        values.extend(more);
        words = next;
    }
    let first = words.first().map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()).unwrap_or_default();
    if first == "node" || first == "nodejs" {
        words.remove(0);
        return Ok(Started { words, values });
    }
    let tool =
        if first == "npx" { words.iter().skip(1).find(|word| !word.starts_with('-')).cloned() } else { Some(first) };
    let tool = tool.unwrap_or_default();
    if DEVELOPING.contains(&tool.as_str()) {
        return from_main(tree, package, values, &tool);
    }
    let at = words.iter().position(|word| word.rsplit('/').next() == Some(tool.as_str())).unwrap_or_default();
    if manager == Manager::Pnpm {
        let why = format!(
            "`{tool}` starts the service, and pnpm puts a shell script in its place. Start a file with `node` instead."
        );
        return Err(Unrecognised::Unsupported(why));
    }
    words = std::iter::once(format!("node_modules/.bin/{tool}")).chain(words.into_iter().skip(at + 1)).collect();
    Ok(Started { words, values })
}

/// What is compiled, where the image starts a tool for development.
fn from_main(tree: &Tree, package: &Value, values: Vec<(String, String)>, tool: &str) -> Result<Started, Unrecognised> {
    let built = package["scripts"]["build"].is_string();
    let prod = package["scripts"]["start:prod"]
        .as_str()
        .and_then(words::plain)
        .filter(|words| words[0] == "node" && words.len() > 1);
    let main = package["main"].as_str().filter(|main| built || tree.has(main));
    match (prod, main) {
        (Some(words), _) if built => Ok(Started { words: words[1..].to_vec(), values }),
        (_, Some(main)) => Ok(Started { words: vec![main.to_owned()], values }),
        _ => Err(Unrecognised::Unsupported(format!(
            "The image starts `{tool}`, a tool for development. package.json needs a script `build` and a `main` that the build makes."
        ))),
    }
}

/// The script that a package manager is asked to run.
fn script(words: &[String]) -> Option<String> {
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    match words.as_slice() {
        ["npm" | "pnpm" | "yarn", "run" | "run-script", script, ..]
        | ["npm" | "pnpm", script @ ("start" | "test")]
        | ["yarn", script, ..] => Some((*script).to_owned()),
        _ => None,
    }
}

/// What a server of Next needs.
pub(super) fn next(node: &mut Node, standalone: bool, tree: &Tree) {
    node.values.push(("HOSTNAME".to_owned(), "0.0.0.0".to_owned()));
    node.values.push(("NEXT_TELEMETRY_DISABLED".to_owned(), "1".to_owned()));
    let public = tree.has_folder("public").then(|| "public".to_owned());
    if standalone {
        node.start = vec!["server.js".to_owned()];
        node.ships = public.into_iter().collect();
        return;
    }
    node.start = vec!["node_modules/next/dist/bin/next".to_owned(), "start".to_owned()];
    node.ships.push(".next".to_owned());
    node.ships.extend(public);
    node.ships.extend(tree.those(&["next.config.js", "next.config.mjs"]));
}
