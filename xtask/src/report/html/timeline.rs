//! When each step of the build ran, image by image and stage by stage, all on one line of time.

use std::time::Duration;

use maud::{Markup, html};

use super::lanes::figure;
use crate::model::FullReport;
use crate::units;

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
            (figure(&build.lanes("")))
        }
    }
}
