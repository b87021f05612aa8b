//! `push` and `pull`: what travels, as a table.

use std::time::Duration;

use super::{Came, Underway};
use crate::error::Result;
use crate::event::Event;
use crate::lesson::Push;
use crate::model::block::{Cell, Column, Table};
use crate::model::{AppId, Block, Delivery};
use crate::runner::ship::Shipped;
use crate::units;

impl Underway<'_> {
    pub(super) fn push(&mut self, step: &Push, app: &AppId) -> Result<Came> {
        let images = self.named(&step.variants, app);
        let total = images.len() * if step.change.is_some() { 2 } else { 1 };
        self.engine.sink().emit(Event::Phase { name: "Pushing", total, of: "images" });
        Ok(told("What each push sends", "push", self.push_in_turn(&images, step.change.as_deref())?))
    }
}

/// What moved: bytes first, seconds last, since only bytes mean something on another machine.
pub(super) fn told(title: &str, what: &str, shipped: Shipped) -> Came {
    let moved = match shipped {
        Ok(moved) => moved,
        Err(why) => return Block::text(format!("Not measured: {why}")).into(),
    };
    let columns = [
        Column::left("variant"),
        Column::left(what),
        Column::right("bytes"),
        Column::right("layers that moved"),
        Column::right("already there"),
        Column::right("took"),
    ];
    let mut table = Table::new(title, columns);
    for (variant, delivery, transfer) in moved {
        let when = match &delivery {
            Delivery::First(there) if there.is_empty() => "the first".to_owned(),
            Delivery::First(there) => {
                format!("beside {}", crate::names::list(there.iter().map(crate::model::VariantId::as_str)))
            }
            Delivery::After(change) => format!("after {change}"),
        };
        table.row([
            Cell::from(variant.as_str()),
            Cell::from(when),
            Cell::from(units::bytes(transfer.bytes)),
            Cell::from(transfer.moved.to_string()),
            Cell::from(transfer.there.to_string()),
            Cell::from(units::seconds(Duration::from_millis(transfer.ms))),
        ]);
    }
    Block::Table(table).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Transfer, VariantId};

    #[test]
    fn what_moved_is_told_with_what_was_there_before() {
        let variant = |name: &str| VariantId::try_from(name.to_owned()).unwrap();
        let transfer = Transfer { bytes: 2_000_000, moved: 1, there: 4, ms: 300 };
        let first = Delivery::First([variant("naive")].into());
        let moved =
            vec![(variant("small"), first, transfer), (variant("small"), Delivery::After("line".into()), transfer)];
        let came = told("t", "push", Ok(moved));
        let [Block::Table(table)] = came.blocks.as_slice() else { panic!("{came:?}") };
        let row: Vec<&str> = table.rows[0].iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(row[..5], ["small", "beside naive", "2.00 MB", "1", "4"]);
        assert_eq!(table.rows[1][1].text, "after line");
    }

    #[test]
    fn what_could_not_be_measured_is_said() {
        let came = told("t", "pull", Err("it needs root".to_owned()));
        assert!(matches!(came.blocks.as_slice(), [Block::Text { text }] if text == "Not measured: it needs root"));
    }
}
