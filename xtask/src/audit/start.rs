//! What a container starts, as the Dockerfile writes it or as the image's config says.

use super::seen::{Known, Seen, Unknown, operands};
use crate::dockerfile::Instruction;

/// A command line as an instruction writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The words of a JSON list, or the one line that a shell gets.
    pub words: Vec<String>,
    /// Whether a shell gets it.
    pub shell: bool,
    /// The line of the Dockerfile, from 1; `None` where only the image's config tells.
    pub at: Option<usize>,
}

/// What a container starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The `ENTRYPOINT`.
    pub entrypoint: Option<Line>,
    /// The `CMD`.
    pub cmd: Option<Line>,
}

/// Programs that only start another one and pass its signals on.
const INITS: [&str; 6] = ["tini", "/tini", "/sbin/tini", "/usr/bin/tini", "dumb-init", "/usr/bin/dumb-init"];

impl Line {
    /// Reads an instruction, its keyword and flags left out.
    pub fn of(instruction: &Instruction) -> Self {
        let text = instruction.joined.get(instruction.keyword.len()..).unwrap_or_default().trim();
        Self::of_text(text, instruction.line)
    }

    /// Reads what stands behind a keyword.
    pub fn of_text(text: &str, line: usize) -> Self {
        match serde_json::from_str::<Vec<String>>(text) {
            Ok(words) if text.starts_with('[') => Self { words, shell: false, at: Some(line) },
            _ => Self { words: vec![text.to_owned()], shell: true, at: Some(line) },
        }
    }

    fn of_config(words: &[String]) -> Option<Self> {
        let shell = matches!(words, [shell, option, _] if shell == "/bin/sh" && option == "-c");
        let words = if shell { words[2..].to_vec() } else { words.to_vec() };
        (!words.is_empty()).then_some(Self { words, shell, at: None })
    }
}

impl Start {
    /// What the image's config says, with the lines that the Dockerfile has for it; without an image, what the Dockerfile says.
    ///
    /// Errors: neither is known.
    pub fn of(seen: &Seen) -> Known<Self> {
        let written = seen.dockerfile().ok().map(|written| {
            // A new ENTRYPOINT takes away the CMD of what it is built on: here, that of the base alone.
            let line = |keyword: &str| written.last(keyword).map(Line::of);
            Self { entrypoint: line("ENTRYPOINT"), cmd: line("CMD") }
        });
        let Ok(image) = seen.image() else {
            return written
                .ok_or_else(|| Unknown::because("There is neither an image nor a Dockerfile that could be read."));
        };
        let (entrypoint, cmd) = (Line::of_config(&image.config.entrypoint), Line::of_config(&image.config.cmd));
        let written = written.unwrap_or_default();
        let with_line = |config: Option<Line>, line: Option<Line>| match (config, line) {
            (Some(config), Some(line)) => {
                Some(Line { at: line.at, shell: line.shell, words: if line.shell { line.words } else { config.words } })
            }
            (config, _) => config,
        };
        Ok(Self { entrypoint: with_line(entrypoint, written.entrypoint), cmd: with_line(cmd, written.cmd) })
    }

    /// The program and its arguments, where no shell gets them: the entrypoint's, then the command's. An entrypoint in the shell's
    /// form takes no arguments.
    pub fn words(&self) -> Vec<&str> {
        let plain = |line: &Option<Line>| line.as_ref().is_some_and(|line| !line.shell);
        match (&self.entrypoint, &self.cmd) {
            (Some(entrypoint), _) if entrypoint.shell => Vec::new(),
            (Some(entrypoint), Some(cmd)) if plain(&self.cmd) => {
                entrypoint.words.iter().chain(&cmd.words).map(String::as_str).collect()
            }
            (Some(line), _) | (None, Some(line)) if !line.shell => line.words.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The line that the last word comes from, for a change: the command where there is one, else the entrypoint.
    pub fn last(&self) -> Option<&Line> {
        self.cmd.as_ref().or(self.entrypoint.as_ref())
    }

    /// The words of the service itself, the programs before it that only start another left out: `tini --`, `uv run`, `npx`,
    /// `docker-entrypoint.sh`, `python -m`. A line for a shell is split at spaces, up to where it is more than one command.
    pub fn service(&self) -> Vec<String> {
        let mut words: Vec<String> = match (&self.entrypoint, &self.cmd) {
            (Some(line), _) | (None, Some(line)) if line.shell => one_command(&line.words[0]),
            _ => self.words().into_iter().map(str::to_owned).collect(),
        };
        if let [shell, option, line] = words.as_slice()
            && super::shell::is_shell(shell)
            && option.starts_with('-')
            && option.ends_with('c')
        {
            words = one_command(line);
        }
        loop {
            let skipped = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                [init, "--", ..] if INITS.contains(init) => 2,
                ["uv" | "poetry" | "pipenv" | "pdm", "run", ..]
                | ["pnpm" | "yarn", "exec" | "dlx", ..]
                | ["bundle", "exec", ..] => 2,
                [python, "-m", ..] if is_python(python) => 2,
                ["exec" | "npx" | "bunx", ..] => 1,
                [init, ..] if INITS.contains(init) => 1,
                [script, _, ..] if script.ends_with("entrypoint.sh") => 1,
                _ => return words,
            };
            words.drain(..skipped);
        }
    }
}

/// Whether this names an interpreter of Python.
pub fn is_python(program: &str) -> bool {
    program.rsplit('/').next().unwrap_or(program).starts_with("python")
}

/// The words of a line that is one command; none where it is more.
fn one_command(line: &str) -> Vec<String> {
    let calls = super::shell::of_text(line, 1);
    match calls.as_slice() {
        [call] => call.words.clone(),
        _ => Vec::new(),
    }
}

/// The words of an instruction as they are written there, in a list or not.
pub fn written_words(instruction: &Instruction) -> Vec<String> {
    operands(instruction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn start(file: &str) -> Start {
        Start::of(&Fixture::of(file).seen()).unwrap()
    }

    #[test]
    fn lists_and_lines_are_told_apart() {
        let start = start("FROM a\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"node\", \"x.js\"]\n");
        assert_eq!(start.words(), ["tini", "--", "node", "x.js"]);
        assert_eq!(start.service(), ["node", "x.js"]);
        assert_eq!(start.last().unwrap().at, Some(3));
    }

    #[test]
    fn a_line_for_a_shell_is_read_as_far_as_it_is_one_command() {
        assert!(start("FROM a\nCMD node x.js\n").cmd.unwrap().shell);
        assert_eq!(start("FROM a\nCMD exec uv run uvicorn a:b\n").service(), ["uvicorn", "a:b"]);
        assert_eq!(start("FROM a\nCMD [\"sh\", \"-c\", \"flask run\"]\n").service(), ["flask", "run"]);
        assert!(start("FROM a\nCMD a && b\n").service().is_empty());
        assert!(start("FROM a\nENTRYPOINT a\nCMD [\"b\"]\n").words().is_empty());
    }

    #[test]
    fn the_config_counts_and_the_dockerfile_names_the_line() {
        let seen = Fixture::of("FROM a\nCMD node x.js\n")
            .image()
            .starts(&["entry.sh"], &["/bin/sh", "-c", "node x.js"])
            .seen();
        let start = Start::of(&seen).unwrap();
        assert_eq!(start.cmd, Some(Line { words: vec!["node x.js".to_owned()], shell: true, at: Some(2) }));
        assert_eq!(start.entrypoint.unwrap().at, None);
    }

    #[test]
    fn without_anything_nobody_knows() {
        assert!(Start::of(&Fixture::nothing().seen()).is_err());
    }
}
