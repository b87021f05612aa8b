//! Reading Dockerfiles: stages, what each is built on, what it copies from where, and on which line.
//!
//! Parsing itself is the `parse-dockerfile` crate's; this room turns its tree into the few facts that errors, plans and
//! pictures need.

mod file;
mod read;
mod variables;

use std::collections::BTreeSet;

pub use file::File;
pub use read::parse;

/// A Dockerfile as a list of stages.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// The stages in the order of the file; never empty.
    pub stages: Vec<Stage>,
}

/// Everything from one `FROM` to the next.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The name behind `AS`.
    pub name: Option<String>,
    /// What the stage starts from.
    pub base: Source,
    /// Line of its `FROM`, from 1.
    pub line: usize,
    /// What it takes from elsewhere with `COPY --from`, `ADD --from` or `RUN --mount=from=`.
    pub takes: Vec<Take>,
    /// Its instructions, the `FROM` first.
    pub instructions: Vec<Instruction>,
}

/// Where a stage, or a part of it, comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An earlier stage, by its position in the file from 0.
    Stage(usize),
    /// An image or a named context, as written after variables are put in.
    Image(String),
    /// The empty image.
    Scratch,
}

/// One use of another stage or image inside a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    /// From where.
    pub from: Source,
    /// Line of the instruction, from 1.
    pub line: usize,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// `RUN`, `COPY`, … in upper case.
    pub keyword: String,
    /// Line of the keyword, from 1.
    pub line: usize,
    /// The instruction as written, without comments behind it.
    pub text: String,
}

/// One instruction of a build, `FROM` left out.
#[derive(Clone, Copy, Debug)]
pub struct Step<'f> {
    /// Position of its stage in the file, from 0.
    pub stage: usize,
    /// The instruction.
    pub instruction: &'f Instruction,
    /// Where a `COPY` or `ADD` takes its files from, when not from the context.
    pub copies_from: Option<&'f Source>,
}

impl Dockerfile {
    /// The file up to a stage, so that this one is the last: what a build with `--target` gets to see. The whole file without a
    /// target; `None` where no stage has that name.
    #[must_use]
    pub fn up_to(&self, target: Option<&str>) -> Option<Self> {
        let Some(target) = target else { return Some(self.clone()) };
        // Stages are counted from 0, and a number names one too.
        let position =
            self.position(target).or_else(|| target.parse().ok().filter(|index| *index < self.stages.len()))?;
        Some(Self { stages: self.stages[..=position].to_vec() })
    }

    /// What a build of the last stage puts on top of its base, in order: the instructions of the stages it is built on, then
    /// its own.
    pub fn steps(&self) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        for index in self.chain().into_iter().rev() {
            let stage = &self.stages[index];
            for instruction in stage.instructions.iter().skip(1) {
                let copies = matches!(instruction.keyword.as_str(), "COPY" | "ADD");
                let take = stage.takes.iter().find(|take| copies && take.line == instruction.line);
                steps.push(Step { stage: index, instruction, copies_from: take.map(|take| &take.from) });
            }
        }
        steps
    }

    /// The stage below which, on the way down from the last one, there is none of this file.
    pub fn lowest(&self) -> Option<&Stage> {
        self.chain().last().map(|&index| &self.stages[index])
    }

    /// What a stage is called: by its name, and where it has none by its place.
    pub fn stage_name(&self, index: usize) -> String {
        match self.stages.get(index).and_then(|stage| stage.name.clone()) {
            Some(name) => name,
            None if self.stages.len() == 1 => "only stage".to_owned(),
            None if index + 1 == self.stages.len() => "final stage".to_owned(),
            None => format!("stage {index}"),
        }
    }

    /// The last stage, the one it is built on, and so on down to the one that is built on an image.
    fn chain(&self) -> Vec<usize> {
        let below = |index: &usize| match self.stages[*index].base {
            // A stage can only be built on an earlier one.
            Source::Stage(base) if base < *index => Some(base),
            _ => None,
        };
        std::iter::successors(self.stages.len().checked_sub(1), below).collect()
    }

    /// The images that a build of `target` (the last stage when `None`) needs, `scratch` left out.
    ///
    /// BuildKit resolves only what the target depends on, and so does this: an unrelated stage costs nothing.
    /// An unknown target needs nothing, since no build of it can begin.
    pub fn images(&self, target: Option<&str>) -> BTreeSet<String> {
        let mut images = BTreeSet::new();
        for &index in &self.reachable(target) {
            for source in self.stages[index].sources() {
                if let Source::Image(name) = source {
                    images.insert(name.clone());
                }
            }
        }
        images
    }

    /// The stages that a build of `target` runs, by position, the target included.
    pub fn reachable(&self, target: Option<&str>) -> BTreeSet<usize> {
        let start = match target {
            Some(name) => self.position(name),
            None => self.stages.len().checked_sub(1),
        };
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<usize> = start.into_iter().collect();
        while let Some(index) = waiting.pop() {
            if reached.insert(index) {
                let stages = self.stages[index].sources().filter_map(|source| match source {
                    Source::Stage(index) => Some(*index),
                    _ => None,
                });
                waiting.extend(stages);
            }
        }
        reached
    }

    /// What the last stage stands on in the end, through all the stages it starts from.
    pub fn stands_on(&self) -> Option<&Source> {
        let mut stage = self.stages.last()?;
        // A stage can only start from an earlier one, so this ends.
        while let Source::Stage(index) = stage.base {
            stage = self.stages.get(index)?;
        }
        Some(&stage.base)
    }

    /// Position of the stage with this name; names are compared without regard to case, as BuildKit does.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.stages.iter().position(|s| s.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name)))
    }

    /// The instruction that stands on this line or began on the nearest line above it.
    pub fn instruction_at(&self, line: usize) -> Option<&Instruction> {
        self.stages.iter().flat_map(|s| &s.instructions).filter(|i| i.line <= line).max_by_key(|i| i.line)
    }
}

impl Stage {
    /// Its base first, then what it takes.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        std::iter::once(&self.base).chain(self.takes.iter().map(|take| &take.from))
    }
}

#[cfg(test)]
mod tests;
