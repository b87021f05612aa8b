//! Every app by every variant, as bars to one scale.

use super::{Picture, length};
use crate::model::{AppId, Matrix, Measurement};
use crate::report::markdown::measured;
use crate::report::matrix::{smaller, ways};
use crate::units;

const WIDTH: f64 = 760.0;
const MARGIN: f64 = 28.0;
/// Where bars begin, and how long the longest is: what is right of it has room for a size and a quotient.
const BARS: (f64, f64) = (216.0, 330.0);
const ROW: f64 = 22.0;
const BAR: f64 = 14.0;
const GAP: f64 = 16.0;

/// The stored bytes of every image. `title` is how an app is called.
pub fn matrix(matrix: &Matrix, title: &dyn Fn(&AppId) -> String) -> String {
    let variants = matrix.variants();
    let largest = matrix.results.iter().map(|m| m.stored_bytes).max().unwrap_or_default();
    let mut picture = Picture::new(WIDTH);
    let headline = format!("The same service, built {}", ways(matrix));
    picture.text((MARGIN, 42.0), 21, "strong", &headline);
    picture.text((MARGIN, 65.0), 13, "dim", "Bytes an image stores. All bars have one scale; MB = 10⁶.");
    let mut y = 90.0;
    for app in matrix.apps() {
        let images = matrix.row(app);
        picture.text((MARGIN, y + 12.0), 15, "strong", &title(app));
        let top = y - 3.0;
        for image in images {
            let series = variants.iter().position(|variant| **variant == image.variant).unwrap_or_default();
            let long = length(image.stored_bytes, largest, BARS.1);
            picture.text((BARS.0 - 10.0, y + 11.5), 13, "dim end", image.variant.as_str());
            picture.bar((BARS.0, y), (long, BAR), series);
            picture.text((BARS.0 + long + 8.0, y + 11.5), 13, "", &label(matrix, image));
            y += ROW;
        }
        picture.upright(BARS.0, top, y - ROW + BAR + 3.0);
        y += GAP;
    }
    y += 4.0;
    picture.text((MARGIN, y + 6.0), 11, "dim", &measured(&matrix.environment));
    picture.finish(y + 26.0, &headline, &in_words(matrix, title))
}

fn label(matrix: &Matrix, image: &Measurement) -> String {
    let bytes = units::bytes(image.stored_bytes);
    smaller(matrix, image).map_or_else(|| bytes.clone(), |times| format!("{bytes} · {times} smaller"))
}

fn in_words(matrix: &Matrix, title: &dyn Fn(&AppId) -> String) -> String {
    let app = |app: &AppId| {
        let images = matrix.row(app).into_iter().map(|image| format!("{} {}", image.variant, label(matrix, image)));
        format!("{}: {}.", title(app), images.collect::<Vec<_>>().join(", "))
    };
    matrix.apps().into_iter().map(app).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::model::matrix::tests::matrix as sample;

    #[test]
    fn bars_have_one_scale_and_words_say_the_same() {
        let matrix = sample(&[("go", "full", 800_000_000), ("go", "slim", 8_000_000), ("node", "full", 400_000_000)]);
        let svg = super::matrix(&matrix, &|app| app.as_str().to_uppercase());
        for width in ["330.00", "3.30", "165.00"] {
            assert!(svg.contains(&format!("width=\"{width}\" height=\"14.0\"")), "{width} in {svg}");
        }
        assert!(svg.contains("GO: full 800 MB, slim 8.00 MB · 100 × smaller. NODE: full 400 MB."), "{svg}");
        assert!(svg.contains(">The same service, built two ways</text>"), "{svg}");
    }
}
