//! Takes the values of secrets out of what an audit prints while it works and where it fails: Docker's commands and what a build
//! prints repeat the lines of the Dockerfile.

use crate::audit::masked::Masks;
use crate::audit::propose::model::Proposed;
use crate::error::Problem;
use crate::event::{Event, Sink};

/// Passes on what happens without the values of secrets.
pub(super) struct Masking<'a> {
    pub sink: &'a dyn Sink,
    pub masks: Masks,
}

impl Sink for Masking<'_> {
    fn emit(&self, event: Event) {
        let masked = |text: String| self.masks.masked(&text);
        self.sink.emit(match event {
            Event::Command(command) => Event::Command(masked(command)),
            Event::Progress { item, doing } => Event::Progress { item, doing: masked(doing) },
            Event::Counted { item, remark } => Event::Counted { item: masked(item), remark: masked(remark) },
            Event::Note(text) => Event::Note(masked(text)),
            Event::Warning(text) => Event::Warning(masked(text)),
            other => other,
        });
    }
}

/// The same problem without them.
pub(super) fn problem(mut problem: Problem, masks: &Masks) -> Problem {
    problem.fact = masks.masked(&problem.fact);
    problem.evidence = problem.evidence.iter().map(|line| masks.masked(line)).collect();
    problem
}

/// The same proposal without them in what a failed try printed.
pub(super) fn proposal(mut proposal: Proposed, masks: &Masks) -> Proposed {
    for tried in &mut proposal.tried {
        tried.failed = tried.failed.as_ref().map(|failed| masks.masked(failed));
        tried.log = tried.log.iter().map(|line| masks.masked(line)).collect();
    }
    proposal
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Keeps what it is given.
    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);

    impl Sink for Kept {
        fn emit(&self, event: Event) {
            self.0.lock().unwrap().push(format!("{event:?}"));
        }
    }

    #[test]
    fn commands_and_steps_are_shown_without_values() {
        let kept = Kept::default();
        let sink = Masking { sink: &kept, masks: Masks::default() };
        sink.emit(Event::Command("docker buildx build --build-arg NPM_TOKEN=f00dcafe1234 .".to_owned()));
        sink.emit(Event::Progress { item: "api".to_owned(), doing: "RUN NPM_TOKEN=f00dcafe1234 npm ci".to_owned() });
        sink.emit(Event::Command("docker run -d --env PORT=8080 api".to_owned()));
        let kept = kept.0.into_inner().unwrap();
        assert!(kept[..2].iter().all(|event| event.contains("NPM_TOKEN=***") && !event.contains("f00d")), "{kept:?}");
        assert!(kept[2].contains("PORT=8080"), "{kept:?}");
    }
}
