//! What an intruder would find: a table, and where secrets lie.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::parts::{cell, table};
use super::{name, text};
use crate::model::{FullReport, Measurement, Surface};

const HEADER: [&str; 10] = [
    "image",
    "user",
    "shells",
    "package managers",
    "compilers",
    "setuid, setgid",
    "world-writable",
    "CA roots file",
    "time zone files",
    "loader",
];

/// The table, and a list of secrets where there are any.
pub fn surface(full: &FullReport) -> Markup {
    let images: Vec<_> = full.report.results.iter().filter_map(|m| Some((m, full.image(&m.image)?))).collect();
    let rows: Vec<_> = images.iter().map(|(m, image)| row(m, &image.surface)).collect();
    let secrets: Vec<_> = images.iter().flat_map(|(m, i)| i.secrets.iter().map(move |s| (name(m), s))).collect();
    html! {
        section {
            h2 { "What an intruder would find" }
            p { "Programs and files in the final file system. Without a loader only static programs run. A runtime may carry \
                CA roots of its own inside its program and then needs no file of them." }
            (table("Surface", &HEADER, &rows))
            @if !secrets.is_empty() {
                h3 { "Looks like a secret" }
                ul {
                    @for (name, secret) in &secrets {
                        li {
                            (text(name)) ": " code { (text(&secret.path)) } " (" (text(&secret.rule)) ") "
                            @match secret.layer {
                                Some(layer) => { "in layer " (layer) }
                                None => { "in the image's config" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn row(m: &Measurement, surface: &Surface) -> Vec<Markup> {
    let yes = |there| if there { "yes" } else { "no" };
    vec![
        cell(name(m)),
        cell(&m.user),
        programs(&surface.shells, surface.different.shells),
        programs(&surface.package_managers, surface.different.package_managers),
        programs(&surface.compilers, surface.different.compilers),
        names(&surface.setuid),
        names(&surface.world_writable),
        cell(yes(surface.ca_roots)),
        cell(yes(surface.tzdata)),
        cell(yes(surface.loader)),
    ]
}

/// How many different programs there are, and under how many names where those are more.
fn programs(paths: &BTreeSet<String>, different: usize) -> Markup {
    let names = paths.len();
    let head = if names == different { names.to_string() } else { format!("{different}, {names} names") };
    folded(&head, paths)
}

/// How many there are.
fn names(paths: &BTreeSet<String>) -> Markup {
    folded(&paths.len().to_string(), paths)
}

/// The paths below a head, where there are any.
fn folded(head: &str, paths: &BTreeSet<String>) -> Markup {
    html! {
        @if paths.is_empty() { "none" } @else {
            details.names {
                summary { (head) }
                @for path in paths { code { (text(path)) } }
            }
        }
    }
}
