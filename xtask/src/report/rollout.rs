//! What it costs to ship, as text.

use std::time::Duration;

use super::Style;
use super::lines::paragraph;
use super::table::{Table, left, right};
use crate::model::{Fleet, Rollout, ShippedImage};
use crate::units;

/// What one node fetches, what that comes to in the fleet, and what was assumed.
pub fn rollout(rollout: &Rollout, style: Style) -> String {
    let mut parts = vec![format!("  {}\n{}", style.dim("What one node fetches, compressed"), fetched(rollout, style))];
    if !rollout.together.is_empty() {
        parts.push(together(rollout));
    }
    parts.push(format!("{}\n{}", style.dim(&paragraph(&headline(rollout))), forecast(rollout, style)));
    parts.push(assumptions(rollout, style));
    parts.join("\n\n")
}

fn fetched(rollout: &Rollout, style: Style) -> String {
    let heads = ["first deploy", "base is there"].map(str::to_owned).into_iter().chain(changes(rollout).map(column));
    let mut table = Table::new([left("image")].into_iter().chain(heads.map(right)));
    for image in &rollout.images {
        let f = &image.fetched;
        let first = if image.exact { units::bytes(f.first) } else { format!("about {}", units::bytes(f.first)) };
        let mut row = vec![name(image), first, bytes(f.base_there)];
        row.extend(changes(rollout).map(|change| bytes(f.changes.get(change).copied())));
        table.row(row);
    }
    table.text(4, style)
}

/// The names of the changes that deploys bring.
fn changes(rollout: &Rollout) -> impl Iterator<Item = &str> {
    rollout.fleet.changes.iter().map(|often| often.change.as_str())
}

fn column(change: &str) -> String {
    format!("{change} change")
}

fn together(rollout: &Rollout) -> String {
    let lines = rollout.together.iter().map(|all| {
        let (first, unshared) = (units::bytes(all.first), units::bytes(all.unshared));
        format!(
            "All {} {} images on one node: {first}, layers they share counted once ({unshared} without that).",
            all.images, all.variant
        )
    });
    lines.map(|line| paragraph(&line)).collect::<Vec<_>>().join("\n")
}

fn headline(rollout: &Rollout) -> String {
    let fleet = &rollout.fleet;
    match fleet.nodes {
        1 => format!("Until one node has it, and what it fetches on a day with {} deploys", fleet.deploys),
        many => format!("Until all {many} nodes have it, and what they fetch on a day with {} deploys", fleet.deploys),
    }
}

fn forecast(rollout: &Rollout, style: Style) -> String {
    let pulls = rollout.images.iter().any(|image| image.pulled.is_some());
    let heads = ["first deploy".to_owned()].into_iter().chain(changes(rollout).map(column));
    let heads = heads.chain(["a day", "times less"].map(str::to_owned));
    let heads = heads.chain(pulls.then(|| ["measured pull", "times less"].map(str::to_owned)).into_iter().flatten());
    let mut table = Table::new([left("image")].into_iter().chain(heads.map(right)));
    for image in &rollout.images {
        let f = &image.forecast;
        let mut row = vec![name(image), time(Some(f.first_ms))];
        row.extend(changes(rollout).map(|change| time(f.changes_ms.get(change).copied())));
        row.extend([bytes(f.day_bytes), less(rollout, image)]);
        row.extend(pulls.then(|| pulled(rollout, image)).into_iter().flatten());
        table.row(row);
    }
    table.text(4, style)
}

/// How many times a day's bytes go into those of the app's first image; empty for that one itself.
fn less(rollout: &Rollout, image: &ShippedImage) -> String {
    let first =
        rollout.images.iter().find(|other| other.app == image.app).filter(|first| first.variant != image.variant);
    let days = first.and_then(|first| first.forecast.day_bytes.zip(image.forecast.day_bytes));
    days.map_or_else(String::new, |(first, this)| units::factor(units::times(first, this)))
}

/// What one pull took, and how many times that goes into the pull of the app's first image.
fn pulled(rollout: &Rollout, image: &ShippedImage) -> [String; 2] {
    let first =
        rollout.images.iter().find(|other| other.app == image.app).filter(|first| first.variant != image.variant);
    let pulls = first.and_then(|first| first.pulled.zip(image.pulled));
    let less = pulls.map_or_else(String::new, |(first, this)| units::factor(units::times(first.ms, this.ms)));
    [time(image.pulled.map(|pulled| pulled.ms)), less]
}

fn pullers(fleet: &Fleet) -> String {
    let Fleet { nodes, parallel, mbps, .. } = fleet;
    let who = if *nodes == 1 {
        format!("one node with {mbps} Mbit/s")
    } else {
        format!("{nodes} nodes, {parallel} of them pulling at a time, {mbps} Mbit/s for each")
    };
    format!("{who}, and a registry that keeps up (--nodes, --parallel, --mbps);")
}

/// The model in words: whoever doubts a number finds here what it stands on.
fn assumptions(rollout: &Rollout, style: Style) -> String {
    let fleet = &rollout.fleet;
    let lines = [
        "Bytes are measured: what the engine pushes. Times and days are calculated, on these assumptions:".to_owned(),
        pullers(fleet),
        format!("{} deploys a day{} (--deploys, --change);", fleet.deploys, mix(fleet)),
        "each node already runs the version before; unpacking and starting are left out.".to_owned(),
    ];
    let pulls = rollout.images.iter().any(|image| image.pulled.is_some());
    let measured = "A measured pull is that of one engine that had nothing, from a registry on this machine: mostly unpacking, \
                    hardly any network. Its ratio is what means something elsewhere.";
    let lines = lines.into_iter().chain(pulls.then(|| measured.to_owned())).collect::<Vec<_>>();
    lines.iter().map(|line| style.dim(&paragraph(line))).collect::<Vec<_>>().join("\n")
}

/// Which deploys bring which change: `, every 10th with the dependency change, the others with the source change`.
fn mix(fleet: &Fleet) -> String {
    let rare = fleet.changes.iter().filter_map(|often| Some((&often.change, often.every?)));
    let rare = rare.map(|(change, every)| format!(", every {} with the {}", ordinal(every), column(change)));
    let usual = fleet.changes.iter().find(|often| often.every.is_none());
    let usual = usual.map(|often| format!(", the others with the {}", column(&often.change)));
    rare.chain(usual).collect()
}

/// `10th`, `1st`, `22nd`.
fn ordinal(number: u64) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn name(image: &ShippedImage) -> String {
    format!("{}/{}", image.app, image.variant)
}

fn bytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "–".to_owned(), units::bytes)
}

fn time(ms: Option<u64>) -> String {
    ms.map_or_else(|| "–".to_owned(), |ms| units::seconds(Duration::from_millis(ms)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::matrix::tests::matrix;
    use crate::model::{Fetched, Forecast, Often, Pulled, Together};

    const STYLE: Style = Style { color: false, live: false, symbols: true };

    pub(in crate::report) fn sample() -> Rollout {
        let often = |change: &str, every| Often { change: change.to_owned(), every };
        let measured = matrix(&[("go", "full", 800_000_000), ("go", "slim", 8_000_000)]);
        let image = |index: usize, exact, day_bytes| ShippedImage {
            app: measured.results[index].app.clone(),
            variant: measured.results[index].variant.clone(),
            fetched: Fetched {
                first: 300_000_000,
                base_there: None,
                changes: [("source", 31_000_000), ("dependency", 32_000_000)].map(|(n, b)| (n.to_owned(), b)).into(),
            },
            exact,
            forecast: Forecast { first_ms: 48_000, changes_ms: [("source".to_owned(), 5000)].into(), day_bytes },
            pulled: None,
        };
        Rollout {
            schema: Rollout::SCHEMA,
            environment: measured.environment.clone(),
            fleet: Fleet {
                nodes: 50,
                mbps: 200,
                parallel: 13,
                deploys: 40,
                changes: vec![often("source", None), often("dependency", Some(22))],
            },
            images: vec![image(0, true, Some(60_000_000_000)), image(1, false, Some(6_000_000_000))],
            together: vec![Together {
                variant: measured.results[0].variant.clone(),
                images: 2,
                first: 500_000_000,
                unshared: 600_000_000,
            }],
        }
    }

    #[test]
    fn what_is_inexact_or_unknown_is_said_and_days_are_compared() {
        let text = rollout(&sample(), STYLE);
        assert!(text.contains("about 300 MB") && text.contains("–"), "{text}");
        assert!(text.contains("6.00 GB      10.0 ×"), "{text}");
        assert!(text.contains("All 2 full images on one node: 500 MB"), "{text}");
        assert!(!text.contains("measured pull"), "{text}");
    }

    #[test]
    fn measured_pulls_stand_beside_the_forecast() {
        let mut sample = sample();
        sample.images[0].pulled = Some(Pulled { ms: 19_200 });
        sample.images[1].pulled = Some(Pulled { ms: 2_400 });
        let text = rollout(&sample, STYLE);
        assert!(text.contains("measured") && text.contains("2.4 s      8.00 ×"), "{text}");
    }

    #[test]
    fn one_node_is_no_fleet() {
        let mut sample = sample();
        sample.fleet.nodes = 1;
        let text = rollout(&sample, STYLE);
        assert!(text.contains("Until one node has it, and what it fetches on a day with 40 deploys"), "{text}");
        assert!(text.contains("one node with 200 Mbit/s, and a registry that keeps up"), "{text}");
        assert!(!text.contains("1 nodes"), "{text}");
    }

    #[test]
    fn every_assumption_is_printed() {
        let text = rollout(&sample(), STYLE);
        assert!(text.contains("50 nodes, 13 of them pulling at a time, 200 Mbit/s"), "{text}");
        assert!(
            text.contains("40 deploys a day, every 22nd with the dependency change, the others with the source change"),
            "{text}"
        );
        let endings: Vec<_> = [1, 11, 23, 112].map(ordinal).into();
        assert_eq!(endings, ["1st", "11th", "23rd", "112th"]);
    }
}
