//! Every text is held against a file, so that a change of one is seen as what it is.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::audit::stack::recognise;
use crate::dockerfile::parse;

/// Writes the files. The schemas are written with the same variable.
const AGAIN: &str = "SNAPSHOTS=overwrite cargo test --package xtask --lib audit::propose";

fn proposals(dockerfile: &str, files: &[(&str, &str)], service: &Service) -> Vec<Proposal> {
    let present = Present::of(&parse(dockerfile, "Dockerfile").unwrap());
    let tree = Tree::of(files);
    let found = recognise(&tree, &present, None).unwrap();
    ladder(&found, &tree, &present, service)
}

/// Holds the proposals of a project against files.
fn holds(name: &str, dockerfile: &str, files: &[(&str, &str)], service: &Service) -> Vec<Proposal> {
    let proposals = proposals(dockerfile, files, service);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/audit/propose/snapshots");
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|what| what == "overwrite");
    let mut wanted: Vec<(PathBuf, String)> = Vec::new();
    for (step, proposal) in (1..).zip(&proposals) {
        let text = format!("{}\n=== .dockerignore ===\n{}", proposal.dockerfile, proposal.dockerignore);
        wanted.push((folder.join(format!("{name}-{step}.txt")), text));
        // Whatever is proposed can be read as what it is, and none of its stages is forgotten.
        let parsed = parse(&proposal.dockerfile, name).unwrap();
        assert_eq!(parsed.reachable(None).len(), parsed.stages.len(), "{}", proposal.dockerfile);
        assert!(proposal.dockerfile.lines().all(|line| line.len() <= 200 || line.contains("find ")), "{name}");
    }
    for (path, text) in wanted {
        if overwrite {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(there == text, "{} is out of date. This writes it:\n\n    {AGAIN}\n\n{text}", path.display());
    }
    proposals
}

fn service(port: u16, health: &str) -> Service {
    Service { port: Some(port), health: Some(health.to_owned()), writes: Vec::new() }
}

#[test]
fn go_static() {
    let files = [
        ("go.mod", "module example.org/shop\n\ngo 1.27\n"),
        ("go.sum", ""),
        ("main.go", "package main\n"),
        ("templates/a.html", ""),
    ];
    let found = holds(
        "go",
        "FROM golang:1.27-trixie\nWORKDIR /app\nCOPY . .\nRUN go build -o shop .\nEXPOSE 80\nCMD [\"./shop\", \"--loud\"]\n",
        &files,
        &service(80, "/"),
    );
    assert_eq!(
        found.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>(),
        ["a static binary on distroless", "a dynamic binary on distroless", "a binary on a slim image"]
    );
}

#[test]
fn go_with_c() {
    let files = [
        ("go.mod", "module x/api\n\ngo 1.26\nrequire github.com/mattn/go-sqlite3 v1.14.0\n"),
        ("go.sum", ""),
        ("cmd/api/main.go", "package main\n"),
    ];
    let service = Service { writes: vec!["/data".into(), "/tmp/x".into()], ..service(8080, "/health") };
    let found = holds(
        "go-c",
        "FROM golang\nCOPY . .\nRUN go build -tags prod -ldflags '-X main.v=1' -o /api ./cmd/api\nHEALTHCHECK --interval=5s CMD [\"/api\", \"health\"]\nCMD [\"/api\"]\n",
        &files,
        &service,
    );
    assert!(found.len() == 2 && found[0].tmpfs == ["/tmp", "/data:mode=1777"]);
    assert!(found[0].dockerfile.contains("CMD [\"/app/api\", \"health\"]"));
}

#[test]
fn rust_static() {
    let files = [("Cargo.toml", "[package]\nname = \"clock\"\n"), ("Cargo.lock", ""), ("src/main.rs", "")];
    holds(
        "rust",
        "FROM rust:1-trixie\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nEXPOSE 8080\nCMD [\"./target/release/clock\"]\n",
        &files,
        &service(8080, "/health"),
    );
}

#[test]
fn rust_with_openssl() {
    let lock = "[[package]]\nname = \"openssl-sys\"\nversion = \"1\"\n";
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n"),
        ("Cargo.lock", lock),
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("a/src/main.rs", ""),
        ("b/Cargo.toml", "[package]\nname = \"b\"\n"),
        ("b/src/main.rs", ""),
    ];
    let found = holds(
        "rust-openssl",
        "FROM rust:1.85\nRUN apt-get update && apt-get install -y libssl-dev pkg-config\nCOPY . .\nRUN cargo build --release -p a --features x\nCMD [\"/target/release/a\"]\n",
        &files,
        &service(3000, "/"),
    );
    assert_eq!(found[0].kind, "a dynamic binary on distroless");
}

#[test]
fn node_compiled() {
    let package = r#"{"name":"@acme/api","scripts":{"build":"tsc","start":"node dist/main.js"},"dependencies":{"fastify":"5"},"devDependencies":{"typescript":"6","esbuild":"1"}}"#;
    let files = [
        ("package.json", package),
        ("package-lock.json", ""),
        (".npmrc", ""),
        ("src/main.ts", ""),
        ("public/a.css", ""),
    ];
    let dockerfile = "FROM node:24-trixie\nWORKDIR /srv\nCOPY . .\nENV LOG_LEVEL=info API_TOKEN=abc GREETING=\"Hello you\"\nRUN npm ci && npm run build\nEXPOSE 8080\nHEALTHCHECK --interval=9s CMD curl -f http://localhost:8080/health\nCMD [\"npm\", \"start\"]\n";
    let found = holds("node", dockerfile, &files, &service(8080, "/health"));
    assert_eq!(found.len(), 3);
    assert!(
        found.iter().all(|one| one.withheld == [("API_TOKEN".into(), "abc".into())] && !one.dockerfile.contains("abc"))
    );
}

#[test]
fn node_without_a_build_or_a_lock() {
    let files = [
        ("package.json", r#"{"name":"hello","dependencies":{"express":"5"}}"#),
        ("server.js", ""),
        ("views/a.ejs", ""),
    ];
    holds(
        "node-plain",
        "FROM node:latest\nCOPY . .\nRUN npm install\nCMD node server.js\n",
        &files,
        &service(3000, "/"),
    );
}

#[test]
fn node_in_a_workspace() {
    let api = r#"{"name":"@acme/api","scripts":{"build":"tsc","start":"node dist/index.js"},"dependencies":{"core":"workspace:*"}}"#;
    let files = [
        ("package.json", r#"{"name":"acme","private":true,"packageManager":"pnpm@10.1.0"}"#),
        ("pnpm-workspace.yaml", "packages:\n  - packages/*\n"),
        ("pnpm-lock.yaml", ""),
        ("packages/api/package.json", api),
        ("packages/core/package.json", r#"{"name":"core"}"#),
    ];
    holds(
        "node-workspace",
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN corepack enable && pnpm i && pnpm -r build\nCMD [\"node\", \"packages/api/dist/index.js\"]\n",
        &files,
        &service(3000, "/"),
    );
}

#[test]
fn node_with_next_and_for_browsers() {
    let package = r#"{"name":"shop","scripts":{"build":"next build","start":"next start"},"dependencies":{"next":"16","react":"19"}}"#;
    let files = [
        ("package.json", package),
        ("yarn.lock", ""),
        ("next.config.js", "module.exports = { output: 'standalone' }"),
        ("public/a.svg", ""),
    ];
    holds(
        "node-next",
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN yarn && yarn build\nEXPOSE 3000\nCMD [\"yarn\", \"start\"]\n",
        &files,
        &service(3000, "/"),
    );
    let package =
        r#"{"name":"web","scripts":{"build":"vite build","preview":"vite preview"},"devDependencies":{"vite":"7"}}"#;
    let files = [("package.json", package), ("package-lock.json", "")];
    let found = holds(
        "node-static",
        "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"npm\", \"run\", \"preview\"]\n",
        &files,
        &service(4173, "/"),
    );
    assert_eq!(found[0].port, Some(8080));
}

#[test]
fn python_with_hashes() {
    let files = [
        ("requirements.txt", "flask==3 \\\n  --hash=sha256:00\n"),
        ("shop/__init__.py", ""),
        ("wsgi.py", ""),
        ("tests/a.py", ""),
    ];
    let found = holds(
        "python",
        "FROM python:3.13-trixie\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nEXPOSE 8000\nCMD gunicorn -b 0.0.0.0:8000 wsgi:app\n",
        &files,
        &service(8000, "/healthz"),
    );
    assert_eq!(found.len(), 2);
}

#[test]
fn python_with_a_library_and_a_shell() {
    let files = [
        ("pyproject.toml", "[tool.poetry]\nname = \"shop\"\n"),
        ("poetry.lock", ""),
        ("manage.py", ""),
        ("shop/settings.py", ""),
    ];
    let dockerfile = "FROM python:3.12\nRUN apt-get update && apt-get install -y libpq-dev gcc\nRUN pip install poetry\nCOPY . .\nRUN poetry install\nRUN python manage.py collectstatic --noinput\nCMD python manage.py migrate && gunicorn -b 0.0.0.0:$PORT shop.wsgi\n";
    let found = holds("python-poetry", dockerfile, &files, &Service::default());
    assert!(found.len() == 1 && found[0].dockerfile.contains("libpq5") && !found[0].dockerfile.contains("libpq-dev"));
}

#[test]
fn python_with_uv() {
    let files = [
        ("pyproject.toml", "[project]\nname = \"api\"\nrequires-python = \"==3.13.*\"\n"),
        ("uv.lock", ""),
        ("src/api/__init__.py", ""),
    ];
    holds(
        "python-uv",
        "FROM python:3.13-slim\nCOPY . .\nRUN pip install uv && uv sync\nCMD [\"uv\", \"run\", \"uvicorn\", \"api:app\", \"--host\", \"0.0.0.0\"]\n",
        &files,
        &service(8000, "/"),
    );
}

#[test]
fn java_with_maven_and_gradle() {
    let files = [
        ("pom.xml", "<artifactId>shop</artifactId><java.version>21</java.version> spring-boot"),
        ("src/main/java/x/Application.java", ""),
    ];
    holds(
        "java-maven",
        "FROM maven:3.9-eclipse-temurin-21\nCOPY . .\nRUN mvn package\nEXPOSE 8080\nCMD [\"java\", \"-Xmx256m\", \"-jar\", \"target/shop.jar\"]\n",
        &files,
        &service(8080, "/actuator/health"),
    );
    let files = [
        ("build.gradle", "plugins { id 'java' }"),
        ("settings.gradle", "rootProject.name = 'api'"),
        ("gradlew", ""),
        ("gradle/wrapper/gradle-wrapper.properties", ""),
        ("src/main/java/Main.java", ""),
    ];
    holds(
        "java-gradle",
        "FROM eclipse-temurin:25-jdk\nCOPY . .\nRUN ./gradlew build\nCMD java -jar build/libs/api.jar\n",
        &files,
        &Service::default(),
    );
}

#[test]
fn hostile_names_stay_words() {
    let package = "{\"name\":\"x\\nRUN evil\",\"dependencies\":{\"a\":\"1\"}}";
    let files = [("package.json", package), ("server.js", ""), ("a\nRUN evil.js", ""), ("$HOME/b.js", "")];
    for proposal in
        proposals("FROM node\nENV A=$B\nLABEL a=$B\nCMD [\"node\", \"server.js\"]\n", &files, &Service::default())
    {
        assert!(
            !proposal.dockerfile.contains("RUN evil") && !proposal.dockerfile.contains("$HOME"),
            "{}",
            proposal.dockerfile
        );
    }
}

/// Of projects in the shape that people have: what each is taken for, and what may be proposed. Each text can be read.
#[test]
fn projects_of_other_people() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/audit");
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    names.sort();
    let mut lines = Vec::new();
    for path in names {
        let Ok(text) = fs::read_to_string(path.join("Dockerfile")) else { continue };
        let Ok(parsed) = parse(&text, "Dockerfile") else { continue };
        let (present, tree) = (Present::of(&parsed), Tree::read(&path).unwrap());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        lines.push(match recognise(&tree, &present, None) {
            Err(why) => format!("{name}: {}", why.words()),
            Ok(found) => {
                let proposals = ladder(&found, &tree, &present, &service(8080, "/"));
                for proposal in &proposals {
                    assert!(parse(&proposal.dockerfile, &name).is_ok(), "{name}\n{}", proposal.dockerfile);
                }
                let kinds: Vec<String> = proposals.into_iter().map(|one| one.kind).collect();
                format!("{name}: {}: {}", found.stack.called(), kinds.join(", "))
            }
        });
    }
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/audit/propose/snapshots/projects.txt");
    let text = lines.join("\n") + "\n";
    if std::env::var("SNAPSHOTS").is_ok_and(|what| what == "overwrite") {
        fs::write(&place, &text).unwrap();
    }
    let there = fs::read_to_string(&place).unwrap_or_default().replace("\r\n", "\n");
    assert!(there == text, "{} is out of date. This writes it:\n\n    {AGAIN}\n\n{text}", place.display());
}
