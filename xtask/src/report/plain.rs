//! Progress as plain lines: for logs, pipes and screen readers.

use std::sync::Mutex;

use super::{Style, done, out};
use crate::event::{Event, Sink};
use crate::model::block::Sign;
use crate::units;

/// Writes a line to standard error when something is done; steps in between only with `--verbose`.
#[derive(Debug)]
pub struct Plain {
    style: Style,
    verbose: bool,
    phase: Mutex<Phase>,
}

#[derive(Debug)]
struct Phase {
    total: usize,
    done: usize,
}

impl Plain {
    /// A new renderer.
    pub fn new(style: Style, verbose: bool) -> Self {
        let phase = Phase { total: 0, done: 0 };
        Self { style, verbose, phase: Mutex::new(phase) }
    }

    fn done(&self, item: &str, remark: &str, sign: Sign) {
        let Ok(mut phase) = self.phase.lock() else { return };
        phase.done += 1;
        let remark = if remark.is_empty() { "done" } else { remark };
        // What is as it should be needs no mark.
        let mark = if sign == Sign::Held { String::new() } else { format!("{} ", done::mark(sign, self.style)) };
        out::message(format!("  {}/{} {mark}{item}: {remark}", phase.done.min(phase.total), phase.total));
    }
}

impl Sink for Plain {
    fn emit(&self, event: Event) {
        match event {
            Event::Started { title, surroundings } => {
                out::message(done::headline(&title, &surroundings, self.style));
            }
            Event::Phase { name, total, of } => {
                if let Ok(mut phase) = self.phase.lock() {
                    *phase = Phase { total, done: 0 };
                }
                out::message(format!("{name} {total} {}", done::of(total, of)));
            }
            Event::Progress { item, doing } if self.verbose => out::message(format!("  {item}: {doing}")),
            Event::Done { item, remark, sign } => self.done(&item, &remark, sign),
            Event::Counted { item, remark } if self.verbose => self.done(&item, &remark, Sign::Held),
            Event::Ready { item, stored_bytes, after, url } => {
                let remark = format!("{}, answered in {} at {url}", units::bytes(stored_bytes), units::seconds(after));
                self.done(&item, &remark, Sign::Held);
            }
            Event::Command(command) if self.verbose => out::message(done::command(&command, self.style)),
            Event::Note(text) => out::message(text),
            Event::Warning(text) => out::message(format!("{} {text}", self.style.bad("warning:"))),
            Event::Progress { .. } | Event::Counted { .. } | Event::Command(_) | Event::Quiet => {}
        }
    }
}
