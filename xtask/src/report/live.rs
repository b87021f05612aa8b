//! Progress on a terminal: a line for each item at work, with what it is doing and for how long, and a bar for the whole.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{Style, done, out};
use crate::event::{Event, Sink};
use crate::model::block::Sign;
use crate::units;

/// Draws on standard error.
#[derive(Debug)]
pub struct Live {
    style: Style,
    verbose: bool,
    bars: MultiProgress,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    phase: &'static str,
    overall: Option<ProgressBar>,
    items: BTreeMap<String, ProgressBar>,
}

impl Live {
    /// A new renderer. Draws nothing until the first event.
    pub fn new(style: Style, verbose: bool) -> Self {
        Self { style, verbose, bars: MultiProgress::new(), state: Mutex::default() }
    }

    fn print(&self, text: &str) {
        // Bars that are gone leave the cursor behind the last line, where whatever is written next would go on.
        self.bars.suspend(|| out::message(text));
    }

    fn phase(&self, name: &'static str, total: usize, of: &str) {
        self.quiet();
        let Ok(mut state) = self.state.lock() else { return };
        let bar = self.bars.add(ProgressBar::new(total as u64));
        bar.set_style(template("  {prefix:<9} {bar:20.blue/dim} {pos}/{len} {msg}  {elapsed}").progress_chars("━╸─"));
        bar.set_prefix(name);
        bar.set_message(done::of(total, of).to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        state.phase = name;
        state.overall = Some(bar);
    }

    fn quiet(&self) {
        let Ok(mut state) = self.state.lock() else { return };
        for bar in std::mem::take(&mut state.items).into_values().chain(state.overall.take()) {
            bar.finish_and_clear();
        }
    }

    fn progress(&self, item: &str, doing: &str) {
        let Ok(mut state) = self.state.lock() else { return };
        let State { overall, items, .. } = &mut *state;
        let bar = items.entry(item.to_owned()).or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            let bar = match overall {
                Some(overall) => self.bars.insert_before(overall, bar),
                None => self.bars.add(bar),
            };
            bar.set_style(template("  {spinner:.blue} {prefix:<20.bold} {elapsed:>4}  {wide_msg:.dim}"));
            bar.set_prefix(item.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        bar.set_message(doing.to_owned());
    }

    fn count(&self) {
        // A stream may bring more than was expected; a bar beyond its end would look like a mistake.
        if let Ok(state) = self.state.lock()
            && let Some(overall) = &state.overall
            && overall.length().is_none_or(|length| overall.position() < length)
        {
            overall.inc(1);
        }
    }

    fn done(&self, item: &str, remark: &str, sign: Sign) {
        let Ok(mut state) = self.state.lock() else { return };
        if let Some(bar) = state.items.remove(item) {
            bar.finish_and_clear();
        }
        if let Some(overall) = &state.overall {
            overall.inc(1);
        }
        let line = done::line(state.phase, item, remark, sign, self.style);
        drop(state);
        self.print(&line);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.bars.clear();
    }
}

impl Sink for Live {
    fn emit(&self, event: Event) {
        match event {
            Event::Started { title, surroundings } => {
                self.print(&format!("{}\n", done::headline(&title, &surroundings, self.style)));
            }
            Event::Phase { name, total, of } => self.phase(name, total, of),
            Event::Quiet => self.quiet(),
            Event::Progress { item, doing } => self.progress(&item, &doing),
            Event::Done { item, remark, sign } => self.done(&item, &remark, sign),
            Event::Counted { item, remark } if self.verbose => self.done(&item, &remark, Sign::Held),
            Event::Counted { .. } => self.count(),
            Event::Ready { item, stored_bytes, after, .. } => {
                let remark = format!("{:>8}  answered in {}", units::bytes(stored_bytes), units::seconds(after));
                self.done(&item, &remark, Sign::Held);
            }
            Event::Command(command) if self.verbose => self.print(&done::command(&command, self.style)),
            Event::Note(text) => self.print(&text),
            Event::Warning(text) => self.print(&format!("{} {text}", self.style.bad("warning:"))),
            Event::Command(_) => {}
        }
    }
}

fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
