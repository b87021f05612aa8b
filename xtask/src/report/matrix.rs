//! Every app by every variant, as text and as Markdown.

use super::Style;
use super::lesson::users;
use super::lines::paragraph;
use super::markdown::{row, surroundings};
use super::table::{Table, left, right};
use crate::model::{Matrix, Measurement};
use crate::units;

/// The sizes, one row a service, then everything that was measured, one row an image.
pub fn matrix(matrix: &Matrix, style: Style) -> String {
    let well = matrix.results.iter().filter(|m| m.health.ok).count();
    let all = matrix.results.len();
    let mark = if well == all { style.ok_mark() } else { style.fail_mark() };
    let took = units::seconds(std::time::Duration::from_millis(matrix.build_ms));
    let noun = if all == 1 { "container" } else { "containers" };
    [
        format!(
            "{}\n{}",
            style.dim(&paragraph("Stored bytes, and how many times smaller than the largest")),
            sizes(matrix, style)
        ),
        format!("  {}\n{}", style.dim("Image by image"), images(matrix, style)),
        format!("  {mark} {well} of {all} {noun} answered the health request."),
        style.dim(&paragraph(&format!("All images were built by one call, in {took}."))),
    ]
    .join("\n\n")
}

fn sizes(matrix: &Matrix, style: Style) -> String {
    let variants = matrix.variants();
    let columns = variants.iter().map(|variant| right(variant.as_str()));
    let mut table = Table::new([left("service")].into_iter().chain(columns));
    for app in matrix.apps() {
        let sizes = variants.iter().map(|variant| size(matrix, matrix.of(app, variant), |times| format!("{times:>6}")));
        table.row([app.to_string()].into_iter().chain(sizes));
    }
    table.text(4, style)
}

fn images(matrix: &Matrix, style: Style) -> String {
    let numbers = ["stored", "pull", "files", "layers"].map(right);
    let mut table = Table::new([left("image")].into_iter().chain(numbers).chain([left("user"), left("health")]));
    for m in matrix.apps().into_iter().flat_map(|app| matrix.row(app)) {
        table.row([
            format!("{}/{}", m.app, m.variant),
            units::bytes(m.stored_bytes),
            m.pull_bytes.map_or_else(|| "–".to_owned(), units::bytes),
            m.files.to_string(),
            m.layers.to_string(),
            users(m, m),
            if m.health.ok { "answered" } else { "not healthy" }.to_owned(),
        ]);
    }
    table.text(4, style)
}

/// The sizes as a Markdown table with its surroundings below it. The user is that of the largest image and of the smallest.
///
/// Start times are not in it: on one machine they hardly depend on the size, and a column of them would suggest that they do.
pub fn matrix_markdown(matrix: &Matrix) -> String {
    let variants = matrix.variants();
    let head = ["service".to_owned()].into_iter().chain(variants.iter().map(ToString::to_string));
    let mut lines = vec![
        row(head.chain(["user".to_owned()])),
        row(["---".to_owned()].into_iter().chain(vec!["---:".to_owned(); variants.len()]).chain(["---".to_owned()])),
    ];
    for app in matrix.apps() {
        let measured = matrix.row(app);
        let (Some(first), Some(last)) = (measured.first(), measured.last()) else { continue };
        let sizes =
            variants.iter().map(|variant| size(matrix, matrix.of(app, variant), |times| format!("**{times}**")));
        lines.push(row([app.to_string()].into_iter().chain(sizes).chain([users(first, last)])));
    }
    lines.push(String::new());
    lines.push(format!(
        "In bold: how many times smaller than the first column. {}",
        surroundings(&matrix.results, &matrix.environment)
    ));
    lines.join("\n")
}

/// What an image stores, and how many times that goes into the first image of its row.
fn size(matrix: &Matrix, image: Option<&Measurement>, dress: impl Fn(&str) -> String) -> String {
    let Some(image) = image else { return "–".to_owned() };
    let bytes = units::bytes(image.stored_bytes);
    smaller(matrix, image).map_or_else(|| bytes.clone(), |times| format!("{bytes} {}", dress(&times)))
}

/// How many times an image goes into the first one of its row; `None` for that one itself.
pub(super) fn smaller(matrix: &Matrix, image: &Measurement) -> Option<String> {
    let first = *matrix.row(&image.app).first()?;
    (first.variant != image.variant).then(|| units::factor(units::times(first.stored_bytes, image.stored_bytes)))
}

/// How many ways of building there are, in words.
pub(super) fn ways(matrix: &Matrix) -> String {
    match matrix.variants().len() {
        1 => "one way".to_owned(),
        many => format!("{} ways", crate::names::count(many as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::matrix::tests::matrix as sample;

    #[test]
    fn each_size_stands_beside_how_often_it_goes_into_the_first() {
        let matrix = sample(&[("go", "full", 800_000_000), ("go", "slim", 8_000_000), ("node", "full", 100_000_000)]);
        let text = matrix_markdown(&matrix);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "| service | full | slim | user |");
        assert_eq!(lines[1], "| --- | ---: | ---: | --- |");
        assert_eq!(lines[2], "| go | 800 MB | 8.00 MB **100 ×** | 65532 |");
        assert_eq!(lines[3], "| node | 100 MB | – | 65532 |");
        assert!(lines[5].contains("3 of 3 containers answered"), "{text}");
        assert!(lines[5].ends_with("bases local, engine 26.1.5, buildx 0.13.1, amd64, 2 CPUs."), "{text}");
    }

    #[test]
    fn the_terminal_shows_every_image_and_what_did_not_answer() {
        let mut matrix = sample(&[("go", "full", 800_000_000), ("go", "slim", 8_000_000)]);
        matrix.results[1].health.ok = false;
        let style = Style { color: false, live: false, symbols: true };
        let text = super::matrix(&matrix, style);
        assert!(text.contains("go/full") && text.contains("go/slim"), "{text}");
        assert!(text.contains("not healthy") && text.contains("✗ 1 of 2 containers"), "{text}");
    }
}
