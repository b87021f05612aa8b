use super::*;
use crate::error::ErrorId;

const MULTI: &str = "\
ARG GO=1.27
ARG FINAL=\"gcr.io/distroless/static-debian13:nonroot\"

FROM golang:${GO}-trixie AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/root/.cache \\
    go build \\
    -o /out/server
# the tests
FROM build AS check
RUN --mount=type=bind,from=tools:1,target=/tools go vet ./...

FROM $FINAL
COPY --from=build /out/server /server
COPY --from=0 /etc/passwd /etc/passwd
COPY --from=busybox:1 /bin/sh /bin/sh
ENTRYPOINT [\"/server\"]
";

fn read(text: &str) -> Dockerfile {
    parse(text, "Dockerfile").unwrap()
}

#[test]
fn stages_have_names_bases_and_lines() {
    let file = read(MULTI);
    let facts: Vec<_> = file.stages.iter().map(|s| (s.name.as_deref(), s.base.clone(), s.line)).collect();
    assert_eq!(
        facts,
        [
            (Some("build"), Source::Image("golang:1.27-trixie".into()), 4),
            (Some("check"), Source::Stage(0), 11),
            (None, Source::Image("gcr.io/distroless/static-debian13:nonroot".into()), 14),
        ]
    );
}

#[test]
fn all_three_forms_of_copy_from_are_told_apart() {
    let takes = read(MULTI).stages[2].takes.clone();
    let from: Vec<_> = takes.iter().map(|t| (t.from.clone(), t.line)).collect();
    assert_eq!(from, [(Source::Stage(0), 15), (Source::Stage(0), 16), (Source::Image("busybox:1".into()), 17)]);
}

#[test]
fn only_the_images_a_target_needs_are_named() {
    let file = read(MULTI);
    let list = |target| file.images(target).into_iter().collect::<Vec<_>>();
    assert_eq!(list(Some("build")), ["golang:1.27-trixie"]);
    assert_eq!(list(Some("check")), ["golang:1.27-trixie", "tools:1"]);
    assert_eq!(list(None), ["busybox:1", "gcr.io/distroless/static-debian13:nonroot", "golang:1.27-trixie"]);
    assert!(list(Some("nowhere")).is_empty());
}

#[test]
fn an_instruction_keeps_its_continuation_lines_and_loses_comments_behind_it() {
    let file = read(MULTI);
    let run = file.instruction_at(9).unwrap();
    assert_eq!((run.keyword.as_str(), run.line), ("RUN", 7));
    assert!(run.text.ends_with("-o /out/server"), "{}", run.text);
}

#[test]
fn scratch_is_no_image() {
    let file = read("FROM scratch\nCOPY a /a\n");
    assert_eq!(file.stages[0].base, Source::Scratch);
    assert!(file.images(None).is_empty());
}

#[test]
fn windows_line_ends_a_byte_order_mark_tabs_and_heredocs_are_read() {
    let file = read("\u{feff}FROM\tdebian:trixie-slim\r\nRUN <<EOF\r\necho FROM inside\r\nEOF\r\nUSER 65532\r\n");
    assert_eq!(file.stages.len(), 1);
    assert_eq!(file.stages[0].instructions.last().unwrap().line, 5);
}

#[test]
fn ten_thousand_lines_are_read() {
    let text = "FROM debian:trixie-slim\n".to_owned() + &"RUN true\n".repeat(10_000);
    assert_eq!(read(&text).stages[0].instructions.len(), 10_001);
}

#[test]
fn a_fault_is_located_and_never_printed_raw() {
    let problem = parse("FROM debian:trixie-slim\nRUNN \x1b[31m echo\n", "my/Dockerfile").unwrap_err();
    assert_eq!(problem.id, ErrorId::Dockerfile);
    assert!(problem.fact.starts_with("my/Dockerfile:2:1: "), "{}", problem.fact);
    assert!(!problem.fact.contains('\x1b') && !problem.evidence.concat().contains('\x1b'), "{problem:?}");
    assert!(parse("", "Dockerfile").is_err());
    assert!(parse("RUN true\n", "Dockerfile").is_err());
}

/// The rows of `tests/dockerfiles.toml`, whose answers are BuildKit's.
#[test]
fn every_dockerfile_is_read_as_buildkit_reads_it() {
    let rows: toml::Table = include_str!("../../../tests/dockerfiles.toml").parse().unwrap();
    let architecture = &Given::default().values()["TARGETARCH"];
    let mut wrong = Vec::new();
    for row in rows["case"].as_array().unwrap() {
        let of = |key: &str| row.get(key).and_then(toml::Value::as_str);
        let put_in = |text: &str| text.replace("ARCHITECTURE", architecture);
        let read = parse(&put_in(of("text").unwrap()), "Dockerfile");
        let bases = row.get("bases").and_then(toml::Value::as_array);
        let bases: Option<BTreeSet<String>> =
            bases.map(|bases| bases.iter().map(|base| put_in(base.as_str().unwrap())).collect());
        let line = row.get("line").and_then(toml::Value::as_integer).map(|line| format!("Dockerfile:{line}:"));
        let right = match (&bases, &read) {
            (Some(bases), Ok(file)) => file.images(None) == *bases,
            (Some(_), Err(_)) => false,
            // What BuildKit refuses is its to refuse; where we do as well, the line is the same.
            (None, Ok(_)) => true,
            (None, Err(problem)) => line.is_none_or(|line| problem.fact.starts_with(&line)),
        };
        if !right {
            wrong.push(format!("{}: {bases:?} {:?}", of("name").unwrap(), read.map(|file| file.images(None))));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_stage_that_is_misspelt_is_found_on_its_line() {
    let file = read("FROM a:1 AS build\nFROM b:1\nRUN --mount=from=bulid,target=/x true\nCOPY --from=biuld /a /a\n");
    assert_eq!(
        (file.meant("biuld"), file.meant("docker.io/library/bulid:latest")),
        (Some((4, "build")), Some((3, "build")))
    );
    assert_eq!((file.meant("b:1"), file.meant("zzz"), file.line_of_image("docker.io/b:1")), (None, None, Some(2)));
}

#[test]
fn a_target_may_take_from_a_stage_below_it() {
    let file = read("FROM a AS one\nCOPY --from=late /x /x\nFROM b AS late\nFROM c\n").up_to(Some("ONE")).unwrap();
    assert_eq!(file.images(None).into_iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((file.up_to(Some("1")).unwrap().target, file.up_to(Some("3")).is_none()), (1, true));
    assert_eq!(file.stage_name(0), "one");
}
