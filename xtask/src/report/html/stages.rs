//! The stages of a Dockerfile as a picture: what each starts from, what it copies from where, and what is never built.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::parts::{cell, numbers};
use super::text;
use crate::dockerfile::{Dockerfile, Source, Stage};

/// A box and the room around it, in pixels.
const BOX: (usize, usize) = (190, 44);
const CELL: (usize, usize) = (250, 66);
/// Letters that a box has room for.
const LETTERS: usize = 24;

/// A box of the picture.
struct Node {
    name: String,
    below: String,
    class: &'static str,
    column: usize,
    row: usize,
}

/// A line from one box to another, both by position.
struct Edge {
    from: usize,
    to: usize,
    copies: bool,
}

/// The picture, and a table of the same.
pub fn stages(file: &Dockerfile) -> Markup {
    let (nodes, edges) = laid(file);
    let columns = nodes.iter().map(|node| node.column + 1).max().unwrap_or(1);
    let rows = nodes.iter().map(|node| node.row + 1).max().unwrap_or(1);
    let (width, height) = (columns * CELL.0, rows * CELL.1);
    html! {
        figure.stages {
            div.scroll role="region" tabindex="0" aria-label="Stages" {
                svg width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(words(file)) {
                    @for edge in &edges { (line(&nodes[edge.from], &nodes[edge.to], edge.copies)) }
                    @for node in &nodes { (boxed(node)) }
                }
            }
            figcaption {
                "A solid line is what a stage starts from, a dashed one what it copies files from. The last stage built is the image."
                @if nodes.iter().any(|node| node.class == "left-out") { " Pale boxes are never built." }
            }
        }
        (numbers("Stages in words", &["stage", "line", "starts from", "copies from", "built"], &table(file)))
    }
}

/// Boxes with their places: images from outside at the left, each stage right of what it needs.
fn laid(file: &Dockerfile) -> (Vec<Node>, Vec<Edge>) {
    let reached = file.reachable(None);
    let mut outside: Vec<&Source> = Vec::new();
    for source in file.stages.iter().flat_map(Stage::sources) {
        if !matches!(source, Source::Stage(_)) && !outside.contains(&source) {
            outside.push(source);
        }
    }
    let mut nodes: Vec<Node> = outside
        .iter()
        .map(|source| Node { name: called(source, file), below: String::new(), class: "outside", column: 0, row: 0 })
        .collect();
    let first = nodes.len();
    let place = |source: &Source| match source {
        Source::Stage(index) => first + index,
        other => outside.iter().position(|one| *one == other).unwrap_or_default(),
    };
    let mut edges = Vec::new();
    for (index, stage) in file.stages.iter().enumerate() {
        // A stage can only start from an earlier one; what it copies may stand below.
        let column = stage
            .sources()
            .map(|source| nodes.get(place(source)).map_or(0, |node| node.column))
            .max()
            .unwrap_or_default()
            + 1;
        let class = match (index == file.target, reached.contains(&index)) {
            (true, _) => "image",
            (_, true) => "built",
            _ => "left-out",
        };
        nodes.push(Node { name: file.stage_name(index), below: format!("line {}", stage.line), class, column, row: 0 });
        edges.push(Edge { from: place(&stage.base), to: first + index, copies: false });
        let mut taken: Vec<usize> = stage.takes.iter().map(|take| place(&take.from)).collect();
        taken.sort_unstable();
        taken.dedup();
        edges.extend(taken.into_iter().map(|from| Edge { from, to: first + index, copies: true }));
    }
    let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
    for node in &mut nodes {
        let row = rows.entry(node.column).or_default();
        node.row = *row;
        *row += 1;
    }
    (nodes, edges)
}

fn called(source: &Source, file: &Dockerfile) -> String {
    match source {
        Source::Stage(index) => file.stage_name(*index),
        Source::Image(name) => name.clone(),
        Source::Scratch => "scratch".to_owned(),
    }
}

fn boxed(node: &Node) -> Markup {
    let (x, y) = (node.column * CELL.0 + 10, node.row * CELL.1 + 10);
    let name = text(&node.name);
    let short: String = if name.chars().count() > LETTERS {
        // The end of an image's name tells more than its beginning.
        let skip = name.chars().count() - LETTERS + 1;
        std::iter::once('…').chain(name.chars().skip(skip)).collect()
    } else {
        name.clone()
    };
    html! {
        g class=(node.class) {
            title { (name) }
            rect x=(x) y=(y) width=(BOX.0) height=(BOX.1) rx="7" {}
            text x=(x + 12) y=(y + if node.below.is_empty() { 27 } else { 20 }) { (short) }
            @if !node.below.is_empty() { text.below x=(x + 12) y=(y + 36) { (node.below) } }
        }
    }
}

fn line(from: &Node, to: &Node, copies: bool) -> Markup {
    let start = (from.column * CELL.0 + 10 + BOX.0, from.row * CELL.1 + 10 + BOX.1 / 2);
    let end = (to.column * CELL.0 + 10, to.row * CELL.1 + 10 + BOX.1 / 2 + if copies { 10 } else { 0 });
    let middle = usize::midpoint(start.0, end.0);
    let path = format!("M{},{} C{middle},{} {middle},{} {},{}", start.0, start.1, start.1, end.1, end.0, end.1);
    html! {
        path.copies[copies] d=(path) {}
        circle cx=(end.0) cy=(end.1) r="3" {}
    }
}

fn words(file: &Dockerfile) -> String {
    let count = file.stages.len();
    format!("{count} {}, drawn with what each starts from and copies", if count == 1 { "stage" } else { "stages" })
}

fn table(file: &Dockerfile) -> Vec<Vec<Markup>> {
    let reached = file.reachable(None);
    let row = |(index, stage): (usize, &Stage)| {
        let mut copies: Vec<String> = stage.takes.iter().map(|take| called(&take.from, file)).collect();
        copies.dedup();
        vec![
            cell(file.stage_name(index)),
            cell(stage.line.to_string()),
            cell(called(&stage.base, file)),
            cell(if copies.is_empty() { "–".to_owned() } else { copies.join(", ") }),
            cell(if index == file.target {
                "the image"
            } else if reached.contains(&index) {
                "yes"
            } else {
                "never"
            }),
        ]
    };
    file.stages.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::parse;

    #[test]
    fn every_stage_has_a_place_of_its_own_right_of_what_it_needs() {
        let text = "FROM a AS x\nFROM x AS y\nFROM b AS dead\nFROM scratch\nCOPY --from=y /1 /1\nCOPY --from=c /2 /2\n";
        let file = parse(text, "Dockerfile").unwrap();
        let (nodes, edges) = laid(&file);
        let mut places: Vec<_> = nodes.iter().map(|node| (node.column, node.row)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), nodes.len());
        assert!(edges.iter().all(|edge| nodes[edge.from].column < nodes[edge.to].column));
        let classes: Vec<_> = nodes.iter().map(|node| node.class).collect();
        assert_eq!(classes, ["outside", "outside", "outside", "outside", "built", "built", "left-out", "image"]);
    }

    #[test]
    fn a_hostile_name_stays_a_name() {
        let file = parse("FROM a AS x<script>\nFROM x<script>\n", "Dockerfile").unwrap();
        let page = stages(&file).into_string();
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"));
    }
}
