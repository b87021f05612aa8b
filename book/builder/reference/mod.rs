//! The reference: what the code says of itself, as pages.

mod audit;
mod commands;
mod errors;
mod shapes;
mod types;

pub use errors::troubleshooting;

use crate::sources::{Outcome, Sources};

/// The part of this name.
pub fn reference(name: &str, sources: &Sources) -> Outcome {
    let root = &sources.workshop.root;
    match name {
        "commands" => Ok(commands::commands()),
        "exit-codes" => Ok(errors::exit_codes()),
        "errors" => Ok(errors::errors()),
        "messages" => Ok(errors::messages()),
        "expectations" => shapes::expectations(root),
        "audit-rules" => Ok(audit::rules(sources)),
        "documents" => shapes::documents(root),
        _ => shapes::manifest(name, root).unwrap_or_else(|| {
            let known = "commands, exit-codes, errors, messages, expectations, audit-rules, documents";
            let manifests = shapes::manifests(root);
            Err(format!("there is no reference `{name}`; there are {known} and the manifests {manifests}"))
        }),
    }
}

/// Words as Markdown that stands in a table's cell: documentation of code names things between backticks already.
fn cell(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.replace('|', "\\|").replace("[`", "`").replace("`]", "`").replace('<', "&lt;")
}

/// A Markdown table.
fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(header.len()));
    let rows: String = rows.into_iter().map(|row| line(&row)).collect();
    format!("\n{}{rule}{rows}\n", line(&header))
}
