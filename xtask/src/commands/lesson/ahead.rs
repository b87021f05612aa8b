//! While images are built, a learner reads: a thread tells the beginning of the lesson, and hands over where it needs an image.

use std::thread::ScopedJoinHandle;

use super::narrator::Teller;
use crate::error::Result;
use crate::lesson::{Guess as Asked, Step};
use crate::model::{Measurement, Told};
use crate::plan::Image;
use crate::runner::{Ahead, Guess, Narrator, Question};

/// The teller with how far it has come.
type Telling<'l> = (Teller<'l>, Result<Ahead>);

/// A teller that may still be at work in a thread of its own.
pub(super) struct Waiting<'scope, 'l> {
    thread: Option<ScopedJoinHandle<'scope, Telling<'l>>>,
    /// There from when the thread has ended.
    teller: Option<Teller<'l>>,
    /// What came of it, until the runner asks.
    ahead: Option<Result<Ahead>>,
}

impl<'scope, 'l> Waiting<'scope, 'l> {
    /// One that tells when it is told to.
    pub fn here(teller: Teller<'l>) -> Self {
        Self { thread: None, teller: Some(teller), ahead: None }
    }

    /// One that tells ahead in this thread.
    pub fn ahead(thread: ScopedJoinHandle<'scope, Telling<'l>>) -> Self {
        Self { thread: Some(thread), teller: None, ahead: None }
    }

    /// Waits for the thread, if there still is one.
    fn settle(&mut self) -> &mut Teller<'l> {
        if let Some(thread) = self.thread.take() {
            let (mut teller, ahead) = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            teller.building = false;
            self.teller = Some(teller);
            self.ahead = Some(ahead);
        }
        self.teller.as_mut().expect("the teller is here when its thread is not")
    }

    /// The teller, after all is told.
    pub fn done(mut self) -> Teller<'l> {
        self.settle();
        self.teller.expect("the teller is here when its thread is not")
    }
}

impl Narrator for Waiting<'_, '_> {
    fn ahead(&mut self) -> Result<Ahead> {
        self.settle();
        self.ahead.take().unwrap_or_else(|| Ok(Ahead::default()))
    }

    fn before(&mut self, step: &Step, images: &[&Image]) -> Result<()> {
        self.settle().before(step, images)
    }

    fn after(&mut self, step: &Step, told: &Told, last: bool, results: &[Measurement]) -> Result<()> {
        self.settle().after(step, told, last, results)
    }

    fn guess(&mut self, guess: &Asked) -> Result<Option<String>> {
        self.settle().guess(guess)
    }

    fn predict(&mut self, question: &Question) -> Result<Option<Guess>> {
        self.settle().predict(question)
    }
}
