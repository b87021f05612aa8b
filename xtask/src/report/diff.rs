//! Where the bytes went between two images, as text.

use super::Style;
use super::inspect::percent;
use super::lines::{paragraph, paragraph_in};
use super::table::{Table, left, right};
use crate::model::{Class, Comparison, Sizes};
use crate::names::{list, printable};
use crate::units;

/// Places that are shown.
const PLACES: usize = 12;
/// Classes that the first line names.
const NAMED: usize = 4;
/// A change below this part of the whole is hardly one: a twentieth.
const HARDLY: u64 = 20;

/// The two names, a sentence or three, then classes and places with their bytes before and after.
pub fn diff(comparison: &Comparison, style: Style) -> String {
    let there = comparison.classes.iter().filter(|(_, bytes)| bytes.before > 0 || bytes.after > 0);
    let mut classes: Vec<_> = there.map(|(class, bytes)| ((*class).to_owned(), *bytes)).collect();
    classes.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.size()));
    let names = format!("{} → {}", printable(&comparison.before), printable(&comparison.after));
    let mut head = vec![style.dim(&paragraph(&names)), style.bold(&paragraph(&sentence(comparison, &classes)))];
    head.extend(application(comparison).map(|words| paragraph(&words)));
    let mut parts = vec![head.join("\n")];
    parts.push(format!("  {}\n{}", style.dim("By class"), table(&classes, style)));
    let places: Vec<_> =
        comparison.places.iter().take(PLACES).map(|place| (printable(&place.path), place.bytes)).collect();
    if !places.is_empty() {
        let more = comparison.places.len() - places.len();
        let more = if more > 0 {
            format!("\n{}", paragraph_in(&format!("and {more} more; --json has all of them"), 1))
        } else {
            String::new()
        };
        parts.push(format!("  {}\n{}{more}", style.dim("By place, largest change first"), table(&places, style)));
    }
    parts.join("\n\n")
}

/// How large the difference is, and what makes it.
fn sentence(comparison: &Comparison, classes: &[(String, Sizes)]) -> String {
    let stored = comparison.stored;
    if stored.size() == 0 {
        return format!("Both images store {}.", units::bytes(stored.before));
    }
    let from_to = format!("{} → {}", units::bytes(stored.before), units::bytes(stored.after));
    if stored.size() < stored.before / HARDLY {
        let mut fill: Vec<_> = classes.iter().filter(|(_, bytes)| bytes.after > 0).collect();
        fill.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.after));
        let fill = fill.iter().take(NAMED - 1).map(|(class, bytes)| of(bytes.after, class)).collect::<Vec<_>>();
        let filled = if fill.is_empty() { String::new() } else { format!(" What fills the second: {}.", all(&fill)) };
        return format!("{from_to}, hardly a difference.{filled}");
    }
    let (times, way) = if stored.shrank() {
        (units::times(stored.before, stored.after), "less")
    } else {
        (units::times(stored.after, stored.before), "more")
    };
    let ratio = match (times.is_finite(), stored.shrank()) {
        (false, _) => String::new(),
        (true, true) => format!(", {} smaller", units::factor(times)),
        (true, false) => format!(", {} larger", units::factor(times)),
    };
    let same_way = classes.iter().filter(|(_, bytes)| bytes.size() > 0 && bytes.shrank() == stored.shrank());
    let named: Vec<_> = same_way.take(NAMED).collect();
    let rest = stored.size().saturating_sub(named.iter().map(|(_, bytes)| bytes.size()).sum());
    let mut parts: Vec<_> = named.iter().map(|(class, bytes)| of(bytes.size(), class)).collect();
    // What other classes gained and lost beside these is summed: a rest of a thousandth explains nothing.
    if rest > stored.size() / 1000 {
        parts.push(of(rest, "other kinds"));
    }
    format!("{from_to}{ratio}. That is {way}: {}.", all(&parts))
}

/// What the application is of both: the one thing that should be there.
fn application(comparison: &Comparison) -> Option<String> {
    let bytes = comparison.classes.get(Class::Application.name())?;
    let stored = comparison.stored;
    let (before, after) = (percent(bytes.before, stored.before), percent(bytes.after, stored.after));
    Some(format!("Your application is {before} of the first and {after} of the second."))
}

fn of(bytes: u64, class: &str) -> String {
    format!("{} of {class}", units::bytes(bytes))
}

fn all(parts: &[String]) -> String {
    list(parts.iter().map(String::as_str))
}

fn table(rows: &[(String, Sizes)], style: Style) -> String {
    let mut table = Table::new([right("before"), right("after"), right("change"), left("")]).named_by(3);
    for (what, bytes) in rows {
        let sign = if bytes.shrank() { "−" } else { "+" };
        let change = if bytes.size() == 0 { "=".to_owned() } else { format!("{sign}{}", units::bytes(bytes.size())) };
        table.row([units::bytes(bytes.before), units::bytes(bytes.after), change, what.clone()]);
    }
    table.text(4, style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    fn told(classes: &[(&'static str, u64, u64)]) -> String {
        let sizes = |before, after| Sizes { before, after };
        let sum = |which: fn(&(&str, u64, u64)) -> u64| classes.iter().map(which).sum();
        let comparison = Comparison {
            schema: Comparison::SCHEMA,
            before: "a".to_owned(),
            after: "b\u{1b}[31m".to_owned(),
            stored: sizes(sum(|class| class.1), sum(|class| class.2)),
            classes: classes.iter().map(|(class, before, after)| (*class, sizes(*before, *after))).collect(),
            places: (0..14).map(|n| Place { path: format!("usr/{n}"), bytes: sizes(2, 1) }).collect(),
        };
        diff(&comparison, Style { color: false, live: false, symbols: false })
    }

    /// What is said before the tables, on one line however it was wrapped.
    fn sentences(classes: &[(&'static str, u64, u64)]) -> String {
        let told = told(classes);
        told.lines().skip(1).take_while(|line| !line.is_empty()).map(str::trim).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_large_difference_says_what_it_is_made_of() {
        let classes = [
            ("toolchain", 600_000_000, 0),
            ("os", 120_000_000, 20_000_000),
            ("docs", 9_000_000, 0),
            ("tests", 8_000_000, 0),
            ("source", 7_000_000, 0),
            ("application", 6_000_000, 5_000_000),
        ];
        let expected = [
            "750 MB → 25.0 MB, 30.0 × smaller. That is less: 600 MB of toolchain, 100 MB of os, 9.00 MB of docs, 8.00 MB of \
             tests and 8.00 MB of other kinds.",
            "Your application is 0.8 % of the first and 20 % of the second.",
        ];
        assert_eq!(sentences(&classes), expected.join(" "));
    }

    #[test]
    fn where_almost_nothing_was_saved_it_says_what_fills_the_image() {
        let classes = [("runtime", 60_000_000, 60_000_000), ("os", 30_000_000, 29_000_000), ("source", 90_000, 0)];
        let expected =
            "90.1 MB → 89.0 MB, hardly a difference. What fills the second: 60.0 MB of runtime and 29.0 MB of os.";
        assert_eq!(sentences(&classes), expected);
    }

    #[test]
    fn larger_and_empty_and_same_images_have_their_words() {
        let larger = sentences(&[("os", 1_000_000, 3_000_000)]);
        assert_eq!(larger, "1.00 MB → 3.00 MB, 3.00 × larger. That is more: 2.00 MB of os.");
        assert_eq!(sentences(&[("os", 0, 3_000)]), "0 B → 3.00 kB. That is more: 3.00 kB of os.");
        assert_eq!(sentences(&[("os", 3_000, 0)]), "3.00 kB → 0 B. That is less: 3.00 kB of os.");
        assert_eq!(sentences(&[("os", 3_000, 3_000)]), "Both images store 3.00 kB.");
    }

    #[test]
    fn what_is_not_shown_is_counted_and_names_are_harmless() {
        let told = told(&[("os", 28, 14)]);
        assert!(told.contains("and 2 more; --json has all of them") && !told.contains('\u{1b}'), "{told}");
    }
}
