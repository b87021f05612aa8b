//! A Cargo package or workspace: which program is the service, and whether it can be linked statically.

use super::{Present, Tree, Unrecognised, words};

/// How a Rust service is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rust {
    /// The program's name.
    pub program: String,
    /// The package, where a workspace has several.
    pub package: Option<String>,
    /// Whether Cargo.lock is there.
    pub locked: bool,
    /// Options of the present `cargo build` that say what is built: `--features`, `--no-default-features`, `--all-features`.
    pub features: Vec<String>,
    /// Crates that link a C library of the system, as Cargo.lock names them.
    pub links: Vec<String>,
    /// Folders and files beside the binary that it may open.
    pub data: Vec<String>,
    /// Arguments behind the program.
    pub arguments: Vec<String>,
}

/// Crates that link a library of the system unless a feature says otherwise. Those that always bring their own C sources, such as
/// `ring` and `libsqlite3-sys` with `bundled`, are not among them.
const LINKS: [&str; 10] = [
    "openssl-sys",
    "pq-sys",
    "mysqlclient-sys",
    "libz-sys",
    "rdkafka-sys",
    "libgit2-sys",
    "curl-sys",
    "libssh2-sys",
    "zmq-sys",
    "gssapi-sys",
];

pub(super) fn recognise(tree: &Tree, present: &Present) -> Result<(String, Rust), Unrecognised> {
    let manifest = tree.toml("Cargo.toml");
    let build = present
        .commands
        .iter()
        .find(|command| command.starts_with("cargo build") || command.starts_with("cargo install"));
    let words = build.and_then(|build| words::plain(build)).unwrap_or_default();
    let after = |names: &[&str]| {
        words.iter().enumerate().find_map(|(at, word)| match word.split_once('=') {
            Some((name, value)) if names.contains(&name) => Some(value.to_owned()),
            None if names.contains(&word.as_str()) => words.get(at + 1).cloned(),
            _ => None,
        })
    };
    let started = present.start.first().map(|word| word.rsplit('/').next().unwrap_or(word).to_owned());
    let programs = programs(tree, &manifest);
    let wanted =
        after(&["--bin"]).or_else(|| started.filter(|started| programs.iter().any(|(_, program)| program == started)));
    let package = after(&["-p", "--package"]);
    let of_package = |(of, _): &&(Option<String>, String)| package.is_none() || *of == package;
    let found = if let Some(wanted) = &wanted {
        let known = programs.iter().find(|(_, program)| program == wanted).cloned();
        Some(known.unwrap_or_else(|| (package.clone(), wanted.clone())))
    } else {
        let of: Vec<_> = programs.iter().filter(of_package).collect();
        match of.as_slice() {
            [] => None,
            [one] => Some((*one).clone()),
            many => {
                let names = many.iter().map(|(_, program)| program.as_str()).collect::<Vec<_>>().join(", ");
                let why = "The Dockerfile does not say which one is the service.";
                return Err(Unrecognised::Unsupported(format!("There are several programs: {names}. {why}")));
            }
        }
    };
    let (package, program) =
        found.ok_or_else(|| Unrecognised::Unsupported("No package here has a program.".to_owned()))?;
    let lock = tree.toml("Cargo.lock");
    let locked = lock.get("package").and_then(toml::Value::as_array);
    let names = locked.into_iter().flatten().filter_map(|package| package.get("name")?.as_str());
    let mut links: Vec<String> = names.filter(|name| LINKS.contains(name)).map(str::to_owned).collect();
    // Without a readable lock, what the manifest names is all that is known.
    if locked.is_none() {
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        let native = |name: &&str| dependencies.is_some_and(|all| all.contains_key(*name));
        links.extend(
            ["openssl", "native-tls", "reqwest"].iter().filter(|name| native(name)).map(|_| "openssl-sys".to_owned()),
        );
    }
    links.dedup();
    let mut features: Vec<String> =
        after(&["--features", "-F"]).map(|value| vec!["--features".to_owned(), value]).unwrap_or_default();
    features.extend(
        words.iter().filter(|word| ["--no-default-features", "--all-features"].contains(&word.as_str())).cloned(),
    );
    let data = super::go::DATA.iter().filter(|folder| tree.has_folder(folder)).map(|folder| (*folder).to_owned());
    Ok((
        program.clone(),
        Rust {
            program,
            package,
            locked: tree.has("Cargo.lock"),
            features,
            links,
            data: data.collect(),
            arguments: present.start.iter().skip(1).cloned().collect(),
        },
    ))
}

/// The programs of all packages, each with its package where there is a workspace.
fn programs(tree: &Tree, manifest: &toml::Table) -> Vec<(Option<String>, String)> {
    let members =
        manifest.get("workspace").and_then(|workspace| workspace.get("members")).and_then(toml::Value::as_array);
    let mut folders: Vec<String> = Vec::new();
    for member in members.into_iter().flatten().filter_map(toml::Value::as_str) {
        match member.strip_suffix("/*") {
            Some(parent) => folders.extend(
                tree.below(parent)
                    .folders_with(&["Cargo.toml"], 1)
                    .into_iter()
                    .filter(|f| !f.is_empty())
                    .map(|f| format!("{parent}/{f}")),
            ),
            None => folders.push(member.to_owned()),
        }
    }
    let many = !folders.is_empty();
    let mut found = Vec::new();
    for folder in std::iter::once(String::new()).chain(folders) {
        let here = tree.below(&folder);
        let manifest = here.toml("Cargo.toml");
        let Some(name) = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str)
        else {
            continue;
        };
        let of = many.then(|| name.to_owned());
        let mut names: Vec<String> = Vec::new();
        let bins = manifest.get("bin").and_then(toml::Value::as_array);
        names.extend(bins.into_iter().flatten().filter_map(|bin| Some(bin.get("name")?.as_str()?.to_owned())));
        if here.has("src/main.rs") && bins.is_none() {
            names.push(name.to_owned());
        }
        let more = here.in_folder("src/bin").filter_map(|(path, _)| {
            let rest = path.strip_prefix("src/bin/")?;
            rest.strip_suffix(".rs").filter(|name| !name.contains('/')).or_else(|| rest.strip_suffix("/main.rs"))
        });
        names.extend(more.map(str::to_owned));
        names.sort();
        names.dedup();
        found.extend(names.into_iter().map(|name| (of.clone(), name)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(files: &[(&str, &str)], present: &Present) -> Result<Rust, Unrecognised> {
        recognise(&Tree::of(files), present).map(|(_, rust)| rust)
    }

    #[test]
    fn the_program_is_found_in_a_package_and_in_a_workspace() {
        let one = [("Cargo.toml", "[package]\nname = \"clock\"\n"), ("src/main.rs", ""), ("Cargo.lock", "")];
        let found = rust(&one, &Present::default()).unwrap();
        assert_eq!((found.program.as_str(), found.package, found.locked), ("clock", None, true));
        let many = [
            ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\", \"tool\"]\n"),
            (
                "crates/api/Cargo.toml",
                "[package]\nname = \"api\"\n[[bin]]\nname = \"server\"\npath = \"src/main.rs\"\n",
            ),
            ("crates/api/src/main.rs", ""),
            ("crates/core/Cargo.toml", "[package]\nname = \"core\"\n"),
            ("crates/core/src/lib.rs", ""),
            ("tool/Cargo.toml", "[package]\nname = \"tool\"\n"),
            ("tool/src/bin/admin.rs", ""),
        ];
        let started = Present { start: vec!["./target/release/server".into(), "--now".into()], ..Present::default() };
        let found = rust(&many, &started).unwrap();
        assert_eq!((found.program.as_str(), found.package.as_deref()), ("server", Some("api")));
        assert_eq!(found.arguments, ["--now"]);
        let asked =
            Present { commands: vec!["cargo build --release --bin admin --features=a,b".into()], ..Present::default() };
        let found = rust(&many, &asked).unwrap();
        assert_eq!((found.package.as_deref(), found.features), (Some("tool"), vec!["--features".into(), "a,b".into()]));
        assert!(
            matches!(rust(&many, &Present::default()), Err(Unrecognised::Unsupported(why)) if why.contains("admin"))
        );
    }

    #[test]
    fn a_library_of_the_system_is_seen_in_the_lock() {
        let lock =
            "[[package]]\nname = \"openssl-sys\"\nversion = \"1\"\n[[package]]\nname = \"ring\"\nversion = \"1\"\n";
        let files = [("Cargo.toml", "[package]\nname = \"a\"\n"), ("src/main.rs", ""), ("Cargo.lock", lock)];
        assert_eq!(rust(&files, &Present::default()).unwrap().links, ["openssl-sys"]);
        let lock = ("Cargo.lock", "[[package]]\nname = \"openssl-probe\"\nversion = \"1\"\n");
        assert!(rust(&[files[0], files[1], lock], &Present::default()).unwrap().links.is_empty());
    }
}
