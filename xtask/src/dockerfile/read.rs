//! From the parser's tree to stages.

use parse_dockerfile::{FromInstruction, Instruction as Parsed};

use super::variables::{Variables, expand};
use super::{Dockerfile, Instruction, Source, Stage, Take};
use crate::error::{ErrorId, Problem, Result};
use crate::names::printable;

/// Largest Dockerfile that is read, in bytes. A file of 10,000 lines is well below it.
pub(super) const LARGEST: usize = 4 << 20;

/// Reads a Dockerfile. `shown` is its path as the user knows it.
///
/// Errors: [`ErrorId::Dockerfile`] with the line, when it does not parse, has no `FROM`, or is larger than 4 MiB.
pub fn parse(text: &str, shown: &str) -> Result<Dockerfile> {
    if text.len() > LARGEST {
        let fact = format!("{shown} has {} bytes; a Dockerfile of more than {LARGEST} is not read.", text.len());
        return Err(Problem::new(ErrorId::Dockerfile, fact));
    }
    // Editors on Windows leave both behind; BuildKit accepts them, so do we.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let tree = parse_dockerfile::parse(&text).map_err(|e| invalid(&text, shown, &e))?;
    let lines = Lines::new(&text);

    let global = Variables::from_args(tree.global_args().map(|arg| arg.arguments.value.as_ref()));
    let mut stages: Vec<Stage> = Vec::new();
    for stage in tree.stages() {
        let line = lines.of(stage.from.from.span.start);
        let name = stage.from.as_.as_ref().map(|(_, name)| name.value.to_string());
        let base = source(&expand(&stage.from.image.value, &global), &stages, false);
        let mut takes = Vec::new();
        let mut instructions = vec![from_instruction(stage.from, &text, line)];
        let starts: Vec<usize> = stage.instructions.iter().map(start).collect();
        for (i, parsed) in stage.instructions.iter().enumerate() {
            let line = lines.of(starts[i]);
            // The parser keeps no end of an instruction; the next one's start, or the next FROM, bounds it.
            let end = starts.get(i + 1).copied().unwrap_or_else(|| next_from(&tree, starts[i], text.len()));
            let written = without_trailing_comments(&text[starts[i]..end]);
            let keyword = written.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
            takes.extend(froms(parsed).map(|from| Take { from: source(&expand(&from, &global), &stages, true), line }));
            instructions.push(Instruction { keyword, line, text: written });
        }
        stages.push(Stage { name, base, line, takes, instructions });
    }
    Ok(Dockerfile { stages })
}

fn invalid(text: &str, shown: &str, error: &parse_dockerfile::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or(&said).to_owned();
    let written = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    Problem::new(ErrorId::Dockerfile, format!("{shown}:{line}:{column}: {}.", printable(&said)))
        .evidence([format!("{line:>4} | {}", printable(written))])
}

fn from_instruction(from: &FromInstruction<'_>, text: &str, line: usize) -> Instruction {
    let end = from.as_.as_ref().map_or(from.image.span.end, |(_, name)| name.span.end);
    Instruction { keyword: "FROM".to_owned(), line, text: text[from.from.span.start..end].to_owned() }
}

/// A name in `FROM` or `--from`: a stage of this file, by name or (in `--from` only) by number, else an image.
fn source(name: &str, stages: &[Stage], numbers: bool) -> Source {
    if name.eq_ignore_ascii_case("scratch") {
        return Source::Scratch;
    }
    let named = stages.iter().rposition(|s| s.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name)));
    let numbered = || name.parse().ok().filter(|&n: &usize| numbers && n < stages.len());
    match named.or_else(numbered) {
        Some(index) => Source::Stage(index),
        None => Source::Image(name.to_owned()),
    }
}

/// The values of `--from=` and of `from=` inside `--mount=`.
fn froms<'a>(instruction: &'a Parsed<'_>) -> impl Iterator<Item = String> + 'a {
    let options = match instruction {
        Parsed::Copy(copy) => copy.options.as_slice(),
        Parsed::Add(add) => add.options.as_slice(),
        Parsed::Run(run) => run.options.as_slice(),
        _ => &[],
    };
    options.iter().filter_map(|flag| {
        let value = flag.value.as_ref()?.value.as_ref();
        match flag.name.value.as_ref() {
            "from" => Some(value.to_owned()),
            "mount" => value.split(',').find_map(|part| part.trim().strip_prefix("from=")).map(str::to_owned),
            _ => None,
        }
    })
}

fn start(instruction: &Parsed<'_>) -> usize {
    match instruction {
        Parsed::Add(i) => i.add.span.start,
        Parsed::Arg(i) => i.arg.span.start,
        Parsed::Cmd(i) => i.cmd.span.start,
        Parsed::Copy(i) => i.copy.span.start,
        Parsed::Entrypoint(i) => i.entrypoint.span.start,
        Parsed::Env(i) => i.env.span.start,
        Parsed::Expose(i) => i.expose.span.start,
        Parsed::From(i) => i.from.span.start,
        Parsed::Healthcheck(i) => i.healthcheck.span.start,
        Parsed::Label(i) => i.label.span.start,
        Parsed::Maintainer(i) => i.maintainer.span.start,
        Parsed::Onbuild(i) => i.onbuild.span.start,
        Parsed::Run(i) => i.run.span.start,
        Parsed::Shell(i) => i.shell.span.start,
        Parsed::Stopsignal(i) => i.stopsignal.span.start,
        Parsed::User(i) => i.user.span.start,
        Parsed::Volume(i) => i.volume.span.start,
        Parsed::Workdir(i) => i.workdir.span.start,
        // The enum is open to instructions a later parser may know; none exists today.
        _ => 0,
    }
}

fn next_from(tree: &parse_dockerfile::Dockerfile<'_>, after: usize, end: usize) -> usize {
    tree.stages().map(|s| s.from.from.span.start).find(|&s| s > after).unwrap_or(end)
}

fn without_trailing_comments(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    while lines.len() > 1 && lines.last().is_some_and(|l| l.trim().is_empty() || l.trim_start().starts_with('#')) {
        lines.pop();
    }
    lines.join("\n").trim_end().to_owned()
}

/// Where each line begins, to turn byte offsets into line numbers.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect())
    }

    fn of(&self, offset: usize) -> usize {
        self.0.partition_point(|&start| start <= offset)
    }
}
