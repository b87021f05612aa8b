//! The stages of a Dockerfile as a diagram: a box a stage, an arrow for what one takes from another.
//!
//! A stage stands below all that it needs. What ships and what stays behind is told by colour and in words.

mod route;

use drydock::dockerfile::{Dockerfile, Source, Stage};
use drydock::units;
use maud::{Markup, html};

use super::{block, not_yet};
use crate::sources::{Outcome, Sources};
use crate::stages::{Stages, Weight};

const BOX: (usize, usize) = (250, 78);
const GAP: (usize, usize) = (26, 72);
const MARGIN: usize = 8;

/// `PATH`. One of `several` is drawn without weights where they were not recorded.
pub fn graph(path: &str, several: bool, sources: &Sources) -> Outcome {
    let file = sources.workshop.dockerfile(path).map_err(|problem| problem.fact)?;
    let file = file.parsed().map_err(|problem| problem.fact)?;
    let recorded = sources.stages(path);
    let stages = if several { recorded.unwrap_or_default() } else { recorded? };
    if stages.is_none() && !several {
        return Ok(not_yet(&format!("The diagram of {path}")));
    }
    let graph = Graph::of(file, stages.as_ref());
    let markup = html! {
        figure.graph {
            figcaption { "The stages of " code { (path) } }
            div.scroll role="region" tabindex="0" aria-label={ "Diagram of the stages of " (path) } { (graph.picture(path)) }
            details {
                summary { "The same in words" }
                (graph.table(path))
            }
        }
    };
    Ok(block(&markup.into_string()))
}

/// What is drawn.
struct Graph<'f> {
    file: &'f Dockerfile,
    boxes: Vec<Box>,
    arrows: Vec<Arrow>,
}

/// One stage.
struct Box {
    name: String,
    base: String,
    weight: Option<Weight>,
    fate: Fate,
    row: usize,
    column: usize,
}

/// What becomes of a stage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Ships,
    LeftBehind,
    NotBuilt,
}

/// What one stage has from another.
struct Arrow {
    from: usize,
    to: usize,
    says: String,
}

impl<'f> Graph<'f> {
    fn of(file: &'f Dockerfile, stages: Option<&Stages>) -> Self {
        let needed = file.reachable(None);
        let rows = rows(file);
        // The last stage ships, and so does every one that it is built on.
        let mut ships = vec![file.stages.len() - 1];
        while let Some(Source::Stage(below)) = ships.last().map(|index| &file.stages[*index].base) {
            ships.push(*below);
        }
        let mut boxes: Vec<Box> = Vec::new();
        for (index, stage) in file.stages.iter().enumerate() {
            let fate = match (ships.contains(&index), needed.contains(&index)) {
                (true, _) => Fate::Ships,
                (false, true) => Fate::LeftBehind,
                (false, false) => Fate::NotBuilt,
            };
            let column = column(stage, rows[index], &boxes);
            let weight = stages.and_then(|stages| stages.stages.get(&index)).cloned();
            boxes.push(Box {
                name: file.stage_name(index),
                base: base(file, stage),
                weight,
                fate,
                row: rows[index],
                column,
            });
        }
        Self { file, arrows: arrows(file, &boxes), boxes }
    }

    fn place(&self, index: usize) -> (usize, usize) {
        let one = &self.boxes[index];
        (MARGIN + one.column * (BOX.0 + GAP.0), MARGIN + one.row * (BOX.1 + GAP.1))
    }

    fn picture(&self, path: &str) -> Markup {
        let columns = self.boxes.iter().map(|one| one.column + 1).max().unwrap_or(1);
        let rows = self.boxes.iter().map(|one| one.row + 1).max().unwrap_or(1);
        // Beside the boxes there is room for the words of arrows.
        let width = 2 * MARGIN + columns * (BOX.0 + GAP.0) - GAP.0 + 150;
        let height = 2 * MARGIN + rows * (BOX.1 + GAP.1) - GAP.1;
        html! {
            svg viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) role="img" aria-label={ "Stages of " (path) ", told in words below" } {
                @for position in 0..self.arrows.len() { (self.arrow(position)) }
                @for index in 0..self.boxes.len() { (self.stage(index)) }
                @for position in 0..self.arrows.len() { (self.words(position)) }
            }
        }
    }

    fn stage(&self, index: usize) -> Markup {
        let (x, y) = self.place(index);
        let one = &self.boxes[index];
        let class = match one.fate {
            Fate::Ships => "stage ships",
            Fate::LeftBehind => "stage left",
            Fate::NotBuilt => "stage unbuilt",
        };
        let lines = [(24, "label", one.name.clone()), (45, "base", cut(&one.base)), (66, "bytes", fate(one))];
        html! {
            g class=(class) {
                rect x=(x) y=(y) width=(BOX.0) height=(BOX.1) rx="8" {}
                @for (dy, class, words) in lines { text x=(x + 14) y=(y + dy) class=(class) { (words) } }
            }
        }
    }

    /// An arrow, without its words.
    fn arrow(&self, position: usize) -> Markup {
        let route = self.route(position);
        let (x, y) = route.to;
        let tip = format!("M{} {} L{x} {} L{} {} Z", x - 5, y - 9, y - 1, x + 5, y - 9);
        html! {
            path class="edge" d=(route.line()) {}
            path class="tip" d=(tip) {}
        }
    }

    /// The words of an arrow: just above the box it leads to, those of arrows further left above them.
    fn words(&self, position: usize) -> Markup {
        let (arrow, route) = (&self.arrows[position], self.route(position));
        let behind = self.leading_to(arrow.to) - 1 - route.slot;
        let (x, y) = (route.to.0 + 22 * (behind + 1), route.to.1 - 14 - 17 * behind);
        html! { text class="says" x=(x) y=(y) { (arrow.says) } }
    }

    fn table(&self, path: &str) -> Markup {
        let takes = |index: usize| {
            let of = |arrow: &Arrow| format!("from {}: {}", self.boxes[arrow.from].name, arrow.says);
            let takes: Vec<String> = self.arrows.iter().filter(|arrow| arrow.to == index).map(of).collect();
            if takes.is_empty() { "nothing".to_owned() } else { takes.join("; ") }
        };
        html! {
            div.scroll role="region" tabindex="0" aria-label={ "The stages of " (path) " in words" } {
                table {
                    thead { tr { th scope="col" { "stage" } th scope="col" { "line" } th scope="col" { "starts from" } th scope="col" { "takes" } th scope="col" { "what becomes of it" } } }
                    tbody {
                        @for (index, one) in self.boxes.iter().enumerate() {
                            tr {
                                th scope="row" { (one.name) }
                                td { (self.file.stages[index].line) }
                                td { (one.base) }
                                td { (takes(index)) }
                                td { (fate(one)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Below what it takes from last, where that place is free: an arrow that goes straight down crosses nothing.
fn column(stage: &Stage, row: usize, boxes: &[Box]) -> usize {
    let is_free = |column: &usize| !boxes.iter().any(|other| other.row == row && other.column == *column);
    let above = stage.sources().filter_map(|source| match source {
        Source::Stage(index) => boxes.get(*index).map(|above| above.column),
        _ => None,
    });
    above.last().filter(is_free).unwrap_or_else(|| (0..=boxes.len()).find(is_free).unwrap_or_default())
}

/// For each stage, the row below everything that it needs.
fn rows(file: &Dockerfile) -> Vec<usize> {
    let mut rows: Vec<usize> = Vec::new();
    for stage in &file.stages {
        let above = stage.sources().filter_map(|source| match source {
            Source::Stage(index) => rows.get(*index),
            _ => None,
        });
        let row = above.max().map_or(0, |row| row + 1);
        rows.push(row);
    }
    rows
}

fn arrows(file: &Dockerfile, boxes: &[Box]) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (to, stage) in file.stages.iter().enumerate() {
        if let Source::Stage(from) = stage.base {
            arrows.push(Arrow { from, to, says: "all of it: FROM".to_owned() });
        }
        for take in &stage.takes {
            let Source::Stage(from) = take.from else { continue };
            let instruction = stage.instructions.iter().rev().find(|one| one.line <= take.line);
            let copies = instruction.is_some_and(|one| one.keyword == "COPY" || one.keyword == "ADD");
            let bytes = boxes[to].weight.as_ref().and_then(|weight| weight.copied.get(&take.line));
            let says = match (copies, bytes) {
                (true, Some(bytes)) => format!("line {}: {}", take.line, units::bytes(*bytes)),
                (true, None) => format!("line {}: COPY --from", take.line),
                (false, _) => format!("line {}: only mounted", take.line),
            };
            arrows.push(Arrow { from, to, says });
        }
    }
    arrows
}

fn base(file: &Dockerfile, stage: &Stage) -> String {
    match &stage.base {
        Source::Stage(index) => format!("FROM {}", file.stage_name(*index)),
        Source::Image(name) => format!("FROM {name}"),
        Source::Scratch => "FROM scratch".to_owned(),
    }
}

fn fate(one: &Box) -> String {
    let bytes = one.weight.as_ref().map(|weight| units::bytes(weight.stored_bytes));
    match (one.fate, bytes) {
        (Fate::Ships, Some(bytes)) => format!("{bytes} ship"),
        (Fate::Ships, None) => "ships".to_owned(),
        (Fate::LeftBehind, Some(bytes)) => format!("{bytes}, left behind"),
        (Fate::LeftBehind, None) => "left behind".to_owned(),
        (Fate::NotBuilt, _) => "not built for the image".to_owned(),
    }
}

/// A base's name as far as it fits; its end says more than its host.
fn cut(name: &str) -> String {
    const MOST: usize = 32;
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= MOST {
        return name.to_owned();
    }
    let end: String = letters[letters.len() - (MOST - 6)..].iter().collect();
    format!("FROM …{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use drydock::dockerfile::parse;

    const FILE: &str = "FROM a AS dependencies\nFROM dependencies AS build\nFROM b AS check\nCOPY --from=build /x /\n\
        FROM scratch\nCOPY --from=build /y /\nCOPY --from=dependencies /z /\n";

    #[test]
    fn a_stage_stands_below_what_it_needs() {
        assert_eq!(rows(&parse(FILE, "p").unwrap()), [0, 1, 2, 2]);
    }

    #[test]
    fn what_ships_is_told_from_what_stays_and_from_what_is_never_built() {
        let file = parse(FILE, "p").unwrap();
        let environment = serde_json::from_str(
            r#"{"date":"d","bases":"b","engine":"e","buildx":"x","store":"classic","os":"o","arch":"a","cpus":1,"memory_bytes":1}"#,
        )
        .unwrap();
        let stages = Stages { environment, stages: [(3, Weight { stored_bytes: 5, copied: [(6, 3)].into() })].into() };
        let graph = Graph::of(&file, Some(&stages));
        let fates: Vec<_> = graph.boxes.iter().map(fate).collect();
        assert_eq!(fates, ["left behind", "left behind", "not built for the image", "5 B ship"]);
        let says: Vec<_> = graph.arrows.iter().map(|arrow| (arrow.from, arrow.to, arrow.says.as_str())).collect();
        assert_eq!(
            says,
            [
                (0, 1, "all of it: FROM"),
                (1, 2, "line 4: COPY --from"),
                (1, 3, "line 6: 3 B"),
                (0, 3, "line 7: COPY --from")
            ]
        );
        assert!(graph.picture("p").into_string().contains("stage unbuilt"));
    }
}
