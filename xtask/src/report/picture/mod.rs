//! Pictures to share: SVG files that stand for themselves. Text stays text, colours follow the reader's light or dark
//! scheme, and a title and a description say the same in words.

mod card;
mod matrix;

pub use card::card;
pub use matrix::matrix;

use std::fmt::Write as _;

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
    body: String,
}

impl Picture {
    fn new(width: f64) -> Self {
        Self { width, body: String::new() }
    }

    /// Words at a point of their baseline.
    fn text(&mut self, (x, y): (f64, f64), size: u32, classes: &str, words: &str) {
        let words = escape(words);
        let _ = writeln!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" class=\"{classes}\">{words}</text>"
        );
    }

    /// A filled rectangle in the colour of a series. One of less than a hundredth of a pixel would be nothing but bytes.
    fn bar(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), series: usize) {
        if width >= 0.01 {
            let class = series.min(SERIES - 1);
            let _ = writeln!(
                self.body,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.2}\" height=\"{height:.1}\" class=\"s{class}\"/>"
            );
        }
    }

    /// A thin upright line.
    fn upright(&mut self, x: f64, from: f64, to: f64) {
        let _ =
            writeln!(self.body, "<line x1=\"{x:.1}\" y1=\"{from:.1}\" x2=\"{x:.1}\" y2=\"{to:.1}\" class=\"line\"/>");
    }

    /// The whole file. `title` and `description` are what a screen reader says.
    fn finish(self, height: f64, title: &str, description: &str) -> String {
        let Self { width, body } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\" role=\"img\" aria-labelledby=\"title description\">\n\
             <title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n<style>\n{STYLE}\n</style>\n\
             <rect x=\"0.5\" y=\"0.5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"10\" class=\"ground\"/>\n{body}</svg>\n",
            escape(title),
            escape(description),
            width - 1.0,
            height - 1.0,
        )
    }
}

/// Text as XML takes it. Control characters are left out: XML has no way to write most of them.
fn escape(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
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
