//! Commands, and what they printed.

use maud::html;

use super::{block, recorded_on};
use crate::commands::Block;
use crate::sources::{Outcome, Sources};

/// A block of commands with its recorded output below.
pub fn run(run: &Block, page: &str, sources: &Sources) -> Outcome {
    let is_shown = !run.quiet && !run.registry;
    let printed = sources.printed(page).into_iter().find(|printed| printed.commands == run.lines);
    let printed = if is_shown { sources.or_missing(printed, &format!("book --record {page}"))? } else { None };
    let markup = html! {
        div.run {
            pre.command tabindex="0" { code { (run.lines) } }
            @if run.registry { p.needs-registry { "Needs a registry: not run when this book was recorded." } }
            @if let Some(printed) = &printed {
                @let (lines, more) = cut(&printed.output, run.shown);
                @if !lines.is_empty() { pre.output tabindex="0" { code { (lines.join("\n")) } } }
                @if more > 0 { p.quiet { "… " (more) " lines more" } }
                p.recorded {
                    (recorded_on(&printed.environment))
                    @if run.exit != 0 { "; it ends with status " (run.exit) }
                }
            }
            @if is_shown && printed.is_none() { p.recorded { "Not recorded yet." } }
        }
    };
    Ok(block(&markup.into_string()))
}

/// The lines that are shown, and how many there are besides.
fn cut(output: &str, most: Option<usize>) -> (Vec<&str>, usize) {
    let lines: Vec<&str> = output.lines().collect();
    let shown = most.unwrap_or(lines.len()).min(lines.len());
    (lines[..shown].to_vec(), lines.len() - shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_counted() {
        assert_eq!(cut("a\nb\nc", Some(2)), (vec!["a", "b"], 1));
        assert_eq!(cut("a\nb", Some(5)), (vec!["a", "b"], 0));
        assert_eq!(cut("a\nb", None), (vec!["a", "b"], 0));
    }
}
