//! The images of an engine by how much of each is not its application, as text.

use super::Style;
use super::inspect::percent;
use super::lines::{next, paragraph};
use super::table::{Table, left, right};
use crate::model::Ranking;
use crate::names::printable;
use crate::units;

/// Images without a known weight that are offered by name.
const OFFERED: usize = 5;

/// One row an image with all its tags, the one with the most besides its payload first; then what could be weighed, with the line to type.
pub fn ranking(ranking: &Ranking, style: Style) -> String {
    let mut parts = Vec::new();
    if !ranking.known.is_empty() {
        let columns = [right("besides"), right("application"), right("stored"), left("image")];
        let mut table = Table::new(columns).named_by(3);
        for one in &ranking.known {
            table.row([
                units::bytes(one.besides()),
                percent(one.application_bytes, one.stored_bytes),
                units::bytes(one.stored_bytes),
                one.tags.iter().map(|tag| printable(tag)).collect::<Vec<_>>().join("\n"),
            ]);
        }
        parts.push(table.text(4, style));
    }
    if ranking.known.is_empty() && ranking.unknown.is_empty() {
        parts.push(paragraph("The engine has no image with an application in it yet."));
        parts.push(next("cargo xtask lesson", style));
    }
    if !ranking.unknown.is_empty() {
        let count = ranking.unknown.len();
        let head = if ranking.known.is_empty() {
            format!("None of the {count} images has been weighed yet; this weighs one:")
        } else if count == 1 {
            "1 more image has not been weighed; this weighs it:".to_owned()
        } else {
            format!("{count} more images have not been weighed; this weighs one:")
        };
        let line = |image: &String| style.command(&format!("cargo xtask inspect {}", printable(image)));
        let offered = ranking.unknown.iter().take(OFFERED).map(|image| format!("    {}", line(image)));
        parts.push(std::iter::once(style.dim(&paragraph(&head))).chain(offered).collect::<Vec<_>>().join("\n"));
    }
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ranked;

    const STYLE: Style = Style { color: false, live: false, symbols: true };

    #[test]
    fn the_rest_is_offered_with_the_line_to_type() {
        let tags = ["a:1", "a:again"].map(str::to_owned).to_vec();
        let known = vec![Ranked { image: tags[0].clone(), tags, stored_bytes: 1_000_000, application_bytes: 10_000 }];
        let text = ranking(&Ranking::of(known, vec!["b:1\u{1b}[31m".to_owned()]), STYLE);
        assert!(
            text.contains("1.0 %") && text.contains("1.00 MB") && text.contains("990 kB") && text.contains("a:1"),
            "{text}"
        );
        assert!(text.lines().any(|line| line.trim() == "a:again"), "{text}");
        assert!(text.contains("\n    cargo xtask inspect b:1[31m"), "{text}");
        assert!(ranking(&Ranking::of(Vec::new(), Vec::new()), STYLE).contains("cargo xtask lesson"));
    }
}
