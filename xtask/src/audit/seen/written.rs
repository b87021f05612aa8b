//! The Dockerfile as it is written, with what rules need to quote it and to write a better one.

use std::sync::Arc;

use crate::dockerfile::{Dockerfile, File, Instruction, Source, Stage};

/// A Dockerfile that our reader can read.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its text and path, as it is shown.
    pub file: Arc<File>,
    /// Its stages, with the one that was built as the target.
    pub parsed: Dockerfile,
}

impl Written {
    /// The whole file; `None` where our reader cannot read it.
    pub fn of(file: &Arc<File>) -> Option<Self> {
        Some(Self { file: Arc::clone(file), parsed: file.parsed().ok()?.clone() })
    }

    /// Its path, as it is shown.
    pub fn path(&self) -> String {
        self.file.path.clone()
    }

    /// The stage that was built.
    pub fn target(&self) -> &Stage {
        &self.parsed.stages[self.parsed.target]
    }

    /// The instructions that end up in the image, in order: those of the stages that the target is built on, then its own. `FROM`
    /// is left out.
    pub fn shipped(&self) -> Vec<&Instruction> {
        self.parsed.steps().into_iter().map(|step| step.instruction).collect()
    }

    /// The instructions of every stage that the build needs, with the stage's position. `FROM` is left out.
    pub fn built(&self) -> Vec<(usize, &Instruction)> {
        let stages = self.parsed.reachable(None).into_iter();
        stages.flat_map(|at| self.parsed.stages[at].instructions.iter().skip(1).map(move |one| (at, one))).collect()
    }

    /// The instructions of the whole file, needed or not, with the stage's position, `FROM` included.
    pub fn everything(&self) -> Vec<(usize, &Instruction)> {
        let stages = self.parsed.stages.iter().enumerate();
        stages.flat_map(|(at, stage)| stage.instructions.iter().map(move |one| (at, one))).collect()
    }

    /// The last instruction with this keyword that counts for the image.
    pub fn last(&self, keyword: &str) -> Option<&Instruction> {
        self.shipped().into_iter().rev().find(|instruction| instruction.keyword == keyword)
    }

    /// The first instruction of the target's own with one of these keywords.
    pub fn first_of(&self, keywords: &[&str]) -> Option<&Instruction> {
        self.target().instructions.iter().find(|instruction| keywords.contains(&instruction.keyword.as_str()))
    }

    /// The name of the image that the target stands on in the end; `None` on scratch.
    pub fn base(&self) -> Option<&str> {
        match self.parsed.stands_on()? {
            Source::Image(name) => Some(name),
            Source::Scratch | Source::Stage(_) => None,
        }
    }

    /// Whether the target takes anything from another stage, or is built on one.
    pub fn has_stages(&self) -> bool {
        self.parsed.reachable(None).len() > 1
    }

    /// One line of the file, from 1.
    pub fn line(&self, number: usize) -> &str {
        number.checked_sub(1).and_then(|at| self.file.text.lines().nth(at)).unwrap_or_default()
    }

    /// The lines that an instruction takes, from 1: with those that it goes on to, and its here-documents.
    pub fn lines_of(&self, instruction: &Instruction) -> std::ops::RangeInclusive<usize> {
        let count = instruction.text.trim_end_matches(['\n', '\r']).lines().count().max(1);
        instruction.line..=instruction.line + count - 1
    }

    /// The change that puts these lines in the place of the instruction that begins on a line: a line before and after it, too.
    pub fn replaced(&self, line: usize, by: &[&str]) -> Vec<String> {
        let lines = self.at(line).map_or(line..=line, |instruction| self.lines_of(instruction));
        let (first, last) = lines.into_inner();
        let removed = (first..=last).map(|at| format!("-{}", self.line(at)));
        let added = by.iter().map(|line| format!("+{line}"));
        self.around(first, last, removed.chain(added).collect())
    }

    /// The change that puts these lines before the instruction that begins on a line.
    pub fn inserted_before(&self, line: usize, lines: &[&str]) -> Vec<String> {
        let added = lines.iter().map(|line| format!("+{line}")).collect();
        let mut change: Vec<String> = self.before(line).into_iter().collect();
        change.extend::<Vec<String>>(added);
        if !self.line(line).is_empty() {
            change.push(format!(" {}", self.line(line)));
        }
        change
    }

    /// The change that puts these lines before what the container starts with, or at the end of the file where it does not say.
    pub fn inserted_before_start(&self, lines: &[&str]) -> Vec<String> {
        let end = self.file.text.lines().count() + 1;
        let start = self.first_of(&["ENTRYPOINT", "CMD"]).map_or(end, |instruction| instruction.line);
        self.inserted_before(start, lines)
    }

    /// The instruction that begins on this line.
    pub fn at(&self, line: usize) -> Option<&Instruction> {
        self.everything().into_iter().map(|(_, instruction)| instruction).find(|instruction| instruction.line == line)
    }

    fn around(&self, first: usize, last: usize, change: Vec<String>) -> Vec<String> {
        let after = Some(self.line(last + 1)).filter(|line| !line.trim().is_empty()).map(|line| format!(" {line}"));
        self.before(first).into_iter().chain(change).chain(after).collect()
    }

    /// The nearest line above that says something.
    fn before(&self, line: usize) -> Option<String> {
        let above = (1..line).rev().map(|at| self.line(at)).find(|line| !line.trim().is_empty());
        above.map(|line| format!(" {line}"))
    }
}

/// The values of a flag of an instruction, e.g. `from` of `COPY --from=build /a /b`. Quotes stay as they are.
pub fn flag<'i>(instruction: &'i Instruction, name: &'i str) -> impl Iterator<Item = &'i str> {
    let words = instruction.joined.split_whitespace().skip(1).take_while(|word| word.starts_with("--"));
    words.filter_map(move |word| word.strip_prefix("--")?.strip_prefix(name)?.strip_prefix('='))
}

/// What stands behind an instruction's keyword and flags, as words. Words in a JSON list come without brackets, quotes and commas.
pub fn operands(instruction: &Instruction) -> Vec<String> {
    let mut rest = instruction.joined.trim_start().get(instruction.keyword.len()..).unwrap_or_default().trim_start();
    while rest.starts_with("--") {
        rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
    }
    if rest.starts_with('[')
        && let Ok(words) = serde_json::from_str::<Vec<String>>(rest.trim())
    {
        return words;
    }
    rest.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    fn written(text: &str) -> Written {
        Fixture::of(text).seen().dockerfile.unwrap()
    }

    #[test]
    fn a_change_shows_the_lines_around_it() {
        let file = written("FROM a\n\nRUN one \\\n  two\nRUN three\n");
        assert_eq!(file.replaced(3, &["RUN 1"]), [" FROM a", "-RUN one \\", "-  two", "+RUN 1", " RUN three"]);
        assert_eq!(file.inserted_before(5, &["X"]), ["   two", "+X", " RUN three"]);
        assert_eq!(file.inserted_before_start(&["USER 1"]), [" RUN three", "+USER 1"]);
    }

    #[test]
    fn an_instruction_is_taken_apart() {
        let file = written(
            "FROM a AS b\nCOPY --from=b --chown=1 [\"x y\", \"/z\"]\nRUN --mount=type=cache,target=/c make all\n",
        );
        let (copy, run) = (&file.target().instructions[1], &file.target().instructions[2]);
        assert_eq!(flag(copy, "from").collect::<Vec<_>>(), ["b"]);
        assert_eq!(operands(copy), ["x y", "/z"]);
        assert_eq!(flag(run, "mount").collect::<Vec<_>>(), ["type=cache,target=/c"]);
        assert_eq!(operands(run), ["make", "all"]);
    }
}
