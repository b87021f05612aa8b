//! `signal`: what running containers do when they are sent a signal.

use super::{Came, Check, Underway};
use crate::error::Result;
use crate::event::Event;
use crate::lesson::Signal;
use crate::model::block::{Cell, Column, Table};
use crate::model::{AppId, Block, Signalled};
use crate::units;

impl Underway<'_> {
    pub(super) fn signal(&mut self, step: &Signal, app: &AppId) -> Result<Came> {
        let images = self.named(&step.variants, app);
        self.engine.sink().emit(Event::Phase { name: "Signalling", total: images.len(), of: "containers" });
        let columns = [Column::left("variant"), Column::left("what it did"), Column::right("after")];
        let mut table = Table::new(format!("What {} does", step.signal), columns);
        let mut came = Came::default();
        for image in images {
            let item = image.called();
            self.engine
                .sink()
                .emit(Event::Progress { item: item.clone(), doing: format!("kill --signal {}", step.signal) });
            let signalled = self.signalled(image, &step.signal)?;
            let check = check(step, step.ends_in.contains(&image.name.variant), signalled.as_ref());
            self.engine.sink().emit(Event::Done { item, remark: check.measured.clone(), sign: check.outcome.into() });
            let after = signalled.as_ref().map_or_else(|| "–".to_owned(), |one| after(one.after_ms));
            let name = Cell::from(image.name.variant.as_str());
            table.row([name, Cell::judged(check.measured.clone(), check.held()), Cell::from(after)]);
            came.checks.push(Check { variant: Some(image.name.variant.clone()), ..check });
            if let Some(signalled) = signalled {
                self.of(image).signalled.insert(step.signal.clone(), signalled);
            }
        }
        came.blocks.push(Block::Table(table));
        Ok(came)
    }
}

fn check(step: &Signal, ends: bool, signalled: Option<&Signalled>) -> Check {
    let with = step.status.map(|status| format!(" with status {status}")).unwrap_or_default();
    let expected = if ends { format!("ends{with}") } else { "goes on running".to_owned() };
    match signalled {
        None => Check::new(false, expected, "did not start"),
        Some(Signalled { status: None, .. }) => Check::new(!ends, expected, "went on running"),
        Some(Signalled { status: Some(status), .. }) => {
            let held = ends && step.status.is_none_or(|wanted| wanted == *status);
            Check::new(held, expected, format!("ended with status {status}"))
        }
    }
}

fn after(ms: u64) -> String {
    units::seconds(std::time::Duration::from_millis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_container_did_is_compared_with_what_the_step_says() {
        let step: Signal = toml::from_str("variants=['a']\nends-in=['a']\nstatus=0").unwrap();
        let ended = |status| Signalled { after_ms: 100, status };
        let held = |ends, status| check(&step, ends, Some(&ended(status))).held();
        assert!(held(true, Some(0)) && !held(true, Some(143)) && !held(true, None));
        assert!(held(false, None) && !held(false, Some(0)));
        assert!(!check(&step, false, None).held());
    }
}
