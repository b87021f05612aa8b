//! The comparison of all services.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use drydock::model::AppId;
use drydock::report;

use super::block;
use crate::sources::{Outcome, Sources};

/// The picture, which has a ground of its own in light and dark, and the table with its numbers.
pub fn compare(sources: &Sources) -> Outcome {
    let matrix = sources.compared()?;
    let title = |id: &AppId| sources.workshop.apps.get(id).map_or_else(|| id.to_string(), |app| app.title.clone());
    let picture = STANDARD.encode(report::matrix_picture(matrix, &title));
    let picture = format!(
        "<figure class=\"picture\"><img src=\"data:image/svg+xml;base64,{picture}\" alt=\"Bars of the bytes each image \
         stores; the table below has their numbers.\"></figure>"
    );
    Ok(format!(
        "{}\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"All services compared\">\n\n{}\n\n</div>\n",
        block(&picture),
        report::matrix_markdown(matrix).trim()
    ))
}
