//! One step of a build, and which part of the work it is.

use std::time::Duration;

use jiff::Timestamp;

/// One step of a build.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Content address of the step.
    pub digest: String,
    /// The bake target it is shown under; the first one, where several share it. Empty for bake's own steps.
    pub target: String,
    /// Its name without the target, e.g. `[build 4/6] RUN cargo build --release`.
    pub name: String,
    /// What its name says.
    pub part: Part,
    /// When it was first started.
    pub started: Option<Timestamp>,
    /// When it was last completed.
    pub completed: Option<Timestamp>,
    /// Whether its result came from the build cache.
    pub cached: bool,
    /// Why it ended without a result; empty when it did not.
    pub error: String,
    /// What it printed, the last 64 kB.
    pub log: String,
    /// Bytes of the build context that it took from the client.
    pub transferred: u64,
    /// The steps whose results it takes, by digest. They end before it starts.
    pub inputs: Vec<String>,
}

/// Which part of a build's work a step is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// An instruction of the Dockerfile.
    Instruction(Numbered),
    /// The build context is sent.
    Context,
    /// The result is written.
    Export,
    /// What the builder does for itself, such as reading the Dockerfile or looking a base up.
    #[default]
    Internal,
}

/// An instruction as BuildKit shows it: `[linux/arm64 build 4/6] RUN make`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// The platform it is for, where a build is for several, e.g. `linux/arm64` or `linux/amd64->arm64`.
    pub platform: Option<String>,
    /// Its stage in lower case, `stage-1` for one without a name; `None` where the builder names no stage.
    pub stage: Option<String>,
    /// Its place among the steps of its stage, from 1. An image that is pulled is a step, the `FROM`, and one that comes as a
    /// named context is none.
    pub number: u32,
    /// How many steps the stage has by the builder's count.
    pub of: u32,
    /// The instruction on one line, with its variables put in where it copies.
    pub words: String,
}

impl Step {
    /// A step of this name, shown under a target, of which nothing else is known.
    pub fn named(target: &str, name: &str) -> Self {
        Self { target: target.to_owned(), name: name.to_owned(), part: Part::of(name), ..Self::default() }
    }

    /// The instruction it is; `None` for bookkeeping such as loading a context.
    pub fn instruction(&self) -> Option<&Numbered> {
        match &self.part {
            Part::Instruction(numbered) => Some(numbered),
            _ => None,
        }
    }

    /// Whether it went wrong itself, rather than being given up because another did.
    pub fn failed(&self) -> bool {
        !self.error.is_empty() && !self.given_up()
    }

    /// Whether it was ended because another failed, or because the build took too long.
    pub fn given_up(&self) -> bool {
        self.error.contains("context canceled")
    }

    /// Whether it was at work and has no result of its own: the build ended before it did.
    pub fn was_at_work(&self) -> bool {
        self.started.is_some() && (self.completed.is_none() || self.given_up())
    }

    /// When it ran, where that is known. A step that came from the cache, or never ran, has no such time.
    pub fn ran(&self) -> Option<(Timestamp, Timestamp)> {
        self.started.zip(self.completed).filter(|_| !self.cached)
    }

    /// How long it ran.
    pub fn took(&self) -> Option<Duration> {
        self.ran().and_then(|(start, end)| Duration::try_from(end.duration_since(start)).ok())
    }
}

impl Part {
    /// Reads a step's name without its target. What is not known is the builder's own.
    pub fn of(name: &str) -> Self {
        if name.starts_with("exporting") {
            return Self::Export;
        }
        let Some((bracket, words)) = name.strip_prefix('[').and_then(|rest| rest.split_once("] ")) else {
            return Self::Internal;
        };
        if bracket == "internal" && words == "load build context" {
            return Self::Context;
        }
        Numbered::of(bracket, words).map_or(Self::Internal, Self::Instruction)
    }
}

impl Numbered {
    fn of(bracket: &str, words: &str) -> Option<Self> {
        let mut parts: Vec<&str> = bracket.split_whitespace().collect();
        let (number, of) = parts.pop()?.split_once('/')?;
        let (number, of) = (number.parse().ok()?, of.parse().ok()?);
        // No stage has a slash in its name, and every platform has.
        let platform = parts.first().copied().filter(|first| first.contains('/')).map(str::to_owned);
        let stage = parts.get(usize::from(platform.is_some())).map(|stage| (*stage).to_owned());
        Some(Self { platform, stage, number, of, words: words.to_owned() })
    }

    /// Whether it is the `FROM` of its stage.
    pub fn is_from(&self) -> bool {
        self.words.starts_with("FROM ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_part_of_the_work_a_step_is() {
        let internal = [
            "[internal] load local bake definitions",
            "[internal] load .dockerignore",
            "[context golang:1] drydock.local/golang:1",
            "[auth] library/golang:pull token",
            "[a/b] RUN x",
            "",
            "[",
        ];
        for name in internal {
            assert_eq!(Part::of(name), Part::Internal, "{name}");
        }
        assert_eq!(Part::of("[internal] load build context"), Part::Context);
        assert_eq!(Part::of("exporting to image"), Part::Export);
    }

    #[test]
    fn an_instruction_has_its_place_and_its_words() {
        let read = |name: &str| match Part::of(name) {
            Part::Instruction(Numbered { platform, stage, number, of, words }) => {
                format!("{} {} {number} {of} {words}", platform.unwrap_or_default(), stage.unwrap_or_default())
            }
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(read("[2/5] RUN [ -f x ] && echo a/b"), "  2 5 RUN [ -f x ] && echo a/b");
        assert_eq!(read("[build  4/10] COPY . ."), " build 4 10 COPY . .");
        assert_eq!(read("[linux/amd64->arm64 stage-1 1/2] FROM a"), "linux/amd64->arm64 stage-1 1 2 FROM a");
        assert_eq!(read("[linux/arm/v7 1/2] WORKDIR /x"), "linux/arm/v7  1 2 WORKDIR /x");
    }

    #[test]
    fn a_step_that_was_given_up_has_not_failed() {
        let failed = Step { error: "exit code: 1".to_owned(), ..Step::default() };
        let given_up = Step { error: "process did not complete: context canceled".to_owned(), ..Step::default() };
        assert_eq!((failed.failed(), given_up.failed(), Step::default().failed()), (true, false, false));
        let started = Timestamp::from_millisecond(5).ok();
        let at_work = Step { started, completed: started, ..given_up };
        assert_eq!((at_work.was_at_work(), Step { started, ..Step::default() }.was_at_work()), (true, true));
        assert!(!Step { started, completed: started, ..Step::default() }.was_at_work());
    }

    #[test]
    fn what_comes_from_the_cache_did_not_run() {
        let (started, completed) = (Timestamp::from_millisecond(5).ok(), Timestamp::from_millisecond(1505).ok());
        let step = Step { started, completed, ..Step::default() };
        assert_eq!(step.took(), Some(Duration::from_millis(1500)));
        assert_eq!(Step { cached: true, ..step }.took(), None);
    }
}
