//! When each step of the build ran, image by image and stage by stage, all on one line of time.

use std::time::Duration;

use maud::{Markup, html};

use super::parts::{cell, length, numbers, share};
use super::text;
use crate::model::{BuildStep, FullReport, Timeline};
use crate::units;

/// Marks of cached steps that would lie on one another are set this many pixels apart.
const APART: usize = 11;

/// The chart and the table behind it.
pub fn timeline(full: &FullReport) -> Markup {
    let build = &full.build;
    let cached = build.steps.iter().filter(|step| step.cached).count();
    html! {
        section {
            h2 { "How the build went" }
            p {
                "Built in " (units::seconds(Duration::from_millis(full.report.build_ms))) ", " (build.steps.len()) " steps, "
                (cached) " of them from cache. Bars that lie above one another ran at the same time. "
                "A step that several images share is drawn once."
            }
            ul.legend aria-hidden="true" {
                li { svg.swatch width="18" height="11" aria-hidden="true" { rect.ran width="18" height="11" {} } "ran" }
                li { svg.swatch width="11" height="11" aria-hidden="true" { circle.cached cx="5.5" cy="5.5" r="4" {} } "from cache" }
            }
            figure {
                @for (target, stages) in rows(build) {
                    h3 { (text(target)) }
                    @for (stage, steps) in stages { (row(stage, &steps, build.took_ms)) }
                }
                div.row { span.label {} (words(build.took_ms)) span.value {} }
            }
            (numbers("Steps in numbers", &["image", "stage", "began", "took", "cache", "instruction"], &table_rows(build)))
        }
    }
}

/// A target's stages with their steps.
type Stages<'b> = Vec<(&'b str, Vec<&'b BuildStep>)>;

/// The steps by target and stage; stages in the order in which they began.
fn rows(build: &Timeline) -> Vec<(&str, Stages<'_>)> {
    let mut targets: Vec<(&str, Stages<'_>)> = Vec::new();
    for step in &build.steps {
        let at = targets.iter().position(|(name, _)| *name == step.target).unwrap_or_else(|| {
            targets.push((&step.target, Vec::new()));
            targets.len() - 1
        });
        let stages = &mut targets[at].1;
        match stages.iter_mut().find(|(name, _)| *name == step.stage) {
            Some((_, steps)) => steps.push(step),
            None => stages.push((&step.stage, vec![step])),
        }
    }
    targets.sort_by_key(|(name, _)| *name);
    for (_, stages) in &mut targets {
        stages.sort_by_key(|(_, steps)| steps.iter().filter_map(|step| step.start_ms).min());
    }
    targets
}

fn row(stage: &str, steps: &[&BuildStep], whole: u64) -> Markup {
    let ran = steps.iter().filter(|s| !s.cached).filter_map(|s| Some((s.start_ms?, s.took_ms)));
    let took: u64 = steps.iter().filter(|s| !s.cached).map(|s| s.took_ms).sum();
    let cached: Vec<_> = steps.iter().filter(|s| s.cached).collect();
    let value = if cached.len() == steps.len() { "cached".to_owned() } else { duration(took) };
    html! {
        div.row {
            span.label { @if stage.is_empty() { "only stage" } @else { (text(stage)) } }
            svg width="100%" height="16" aria-hidden="true" {
                line.track x1="0" x2="100%" y1="8" y2="8" {}
                @for (start, took) in ran {
                    rect.ran x=(length(share(start, whole))) y="2" width=(length(share(took, whole))) height="12" {}
                }
                // Steps from cache take no time: side by side from the first one's place, towards the middle.
                @let place = share(cached.iter().filter_map(|s| s.start_ms).min().unwrap_or_default(), whole);
                @for index in 0..cached.len() {
                    g transform={ "translate(" (shift(index, place)) ",0)" } {
                        circle.cached cx=(length(place)) cy="8" r="4" {}
                    }
                }
            }
            span.value { (value) }
        }
    }
}

fn shift(index: usize, place: f64) -> String {
    let pixels = index * APART + APART / 2;
    if place > 0.5 { format!("-{pixels}") } else { pixels.to_string() }
}

fn words(whole: u64) -> Markup {
    html! {
        svg.axis width="100%" height="18" aria-hidden="true" {
            text x="0" y="13" text-anchor="start" { "0 s" }
            text x="50%" y="13" text-anchor="middle" { (duration(whole / 2)) }
            text x="100%" y="13" text-anchor="end" { (duration(whole)) }
        }
    }
}

fn duration(ms: u64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { units::seconds(Duration::from_millis(ms)) }
}

fn table_rows(build: &Timeline) -> Vec<Vec<Markup>> {
    let row = |step: &BuildStep| {
        vec![
            cell(&step.target),
            cell(if step.stage.is_empty() { "only stage" } else { &step.stage }),
            cell(step.start_ms.map_or_else(|| "–".to_owned(), duration)),
            cell(if step.cached { "–".to_owned() } else { duration(step.took_ms) }),
            cell(if step.cached { "from cache" } else { "ran" }),
            html! { code { (text(&step.instruction)) } },
        ]
    };
    build.steps.iter().map(row).collect()
}
