//! What the bytes are for: one bar an image, every byte in exactly one class.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::parts::{cell, length, numbers, share};
use super::{name, text};
use crate::model::{FullReport, Inspection, Measurement};
use crate::report::inspect::{payload, percent};
use crate::units;

/// Classes named beside a bar.
const NAMED: usize = 4;

/// The bars, their legend, and the table behind them.
pub fn ledger(full: &FullReport) -> Markup {
    let present: BTreeSet<&str> =
        full.images.iter().flat_map(|i| i.classes.iter()).filter(|(_, bytes)| **bytes > 0).map(|(c, _)| *c).collect();
    let images: Vec<_> = full.report.results.iter().filter_map(|m| Some((m, full.image(&m.image)?))).collect();
    html! {
        section {
            h2 { "What the bytes are for" }
            p {
                "Each bar is a whole image, however large. Cool colours are the service and what it runs on, grey is the "
                "distribution, warm colours are what it would run without."
             }
            ul.legend aria-hidden="true" { @for class in in_order(&present) { li { (swatch(class)) (class) } } }
            figure {
                @for (m, image) in &images { (bar(m, image)) }
            }
            (numbers("Classes in numbers", &["image", "class", "stored", "share"], &rows(&images)))
        }
    }
}

fn bar(m: &Measurement, image: &Inspection) -> Markup {
    bar_of(&name(m), image)
}

/// One image as a bar, under a name.
pub fn bar_of(called: &str, image: &Inspection) -> Markup {
    let pieces = by_place(image).into_iter().scan(0, |at, (class, bytes)| {
        let from = *at;
        *at += bytes;
        Some((class, from, bytes))
    });
    html! {
        div.ledger {
            h3 { (text(called)) " " span.quiet { (units::bytes(image.stored_bytes)) } }
            svg width="100%" height="26" aria-hidden="true" {
                @for (class, from, bytes) in pieces {
                    rect x=(length(share(from, image.stored_bytes))) y="0" height="26"
                        width=(length(share(bytes, image.stored_bytes))) class={ "class-" (class) } {}
                }
            }
            p { (text(&payload(image))) }
            p.classes {
                @for (class, bytes) in largest(image) {
                    span { (swatch(class)) (class) " " (percent(bytes, image.stored_bytes)) }
                }
            }
        }
    }
}

fn swatch(class: &str) -> Markup {
    html! { svg.swatch width="11" height="11" aria-hidden="true" { rect width="11" height="11" rx="2" class={ "class-" (class) } {} } }
}

/// The order of the bars: what the service is, what it runs on, what its making left behind.
const ORDER: [&str; 13] = [
    "application",
    "dependencies",
    "runtime",
    "os",
    "other",
    "docs",
    "source",
    "tests",
    "dev-dependencies",
    "package-cache",
    "toolchain",
    "vcs",
    "secret",
];

fn rank(class: &str) -> usize {
    ORDER.iter().position(|c| *c == class).unwrap_or(ORDER.len())
}

fn in_order<'c>(classes: &BTreeSet<&'c str>) -> Vec<&'c str> {
    let mut classes: Vec<_> = classes.iter().copied().collect();
    classes.sort_by_key(|class| rank(class));
    classes
}

fn by_place(image: &Inspection) -> Vec<(&'static str, u64)> {
    let mut classes: Vec<_> = image.classes.iter().map(|(c, bytes)| (*c, *bytes)).collect();
    classes.sort_by_key(|(class, _)| rank(class));
    classes
}

fn largest(image: &Inspection) -> Vec<(&'static str, u64)> {
    let mut classes: Vec<_> = by_place(image).into_iter().filter(|(_, bytes)| *bytes > 0).collect();
    classes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    classes.truncate(NAMED);
    classes
}

fn rows(images: &[(&Measurement, &Inspection)]) -> Vec<Vec<Markup>> {
    let of = |(m, image): &(&Measurement, &Inspection)| {
        let row = |(class, bytes): (&str, u64)| {
            vec![cell(name(m)), cell(class), cell(units::bytes(bytes)), cell(percent(bytes, image.stored_bytes))]
        };
        by_place(image).into_iter().map(row).collect::<Vec<_>>()
    };
    images.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Class;

    #[test]
    fn every_class_has_a_place_and_a_colour() {
        let style = super::super::STYLE;
        for class in Class::ALL {
            assert!(rank(class.name()) < ORDER.len(), "{}", class.name());
            assert!(style.contains(&format!(".class-{} {{", class.name())), "{}", class.name());
        }
        assert_eq!(ORDER.len(), Class::ALL.len());
    }
    /// Relative luminance of a colour `#rrggbb`, from 0 to 1, as WCAG 2.2 defines it.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    #[test]
    fn every_colour_of_a_picture_stands_out_in_both_schemes() {
        for scheme in 0..2 {
            let of = |name: &str| {
                let mut properties = super::super::STYLE.split(';').map(str::trim);
                let value = properties.find_map(|line| line.strip_prefix(&format!("--{name}: light-dark(")));
                let value = value.unwrap_or_else(|| panic!("{name} has no colour"));
                luminance(value.trim_end_matches(')').split(", ").nth(scheme).expect("one for light and one for dark"))
            };
            let variants = (0..4).map(|variant| format!("variant-{variant}"));
            for name in Class::ALL.iter().map(|class| class.name().to_owned()).chain(variants) {
                for ground in ["page", "card"] {
                    let (light, dark) = (of(&name).max(of(ground)), of(&name).min(of(ground)));
                    let contrast = (light + 0.05) / (dark + 0.05);
                    // WCAG 2.2, success criterion 1.4.11: what is needed to understand a picture.
                    assert!(contrast >= 3.0, "{name} on {ground} has {contrast:.2}");
                }
            }
        }
    }
}
