//! Bars along a line of time, group by group and lane by lane, with the numbers behind them.

use maud::{Markup, html};

use super::parts::{cell, length, numbers, share, sign};
use super::text;
use crate::model::block::{Bar, Lane, Lanes, Sign};
use crate::units;

/// Marks of cached steps that would lie on one another are set this many pixels apart.
const APART: usize = 11;
/// Letters that a bar over the whole line has room for, on a screen of middling width.
const LETTERS: f64 = 70.0;

/// The chart and the table behind it.
pub fn figure(lanes: &Lanes) -> Markup {
    html! {
        (legend(lanes))
        figure {
            @if !lanes.title.is_empty() { figcaption { (text(&lanes.title)) } }
            @for group in &lanes.groups {
                h3 { (text(&group.name)) }
                @for lane in &group.lanes { (row(lane, lanes.took_ms)) }
            }
            div.row { span.label {} (axis(lanes.took_ms)) span.value {} }
        }
        (in_numbers(lanes))
    }
}

fn bars(lanes: &Lanes) -> impl Iterator<Item = &Bar> {
    lanes.groups.iter().flat_map(|group| &group.lanes).flat_map(|lane| &lane.bars)
}

/// What the shapes mean, where there is more than one.
fn legend(lanes: &Lanes) -> Markup {
    let (cached, failed) = (bars(lanes).any(|bar| bar.cached), bars(lanes).any(|bar| bar.sign == Sign::Failed));
    html! {
        @if cached || failed {
            ul.legend aria-hidden="true" {
                @if cached {
                    li { svg.swatch width="18" height="11" aria-hidden="true" { rect.ran width="18" height="11" {} } "ran" }
                }
                @if failed {
                    li { svg.swatch width="18" height="11" aria-hidden="true" { rect.ran.amiss width="18" height="11" {} } "not as it should be" }
                }
                @if cached {
                    li { svg.swatch width="11" height="11" aria-hidden="true" { circle.cached cx="5.5" cy="5.5" r="4" {} } "from cache" }
                }
            }
        }
    }
}

fn row(lane: &Lane, whole: u64) -> Markup {
    let ran = lane.bars.iter().filter(|bar| !bar.cached).filter_map(|bar| Some((bar, bar.start_ms?)));
    let cached: Vec<&Bar> = lane.bars.iter().filter(|bar| bar.cached).collect();
    html! {
        div.row {
            span.label { (text(&lane.name)) }
            svg width="100%" height="16" aria-hidden="true" {
                line.track x1="0" x2="100%" y1="8" y2="8" {}
                @for (bar, start) in ran { (drawn(bar, start, whole)) }
                // Steps from cache take no time: side by side from the first one's place, towards the middle.
                @let place = share(cached.iter().filter_map(|bar| bar.start_ms).min().unwrap_or_default(), whole);
                @for index in 0..cached.len() {
                    g transform={ "translate(" (shift(index, place)) ",0)" } {
                        circle.cached cx=(length(place)) cy="8" r="4" {}
                    }
                }
            }
            span.value { (text(&lane.value)) }
        }
    }
}

/// A bar, with its name in it where there is room.
fn drawn(bar: &Bar, start: u64, whole: u64) -> Markup {
    let (x, width) = (length(share(start, whole)), length(share(bar.took_ms, whole)));
    let failed = bar.sign == Sign::Failed;
    let name = if failed { format!("✗ {}", text(&bar.name)) } else { text(&bar.name) };
    #[expect(clippy::cast_precision_loss, reason = "whether a word fits")]
    let fits = name.chars().count() as f64 <= LETTERS * share(bar.took_ms, whole);
    html! {
        rect.ran.amiss[failed] x=(x) y="2" width=(width) height="12" {}
        @if fits { svg.within x=(x) y="2" width=(width) height="12" aria-hidden="true" { text class=[failed.then_some("amiss")] x="5" y="9.5" { (name) } } }
    }
}

fn shift(index: usize, place: f64) -> String {
    let pixels = index * APART + APART / 2;
    if place > 0.5 { format!("-{pixels}") } else { pixels.to_string() }
}

fn axis(whole: u64) -> Markup {
    html! {
        svg.axis width="100%" height="18" aria-hidden="true" {
            text x="0" y="13" text-anchor="start" { "0 s" }
            text x="50%" y="13" text-anchor="middle" { (units::millis(whole / 2)) }
            text x="100%" y="13" text-anchor="end" { (units::millis(whole)) }
        }
    }
}

fn in_numbers(lanes: &Lanes) -> Markup {
    let head = [lanes.group.as_str(), &lanes.lane, "began", "took", "cache", &lanes.bar];
    let mut rows = Vec::new();
    for (group, lane) in lanes.groups.iter().flat_map(|group| group.lanes.iter().map(move |lane| (group, lane))) {
        rows.extend(lane.bars.iter().map(|bar| {
            vec![
                cell(&group.name),
                cell(&lane.name),
                cell(bar.start_ms.map_or_else(|| "–".to_owned(), units::millis)),
                cell(if bar.cached { "–".to_owned() } else { units::millis(bar.took_ms) }),
                cell(if bar.cached { "from cache" } else { "ran" }),
                html! { (sign(bar.sign)) code { (text(&bar.name)) } },
            ]
        }));
    }
    // Where nothing comes from a cache, nobody asks about one.
    if !bars(lanes).any(|bar| bar.cached) {
        for row in &mut rows {
            row.remove(4);
        }
        let head: Vec<&str> = head.iter().enumerate().filter(|(at, _)| *at != 4).map(|(_, head)| *head).collect();
        return numbers("In numbers", &head, &rows);
    }
    numbers("In numbers", &head, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::block::Group;

    fn lanes(bars: Vec<Bar>) -> Lanes {
        let lane = Lane { name: "go".to_owned(), bars, value: "unhealthy".to_owned() };
        Lanes {
            group: "app".to_owned(),
            lane: "container".to_owned(),
            bar: "state".to_owned(),
            took_ms: 1000,
            groups: vec![Group { name: "health".to_owned(), lanes: vec![lane] }],
            ..Lanes::default()
        }
    }

    fn bar(name: &str, start: u64, took_ms: u64, sign: Sign) -> Bar {
        Bar { name: name.to_owned(), start_ms: Some(start), took_ms, cached: false, sign }
    }

    #[test]
    fn a_bar_that_is_not_as_it_should_be_differs_in_shape_and_words() {
        let page =
            figure(&lanes(vec![bar("up", 0, 400, Sign::Held), bar("down", 400, 600, Sign::Failed)])).into_string();
        assert!(page.contains("<rect class=\"ran\" x=\"0.00%\" y=\"2\" width=\"40.00%\""), "{page}");
        assert!(page.contains("<rect class=\"ran amiss\" x=\"40.00%\" y=\"2\" width=\"60.00%\""), "{page}");
        assert!(page.contains("✗ down</text>") && page.contains("not as it should be"), "{page}");
        assert!(!page.contains("from cache") && !page.contains(">cache<"), "{page}");
    }

    #[test]
    fn a_name_stands_only_where_its_bar_is_long_enough() {
        let page = figure(&lanes(vec![bar("RUN make everything", 0, 100, Sign::Neutral)])).into_string();
        assert!(!page.contains("RUN make everything</text>") && page.contains("<code>RUN make everything"), "{page}");
    }
}
