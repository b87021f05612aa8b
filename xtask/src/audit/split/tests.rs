//! What each language gets as its second stage.

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
    assert!(split.lines.iter().any(|line| line.starts_with('+') && line.contains("recommends libpq5 ")), "{split:?}");
    assert!(split.also.iter().any(|says| says.contains("ffmpeg")) && !split.also.concat().contains("gcc"), "{split:?}");
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
    let at = |text: &str| lines.iter().rposition(|line| line == text).unwrap_or_else(|| panic!("{text}: {lines:?}"));
    assert!(at("+FROM node:24-slim") < at("+RUN useradd crew") && at("+RUN useradd crew") < at("+USER crew"));
    let go = "FROM golang:1\nRUN useradd crew && curl x\nWORKDIR /s\nCOPY . .\nRUN go build -o /x .\nUSER crew\nCMD [\"/x\"]\n";
    assert!(of(go, Family::Go).is_empty(), "a base without a shell makes no users");
}
