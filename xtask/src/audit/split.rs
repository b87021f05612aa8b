//! A Dockerfile of one stage as one of two: the lines to change, with the file's own names and paths.

use super::base::{Base, Libc};
use super::builds::Family;
use super::installs::{Tool, installs, system_packages};
use super::pairs::pairs;
use super::propose::{is_of_builds, run_of};
use super::seen::{Context, Written, flag, operands};
use super::shell::{Call, calls};
use crate::dockerfile::Instruction;

/// Instructions that only tell how the container starts and what it knows: they belong to the last stage, and those behind the work
/// stay where they are, below its `FROM`.
const OF_START: [&str; 9] =
    ["EXPOSE", "USER", "HEALTHCHECK", "CMD", "ENTRYPOINT", "STOPSIGNAL", "VOLUME", "ENV", "LABEL"];
/// Where the packages of Python go that the last stage gets.
const VENV: &str = "/opt/venv";

/// A file of one stage as one of two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The lines to change.
    pub lines: Vec<String>,
    /// What the lines alone do not tell, in sentences.
    pub also: Vec<String>,
}

/// The second stage, and what has to change for it.
#[derive(Default)]
struct Second {
    /// Lines that the build gets before the instruction on this line.
    first: Option<(usize, Vec<String>)>,
    /// Lines that end the build.
    last: Vec<String>,
    /// `FROM`, and what comes before what is kept.
    from: Vec<String>,
    /// What is copied into it.
    copies: Vec<String>,
    /// The command that takes the place of the present one: its line, and the new text.
    start: Option<(usize, String)>,
    /// What the lines alone do not tell.
    also: Vec<String>,
}

/// The change that splits the target in two; `None` where nobody can tell what the second stage needs.
pub fn split(written: &Written, context: Option<&Context>, family: Family) -> Option<Split> {
    let stage = written.target();
    let from = stage.instructions.first()?;
    let named = match &stage.name {
        Some(_) => None,
        None => Some(format!("{} AS build", from.joined.trim_end())),
    };
    let name = stage.name.clone().unwrap_or_else(|| "build".to_owned());
    let mut second = second(written, context, family, &name)?;
    let work = |one: &&Instruction| ["RUN", "COPY", "ADD", "WORKDIR"].contains(&one.keyword.as_str());
    let last_work = stage.instructions.iter().filter(work).map(|one| one.line).max()?;
    let start = stage.instructions.iter().find(|one| one.line > last_work && OF_START.contains(&one.keyword.as_str()));
    let end = written.file.text.lines().count() + 1;
    let at = start.map_or(end, |one| one.line);
    let before = stage.instructions.iter().filter(|one| one.line < last_work);
    let kept = kept(written, &before.collect::<Vec<_>>(), &mut second)?;

    let mut lines: Vec<String> = second.last.clone();
    lines.push(String::new());
    lines.extend(second.from.iter().chain(&kept).chain(&second.copies).cloned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut parts = vec![named.map(|named| written.replaced(from.line, &[&named])).unwrap_or_default()];
    if let Some((line, first)) = &second.first {
        let first: Vec<&str> = first.iter().map(String::as_str).collect();
        let mut part = written.inserted_before(*line, &first);
        if *line == from.line + 1 {
            // The change of FROM ends with the line that this one stands before.
            parts[0].pop();
            part.remove(0);
            parts[0].extend(part);
        } else {
            parts.push(part);
        }
    }
    parts.push(written.inserted_before(at, &lines));
    if let Some((line, text)) = &second.start {
        let mut change = written.replaced(*line, &[text]);
        if *line == at {
            // The insertion ends with the line that changes.
            parts.last_mut()?.pop();
            change.retain(|line| line.starts_with(['-', '+']));
            parts.last_mut()?.extend(change);
        } else {
            parts.push(change);
        }
    }
    parts.retain(|part| !part.is_empty());
    Some(Split { lines: parts.join(&" …".to_owned()), also: second.also })
}

/// What stands before the last work of the stage and is for the service: it has to be said again in the last stage. `None` where that
/// needs more than its lines.
fn kept(written: &Written, before: &[&Instruction], second: &mut Second) -> Option<Vec<String>> {
    let text = |one: &Instruction| one.text.trim_end().lines().map(str::to_owned).collect::<Vec<_>>();
    let mut kept = Vec::new();
    let settings: Vec<&Instruction> =
        before.iter().copied().filter(|one| ["ENV", "LABEL"].contains(&one.keyword.as_str())).collect();
    for one in before.iter().filter(|one| one.keyword == "ARG") {
        // A setting that takes its value from an argument needs it there, too.
        let is_used = pairs(one).iter().any(|pair| {
            settings.iter().any(|setting| {
                setting.text.contains(&format!("${}", pair.name)) || setting.text.contains(&format!("${{{}", pair.name))
            })
        });
        if is_used {
            kept.extend(text(one));
        }
    }
    kept.extend(settings.iter().flat_map(|one| text(one)));
    for keyword in ["EXPOSE", "STOPSIGNAL", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD", "USER"] {
        let own: Vec<&&Instruction> = before.iter().filter(|one| one.keyword == keyword).collect();
        let counts = if ["EXPOSE", "VOLUME"].contains(&keyword) { 0 } else { own.len().saturating_sub(1) };
        // A user is set back at the end by a later USER, which stays where it is.
        let again = written.last(keyword).is_some_and(|last| own.iter().all(|one| one.line != last.line));
        if !again || ["EXPOSE", "VOLUME"].contains(&keyword) {
            kept.extend(own[counts..].iter().flat_map(|one| text(one)));
        }
    }
    // A user by name has to be made again where it is used.
    let user = written.last("USER").and_then(|one| operands(one).into_iter().next());
    let user = user.map(|user| user.split(':').next().unwrap_or_default().to_owned());
    let by_name = user.filter(|user| !user.is_empty() && !user.bytes().all(|b| b.is_ascii_digit()) && user != "root");
    if by_name.is_some() {
        let adds_user = |call: &Call| ["useradd", "adduser", "groupadd", "addgroup"].contains(&call.program());
        let maker = written.target().instructions.iter().find(|one| calls(one).iter().any(adds_user));
        if let Some(maker) = maker {
            let has_shell = !second.from.iter().any(|line| line.contains("distroless"));
            let only = calls(maker).iter().all(|call| adds_user(call) || ["mkdir", "chown"].contains(&call.program()));
            if !has_shell || !only {
                return None;
            }
            let at = kept.iter().position(|line| line.starts_with("USER")).unwrap_or(kept.len());
            kept.splice(at..at, text(maker));
        }
    }
    Some(kept)
}

/// The second stage by the language.
fn second(written: &Written, context: Option<&Context>, family: Family, name: &str) -> Option<Second> {
    let folder = work_folder(written);
    let base = written.base();
    let mut second = Second::default();
    match family {
        Family::Go => {
            let out = output(written)?;
            let is_static = written.file.text.contains("CGO_ENABLED=0");
            let kind = if is_static { "static" } else { "base" };
            second.from.push(format!("FROM gcr.io/distroless/{kind}-debian13:nonroot"));
            second.copies.push(copy(name, &out, &out));
            bare(written, &mut second);
        }
        Family::Rust => {
            let program = context.and_then(|context| package_name(context.text("Cargo.toml")?))?;
            let profile = if written.file.text.contains("--release") { "release" } else { "debug" };
            second.from.push("FROM gcr.io/distroless/cc-debian13:nonroot".to_owned());
            let from = format!("{}/target/{profile}/{program}", folder.trim_end_matches('/'));
            // It has to lie where the command looks for it.
            let to = match started(written) {
                Some(path) if path.ends_with(&format!("/{program}")) => inside(&folder, &path),
                _ => format!("/usr/local/bin/{program}"),
            };
            second.copies.push(copy(name, &from, &to));
            bare(written, &mut second);
        }
        Family::Node => {
            second.from.push(format!("FROM {}", slim(base?)));
            let places = places(written)?;
            second.from.extend(work_folder_line(written));
            second.last.push(pruned(written, context)?.to_owned());
            second.copies.extend(places.iter().map(|place| copy(name, place, place)));
            if written.last("CMD").is_some_and(|one| operands(one).iter().any(|word| word.trim_matches('"') == "dev")) {
                let says = "Its command starts a server for development, whose packages go with the others that only the build needs: \
                            start what the build made.";
                second.also.push(says.to_owned());
            }
            libraries(written, base?, &mut second);
        }
        Family::Python => {
            // Another base brings Python as packages, and which of them the last stage needs nobody knows.
            Base::of(base?).language().filter(|(language, _)| *language == "Python")?;
            second.from.push(format!("FROM {}", slim(base?)));
            second.from.extend(work_folder_line(written));
            python(written, name, &mut second)?;
            libraries(written, base?, &mut second);
        }
        Family::Jvm => {
            let gradle = written.file.text.contains("gradle");
            let built = if gradle { "build/libs" } else { "target" };
            let version = base.and_then(java_version).unwrap_or_else(|| "21".to_owned());
            second.from.push(format!("FROM eclipse-temurin:{version}-jre"));
            second.from.extend(work_folder_line(written));
            let jar = written.last("CMD").into_iter().chain(written.last("ENTRYPOINT")).flat_map(operands);
            let jar = jar.flat_map(|word| word.split(' ').map(str::to_owned).collect::<Vec<_>>());
            let jar = jar.map(|word| word.trim_matches(['"', '\'']).to_owned()).find(|word| is_jar(word));
            let to = if let Some(jar) = jar.filter(|jar| !jar.contains('*')) {
                inside(&folder, &jar)
            } else {
                let says = "Start it with `java -jar /app.jar`: the tool of the build is not there.";
                second.also.push(says.to_owned());
                "/app.jar".to_owned()
            };
            second.copies.push(copy(name, &format!("{}/{built}/*.jar", folder.trim_end_matches('/')), &to));
        }
        Family::DotNet | Family::Native => return None,
    }
    Some(second)
}

fn is_jar(word: &str) -> bool {
    std::path::Path::new(word).extension().is_some_and(|ending| ending == "jar")
}

fn copy(stage: &str, from: &str, to: &str) -> String {
    format!("COPY --from={stage} {from} {to}")
}

/// A path as it is seen from the root.
fn inside(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    format!("{}/{}", folder.trim_end_matches('/'), path.trim_start_matches("./"))
}

/// What a base without a shell cannot do.
fn bare(written: &Written, second: &mut Second) {
    let start = written.last("CMD").into_iter().chain(written.last("ENTRYPOINT"));
    if start.into_iter().any(|one| !one.joined.contains('[')) {
        second.also.push("That base has no shell: write the command as a JSON list.".to_owned());
    }
    if written.last("HEALTHCHECK").is_some_and(|one| !one.joined.contains("NONE")) {
        second.also.push("It has neither curl nor wget: let the service check itself in HEALTHCHECK.".to_owned());
    }
}

/// The program that the container starts, as it is written.
fn started(written: &Written) -> Option<String> {
    let start = written.last("ENTRYPOINT").or_else(|| written.last("CMD"))?;
    operands(start).into_iter().next()
}

/// What removes the packages of Node that only the build needed; `None` where packages lie outside of the project's folder.
fn pruned(written: &Written, context: Option<&Context>) -> Option<&'static str> {
    let tool = written.shipped().into_iter().flat_map(calls).find_map(|call| installs(&call));
    let is_workspace = context.is_some_and(|context| context.has("pnpm-workspace.yaml"));
    // Programs for the whole image lie among those of the base.
    let is_global = |call: &Call| {
        let managers = ["npm", "pnpm", "yarn", "corepack"];
        let names =
            |word: &&String| !word.starts_with('-') && !["install", "i", "add", "global"].contains(&word.as_str());
        let others = |call: &Call| {
            call.arguments()
                .iter()
                .filter(names)
                .any(|word| !managers.contains(&word.split('@').next().unwrap_or_default()))
        };
        managers.contains(&call.program()) && call.has_option(&["-g", "--global"]) && others(call)
    };
    if written.shipped().into_iter().flat_map(calls).any(|call| is_global(&call)) {
        return None;
    }
    match tool {
        Some(Tool::Pnpm) if is_workspace => None,
        Some(Tool::Pnpm) => Some("RUN pnpm prune --prod"),
        Some(Tool::Yarn) => Some("RUN yarn install --frozen-lockfile --production"),
        _ => Some("RUN npm prune --omit=dev"),
    }
}

/// The folders and files that hold the project: the one that the stage works in, and what a `COPY` puts elsewhere. `None` where a
/// `COPY` goes nobody knows where.
fn places(written: &Written) -> Option<Vec<String>> {
    let mut places: Vec<String> = work_folder_line(written).map(|_| work_folder(written)).into_iter().collect();
    for one in written.target().instructions.iter().filter(|one| ["COPY", "ADD"].contains(&one.keyword.as_str())) {
        // What comes from another image is a tool.
        if flag(one, "from").next().is_some() {
            continue;
        }
        let to = operands(one).pop()?;
        if !to.starts_with('/') {
            // Without a folder to work in, it lies at the root, among everything else.
            places.first()?;
            continue;
        }
        let to = if to == "/" { return None } else { to.trim_end_matches('/').to_owned() };
        let is_known = |place: &String| to == *place || to.starts_with(&format!("{place}/"));
        if !places.iter().any(is_known) {
            places.push(to);
        }
    }
    Some(places)
}

/// Python: its packages in an environment that can be copied whole. Where the interpreter keeps its own differs from base to base.
fn python(written: &Written, name: &str, second: &mut Second) -> Option<()> {
    let places = places(written)?;
    let runs = written.target().instructions.iter().filter(|one| one.keyword == "RUN");
    let calls: Vec<(usize, Call)> = runs.flat_map(|one| calls(one).into_iter().map(|call| (one.line, call))).collect();
    let is_pip = |call: &Call| ["pip", "pip3"].contains(&call.program()) && call.verb() == "install";
    let is_module = |call: &Call| call.program().starts_with("python") && call.has(&["pip"]) && call.has(&["install"]);
    let uv = calls.iter().any(|(_, call)| call.program() == "uv" && call.verb() == "sync");
    if calls.iter().any(|(_, call)| ["poetry", "pipenv", "pdm", "conda"].contains(&call.program())) {
        return None;
    }
    let mut to_copy = places;
    if uv {
        let folder = work_folder(written);
        let venv = format!("{}/.venv", folder.trim_end_matches('/'));
        if written.file.text.contains("UV_PROJECT_ENVIRONMENT") || work_folder_line(written).is_none() {
            return None;
        }
        second.from.push(format!("ENV PATH={venv}/bin:$PATH"));
        if let Some(start) = written.last("CMD").filter(|one| operands(one).first().is_some_and(|word| word == "uv")) {
            // uv stays behind, and its environment has the program.
            let words = operands(start);
            let ["uv", "run", program, ..] = words.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
                return None;
            };
            if program.starts_with('-') {
                return None;
            }
            let is_list = start.joined.contains('[');
            let text = if is_list {
                let words: Vec<String> = words[2..].iter().map(|word| serde_json::json!(word).to_string()).collect();
                format!("CMD [{}]", words.join(", "))
            } else {
                format!("CMD {}", words[2..].join(" "))
            };
            second.start = Some((start.line, text));
        } else if written.last("ENTRYPOINT").is_some_and(|one| operands(one).first().is_some_and(|word| word == "uv")) {
            return None;
        }
    } else {
        let first = calls.iter().find(|(_, call)| is_pip(call) || is_module(call)).map(|(line, _)| *line)?;
        // Only root makes a folder in /opt.
        if written.first_of(&["USER"]).is_some_and(|user| user.line < first) {
            return None;
        }
        if calls.iter().any(|(_, call)| call.has_option(&["--user", "--target", "-t", "--prefix", "--system"])) {
            return None;
        }
        let environment = format!("ENV PATH={VENV}/bin:$PATH");
        second.first = Some((first, vec![format!("RUN python -m venv {VENV}"), environment.clone()]));
        second.from.push(environment);
        to_copy.insert(0, VENV.to_owned());
    }
    second.copies.extend(to_copy.iter().map(|place| copy(name, place, place)));
    Some(())
}

/// The libraries of the distribution that what was compiled in the first stage loads in the last one.
fn libraries(written: &Written, base: &str, second: &mut Second) {
    let calls: Vec<Call> = written.shipped().into_iter().flat_map(calls).collect();
    let wanted: Vec<&str> = calls.iter().flat_map(system_packages).map(plain_name).collect();
    let mut run: Vec<String> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for package in wanted {
        let needed = run_of(package);
        match needed {
            Some(needed) => run.extend((!run.contains(&needed)).then_some(needed)),
            None if is_of_builds(package) => {}
            None => unknown.push(package),
        }
    }
    unknown.dedup();
    let is_debian = Base::of(base).libc() == Some(Libc::Glibc);
    if !run.is_empty() && is_debian {
        let install = format!(
            "RUN apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*",
            run.join(" ")
        );
        second.from.push(install);
        second.also.push(format!(
            "What is only compiled against stays behind, and what is loaded of it is installed again: {}{}.",
            run.join(", "),
            if run.iter().any(|name| name.ends_with("t64")) { " (as Debian 13 names it)" } else { "" }
        ));
    }
    if !unknown.is_empty() {
        second.also.push(format!(
            "The last stage has none of what the first one installs: add what the service needs of {}.",
            unknown.join(", ")
        ));
    }
}

fn plain_name(package: &str) -> &str {
    package.split(['=', ':']).next().unwrap_or(package)
}

/// The folder that the stage works in.
fn work_folder(written: &Written) -> String {
    let folder = written.last("WORKDIR").and_then(|one| operands(one).into_iter().next());
    folder.filter(|folder| folder.starts_with('/')).unwrap_or_else(|| "/app".to_owned())
}

/// The same as a line, where the stage says one.
fn work_folder_line(written: &Written) -> Option<String> {
    let folder = written.last("WORKDIR").and_then(|one| operands(one).into_iter().next());
    folder.filter(|folder| folder.starts_with('/')).map(|folder| format!("WORKDIR {folder}"))
}

/// Where `go build -o` writes.
fn output(written: &Written) -> Option<String> {
    let build = |call: &Call| call.program() == "go" && call.verb() == "build";
    let call = written.shipped().into_iter().flat_map(calls).find(build)?;
    let mut words = call.arguments().iter().skip_while(|word| *word != "-o").skip(1);
    // A folder has a program for each package, and nobody knows their names.
    let out = words.next().filter(|out| !out.ends_with('/'))?;
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
        split(seen.dockerfile.as_ref().unwrap(), seen.context.as_ref().ok(), family).unwrap_or_default().lines
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
            ends("FROM python:3.13-trixie\nRUN pip install x\nCMD [\"y\"]\n", Family::Python),
            ["+FROM python:3.13-slim-trixie"]
        );
        assert_eq!(
            ends("FROM maven:3.9-eclipse-temurin-21\nRUN mvn package\n", Family::Jvm),
            ["+FROM eclipse-temurin:21-jre"]
        );
        assert!(
            of("FROM rust:1\nWORKDIR /w\nRUN cargo build --release\n", Family::Rust)
                .contains(&"+COPY --from=build /w/target/release/pier /usr/local/bin/pier".to_owned())
        );
        assert!(of("FROM gcc\nRUN make\n", Family::Native).is_empty(), "nobody knows what make made");
    }

    #[test]
    fn python_gets_an_environment_that_lies_at_one_place_and_keeps_its_settings() {
        let text = "FROM python:3.13-trixie\nWORKDIR /app\nENV PYTHONUNBUFFERED=1\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n\
                    COPY . .\nENV PORT=5000\nEXPOSE 5000\nCMD [\"gunicorn\"]\n";
        assert_eq!(
            of(text, Family::Python),
            [
                "-FROM python:3.13-trixie",
                "+FROM python:3.13-trixie AS build",
                " WORKDIR /app",
                " …",
                " COPY requirements.txt .",
                "+RUN python -m venv /opt/venv",
                "+ENV PATH=/opt/venv/bin:$PATH",
                " RUN pip install -r requirements.txt",
                " …",
                " COPY . .",
                "+",
                "+FROM python:3.13-slim-trixie",
                "+WORKDIR /app",
                "+ENV PATH=/opt/venv/bin:$PATH",
                "+ENV PYTHONUNBUFFERED=1",
                "+COPY --from=build /opt/venv /opt/venv",
                "+COPY --from=build /app /app",
                " ENV PORT=5000",
            ]
        );
        assert!(of(&text.replace("pip install", "pip install --user"), Family::Python).is_empty());
        assert!(of(&text.replace("pip install", "poetry install"), Family::Python).is_empty());
    }

    #[test]
    fn uv_stays_behind_and_its_environment_does_not() {
        let text = "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\nCOPY . /app\nWORKDIR /app\nRUN uv sync\n\
                    CMD [\"uv\", \"run\", \"uvicorn\", \"a:b\"]\n";
        let lines = of(text, Family::Python);
        assert_eq!(
            lines[lines.len() - 6..],
            [
                "+FROM python:3.13-slim",
                "+WORKDIR /app",
                "+ENV PATH=/app/.venv/bin:$PATH",
                "+COPY --from=build /app /app",
                "-CMD [\"uv\", \"run\", \"uvicorn\", \"a:b\"]",
                "+CMD [\"uvicorn\", \"a:b\"]",
            ]
        );
    }

    #[test]
    fn what_compiled_packages_load_comes_along() {
        let text = "FROM python:3.13\nWORKDIR /app\nRUN apt-get update && apt-get install -y gcc libpq-dev ffmpeg\nRUN pip install psycopg2\nCOPY . .\nCMD [\"x\"]\n";
        let seen = Fixture::of(text).seen();
        let split = split(seen.dockerfile.as_ref().unwrap(), None, Family::Python).unwrap();
        assert!(
            split.lines.iter().any(|line| line.starts_with('+') && line.contains("recommends libpq5 ")),
            "{split:?}"
        );
        assert!(
            split.also.iter().any(|says| says.contains("ffmpeg")) && !split.also.concat().contains("gcc"),
            "{split:?}"
        );
    }

    #[test]
    fn programs_for_the_whole_image_are_in_no_folder_to_copy() {
        let text = |run: &str| {
            format!("FROM node:24\nWORKDIR /app\nCOPY . .\nRUN {run}\nRUN npm ci && npm run build\nCMD [\"x\"]\n")
        };
        assert!(of(&text("npm install -g serve@14"), Family::Node).is_empty());
        assert!(!of(&text("npm install -g pnpm@9"), Family::Node).is_empty());
    }

    #[test]
    fn a_server_for_development_is_told() {
        let text = "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD npm run dev\n";
        let seen = Fixture::of(text).seen();
        let split = split(seen.dockerfile.as_ref().unwrap(), None, Family::Node).unwrap();
        assert!(split.also.iter().any(|says| says.contains("for development")), "{split:?}");
    }

    #[test]
    fn a_user_by_name_is_made_again() {
        let text = "FROM node:24\nRUN useradd crew\nUSER crew\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"x\"]\n";
        let lines = of(text, Family::Node);
        let at =
            |text: &str| lines.iter().rposition(|line| line == text).unwrap_or_else(|| panic!("{text}: {lines:?}"));
        assert!(at("+FROM node:24-slim") < at("+RUN useradd crew") && at("+RUN useradd crew") < at("+USER crew"));
        let go = "FROM golang:1\nRUN useradd crew && curl x\nWORKDIR /s\nCOPY . .\nRUN go build -o /x .\nUSER crew\nCMD [\"/x\"]\n";
        assert!(of(go, Family::Go).is_empty(), "a base without a shell makes no users");
    }
}
