//! A Dockerfile of one stage as one of two: the lines to change, with the file's own names and paths.

use super::base::Base;
use super::builds::Family;
use super::seen::{Context, Written, operands};
use super::shell::{Call, calls};
use crate::dockerfile::Instruction;

/// Instructions that only tell how the container starts: they belong to the last stage.
const OF_START: [&str; 7] = ["EXPOSE", "USER", "HEALTHCHECK", "CMD", "ENTRYPOINT", "STOPSIGNAL", "VOLUME"];

/// The change that splits the target in two; `None` where nobody can tell what the second stage needs.
pub fn split(written: &Written, context: Option<&Context>, family: Family) -> Option<Vec<String>> {
    let stage = written.target();
    let from = stage.instructions.first()?;
    let named = match &stage.name {
        Some(_) => None,
        None => Some(format!("{} AS build", from.joined.trim_end())),
    };
    let name = stage.name.clone().unwrap_or_else(|| "build".to_owned());
    let second = second(written, context, family, &name)?;
    // The lines that tell how it starts stay where they are, below the new stage.
    let work = |one: &&Instruction| ["RUN", "COPY", "ADD", "WORKDIR"].contains(&one.keyword.as_str());
    let last_work = stage.instructions.iter().filter(work).map(|one| one.line).max()?;
    let start = stage.instructions.iter().find(|one| one.line > last_work && OF_START.contains(&one.keyword.as_str()));
    let lines: Vec<&str> = second.iter().map(String::as_str).collect();
    let end = written.file.text.lines().count() + 1;
    let insertion = written.inserted_before(start.map_or(end, |one| one.line), &lines);
    let mut change = named.map(|named| written.replaced(from.line, &[&named])).unwrap_or_default();
    if !change.is_empty() {
        change.push(" …".to_owned());
    }
    change.extend(insertion);
    Some(change)
}

/// The lines of the second stage, up to what tells how it starts.
fn second(written: &Written, context: Option<&Context>, family: Family, name: &str) -> Option<Vec<String>> {
    let folder = work_folder(written);
    let copy = |from: &str, to: &str| format!("COPY --from={name} {from} {to}");
    let base = written.base();
    let mut lines = vec![String::new()];
    match family {
        Family::Go => {
            let out = output(written).unwrap_or_else(|| format!("{}/server", folder.trim_end_matches('/')));
            let is_static = written.file.text.contains("CGO_ENABLED=0");
            let kind = if is_static { "static" } else { "base" };
            lines.push(format!("FROM gcr.io/distroless/{kind}-debian13:nonroot"));
            lines.push(copy(&out, &out));
        }
        Family::Rust => {
            let program = context.and_then(|context| package_name(context.text("Cargo.toml")?))?;
            lines.push("FROM gcr.io/distroless/cc-debian13:nonroot".to_owned());
            let from = format!("{}/target/release/{program}", folder.trim_end_matches('/'));
            lines.push(copy(&from, &format!("/usr/local/bin/{program}")));
        }
        Family::Node | Family::Python => {
            lines.push(format!("FROM {}", slim(base?)));
            lines.push(format!("WORKDIR {folder}"));
            if family == Family::Python {
                let version = Base::of(base?)
                    .version()
                    .map(|version| version.split('.').take(2).collect::<Vec<_>>().join("."))?;
                if !version.contains('.') {
                    return None;
                }
                let packages = format!("/usr/local/lib/python{version}/site-packages");
                lines.push(copy(&packages, &packages));
                lines.push(copy("/usr/local/bin", "/usr/local/bin"));
            } else {
                // Before the stage ends, what only the build needed goes.
                lines.insert(0, "RUN npm prune --omit=dev".to_owned());
            }
            lines.push(copy(&folder, &folder));
        }
        Family::Jvm => {
            let gradle = written.file.text.contains("gradle");
            let built = if gradle { "build/libs" } else { "target" };
            let version = base.and_then(java_version).unwrap_or_else(|| "21".to_owned());
            lines.push(format!("FROM eclipse-temurin:{version}-jre"));
            lines.push(copy(&format!("{}/{built}/*.jar", folder.trim_end_matches('/')), "/app.jar"));
        }
        Family::DotNet | Family::Native => return None,
    }
    Some(lines)
}

/// The folder that the stage works in.
fn work_folder(written: &Written) -> String {
    let folder = written.last("WORKDIR").and_then(|one| operands(one).into_iter().next());
    folder.filter(|folder| folder.starts_with('/')).unwrap_or_else(|| "/app".to_owned())
}

/// Where `go build -o` writes.
fn output(written: &Written) -> Option<String> {
    let build = |call: &Call| call.program() == "go" && call.verb() == "build";
    let call = written.shipped().into_iter().flat_map(calls).find(build)?;
    let mut words = call.arguments().iter().skip_while(|word| *word != "-o").skip(1);
    let out = words.next()?;
    let folder = work_folder(written);
    Some(if out.starts_with('/') {
        out.clone()
    } else {
        format!("{}/{}", folder.trim_end_matches('/'), out.trim_start_matches("./"))
    })
}

fn package_name(manifest: &str) -> Option<String> {
    let table: toml::Table = manifest.parse().ok()?;
    Some(table.get("package")?.get("name")?.as_str()?.to_owned())
}

fn java_version(base: &str) -> Option<String> {
    let tag = base.rsplit_once(':')?.1;
    let number = tag.split(['-', '.']).find(|part| matches!(*part, "8" | "11" | "17" | "21" | "25"))?;
    Some(number.to_owned())
}

/// The slim form of a base of Node or Python; the base itself where it has none.
fn slim(base: &str) -> String {
    let tagged = |tag: &str| base.rsplit_once(':').map(|(name, _)| format!("{name}:{tag}"));
    let of = Base::of(base);
    let tag = of.reference.tag.clone().unwrap_or_else(|| "latest".to_owned());
    if of.has_word("slim") || tag.contains("alpine") || base.contains('@') || of.language().is_none() {
        return base.to_owned();
    }
    let is_python = of.language().is_some_and(|(language, _)| language == "Python");
    let slim = match tag.split_once('-') {
        _ if tag == "latest" => "slim".to_owned(),
        Some((version, suite)) if is_python => format!("{version}-slim-{suite}"),
        _ => format!("{tag}-slim"),
    };
    tagged(&slim).unwrap_or_else(|| format!("{base}:{slim}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn of(text: &str, family: Family) -> Vec<String> {
        let seen = Fixture::of(text).text("Cargo.toml", "[package]\nname = \"pier\"\n").seen();
        split(seen.dockerfile.as_ref().unwrap(), seen.context.as_ref().ok(), family).unwrap_or_default()
    }

    #[test]
    fn go_gets_a_stage_with_its_program() {
        let text = "FROM golang:1.27\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o bin/pier .\nEXPOSE 8080\nCMD [\"/src/bin/pier\"]\n";
        assert_eq!(
            of(text, Family::Go),
            [
                "-FROM golang:1.27",
                "+FROM golang:1.27 AS build",
                " WORKDIR /src",
                " …",
                " RUN CGO_ENABLED=0 go build -o bin/pier .",
                "+",
                "+FROM gcr.io/distroless/static-debian13:nonroot",
                "+COPY --from=build /src/bin/pier /src/bin/pier",
                " EXPOSE 8080",
            ]
        );
    }

    #[test]
    fn each_language_gets_what_it_runs_on() {
        let ends = |text: &str, family| {
            of(text, family)
                .into_iter()
                .filter(|line| line.starts_with("+FROM") && !line.contains(" AS "))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            ends("FROM node:24-trixie\nWORKDIR /app\nRUN npm ci\nCMD [\"x\"]\n", Family::Node),
            ["+FROM node:24-trixie-slim"]
        );
        assert_eq!(
            ends("FROM python:3.13-trixie\nRUN pip install x\n", Family::Python),
            ["+FROM python:3.13-slim-trixie"]
        );
        assert_eq!(
            ends("FROM maven:3.9-eclipse-temurin-21\nRUN mvn package\n", Family::Jvm),
            ["+FROM eclipse-temurin:21-jre"]
        );
        assert!(
            of("FROM rust:1\nWORKDIR /w\nRUN cargo build\n", Family::Rust)
                .contains(&"+COPY --from=build /w/target/release/pier /usr/local/bin/pier".to_owned())
        );
        assert!(of("FROM gcc\nRUN make\n", Family::Native).is_empty(), "nobody knows what make made");
    }
}
