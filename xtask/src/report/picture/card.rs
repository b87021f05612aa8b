//! The payload line of an image as a small picture.

use super::{Picture, SERIES, length};
use crate::model::{Class, Inspection};
use crate::names::printable;
use crate::report::inspect::{aboard, share};
use crate::units;

const WIDTH: f64 = 640.0;
const MARGIN: f64 = 32.0;
const INSIDE: f64 = WIDTH - 2.0 * MARGIN;
/// Letters of the name that fit in one line, and of the sentence: the widths of usual letters at their sizes.
const NAME: usize = 62;
const LINE: usize = 78;
const COLUMNS: u8 = 3;

/// How much of the image is its application, a bar of what its bytes are for, and what else is aboard.
pub fn card(inspection: &Inspection) -> String {
    let mut picture = Picture::new(WIDTH);
    picture.text((MARGIN, 42.0), 14, "mono dim", &middle_cut(&printable(&inspection.image), NAME));
    let (large, small) = match share(inspection) {
        Some(share) => (share, "of this image is your application."),
        None => ("Empty".to_owned(), "This image has no files."),
    };
    picture.text((MARGIN, 98.0), 46, "strong", &large);
    picture.text((MARGIN, 127.0), 18, "", small);
    let mut y = 150.0;
    let parts = parts(inspection);
    let mut x = MARGIN;
    for (series, (_, bytes)) in parts.iter().enumerate() {
        let long = length(*bytes, inspection.stored_bytes, INSIDE);
        picture.bar((x, y), (long, 18.0), series);
        x += long;
    }
    y += 42.0;
    for (row, names) in parts.chunks(usize::from(COLUMNS)).enumerate() {
        for (column, (name, bytes)) in (0..COLUMNS).zip(names) {
            let x = MARGIN + f64::from(column) * INSIDE / f64::from(COLUMNS);
            picture.bar((x, y - 9.0), (10.0, 10.0), row * usize::from(COLUMNS) + usize::from(column));
            picture.text((x + 16.0, y), 13, "", &format!("{name} {}", units::bytes(*bytes)));
        }
        y += 22.0;
    }
    let aboard = aboard(inspection);
    y += 8.0;
    for line in wrapped(&aboard, LINE) {
        picture.text((MARGIN, y), 14, "", &line);
        y += 21.0;
    }
    y += 8.0;
    let stored = units::bytes(inspection.stored_bytes);
    picture.text((MARGIN, y), 12, "dim", &format!("{stored} stored, every byte counted by cargo xtask inspect"));
    let words = format!("{large} {small} {aboard} {}", in_words(&parts)).replace("  ", " ");
    picture.finish(y + 24.0, &format!("What is in {}", printable(&inspection.image)), &words)
}

/// The application first, then the largest classes, then all that is left in one.
fn parts(inspection: &Inspection) -> Vec<(&'static str, u64)> {
    let application = Class::Application.name();
    let mut rest: Vec<_> = inspection.classes.iter().map(|(name, bytes)| (*name, *bytes)).collect();
    rest.retain(|(name, bytes)| *name != application && *bytes > 0);
    rest.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    // One place is the application's and, where not all fit, one is for what is left.
    let shown = if rest.len() < SERIES { rest.len() } else { SERIES - 2 };
    let left: u64 = rest.drain(shown..).map(|(_, bytes)| bytes).sum();
    let mut parts = vec![(application, inspection.bytes_of(Class::Application))];
    parts.append(&mut rest);
    parts.extend((left > 0).then_some(("everything else", left)));
    parts
}

fn in_words(parts: &[(&str, u64)]) -> String {
    let parts = parts.iter().map(|(name, bytes)| format!("{name} {}", units::bytes(*bytes)));
    format!("Its bytes: {}.", parts.collect::<Vec<_>>().join(", "))
}

/// Both ends of a long name: a registry's host stands at one, the tag at the other.
fn middle_cut(name: &str, most: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= most {
        return name.to_owned();
    }
    let half = (most - 1) / 2;
    let (head, tail) = (&letters[..half], &letters[letters.len() - half..]);
    format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
}

/// Lines of whole words with at most so many letters. A number keeps the word behind it: its unit, or what it counts.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(number) if number.bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
                number.push('\u{a0}');
                number.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for word in &words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Different, Surface};

    fn inspection(classes: &[(&'static str, u64)]) -> Inspection {
        let stored_bytes = classes.iter().map(|(_, bytes)| bytes).sum();
        Inspection {
            schema: Inspection::SCHEMA,
            image: "<a>:1".to_owned(),
            digests_checked: true,
            pull_bytes: None,
            pull_exact: false,
            stored_bytes,
            visible_bytes: stored_bytes,
            wasted_bytes: 0,
            layers: Vec::new(),
            unmatched: None,
            classes: classes.iter().copied().collect(),
            hidden_packages: Vec::new(),
            programs: Vec::new(),
            packages: Vec::new(),
            surface: Surface {
                shells: ["bin/sh".to_owned()].into(),
                different: Different { shells: 1, ..Different::default() },
                ..Surface::default()
            },
            secrets: Vec::new(),
            oversized: Vec::new(),
            files: Vec::new(),
        }
    }

    #[test]
    fn a_card_says_the_payload_line_and_its_bar_is_full() {
        let classes = [("application", 10_000_000), ("toolchain", 70_000_000), ("os", 20_000_000)];
        let svg = card(&inspection(&classes));
        assert!(svg.contains(">10 %</text>") && svg.contains(">It also holds a shell.</text>"), "{svg}");
        assert!(svg.contains(">toolchain 70.0 MB</text>") && svg.contains("&lt;a&gt;:1"), "{svg}");
        let bars = svg.lines().filter(|line| line.contains("height=\"18.0\""));
        let widths = bars.map(|line| line.split("width=\"").nth(1).unwrap().split('"').next().unwrap());
        let full: f64 = widths.map(|width| width.parse::<f64>().unwrap()).sum();
        assert!((full - INSIDE).abs() < 0.1, "{full}");
    }

    #[test]
    fn what_does_not_fit_into_the_legend_is_summed_up() {
        let names = ["dependencies", "docs", "os", "runtime", "source", "tests", "toolchain"];
        let classes: Vec<_> = names.into_iter().zip(1..).collect();
        let parts = parts(&inspection(&classes));
        assert_eq!(parts.len(), SERIES);
        assert_eq!(parts[0], ("application", 0));
        assert_eq!(parts[1], ("toolchain", 7));
        assert_eq!(parts[5], ("everything else", 1 + 2 + 3));
    }

    #[test]
    fn an_empty_image_has_a_card_too() {
        assert!(card(&inspection(&[])).contains("This image has no files."));
    }

    #[test]
    fn long_names_keep_both_ends_and_long_sentences_their_words() {
        assert_eq!(middle_cut("registry/name:tag", 9), "regi…:tag");
        assert_eq!(wrapped("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrapped("of 6.9 MB", 6), ["of", "6.9\u{a0}MB"]);
        assert!(wrapped("", 4).is_empty());
    }
}
