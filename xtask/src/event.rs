//! What happens during a run, as data. The runner emits events; renderers in `report/` consume them.
//!
//! Nothing here knows how an event is shown, and no renderer knows how one came about.

use std::time::Duration;

use crate::model::block::Sign;

/// Receives events as they happen, from several threads.
pub trait Sink: Send + Sync {
    /// Takes one event. Must not block for long: the run waits.
    fn emit(&self, event: Event);
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The run is about to start: what it is called and where it takes place.
    Started {
        /// Headline, e.g. `Lesson 1 · Two stages`.
        title: String,
        /// The surroundings in one line, e.g. `bases: local (Debian 13) · engine 26.1.5 · 2 CPUs`.
        surroundings: String,
    },
    /// A phase with a known number of items begins, e.g. `Building` with 8 images. Ends the phase before it.
    Phase {
        /// What is done, as a verb: `Building`, `Starting`, `Weighing`.
        name: &'static str,
        /// How many items the phase has.
        total: usize,
        /// What the items are, in the plural: `images`, `containers`.
        of: &'static str,
    },
    /// An item of the current phase is at work.
    Progress {
        /// Which item, e.g. `Rust, naive` or the name of a base.
        item: String,
        /// What it is doing now, e.g. `[build 4/6] RUN cargo build --release`.
        doing: String,
    },
    /// An item of the current phase is done.
    Done {
        /// Which item.
        item: String,
        /// One remark, e.g. `cached` or `12.4 s`.
        remark: String,
        /// How it came out: held where it is as it should be, failed where it is not.
        sign: Sign,
    },
    /// An item of the current phase is done that is too small for a line of its own; shown with `--verbose`.
    Counted {
        /// Which item, e.g. `layer 04c19d07c889`.
        item: String,
        /// One remark, e.g. `588 MB in 9194 files`.
        remark: String,
    },
    /// A container answered: all that a row of the table shows is known.
    Ready {
        /// Which item: the image, e.g. `Rust, naive`.
        item: String,
        /// What the image stores, in bytes.
        stored_bytes: u64,
        /// From `docker run` to the first good answer.
        after: Duration,
        /// Where it answers, shown with `--keep`.
        url: String,
    },
    /// The current phase is over and the result is written next: nothing may be drawn meanwhile.
    Quiet,
    /// A command that Docker was given, as a shell would take it. Shown with `--verbose`.
    Command(String),
    /// Something worth a line that is neither progress nor result.
    Note(String),
    /// Something that does not stop the run but should not go unread.
    Warning(String),
}

/// Passes on what happens within an item of a phase: phases and items of its own would take the place of those around it, and with
/// them the count of what is still to come.
pub struct Within<'a>(pub &'a dyn Sink);

impl Sink for Within<'_> {
    fn emit(&self, event: Event) {
        if !matches!(event, Event::Phase { .. } | Event::Counted { .. }) {
            self.0.emit(event);
        }
    }
}

/// Drops every event: for callers that only want the result.
#[derive(Debug, Default)]
pub struct Silent;

impl Sink for Silent {
    fn emit(&self, _event: Event) {}
}
