//! Images of anybody's as text: side by side, and one in the place of another.

use std::time::Duration;

use super::Style;
use super::lines::{self, paragraph};
use super::table::{Table, left, right};
use crate::model::{Inspection, Upgrade};
use crate::names::printable;
use crate::units;

/// One row an image, in the order they were named in. The first is what the others are compared with.
pub fn inspections(images: &[Inspection], style: Style) -> String {
    let numbers = ["stored", "smaller", "pull", "wasted", "layers", "packages"].map(right);
    let columns = [left("image")].into_iter().chain(numbers).chain([left("shell"), left("secrets")]);
    let mut table = Table::new(columns);
    let first = images.first().map_or(0, |first| first.stored_bytes);
    for (number, image) in images.iter().enumerate() {
        let smaller = if number == 0 { String::new() } else { units::factor(units::times(first, image.stored_bytes)) };
        let pull = image.pull_bytes.map_or_else(|| "–".to_owned(), units::bytes);
        table.row([
            printable(&image.image),
            units::bytes(image.stored_bytes),
            smaller,
            if image.pull_exact || image.pull_bytes.is_none() { pull } else { format!("about {pull}") },
            units::bytes(image.wasted_bytes),
            image.layers.len().to_string(),
            image.packages.len().to_string(),
            if image.surface.shells.is_empty() { "none" } else { "yes" }.to_owned(),
            if image.secrets.is_empty() { "none found".to_owned() } else { image.secrets.len().to_string() },
        ]);
    }
    let inspect =
        |first: &Inspection| format!("cargo xtask inspect {}    says what it is made of", printable(&first.image));
    let next = images.first().map(|first| format!("\n\n{}", lines::next(&inspect(first), style)));
    format!("{}{}", table.text(2, style), next.unwrap_or_default())
}

/// What one node fetches, what that comes to in the fleet, and what was assumed.
pub fn upgrade(told: &Upgrade, style: Style) -> String {
    let Upgrade { fleet, fetched, forecast, .. } = told;
    let update = fetched.changes.get(Upgrade::UPDATE).copied().unwrap_or_default();
    let ms = |ms: u64| units::seconds(Duration::from_millis(ms));
    let about = |bytes| if told.exact { units::bytes(bytes) } else { format!("about {}", units::bytes(bytes)) };
    let mut table = Table::new([left("a node"), right("fetches"), right(format!("all {} have it after", fleet.nodes))]);
    let (old, new) = (printable(&told.before), printable(&told.after));
    table.row([
        format!("that runs {old}"),
        about(update),
        ms(forecast.changes_ms.get(Upgrade::UPDATE).copied().unwrap_or(0)),
    ]);
    table.row(["that has nothing".to_owned(), about(fetched.first), ms(forecast.first_ms)]);
    let there = format!("Of the {} layers of {new}, a node that runs {old} has {}.", told.layers, told.layers_there);
    let day = forecast.day_bytes.map_or_else(|| "–".to_owned(), units::bytes);
    let assumed = [
        format!("With {} deploys a day like this one, all nodes together fetch {day}.", fleet.deploys),
        format!(
            "Bytes are measured. Times are calculated, for {} nodes, {} of them pulling at a time, and {} Mbit/s for each \
             (--nodes, --parallel, --mbps, --deploys).",
            fleet.nodes, fleet.parallel, fleet.mbps
        ),
    ];
    let assumed = assumed.map(|line| style.dim(&paragraph(&line))).join("\n");
    format!("{}\n\n{}\n{assumed}", table.text(4, style), paragraph(&there))
}
