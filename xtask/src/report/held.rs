//! Holds events back while a person reads and answers, so that nothing moves below the question, and shows them afterwards.

use std::sync::{Mutex, PoisonError};

use crate::event::{Event, Sink};

/// A renderer that can be told to wait.
pub struct Held {
    inner: Box<dyn Sink>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What came meanwhile; `None` while nothing is held back.
    back: Option<Vec<Event>>,
    /// What is at work, with what it does, in the order in which it began.
    at_work: Vec<(String, String)>,
}

impl Held {
    pub(super) fn new(inner: Box<dyn Sink>) -> Self {
        Self { inner, state: Mutex::default() }
    }

    /// Draws nothing from now on.
    pub fn hold(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.back.is_none() {
            self.inner.emit(Event::Quiet);
            state.back = Some(Vec::new());
        }
    }

    /// Shows what came meanwhile, in its order, then what is at work now, and goes on.
    pub fn release(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(back) = state.back.take() else { return };
        for event in back {
            self.inner.emit(event);
        }
        // A step that prints nothing may not say so again for minutes, and nobody would know what is waited for.
        for (item, doing) in &state.at_work {
            self.inner.emit(Event::Progress { item: item.clone(), doing: doing.clone() });
        }
    }
}

impl State {
    fn note(&mut self, event: &Event) {
        match event {
            Event::Progress { item, doing } => match self.at_work.iter_mut().find(|(known, _)| known == item) {
                Some((_, known)) => known.clone_from(doing),
                None => self.at_work.push((item.clone(), doing.clone())),
            },
            Event::Done { item, .. } | Event::Counted { item, .. } | Event::Ready { item, .. } => {
                self.at_work.retain(|(known, _)| known != item);
            }
            Event::Phase { .. } | Event::Quiet => self.at_work.clear(),
            Event::Started { .. } | Event::Command(_) | Event::Note(_) | Event::Warning(_) => {}
        }
    }
}

impl Sink for Held {
    fn emit(&self, event: Event) {
        // Locked until it is shown: what comes while others are made up for has to wait its turn.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.note(&event);
        match &mut state.back {
            None => self.inner.emit(event),
            Some(_) if matches!(event, Event::Progress { .. }) => {}
            Some(held) => held.push(event),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    struct Seen(Arc<Mutex<Vec<String>>>);

    impl Sink for Seen {
        fn emit(&self, event: Event) {
            match event {
                Event::Note(text) => self.0.lock().unwrap().push(text),
                Event::Progress { item, doing } => self.0.lock().unwrap().push(format!("{item}: {doing}")),
                _ => {}
            }
        }
    }

    #[test]
    fn what_was_held_back_comes_in_its_order_and_once() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let held = Held::new(Box::new(Seen(Arc::clone(&seen))));
        let note = |text: &str| held.emit(Event::Note(text.to_owned()));
        note("a");
        held.hold();
        note("b");
        note("c");
        assert_eq!(*seen.lock().unwrap(), ["a"]);
        held.release();
        note("d");
        held.release();
        assert_eq!(*seen.lock().unwrap(), ["a", "b", "c", "d"]);
    }

    #[test]
    fn what_is_still_at_work_is_named_when_it_is_waited_for() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let held = Held::new(Box::new(Seen(Arc::clone(&seen))));
        let progress = |item: &str, doing: &str| {
            held.emit(Event::Progress { item: item.to_owned(), doing: doing.to_owned() });
        };
        let done = |item: &str| {
            let remark = "1 s".to_owned();
            held.emit(Event::Done { item: item.to_owned(), remark, sign: crate::model::block::Sign::Held });
        };
        held.hold();
        held.emit(Event::Phase { name: "Building", total: 3, of: "images" });
        progress("Go, naive", "FROM");
        progress("Rust, naive", "RUN cargo build");
        progress("Go, naive", "RUN go build");
        progress("Node, naive", "RUN npm ci");
        done("Node, naive");
        held.release();
        assert_eq!(*seen.lock().unwrap(), ["Go, naive: RUN go build", "Rust, naive: RUN cargo build"]);
        // What was drawn before it was held back is drawn again.
        done("Go, naive");
        held.hold();
        held.release();
        assert_eq!(seen.lock().unwrap()[2..], ["Rust, naive: RUN cargo build"]);
    }
}
