//! What several pictures are made of: the numbers behind them, scrolling tables, bars.

use maud::{Markup, html};

/// The table behind a picture, folded until it is asked for.
pub fn numbers(what: &str, header: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        details {
            summary { (what) }
            (table(what, header, rows))
        }
    }
}

/// A table that scrolls inside itself where the window is narrow. The first cell of a row is its header.
pub fn table(what: &str, header: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label=(what) {
            table {
                thead { tr { @for cell in header { th scope="col" { (cell) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (column, cell) in row.iter().enumerate() {
                                @if column == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A cell of plain text.
pub fn cell(text: impl AsRef<str>) -> Markup {
    html! { (super::text(text.as_ref())) }
}

/// How much of a whole a part is, from 0 to 1; 0 where there is no whole.
#[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A share as a length: `12.34%`.
pub fn length(share: f64) -> String {
    format!("{:.2}%", 100.0 * share.clamp(0.0, 1.0))
}
