//! Reading Dockerfiles: stages, what each is built on, what it copies from where, and on which line.
//!
//! Parsing itself is the `parse-dockerfile` crate's; this room turns its tree into the few facts that errors, plans and
//! pictures need.

mod read;
mod variables;

use std::collections::BTreeSet;

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

impl Dockerfile {
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
