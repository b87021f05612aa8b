//! Which instruction made each layer, on which line it stands and which stage it took the bytes from.
//!
//! A history says what was run and not from which stage a file was copied; a Dockerfile says both and not what was built.
//! Laid beside each other they tell: the last entries of an image's history are the instructions of its last stage, in their
//! order. Where the two differ, the Dockerfile was edited since, and the difference is told rather than lines that are wrong.

use crate::dockerfile::{Dockerfile, Instruction, Source, Step};
use crate::engine::history::{Entry, words};
use crate::names::printable;

/// Characters of an instruction that are shown where two differ.
const SHOWN: usize = 60;

/// How the layers of an image came to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// Each layer's, lowest first.
    pub layers: Vec<Origin>,
    /// Why a Dockerfile that is there tells no line, as a clause; `None` where it does, and where there is none.
    pub unmatched: Option<String>,
}

/// How one layer came to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The instruction that made it.
    pub instruction: Option<String>,
    /// The line it stands on; for a layer of the base, the line of the `FROM` that brought it.
    pub line: Option<usize>,
    /// Where its bytes come from: the stage that `COPY --from` names, the base image, or the stage itself.
    pub stage: Option<String>,
    /// Whether the base brought it.
    pub of_base: bool,
}

/// The origin of each layer. `dockerfile` is the one the image was built from, where it is known.
pub fn origins(history: &[Entry], layers: usize, dockerfile: Option<&Dockerfile>) -> Origins {
    let mut origins = vec![Origin::default(); layers];
    let makers: Vec<_> = history.iter().enumerate().filter(|(_, entry)| entry.makes_layer).collect();
    // The engine does not say which entries made a layer; where those that may have are not as many, none is believed.
    if makers.len() != layers {
        let many = makers.len();
        let why = || format!("the image has {layers} layers, and {many} entries of its history may have made one");
        return Origins { layers: origins, unmatched: dockerfile.map(|_| why()) };
    }
    for (origin, (_, entry)) in origins.iter_mut().zip(&makers) {
        origin.instruction = Some(words(&entry.created_by));
    }
    let file = match dockerfile.map(|file| ending_with(file, history)) {
        None => return Origins { layers: origins, unmatched: None },
        Some(Err(why)) => return Origins { layers: origins, unmatched: Some(why) },
        Some(Ok(file)) => file,
    };
    let (steps, base) = (file.steps(), Base::of(&file));
    let first = history.len() - steps.len();
    for (origin, (at, _)) in origins.iter_mut().zip(&makers) {
        if let Some(step) = at.checked_sub(first).map(|at| &steps[at]) {
            origin.line = Some(step.instruction.line);
            origin.stage = Some(printable(&stage_of(&file, step)));
            origin.instruction = origin.instruction.take().map(|said| with_from(said, step));
        } else {
            origin.line = base.line;
            origin.stage = base.image.map(printable);
            origin.of_base = true;
        }
    }
    Origins { layers: origins, unmatched: None }
}

/// What lies below the first instruction of ours.
struct Base<'f> {
    /// The image, where there is one.
    image: Option<&'f str>,
    /// Line of its `FROM`.
    line: Option<usize>,
}

impl<'f> Base<'f> {
    fn of(file: &'f Dockerfile) -> Self {
        let lowest = file.lowest();
        let image = lowest.and_then(|stage| match &stage.base {
            Source::Image(name) => Some(name.as_str()),
            Source::Scratch | Source::Stage(_) => None,
        });
        Self { image, line: lowest.map(|stage| stage.line) }
    }
}

/// The file with the stage that the history ends with as its target: the one it has, or the stage that `--target` named. Else why
/// it tells of another image.
fn ending_with(file: &Dockerfile, history: &[Entry]) -> Result<Dockerfile, String> {
    let Some(difference) = difference(file, history) else { return Ok(file.clone()) };
    let others = (0..file.stages.len()).filter(|index| *index != file.target);
    let others = others.map(|target| Dockerfile { target, ..file.clone() });
    let mut fitting: Vec<_> =
        others.filter(|other| !other.steps().is_empty() && self::difference(other, history).is_none()).collect();
    fitting.sort_by_key(|other| other.steps().len());
    match fitting.pop() {
        // Two stages with the same instructions: nobody knows which it was.
        Some(longest) if fitting.last().is_none_or(|next| next.steps().len() < longest.steps().len()) => Ok(longest),
        _ => Err(difference),
    }
}

/// Where a Dockerfile's target and the end of a history differ, as a clause; `None` where they tell of the same.
fn difference(file: &Dockerfile, history: &[Entry]) -> Option<String> {
    let steps = file.steps();
    let (many, have) = (steps.len(), history.len());
    let Some(first) = have.checked_sub(many) else {
        return Some(format!("it has {many} instructions behind FROM, and the image's history has {have}"));
    };
    // The shell that a `SHELL` put in the place of the usual one.
    let mut shell = String::new();
    let mut differs = None;
    for (step, entry) in steps.iter().zip(&history[first..]) {
        if step.instruction.keyword == "SHELL" {
            shell = essence(&written(&step.instruction.joined));
        }
        if !tells_of(&entry.created_by, step.instruction, &shell) {
            // The last one: an instruction that is new or gone moves all before it.
            differs = Some((step.instruction, entry));
        }
    }
    if let Some((instruction, entry)) = differs {
        let (line, ours, theirs) = (instruction.line, shown(&instruction.joined), shown(&words(&entry.created_by)));
        return Some(format!("its line {line} is `{ours}`, where the image's history has `{theirs}`"));
    }
    let below = Base::of(file).image.is_none() && first > 0;
    below.then(|| {
        format!("it begins with nothing, and the image's history has {first} entries more than it has instructions")
    })
}

/// The beginning of an instruction, on one line.
fn shown(instruction: &str) -> String {
    let line = printable(&instruction.split_whitespace().collect::<Vec<_>>().join(" ")).replace('`', "'");
    if line.chars().count() <= SHOWN { line } else { line.chars().take(SHOWN).chain(['…']).collect() }
}

/// Whether an entry of a history can come from this instruction. Compared are letters and digits: a history has its own way
/// with quotes, brackets and spaces. `shell` is what a history may have before the command of a `RUN`.
fn tells_of(created_by: &str, instruction: &Instruction, shell: &str) -> bool {
    let said = words(created_by);
    let Some(rest) = said.strip_prefix(&instruction.keyword).filter(|rest| rest.starts_with(' ')) else { return false };
    let keyword = instruction.keyword.as_str();
    let rewritten = matches!(keyword, "ARG" | "EXPOSE" | "HEALTHCHECK" | "VOLUME" | "ONBUILD" | "SHELL");
    // The builder puts values in for variables, except where the shell does; of a here-document it keeps the text alone.
    let filled = instruction.text.contains("<<") || (keyword != "RUN" && instruction.text.contains('$'));
    let written = written(&instruction.joined);
    // A list of words keeps the shell it may name, and a line that the image will run gets one.
    let as_list = written.starts_with('[') || matches!(keyword, "CMD" | "ENTRYPOINT");
    let same = if as_list {
        essence(created_by.trim_end_matches("# buildkit")).ends_with(&essence(&written))
    } else {
        let (said, written) = (essence(rest), essence(&written));
        said == written || (keyword == "RUN" && said.strip_prefix(shell) == Some(written.as_str()))
    };
    rewritten || filled || same
}

/// An instruction without its keyword and its flags.
fn written(joined: &str) -> String {
    let words = joined.split_whitespace().skip(1);
    words.skip_while(|word| word.starts_with("--")).collect::<Vec<_>>().join(" ")
}

fn essence(text: &str) -> String {
    let flagless = text.split_whitespace().skip_while(|word| word.starts_with("--"));
    flagless.flat_map(str::chars).filter(|c| c.is_alphanumeric()).collect()
}

fn stage_of(file: &Dockerfile, step: &Step<'_>) -> String {
    match step.copies_from {
        Some(Source::Image(image)) => image.clone(),
        Some(Source::Stage(index)) => file.stage_name(*index),
        Some(Source::Scratch) | None => file.stage_name(step.stage),
    }
}

/// The history leaves out of a `COPY` what it copied from.
fn with_from(said: String, step: &Step<'_>) -> String {
    let flags = step.instruction.joined.split_whitespace().skip(1).take_while(|word| word.starts_with("--"));
    let from = flags.into_iter().find(|flag| flag.starts_with("--from="));
    match (from, said.split_once(' ')) {
        (Some(from), Some((keyword, rest))) if step.copies_from.is_some() => {
            printable(&format!("{keyword} {from} {rest}"))
        }
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::parse;

    const FILE: &str = "\
FROM golang:1 AS build
COPY . .
RUN --mount=type=cache,target=/root/.cache \\
    # the program
    go build -o /out/server .
FROM gcr.io/distroless/static:nonroot AS shared
ARG REVISION=unknown
LABEL revision=\"$REVISION\"
WORKDIR /srv
FROM shared
COPY --link --from=build /out/server /server
COPY --from=busybox:1 /bin/sh /bin/sh
RUN [\"/bin/sh\", \"-c\", \"true\"]
EXPOSE 8080
ENTRYPOINT [\"/server\", \"--quick\"]
";

    fn entry(created_by: &str) -> Entry {
        Entry::guess(created_by.to_owned())
    }

    fn history() -> Vec<Entry> {
        let lines = [
            "ADD root.tar / # buildkit",
            "ENV PATH=/bin",
            "ARG REVISION=abc",
            "LABEL revision=abc",
            "WORKDIR /srv",
            "COPY /out/server /server # buildkit",
            "COPY /bin/sh /bin/sh # buildkit",
            "RUN /bin/sh -c true # buildkit",
            "EXPOSE map[8080/tcp:{}]",
            "ENTRYPOINT [\"/server\" \"--quick\"]",
        ];
        lines.map(entry).to_vec()
    }

    fn stages(history: &[Entry], layers: usize, file: &str) -> Vec<(Option<usize>, Option<String>)> {
        let file = parse(file, "Dockerfile").unwrap();
        origins(history, layers, Some(&file)).layers.into_iter().map(|origin| (origin.line, origin.stage)).collect()
    }

    #[test]
    fn each_layer_has_its_line_and_the_stage_its_bytes_come_from() {
        let told = |line, stage: &str| (Some(line), Some(stage.to_owned()));
        let expected = [
            told(6, "gcr.io/distroless/static:nonroot"),
            told(9, "shared"),
            told(11, "build"),
            told(12, "busybox:1"),
            told(13, "final stage"),
        ];
        assert_eq!(stages(&history(), 5, FILE), expected);
    }

    #[test]
    fn a_copy_says_what_it_copies_from_as_the_dockerfile_does() {
        let file = parse(FILE, "Dockerfile").unwrap();
        let origins = origins(&history(), 5, Some(&file)).layers;
        assert_eq!(origins[2].instruction.as_deref(), Some("COPY --from=build /out/server /server"));
        assert_eq!(origins[0].instruction.as_deref(), Some("ADD root.tar /"));
    }

    #[test]
    fn any_shell_that_the_dockerfile_names_hides_no_line() {
        for (shell, said) in [
            (r#"["/bin/bash", "-o", "pipefail", "-c"]"#, "RUN /bin/bash -o pipefail -c go build -o x . # buildkit"),
            (r#"["/usr/bin/env", "bash", "-euc"]"#, "RUN /usr/bin/env bash -euc go build -o x . # buildkit"),
            (r#"["python3", "-c"]"#, "RUN python3 -c go build -o x . # buildkit"),
        ] {
            let file = format!("FROM golang:1\nSHELL {shell}\nCOPY . .\nRUN go build -o x .\nCMD [\"./x\"]\n");
            let entries = ["ADD root.tar /", "SHELL [x]", "COPY . . # buildkit", said, "CMD [\"./x\"]"].map(entry);
            let lines: Vec<_> = stages(&entries, 3, &file).into_iter().map(|(line, _)| line).collect();
            assert_eq!(lines, [Some(1), Some(3), Some(4)], "{shell}");
            let edited = file.replace("-o x", "-o y");
            assert!(stages(&entries, 3, &edited).iter().all(|layer| *layer == (None, None)));
        }
    }

    #[test]
    fn an_edited_dockerfile_tells_nothing() {
        for (before, after) in
            [("/out/server /server", "/out/other /server"), ("WORKDIR /srv\n", ""), ("\"true", "\"false")]
        {
            let edited = FILE.replace(before, after);
            assert_ne!(edited, FILE);
            assert!(stages(&history(), 5, &edited).iter().all(|layer| *layer == (None, None)), "{after}");
        }
    }

    #[test]
    fn another_shell_hides_no_line() {
        let file = "FROM a\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nARG A=1\nRUN make | tee log\nSHELL [\"bash\", \"-c\"]\nRUN x\n";
        let entries = [
            "ADD root.tar / # buildkit",
            "SHELL [/bin/bash -o pipefail -c]",
            "ARG A=1",
            "RUN |1 A=1 /bin/bash -o pipefail -c make | tee log # buildkit",
            "SHELL [bash -c]",
            "RUN |1 A=1 bash -c x # buildkit",
        ];
        let told = stages(&entries.map(entry), 3, file);
        let only = || Some("only stage".to_owned());
        assert_eq!(told, [(Some(1), Some("a".to_owned())), (Some(4), only()), (Some(6), only())]);
    }

    #[test]
    fn escapes_comments_and_here_documents_hide_no_line() {
        let file = "# escape=`\nFROM a\nRUN one `\n # words\n two\nRUN cat <<E > /f\nx\nE\nRUN three\n";
        let entries =
            ["ADD root.tar /", "RUN /bin/sh -c one  two", "RUN /bin/sh -c cat <<E > /f\nx\nE", "RUN /bin/sh -c three"];
        let lines: Vec<_> = stages(&entries.map(entry), 4, file).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [Some(2), Some(3), Some(6), Some(9)]);
    }

    #[test]
    fn on_scratch_there_is_nothing_below() {
        let file = "FROM rust AS build\nRUN make\nFROM scratch\nCOPY --from=0 /a /a\n";
        let entries = [entry("COPY /a /a # buildkit")];
        assert_eq!(stages(&entries, 1, file), [(Some(4), Some("build".to_owned()))]);
        let unnamed = file.replace(" AS build", "");
        assert_eq!(stages(&entries, 1, &unnamed), [(Some(4), Some("stage 0".to_owned()))]);
        let more = [entry("ADD root.tar /"), entry("COPY /a /a # buildkit")];
        assert_eq!(stages(&more, 2, file), [(None, None), (None, None)]);
    }

    #[test]
    fn without_a_dockerfile_the_history_still_tells_the_instructions() {
        let Origins { layers: told, unmatched } = origins(&history(), 5, None);
        assert_eq!(unmatched, None);
        assert_eq!(told[1].instruction.as_deref(), Some("WORKDIR /srv"));
        assert!(told.iter().all(|origin| origin.stage.is_none() && origin.line.is_none()));
        assert_eq!(origins(&history(), 4, None).layers, vec![Origin::default(); 4]);
    }
    #[test]
    fn an_image_of_another_stage_has_the_lines_of_that_stage() {
        let file = "FROM a AS base\nRUN one\nFROM base AS test\nRUN two\nFROM base\nCOPY . .\n";
        let made = |last: &str| ["ADD root.tar /", "RUN one", last].map(entry);
        let told = |line, stage: &str| (Some(line), Some(stage.to_owned()));
        let below = [told(1, "a"), told(2, "base")];
        assert_eq!(stages(&made("RUN two"), 3, file), [&below[..], &[told(4, "test")]].concat());
        assert_eq!(stages(&made("COPY . ."), 3, file), [&below[..], &[told(6, "final stage")]].concat());
        // Which of two it was cannot be told where they have the same instructions.
        let twice = file.replace("COPY . .", "RUN x").replace("FROM base\n", "FROM base AS twin\nRUN two\nFROM base\n");
        assert_eq!(stages(&made("RUN two"), 3, &twice), vec![(None, None); 3]);
    }

    #[test]
    fn what_keeps_a_dockerfile_from_telling_lines_is_told() {
        let why = |file: &str, layers| origins(&history(), layers, Some(&parse(file, "Dockerfile").unwrap())).unmatched;
        assert_eq!(why(FILE, 5), None);
        let edited = FILE.replace("/out/server /server", "/out/other /server");
        assert_eq!(
            why(&edited, 5).unwrap(),
            "its line 11 is `COPY --link --from=build /out/other /server`, where the image's history has \
             `COPY /out/server /server`"
        );
        assert_eq!(why(FILE, 4).unwrap(), "the image has 4 layers, and 5 entries of its history may have made one");
        let longer = format!("FROM a\n{}", "RUN x\n".repeat(11));
        assert_eq!(why(&longer, 5).unwrap(), "it has 11 instructions behind FROM, and the image's history has 10");
        let on_scratch = "FROM scratch\nENTRYPOINT [\"/server\", \"--quick\"]\n";
        assert!(why(on_scratch, 5).unwrap().starts_with("it begins with nothing"));
    }
}
