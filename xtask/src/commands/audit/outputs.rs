//! The documents of an audit as files.

use std::path::Path;

use crate::audit::model::Audit;
use crate::audit::seen::Seen;
use crate::cli;
use crate::error::{ErrorId, Problem, Result};
use crate::report;
use crate::state;

/// Writes the documents that were asked for, and says so.
///
/// Errors: a file cannot be written; packages are asked for and there is no image.
pub fn write(outputs: &cli::Outputs, audit: &Audit, seen: &Seen) -> Result<()> {
    let image = seen.image.as_ref().ok().map(|image| &image.inspection);
    let file = seen.dockerfile.as_ref().ok().map(|written| &written.parsed);
    if let Some(path) = &outputs.html {
        to(path, &report::audit_html(audit, image, file))?;
    }
    if let Some(path) = &outputs.markdown {
        to(path, &report::audit_markdown(audit))?;
    }
    if let Some(path) = &outputs.sarif {
        to(path, &report::sarif(audit))?;
    }
    if let Some(path) = &outputs.sbom {
        let Some(image) = image else {
            let fact = "There is no image, so nobody knows its packages.";
            return Err(Problem::new(ErrorId::Usage, fact).next("Leave --sbom out until it builds."));
        };
        to(path, &report::sbom(image, &jiff::Timestamp::now().to_string()))?;
    }
    Ok(())
}

fn to(path: &Path, text: &str) -> Result<()> {
    state::write_for_people(path, text.as_bytes())?;
    report::message(format!("wrote {}", path.display()));
    Ok(())
}
