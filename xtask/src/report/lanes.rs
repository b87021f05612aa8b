//! Bars along a line of time, drawn with characters.

use std::iter;

use super::Style;
use super::lines::{cut, fitted};
use crate::model::block::{Bar, Group, Lane, Lanes, Sign};
use crate::names::printable;
use crate::units;

/// Most columns that the line of time has.
const LONGEST: usize = 60;
/// Fewest: on less, bars say nothing.
const SHORTEST: usize = 24;
/// Most columns of a lane's name.
const NAME: usize = 24;
/// Fewest columns in which the name of a lane's longest bar says something.
const WORDS: usize = 16;

/// The lanes, for a terminal of so many columns and moved to the right by `indent`. Where there is no room to draw, and for
/// readers who are read to, every bar is a line of words.
pub(super) fn lanes(lanes: &Lanes, indent: usize, columns: usize, style: Style) -> String {
    let all = || lanes.groups.iter().flat_map(|group| &group.lanes);
    let name = all().map(|lane| printable(&lane.name).chars().count()).max().unwrap_or_default().min(NAME);
    let value = all().map(|lane| printable(&lane.value).chars().count()).max().unwrap_or_default();
    let room = columns.saturating_sub(indent + 2 + name + 2 + 2 + value);
    let drawing: Vec<String> = if style.symbols && room >= SHORTEST {
        let measure = Measure { name, value, line: room.min(LONGEST), rest: room.saturating_sub(LONGEST + 2) };
        let group = |group: &Group| {
            let lanes = group.lanes.iter().map(|lane| drawn(lane, lanes.took_ms, measure, style)).collect::<Vec<_>>();
            iter::once(style.bold(&printable(&group.name))).chain(lanes).collect::<Vec<_>>()
        };
        let below = iter::once(axis(lanes.took_ms, measure, style)).chain(legend(lanes, columns - indent, style));
        lanes.groups.iter().flat_map(group).chain(below).collect()
    } else {
        let told = lanes.groups.iter().flat_map(|group| told(group, style)).collect::<Vec<_>>().join("\n");
        fitted(&told, columns.saturating_sub(indent)).lines().map(str::to_owned).collect()
    };
    drawing
        .iter()
        .map(|text| format!("{}{text}", " ".repeat(indent)).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// How many columns each part of a lane has.
#[derive(Clone, Copy)]
struct Measure {
    name: usize,
    line: usize,
    value: usize,
    rest: usize,
}

fn drawn(lane: &Lane, whole: u64, measure: Measure, style: Style) -> String {
    let mut track = vec!['·'; measure.line];
    let mut unnamed: Option<&Bar> = None;
    for bar in &lane.bars {
        let Some(start) = bar.start_ms else { continue };
        let from = place(start, whole, measure.line).min(measure.line - 1);
        let to = place(start + bar.took_ms, whole, measure.line).clamp(from + 1, measure.line);
        if bar.cached {
            track[from] = '○';
            continue;
        }
        let named = fill(&mut track[from..to], bar);
        if !named && unnamed.is_none_or(|other| other.took_ms < bar.took_ms) {
            unnamed = Some(bar);
        }
    }
    let track: String = track.into_iter().collect();
    let rest = unnamed.filter(|_| measure.rest >= WORDS).map(|bar| cut(&words(bar), measure.rest)).unwrap_or_default();
    let name = cut(&printable(&lane.name), measure.name.max(1));
    let (label, value) = (measure.name, measure.value);
    format!("  {name:<label$}  {track}  {:>value$}  {}", printable(&lane.value), style.dim(&rest))
}

/// Draws a bar into its part of the line, with its name where that fits. Returns whether it does.
fn fill(part: &mut [char], bar: &Bar) -> bool {
    let last = part.len() - 1;
    part.fill(if bar.sign == Sign::Failed { '╌' } else { '─' });
    part[0] = '├';
    part[last] = '┤';
    if last == 0 {
        part[0] = '│';
    }
    let name = format!(" {} ", words(bar));
    let fits = name.chars().count() + 2 <= part.len();
    if fits {
        for (place, letter) in part[1..].iter_mut().zip(name.chars()) {
            *place = letter;
        }
    }
    fits
}

/// A bar's name, with a cross where it is not as it should be.
fn words(bar: &Bar) -> String {
    let name = printable(&bar.name);
    if bar.sign == Sign::Failed { format!("✗ {name}") } else { name }
}

/// The column in which a time lies.
fn place(ms: u64, whole: u64, columns: usize) -> usize {
    let columns = u128::try_from(columns).unwrap_or_default();
    usize::try_from(u128::from(ms) * columns / u128::from(whole.max(1))).unwrap_or(usize::MAX)
}

fn axis(whole: u64, measure: Measure, style: Style) -> String {
    let end = units::millis(whole);
    let between = measure.line.saturating_sub(3 + end.chars().count());
    style.dim(&format!("  {}  0 s{}{end}", " ".repeat(measure.name), " ".repeat(between)))
}

/// What the shapes mean, where there is more than one.
fn legend(lanes: &Lanes, columns: usize, style: Style) -> Vec<String> {
    let any =
        |is: fn(&Bar) -> bool| lanes.groups.iter().flat_map(|group| &group.lanes).flat_map(|lane| &lane.bars).any(is);
    let failed = any(|bar| bar.sign == Sign::Failed).then_some("├╌╌┤ not as it should be");
    let cached = any(|bar| bar.cached).then_some("○ from cache");
    let others: Vec<&str> = failed.into_iter().chain(cached).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let all = iter::once("├──┤ ran").chain(others).collect::<Vec<_>>().join("   ");
    fitted(&format!("  {all}"), columns).lines().map(|line| style.dim(line)).collect()
}

fn told(group: &Group, style: Style) -> Vec<String> {
    let mut lines = vec![style.bold(&printable(&group.name))];
    for lane in &group.lanes {
        lines.push(format!("  {}: {}", printable(&lane.name), printable(&lane.value)));
        lines.extend(lane.bars.iter().map(|bar| {
            let when = match (bar.cached, bar.start_ms) {
                (true, _) => "from cache".to_owned(),
                (false, None) => "when is not known".to_owned(),
                (false, Some(start)) => format!("from {}, took {}", units::millis(start), units::millis(bar.took_ms)),
            };
            format!("    {}: {when}", style.signed(&printable(&bar.name), bar.sign))
        }));
    }
    lines
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    fn bar(name: &str, start_ms: Option<u64>, took_ms: u64, sign: Sign) -> Bar {
        Bar { name: name.to_owned(), start_ms, took_ms, cached: false, sign }
    }

    pub(in crate::report) fn sample() -> Lanes {
        let lane = |name: &str, bars, value: &str| Lane { name: name.to_owned(), bars, value: value.to_owned() };
        let build = vec![
            bar("COPY . .", Some(0), 10, Sign::Neutral),
            bar("RUN make everything that there is", Some(10), 390, Sign::Neutral),
        ];
        let cached = Bar { cached: true, ..bar("WORKDIR /app", Some(500), 0, Sign::Neutral) };
        let health = vec![bar("starting", Some(0), 400, Sign::Neutral), bar("unhealthy", Some(400), 600, Sign::Failed)];
        Lanes {
            took_ms: 1000,
            groups: vec![
                Group {
                    name: "go-split".to_owned(),
                    lanes: vec![lane("build", build, "0.4 s"), lane("final", vec![cached], "cached")],
                },
                Group { name: "health".to_owned(), lanes: vec![lane("go", health, "✗ unhealthy")] },
            ],
            ..Lanes::default()
        }
    }

    #[test]
    fn bars_lie_where_they_ran_and_carry_their_names_where_these_fit() {
        assert_eq!(
            lanes(&sample(), 2, 110, PLAIN),
            "  go-split\n    \
               build  ├──────────────────────┤····································        0.4 s  RUN make everything …\n    \
               final  ······························○·····························       cached\n  \
             health\n    \
               go     ├ starting ────────────┤├ ✗ unhealthy ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┤  ✗ unhealthy\n           \
               0 s                                                    1.0 s\n    \
             ├──┤ ran   ├╌╌┤ not as it should be   ○ from cache"
        );
        let mut plain = sample();
        plain.groups.pop();
        plain.groups[0].lanes.pop();
        assert!(!lanes(&plain, 2, 110, PLAIN).contains("ran"), "one shape needs no words");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in 50..140 {
            let text = lanes(&sample(), 2, columns, PLAIN);
            assert!(text.lines().all(|line| line.chars().count() <= columns), "{columns}\n{text}");
        }
    }

    #[test]
    fn who_is_read_to_gets_every_bar_in_words() {
        let words = "  go-split\n    build: 0.4 s\n      COPY . .: from 0 ms, took 10 ms\n      \
             RUN make everything that there is: from 10 ms, took 390 ms\n    final: cached\n      \
             WORKDIR /app: from cache\n  health\n    go: ✗ unhealthy\n      starting: from 0 ms, took 400 ms\n      \
             failed unhealthy: from 400 ms, took 600 ms";
        assert_eq!(lanes(&sample(), 2, 100, Style { symbols: false, ..PLAIN }), words);
        let narrow = lanes(&sample(), 2, 30, PLAIN);
        assert!(narrow.lines().all(|line| line.chars().count() <= 30), "{narrow}");
        let words = words.replace("failed unhealthy", "✗ unhealthy");
        assert_eq!(narrow.split_whitespace().collect::<Vec<_>>(), words.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn no_time_at_all_breaks_nothing() {
        let mut none = sample();
        none.took_ms = 0;
        assert!(lanes(&none, 2, 100, PLAIN).contains("go-split"));
        assert!(lanes(&Lanes::default(), 2, 100, PLAIN).contains("0 s"));
    }
}
