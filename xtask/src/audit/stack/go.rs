//! A Go module: which command is built, whether C takes part, what it reads at run time.

use super::{Present, Tree, Unrecognised, words};

/// How a Go service is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Go {
    /// What `go mod download` reads.
    pub manifests: Vec<String>,
    /// Whether modules lie in `vendor/`.
    pub vendored: bool,
    /// The package that is built, e.g. `./cmd/api`.
    pub package: String,
    /// Whether C code takes part.
    pub cgo: bool,
    /// Tags of the present build.
    pub tags: Option<String>,
    /// What the present build sets with `-X`.
    pub sets: Vec<String>,
    /// The version of the language that go.mod asks for, e.g. `1.26`.
    pub version: Option<String>,
    /// Folders and files beside the binary that it may open.
    pub data: Vec<String>,
    /// Arguments behind the program.
    pub arguments: Vec<String>,
}

/// Folders that Go services read at run time.
pub(super) const DATA: [&str; 14] = [
    "templates",
    "template",
    "views",
    "static",
    "public",
    "assets",
    "web",
    "www",
    "migrations",
    "locales",
    "i18n",
    "config",
    "configs",
    "data",
];

pub(super) fn recognise(tree: &Tree, present: &Present) -> Result<(String, Go), Unrecognised> {
    let module = tree.text("go.mod");
    let line =
        |word: &str| module.lines().find_map(|line| line.trim().strip_prefix(word)?.strip_prefix(' ')).map(str::trim);
    let name = line("module").unwrap_or_default().trim_matches('"');
    // A version at the end of a module's path, as in `x/api/v2`, names nothing.
    let is_version = |part: &str| part.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok());
    let name = name.rsplit('/').find(|part| !is_version(part)).unwrap_or_default();
    let build = present
        .command("go build")
        .and_then(words::plain)
        .or_else(|| present.commands.iter().find_map(|command| go_build(command)));
    let build = Build::of(build.unwrap_or_default());
    let mains = mains(tree);
    let package = match (build.package, mains.as_slice()) {
        (Some(package), _) => package,
        (None, [one]) => one.clone(),
        (None, mains) if mains.iter().any(|main| main == ".") => ".".to_owned(),
        (None, []) => {
            return Err(Unrecognised::Unsupported(
                "No file of this module has `package main`, so it builds no program.".to_owned(),
            ));
        }
        (None, many) => {
            return Err(Unrecognised::Unsupported(format!(
                "This module has several programs: {}. The Dockerfile has no `go build` that says which one is the service.",
                many.join(", ")
            )));
        }
    };
    let sources = || tree.files().filter(|(path, _)| words::has_ending(path, "go") && !path.ends_with("_test.go"));
    let cgo = !present.environment.iter().any(|(name, value)| name == "CGO_ENABLED" && value == "0")
        && (sources().any(|(_, text)| text.lines().any(|line| line.trim() == "import \"C\"")) || needs_c(module));
    let embedded: Vec<&str> =
        sources().flat_map(|(_, text)| text.lines()).filter_map(|line| line.strip_prefix("//go:embed ")).collect();
    let is_embedded = |folder: &str| {
        embedded.iter().any(|line| {
            line.split_whitespace().any(|word| word.trim_start_matches("all:").split('/').next() == Some(folder))
        })
    };
    let has_other = |folder: &str| tree.in_folder(folder).any(|(path, _)| !words::has_ending(path, "go"));
    let data =
        DATA.iter().filter(|folder| has_other(folder) && !is_embedded(folder)).map(|folder| (*folder).to_owned());
    Ok((
        if package == "." { name.to_owned() } else { package.rsplit('/').next().unwrap_or(name).to_owned() },
        Go {
            manifests: tree.those(&["go.mod", "go.sum", "go.work", "go.work.sum"]),
            vendored: tree.has("vendor/modules.txt"),
            package,
            cgo,
            tags: build.tags,
            sets: build.sets,
            version: line("go").map(|version| version.split('.').take(2).collect::<Vec<_>>().join(".")),
            data: data.collect(),
            arguments: present.start.iter().skip(1).cloned().collect(),
        },
    ))
}

/// A `go build` behind values, as in `CGO_ENABLED=0 go build …`.
fn go_build(command: &str) -> Option<Vec<String>> {
    let at = command.find("go build")?;
    words::plain(&command[at..])
}

/// Modules that are nothing without a C compiler.
fn needs_c(module: &str) -> bool {
    [
        "github.com/mattn/go-sqlite3 ",
        "github.com/confluentinc/confluent-kafka-go",
        "github.com/DataDog/zstd ",
        "gopkg.in/gographics/imagick",
    ]
    .iter()
    .any(|name| module.contains(name))
}

/// Folders with a `main` that is the module's own, as `go build` names them.
fn mains(tree: &Tree) -> Vec<String> {
    let mut found: Vec<String> = tree
        .files()
        .filter(|(path, _)| {
            words::has_ending(path, "go") && !path.ends_with("_test.go") && !path.starts_with("vendor/")
        })
        .filter(|(_, text)| {
            text.lines().any(|line| line.trim_end() == "package main") && !text.starts_with("//go:build ignore")
        })
        .map(|(path, _)| path.rsplit_once('/').map_or_else(|| ".".to_owned(), |(folder, _)| format!("./{folder}")))
        .collect();
    found.dedup();
    let helper =
        |folder: &String| ["/tools", "/examples", "/scripts", "/hack"].iter().any(|part| folder.contains(part));
    found.retain(|folder| !helper(folder));
    found
}

/// The words of a `go build`.
#[derive(Default)]
struct Build {
    package: Option<String>,
    tags: Option<String>,
    sets: Vec<String>,
}

impl Build {
    fn of(words: Vec<String>) -> Self {
        let mut build = Self::default();
        let mut words = words.into_iter().skip(2);
        while let Some(word) = words.next() {
            let (flag, value) = match word.trim_start_matches('-').split_once('=') {
                Some((flag, value)) if word.starts_with('-') => (flag.to_owned(), Some(value.to_owned())),
                _ => (word.trim_start_matches('-').to_owned(), None),
            };
            if !word.starts_with('-') {
                // A file alone stands for its folder: go.mod is there.
                let folder = word
                    .strip_suffix(".go")
                    .map(|file| file.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned());
                let package = folder.unwrap_or(word);
                build.package =
                    Some(if package == "." || package.starts_with("./") { package } else { format!("./{package}") });
                continue;
            }
            match flag.as_str() {
                "tags" => build.tags = value.or_else(|| words.next()),
                "ldflags" => build.sets = sets(&value.or_else(|| words.next()).unwrap_or_default()),
                "o" | "mod" | "gcflags" | "installsuffix" | "buildmode" | "p" | "modfile" | "pgo"
                    if value.is_none() =>
                {
                    drop(words.next());
                }
                _ => {}
            }
        }
        // A package by the whole path of its module is rare in a Dockerfile, and cannot be told from a folder.
        build.package = build.package.filter(|package| !package.contains("..."));
        build
    }
}

/// The `-X name=value` among the flags of the linker.
fn sets(flags: &str) -> Vec<String> {
    let words: Vec<&str> = flags.split_whitespace().collect();
    words.windows(2).filter(|pair| pair[0] == "-X").map(|pair| pair[1].trim_matches(['\'', '"']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(files: &[(&str, &str)], commands: &[&str]) -> Result<(String, Go), Unrecognised> {
        let present = Present { commands: commands.iter().map(|c| (*c).to_owned()).collect(), ..Present::default() };
        recognise(&Tree::of(files), &present)
    }

    const MAIN: &str = "package main\n";

    #[test]
    fn the_program_is_the_one_that_the_dockerfile_builds() {
        let files = [
            ("go.mod", "module example.org/shop/v2\n\ngo 1.26.1\n"),
            ("go.sum", ""),
            ("cmd/api/main.go", MAIN),
            ("cmd/cli/main.go", MAIN),
        ];
        let (name, built) =
            go(&files, &["CGO_ENABLED=0 go build -tags=prod -ldflags \"-s -X main.v=1\" -o /bin/api ./cmd/api"])
                .unwrap();
        assert_eq!((name.as_str(), built.package.as_str()), ("api", "./cmd/api"));
        assert_eq!(
            (built.tags.as_deref(), built.sets, built.version.as_deref()),
            (Some("prod"), vec!["main.v=1".into()], Some("1.26"))
        );
        assert_eq!(built.manifests, ["go.mod", "go.sum"]);
        assert!(matches!(go(&files, &[]), Err(Unrecognised::Unsupported(why)) if why.contains("./cmd/api, ./cmd/cli")));
        assert!(matches!(go(&files[..2], &[]), Err(Unrecognised::Unsupported(_))));
        let (name, built) =
            go(&[files[0], ("main.go", MAIN), ("tools/gen/main.go", MAIN)], &["go build -o app main.go"]).unwrap();
        assert_eq!((name.as_str(), built.package.as_str()), ("shop", "."));
    }

    #[test]
    fn c_code_is_seen_and_not_guessed() {
        let module = ("go.mod", "module x\nrequire github.com/mattn/go-sqlite3 v1.14\n");
        assert!(go(&[module, ("main.go", MAIN)], &[]).unwrap().1.cgo);
        assert!(go(&[("go.mod", "module x"), ("main.go", "package main\nimport \"C\"\n")], &[]).unwrap().1.cgo);
        // A pure port of SQLite, and a word in a text.
        let module = ("go.mod", "module x\nrequire modernc.org/sqlite v1.30\n");
        assert!(!go(&[module, ("main.go", "package main\nvar s = `import \"C\"`\n")], &[]).unwrap().1.cgo);
    }

    #[test]
    fn what_is_embedded_is_not_shipped_a_second_time() {
        let embeds = "package main\nimport _ \"embed\"\n//go:embed all:templates/*.html\nvar t string\n";
        let files = [
            ("go.mod", "module x"),
            ("main.go", embeds),
            ("templates/a.html", ""),
            ("static/a.css", ""),
            ("config/config.go", "package config\n"),
        ];
        assert_eq!(go(&files, &[]).unwrap().1.data, ["static"]);
    }
}
