//! The layers of each image, lowest first, with the instruction that made each.

use maud::{Markup, html};

use super::parts::{cell, code, listed, table};
use super::{name, text};
use crate::model::{FullReport, Inspection};
use crate::report::inspect::oversized;
use crate::units;

const HEADER: [&str; 7] = ["layer", "stored", "wasted", "pulled", "from", "line", "made by"];

/// One folded table an image.
pub fn layers(full: &FullReport) -> Markup {
    let images: Vec<_> = full.report.results.iter().filter_map(|m| Some((name(m), full.image(&m.image)?))).collect();
    html! {
        section {
            h2 { "Which instruction brought them" }
            p { "A layer keeps what a later one deletes or replaces: those bytes are wasted, and travel all the same. "
                "Each layer comes from the base image, from the stage that a " code { "COPY --from" } " names, or from the stage "
                "the image ends with." }
            @for (name, image) in &images {
                @let summary = summary(image);
                details {
                    summary { (text(name)) " " span.quiet { (summary) } }
                    (table(&format!("Layers of {name}"), &HEADER, &rows(image)))
                }
            }
            @for (name, image) in images.iter().filter(|(_, image)| !image.oversized.is_empty()) {
                (listed(&format!("Far too large in {name}"), &oversized(image)))
            }
        }
    }
}

fn summary(image: &Inspection) -> String {
    let count = image.layers.len();
    let noun = if count == 1 { "layer" } else { "layers" };
    let (stored, wasted) = (units::bytes(image.stored_bytes), units::bytes(image.wasted_bytes));
    format!("{count} {noun}, {stored} stored, {wasted} wasted")
}

fn rows(image: &Inspection) -> Vec<Vec<Markup>> {
    let row = |(index, layer): (usize, &crate::model::LayerLine)| {
        let instruction = layer.instruction.as_deref();
        vec![
            cell((index + 1).to_string()),
            cell(units::bytes(layer.stored_bytes)),
            cell(units::bytes(layer.wasted_bytes)),
            cell(layer.pull_bytes.map_or_else(|| "–".to_owned(), units::bytes)),
            cell(layer.stage.as_deref().unwrap_or("–")),
            cell(layer.line.map_or_else(|| "–".to_owned(), |line| line.to_string())),
            html! {
                @if let Some(instruction) = instruction { (code(&text(instruction))) } @else { "history does not tell" }
            },
        ]
    };
    image.layers.iter().enumerate().map(row).collect()
}
