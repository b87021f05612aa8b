//! A service on Node: its package manager, what it builds, what it starts, what of its folder a running service needs.

mod start;
mod workspace;

use serde_json::Value;

use super::{Present, Tree, Unrecognised, words};
use start::Started;

/// What installs packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn 1.
    YarnClassic,
    /// Yarn 2 and later, with its packages in `node_modules`.
    Yarn,
}

impl Manager {
    /// The command.
    pub fn command(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::YarnClassic | Self::Yarn => "yarn",
        }
    }
}

/// What a service is built with, where that decides what an image needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framework {
    /// Nothing that changes the image.
    None,
    /// Next.js; with its output `standalone`, the build collects what a server needs.
    Next {
        /// Whether the build collects what a server needs.
        standalone: bool,
    },
    /// Files for a browser, which any server can serve, and the folder they are built into.
    Static {
        /// The folder they are built into.
        output: String,
    },
}

/// One of several packages in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub folder: String,
}

/// How one file can be made of the service and all its packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundler {
    /// The source file that it begins with.
    pub source: String,
}

/// How a service on Node is built and started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What installs its packages.
    pub manager: Manager,
    /// The lockfile, where there is one.
    pub lockfile: Option<String>,
    /// What the package manager reads, package.json and lockfile among them.
    pub manifests: Vec<String>,
    /// Folders that the installation reads, such as patches.
    pub folders: Vec<String>,
    /// Commands between the installation and the end of the build, e.g. `npm run build`.
    pub builds: Vec<String>,
    /// The file that Node starts, with options in front and arguments behind.
    pub start: Vec<String>,
    /// Values that are set in front of the command that starts it.
    pub values: Vec<(String, String)>,
    /// What the running service needs besides its packages. These come out of the build stage.
    pub ships: Vec<String>,
    /// Whether there are packages that only development needs.
    pub has_dev: bool,
    /// Whether there are packages that the running service needs.
    pub has_prod: bool,
    /// Whether the packages are to be taken from the build stage and pruned, since a step of the build changes them.
    pub pruned: bool,
    /// How to make one file of it.
    pub bundler: Option<Bundler>,
    /// What it is built with.
    pub framework: Framework,
    /// The major version of Node.
    pub version: Option<String>,
    /// Its package, where it is one of several in a workspace.
    pub member: Option<Member>,
}

/// Folders at the top that no running service reads.
const NOT_SHIPPED: [&str; 16] = [
    "test/",
    "tests/",
    "__tests__/",
    "e2e/",
    "spec/",
    "docs/",
    "doc/",
    "coverage/",
    "examples/",
    "scripts/",
    "node_modules/",
    "dist/",
    "build/",
    ".github/",
    ".vscode/",
    "cypress/",
];
/// Folders that a compiled service reads beside what was compiled.
const DATA: [&str; 9] =
    ["public", "views", "templates", "static", "locales", "migrations", "prisma", "assets", "config"];
/// Packages that are programs of the machine, load files by names made up at run time, or look for their own folder: a bundle breaks them.
const UNBUNDLED: [&str; 14] = [
    "sharp",
    "bcrypt",
    "better-sqlite3",
    "sqlite3",
    "canvas",
    "@prisma/client",
    "@nestjs/core",
    "puppeteer",
    "playwright",
    "argon2",
    "pino-pretty",
    "typeorm",
    "sequelize",
    "next",
];

pub(super) fn recognise(tree: &Tree, present: &Present) -> Result<(String, Node), Unrecognised> {
    let package = tree.json("package.json");
    let name = package["name"].as_str().unwrap_or_default().to_owned();
    let (manager, lockfile) = manager(tree, &package)?;
    if let Some(members) = workspace::members(tree, &package) {
        return workspace::recognise(tree, present, (manager, lockfile), &members, None);
    }
    let has = |kind: &str, name: &str| package[kind].get(name).is_some();
    let uses = |name: &str| has("dependencies", name) || has("devDependencies", name);
    let built = package["scripts"]["build"].is_string();
    let version = version(tree, present, &package);
    let framework = framework(tree, present, &package);
    let mut node = Node {
        manager,
        manifests: [
            vec!["package.json".to_owned()],
            lockfile.iter().cloned().collect(),
            tree.those(&[".npmrc", ".yarnrc.yml", "pnpm-workspace.yaml"]),
        ]
        .concat(),
        lockfile,
        folders: [".yarn/releases", ".yarn/plugins", "patches"]
            .iter()
            .filter(|folder| tree.has_folder(folder))
            .map(|folder| (*folder).to_owned())
            .collect(),
        builds: Vec::new(),
        start: Vec::new(),
        values: Vec::new(),
        ships: vec!["package.json".to_owned()],
        has_dev: !is_empty(&package["devDependencies"]),
        has_prod: !is_empty(&package["dependencies"]) || !is_empty(&package["optionalDependencies"]),
        pruned: false,
        bundler: None,
        framework,
        version,
        member: None,
    };
    let scripts = ["preinstall", "install", "postinstall", "prepare"]
        .map(|name| package["scripts"][name].as_str().unwrap_or_default());
    let reads = scripts.iter().flat_map(|script| script.split_whitespace()).map(|word| word.trim_start_matches("./"));
    let reads: Vec<&str> = reads.filter(|word| tree.has(word) || tree.has_folder(word)).collect();
    node.manifests.extend(reads.iter().filter(|word| tree.has(word)).map(|word| (*word).to_owned()));
    node.folders.extend(reads.iter().filter(|word| tree.has_folder(word)).map(|word| (*word).to_owned()));
    if uses("prisma") || uses("@prisma/client") {
        if !scripts.iter().any(|script| script.contains("prisma generate")) {
            node.builds.push(format!("{} prisma generate", runs(manager)));
        } else if tree.has_folder("prisma") && !node.folders.iter().any(|folder| folder == "prisma") {
            node.folders.push("prisma".to_owned());
        }
        node.pruned = true;
    }
    node.pruned |= scripts.iter().any(|script| !script.is_empty());
    if built {
        node.builds.push(format!("{} run build", manager.command()));
    }
    if let Framework::Static { .. } = node.framework {
        return Ok((name, node));
    }
    if let Framework::Next { standalone } = node.framework {
        start::next(&mut node, standalone, tree);
        return Ok((name, node));
    }
    let Started { words, values } = start::of(tree, present, &package, manager)?;
    (node.start, node.values) = (words, values);
    let entry = node.start.iter().find(|word| !word.starts_with('-')).cloned().unwrap_or_default();
    node.ships.extend(ships(tree, &entry, built));
    let plain = !UNBUNDLED.iter().any(|name| uses(name)) && !node.pruned && node.values.is_empty();
    let only_file = node.start.first() == Some(&entry);
    if plain && only_file && has("devDependencies", "esbuild") {
        node.bundler = source_of(tree, &entry).map(|source| Bundler { source });
    }
    Ok((name, node))
}

/// The member of a workspace that somebody names, by its folder or the last part of it; `None` where there is none.
pub(super) fn member(tree: &Tree, present: &Present, app: &str) -> Option<Result<(String, Node), Unrecognised>> {
    let package = tree.json("package.json");
    let members = workspace::members(tree, &package)?;
    let named = members.iter().find(|member| *member == app || member.rsplit('/').next() == Some(app))?;
    let found = manager(tree, &package)
        .and_then(|manager| workspace::recognise(tree, present, manager, &members, Some(named.as_str())));
    Some(found)
}

/// How the tool of a package is run.
fn runs(manager: Manager) -> &'static str {
    match manager {
        Manager::Npm => "npx --no-install",
        Manager::Pnpm => "pnpm exec",
        Manager::YarnClassic | Manager::Yarn => "yarn run",
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_none_or(serde_json::Map::is_empty)
}

/// The package manager, and its lockfile.
fn manager(tree: &Tree, package: &Value) -> Result<(Manager, Option<String>), Unrecognised> {
    let said = package["packageManager"].as_str().unwrap_or_default();
    let lockfile = tree.first(&["pnpm-lock.yaml", "yarn.lock", "package-lock.json", "npm-shrinkwrap.json"]);
    let by_lock = match lockfile {
        Some("pnpm-lock.yaml") => "pnpm",
        Some("yarn.lock") => "yarn",
        _ => "npm",
    };
    let name = said.split('@').next().filter(|name| !name.is_empty()).unwrap_or(by_lock);
    let manager = match name {
        "pnpm" => Manager::Pnpm,
        "yarn" if tree.has(".yarnrc.yml") => {
            if !tree.text(".yarnrc.yml").contains("nodeLinker: node-modules") {
                let why = "Yarn keeps packages in archives here (Plug'n'Play), and no image of this course's kind fits that. \
                           `nodeLinker: node-modules` in .yarnrc.yml makes one possible.";
                return Err(Unrecognised::Unsupported(why.to_owned()));
            }
            Manager::Yarn
        }
        "yarn" => Manager::YarnClassic,
        _ => Manager::Npm,
    };
    let of_manager = match manager {
        Manager::Npm => tree.first(&["package-lock.json", "npm-shrinkwrap.json"]),
        Manager::Pnpm => tree.first(&["pnpm-lock.yaml"]),
        Manager::YarnClassic | Manager::Yarn => tree.first(&["yarn.lock"]),
    };
    Ok((manager, of_manager.map(str::to_owned)))
}

/// The major version of Node: what the image has, else what the files ask for.
fn version(tree: &Tree, present: &Present, package: &Value) -> Option<String> {
    let of_image = present.images.iter().find_map(|image| {
        let (name, tag) = image.rsplit('/').next()?.split_once(':')?;
        (name == "node").then(|| leading_number(tag)).flatten()
    });
    let files = [".nvmrc", ".node-version"]
        .into_iter()
        .find_map(|file| leading_number(tree.text(file).trim().trim_start_matches('v')));
    let engines = package["engines"]["node"]
        .as_str()
        .and_then(|range| leading_number(range.trim_start_matches(['>', '=', '^', '~', 'v', ' '])));
    of_image.or(files).or(engines)
}

fn leading_number(text: &str) -> Option<String> {
    let number: String = text.chars().take_while(char::is_ascii_digit).collect();
    (!number.is_empty()).then_some(number)
}

fn framework(tree: &Tree, present: &Present, package: &Value) -> Framework {
    let uses =
        |name: &str| package["dependencies"].get(name).is_some() || package["devDependencies"].get(name).is_some();
    let config = ["next.config.js", "next.config.mjs", "next.config.ts"].map(|file| tree.text(file));
    if uses("next") {
        let standalone =
            config.iter().any(|text| text.contains("output: 'standalone'") || text.contains("output: \"standalone\""));
        return Framework::Next { standalone };
    }
    let is_served = |word: &str| ["serve", "vite", "http-server", "react-scripts"].contains(&word);
    let script = package["scripts"]["start"].as_str().unwrap_or_default();
    let started =
        present.start.first().map_or_else(|| script.split_whitespace().next().unwrap_or_default(), String::as_str);
    let on_nginx = present
        .base
        .as_deref()
        .is_some_and(|base| base.contains("nginx") || base.contains("httpd") || base.contains("caddy"));
    let of_script = present.start.first().is_some_and(|word| ["npm", "yarn", "pnpm", "npx"].contains(&word.as_str()))
        && (present.start.iter().any(|word| is_served(word) || word == "dev" || word == "preview")
            || script.split_whitespace().any(is_served));
    let built = package["scripts"]["build"].is_string();
    if built
        && (on_nginx || is_served(started) || of_script)
        && (uses("vite") || uses("react-scripts") || uses("@angular/cli") || uses("@vue/cli-service"))
    {
        let output = if uses("react-scripts") { "build" } else { "dist" };
        return Framework::Static { output: output.to_owned() };
    }
    Framework::None
}

/// What of the folder a running service needs, by what it starts with.
fn ships(tree: &Tree, entry: &str, built: bool) -> Vec<String> {
    let entry = entry.trim_start_matches("./");
    let data = || DATA.iter().filter(|folder| tree.has_folder(folder)).map(|folder| (*folder).to_owned());
    if built && !tree.has(entry) {
        // Compiled, so it is not here yet: its folder and what it may read.
        let folder = entry.split('/').next().filter(|_| entry.contains('/')).unwrap_or(entry);
        return std::iter::once(folder.to_owned()).chain(data()).collect();
    }
    let source = |name: &String| {
        let is_code = [".js", ".mjs", ".cjs"].iter().any(|ending| name.ends_with(ending))
            && !name.contains(".config.")
            && !name.starts_with('.');
        let is_data = words::has_ending(name, "json")
            && !name.starts_with("package")
            && !name.starts_with("tsconfig")
            && !name.starts_with('.');
        let is_folder = name.ends_with('/') && !NOT_SHIPPED.contains(&name.as_str()) && !name.starts_with('.');
        is_code || is_data || is_folder
    };
    tree.top().into_iter().filter(source).map(|name| name.trim_end_matches('/').to_owned()).collect()
}

/// The source that an entry was compiled from, or the entry itself.
fn source_of(tree: &Tree, entry: &str) -> Option<String> {
    let entry = entry.trim_start_matches("./");
    if tree.has(entry) {
        return Some(entry.to_owned());
    }
    let (_, inside) = entry.split_once('/')?;
    let stem = inside.rsplit_once('.').map_or(inside, |(stem, _)| stem);
    let stem = stem.strip_prefix("src/").unwrap_or(stem);
    ["ts", "mts", "js", "mjs"].iter().map(|ending| format!("src/{stem}.{ending}")).find(|path| tree.has(path))
}

#[cfg(test)]
mod tests;
