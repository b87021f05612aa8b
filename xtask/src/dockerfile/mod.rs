//! Reading Dockerfiles: stages, what each is built on, what it copies from where, and on which line.
//!
//! The engine judges what a Dockerfile is. This reader follows BuildKit's grammar to the few facts that errors, plans and pictures
//! need, and a file that it cannot read is built all the same.

mod file;
mod given;
mod heredoc;
mod lex;
mod lines;
mod mentioned;
mod pattern;
mod read;
mod split;

use std::collections::BTreeSet;

use crate::model::Reference;
use crate::names;

pub use file::File;
pub use given::Given;
pub use mentioned::mentioned;
pub use read::{parse, parse_for};

/// A Dockerfile as a list of stages.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// The stages in the order of the file; never empty.
    pub stages: Vec<Stage>,
    /// The stage that is built, by position: the last one where no target is named.
    pub target: usize,
}

/// Everything from one `FROM` to the next.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The name behind `AS`, as written.
    pub name: Option<String>,
    /// What the stage starts from.
    pub base: Source,
    /// Line of its `FROM`, from 1.
    pub line: usize,
    /// What it takes from elsewhere with `COPY --from` or `RUN --mount=from=`, its base's `ONBUILD` included.
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
    /// The instruction as written.
    pub text: String,
    /// The same on one line, as the builder shows it: without here-documents, and without what makes a line go on.
    pub joined: String,
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
    /// The file as a build with `--target` sees it; as it is without one, `None` where no stage has that name.
    #[must_use]
    pub fn up_to(&self, target: Option<&str>) -> Option<Self> {
        let target = target.map_or(Some(self.target), |target| self.find(target))?;
        Some(Self { target, ..self.clone() })
    }

    /// Position of the stage that `--target` names, by its name or by its number.
    fn find(&self, target: &str) -> Option<usize> {
        self.position(target).or_else(|| target.parse().ok().filter(|index| *index < self.stages.len()))
    }

    /// What a build of the target puts on top of its base, in order: the instructions of the stages it is built on, then
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

    /// The stage below which, on the way down from the target, there is none of this file.
    pub fn lowest(&self) -> Option<&Stage> {
        self.chain().last().map(|&index| &self.stages[index])
    }

    /// What a stage is called: by its name, and where it has none by its place.
    pub fn stage_name(&self, index: usize) -> String {
        match self.stages.get(index).and_then(|stage| stage.name.clone()) {
            Some(name) => name,
            None if self.stages.len() == 1 => "only stage".to_owned(),
            None if index == self.target => "final stage".to_owned(),
            None => format!("stage {index}"),
        }
    }

    /// The target, the stage it is built on, and so on down to the one that is built on an image.
    fn chain(&self) -> Vec<usize> {
        let below = |index: &usize| match self.stages[*index].base {
            // A stage can only be built on an earlier one.
            Source::Stage(base) if base < *index => Some(base),
            _ => None,
        };
        std::iter::successors(Some(self.target), below).collect()
    }

    /// The images that a build of `target` (this file's target when `None`) needs, `scratch` left out, each by its shortest name.
    ///
    /// BuildKit resolves only what the target depends on, and so does this: an unrelated stage costs nothing.
    /// An unknown target needs nothing, since no build of it can begin.
    pub fn images(&self, target: Option<&str>) -> BTreeSet<String> {
        let sources = self.reachable(target).into_iter().flat_map(|index| self.stages[index].sources());
        let names = sources.filter_map(|source| match source {
            Source::Image(name) if !name.is_empty() => Some(Reference::short(name)),
            _ => None,
        });
        names.collect()
    }

    /// The stages that a build of `target` runs, by position, the target included.
    pub fn reachable(&self, target: Option<&str>) -> BTreeSet<usize> {
        let start = target.map_or(Some(self.target), |target| self.find(target));
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

    /// What the target stands on in the end, through all the stages it starts from.
    pub fn stands_on(&self) -> Option<&Source> {
        self.lowest().map(|stage| &stage.base)
    }

    /// Position of the stage with this name: the last one, where several have it. Case does not count, as for BuildKit.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.stages.iter().rposition(|s| s.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name)))
    }

    /// The stage that is probably meant by what is written as the name of an image, and the line it is written on. Names with a tag
    /// or a folder are no stage's.
    pub fn meant(&self, image: &str) -> Option<(usize, &str)> {
        let image = Reference::short(image);
        let may_be = !image.contains([':', '/', '@']);
        let names = self.stages.iter().filter_map(|stage| stage.name.as_deref());
        let near = names::nearest(&image, names).filter(|_| may_be)?;
        Some((self.line_of_image(&image)?, near))
    }

    /// The first line that names an image.
    pub fn line_of_image(&self, image: &str) -> Option<usize> {
        let image = Reference::short(image);
        let is = |source: &Source| matches!(source, Source::Image(name) if Reference::short(name) == image);
        self.stages.iter().find_map(|stage| {
            let take = stage.takes.iter().find(|take| is(&take.from));
            is(&stage.base).then_some(stage.line).or(take.map(|take| take.line))
        })
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
