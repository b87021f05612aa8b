//! Pictures to share: SVG files that stand for themselves. Text stays text, colours follow the reader's light or dark
//! scheme, and a title and a description say the same in words.

mod card;
mod matrix;

pub use card::card;
pub use matrix::matrix;

use maud::{Markup, PreEscaped, html};

use crate::names::printable;

/// Surfaces, words and up to six series, once for each scheme. A picture has a ground of its own, since it may be shown on
/// a page of the other scheme. Words have a contrast of at least 4.5 to the ground, series of at least 3.
const STYLE: &str = "\
text { font-family: system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2a33 }
.mono { font-family: ui-monospace, 'SF Mono', Consolas, 'DejaVu Sans Mono', monospace }
.ground { fill: #fbfaf7; stroke: #ddd8cd } .line { stroke: #bdb7aa }
.dim { fill: #59646e } .strong { font-weight: 650 } .end { text-anchor: end }
.s0 { fill: #b4532a } .s1 { fill: #21798c } .s2 { fill: #35549b } .s3 { fill: #8a6d1d } .s4 { fill: #85518f } .s5 { fill: #77818a }
@media (prefers-color-scheme: dark) {
text { fill: #eae7e1 } .ground { fill: #171c21; stroke: #333b43 } .line { stroke: #56616b } .dim { fill: #a7b1b9 }
.s0 { fill: #e58e60 } .s1 { fill: #55b4c6 } .s2 { fill: #8fb0f0 } .s3 { fill: #d4b455 } .s4 { fill: #cf9bd8 } .s5 { fill: #939ea8 }
}";

/// How many series have a colour of their own.
const SERIES: usize = 6;

/// A picture being drawn. All lengths are in units of the picture, one a pixel where it is shown in its own size.
struct Picture {
    width: f64,
    shapes: Vec<Markup>,
}

impl Picture {
    fn new(width: f64) -> Self {
        Self { width, shapes: Vec::new() }
    }

    /// Words at a point of their baseline.
    fn text(&mut self, (x, y): (f64, f64), size: u32, classes: &str, words: &str) {
        self.shapes.push(html! {
            text x=(tenths(x)) y=(tenths(y)) font-size=(size) class=(classes) { (printable(words)) }
        });
    }

    /// A filled rectangle in the colour of a series. One of less than a hundredth of a pixel would be nothing but bytes.
    fn bar(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), series: usize) {
        if width >= 0.01 {
            let (width, class) = (format!("{width:.2}"), series.min(SERIES - 1));
            self.shapes.push(html! {
                rect x=(tenths(x)) y=(tenths(y)) width=(width) height=(tenths(height)) class={ "s" (class) } {}
            });
        }
    }

    /// A thin upright line.
    fn upright(&mut self, x: f64, from: f64, to: f64) {
        let x = tenths(x);
        self.shapes.push(html! { line x1=(x) y1=(tenths(from)) x2=(x) y2=(tenths(to)) class="line" {} });
    }

    /// The whole file. `title` and `description` are what a screen reader says.
    fn finish(self, height: f64, title: &str, description: &str) -> String {
        let (width, height) = (self.width.round(), height.round());
        let svg = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height)
                role="img" aria-labelledby="title description" {
                title id="title" { (printable(title)) }
                desc id="description" { (printable(description)) }
                // Nothing in it needs escaping, and inside a style element HTML and XML would take escapes differently.
                style { (PreEscaped(STYLE)) }
                rect x="0.5" y="0.5" width=(width - 1.0) height=(height - 1.0) rx="10" class="ground" {}
                @for shape in &self.shapes { "\n" (shape) }
            }
        };
        format!("{}\n", svg.into_string())
    }
}

/// A length as the file has it.
fn tenths(length: f64) -> String {
    format!("{length:.1}")
}

/// Length of a part on a line of `length` for the `whole`.
#[expect(clippy::cast_precision_loss, reason = "lengths in a picture")]
fn length(part: u64, whole: u64, length: f64) -> f64 {
    if whole == 0 { 0.0 } else { length * part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_can_leave_its_text() {
        let mut picture = Picture::new(100.0);
        picture.text((1.0, 2.0), 12, "dim", "</text><script>\u{1b}&\"");
        let svg = picture.finish(50.0, "<b>", "d");
        assert!(svg.contains(">&lt;/text&gt;&lt;script&gt;&amp;&quot;</text>"), "{svg}");
        assert!(svg.contains("<title id=\"title\">&lt;b&gt;</title>"), "{svg}");
    }
}
