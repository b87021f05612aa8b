//! Holds events back while a person reads and answers, so that nothing moves below the question, and shows them afterwards.

use std::sync::{Mutex, PoisonError};

use crate::event::{Event, Sink};

/// A renderer that can be told to wait.
pub struct Held {
    inner: Box<dyn Sink>,
    /// What came meanwhile; `None` while nothing is held back.
    back: Mutex<Option<Vec<Event>>>,
}

impl Held {
    pub(super) fn new(inner: Box<dyn Sink>) -> Self {
        Self { inner, back: Mutex::new(None) }
    }

    /// Draws nothing from now on.
    pub fn hold(&self) {
        let mut back = self.back.lock().unwrap_or_else(PoisonError::into_inner);
        if back.is_none() {
            self.inner.emit(Event::Quiet);
            *back = Some(Vec::new());
        }
    }

    /// Shows what came meanwhile, in its order, and goes on.
    pub fn release(&self) {
        let mut back = self.back.lock().unwrap_or_else(PoisonError::into_inner);
        for event in back.take().into_iter().flatten() {
            self.inner.emit(event);
        }
    }
}

impl Sink for Held {
    fn emit(&self, event: Event) {
        // Locked until it is shown: what comes while others are made up for has to wait its turn.
        let mut back = self.back.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *back {
            None => self.inner.emit(event),
            // What is at work now will say so again.
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
            if let Event::Note(text) = event {
                self.0.lock().unwrap().push(text);
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
}
