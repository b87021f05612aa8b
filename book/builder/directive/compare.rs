//! The comparison of all services.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use drydock::model::{AppId, VariantId};
use drydock::report;

use super::block;
use crate::sources::{Outcome, Sources};

/// The picture, which has a ground of its own in light and dark, and the table with its numbers. `LESSON/VARIANT` adds a
/// variant that only a lesson has, from its recorded run.
pub fn compare(beside: &str, sources: &Sources) -> Outcome {
    let mut matrix = sources.compared()?.clone();
    if !beside.is_empty() {
        let (lesson, variant) = beside.split_once('/').ok_or("a variant of a lesson is named as `LESSON/VARIANT`")?;
        if let Some(results) = sources.measured(lesson)? {
            matrix = matrix.beside(&results, &VariantId::try_from(variant.to_owned())?)?;
        }
    }
    let matrix = &matrix;
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
