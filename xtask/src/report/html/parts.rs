//! What several pictures are made of: the numbers behind them, tables, bars.

use maud::{Markup, html};

use super::{text, width};
use crate::model::block::Sign;
use crate::report::table::{Cell, Column, Table};

/// Letters that never wrap in a cell.
const FEW: usize = 30;

/// The table behind a picture, folded until it is asked for.
pub fn numbers(what: &str, header: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        details {
            summary { (what) }
            (table(what, header, rows))
        }
    }
}

/// A table of markup. The first cell of a row is its header.
pub fn table(what: &str, header: &[&str], rows: &[Vec<Markup>]) -> Markup {
    let head = html! { @for cell in header { th scope="col" role="columnheader" { (cell) } } };
    let body = html! {
        @for row in rows {
            tr role="row" {
                @for (column, (cell, head)) in row.iter().zip(header).enumerate() {
                    @if column == 0 { th scope="row" role="rowheader" data-head=(head) { (cell) } }
                    @else { td role="cell" data-head=(head) { (cell) } }
                }
            }
        }
    };
    let widest =
        |column: usize| rows.iter().map(|row| width::of_markup(row[column].0.as_str())).max().unwrap_or_default();
    let needs = header.iter().enumerate().map(|(column, head)| widest(column).max(width::of_head(head))).sum();
    let inside = html! { thead role="rowgroup" { tr role="row" { (head) } } tbody role="rowgroup" { (body) } };
    framed(what, "scroll", header.len(), needs, &inside)
}

/// A table as the terminal has it. Its title stands above it.
pub fn listed(title: &str, table: &Table) -> Markup {
    let headed = table.columns().iter().any(|column| !column.head.is_empty());
    let cells = |row: &[Cell]| {
        let cells = table.columns().iter().zip(row).enumerate();
        let one = |(position, (column, cell)): (usize, (&Column, &Cell))| {
            let class = class(column, &cell.text);
            let inside = inside(column, cell);
            if table.is_name(position) {
                html! { th scope="row" role="rowheader" class=[class] { (inside) } }
            } else {
                let head = Some(text(&column.head)).filter(|head| !head.is_empty());
                html! { td role="cell" class=[class] data-head=[head] { (inside) } }
            }
        };
        html! { @for cell in cells.map(one) { (cell) } }
    };
    let widest = |(index, column): (usize, &Column)| {
        let cells = table.rows().iter().map(|row| width::of_text(&row[index].text, column.code || !column.right));
        cells.max().unwrap_or_default().max(width::of_head(&column.head))
    };
    let needs = table.columns().iter().enumerate().map(widest).sum();
    framed(
        title,
        "scroll snug",
        table.columns().len(),
        needs,
        &html! {
            @if !title.is_empty() { caption { (text(title)) } }
            @if headed {
                thead role="rowgroup" {
                    tr role="row" {
                        @for column in table.columns() {
                            th scope="col" role="columnheader" class=[class(column, "")] { (text(&column.head)) }
                        }
                    }
                }
            }
            tbody role="rowgroup" { @for row in table.rows() { tr role="row" { (cells(row)) } } }
        },
    )
}

/// A table that becomes a list where its frame is narrower than it `needs`, in letters. As a list it is displayed as blocks, which
/// takes its meaning from it: the roles keep that.
fn framed(what: &str, class: &str, columns: usize, needs: usize, inside: &Markup) -> Markup {
    html! {
        div class=(class) role="region" tabindex="0" aria-label=(text(what)) {
            table role="table" class=(width::class(columns, needs)) { (inside) }
        }
    }
}

/// Numbers stand at the right. What is longer than a few words may wrap.
fn class(column: &Column, words: &str) -> Option<&'static str> {
    if column.right { Some("number") } else { (words.chars().count() > FEW).then_some("words") }
}

fn inside(column: &Column, cell: &Cell) -> Markup {
    let words = text(&cell.text);
    html! {
        (sign(cell.sign))
        @if words.is_empty() {}
        @else if column.code { (code(&words)) }
        @else if cell.strong { strong { (words) } }
        @else { (words) }
    }
}

/// Code whose words are not broken at their hyphens: an option that is would look like another one.
pub fn code(words: &str) -> Markup {
    html! {
        code {
            @for (position, word) in words.split(' ').enumerate() {
                @if position > 0 { " " }
                @if word.contains('-') { span.word { (word) } } @else { (word) }
            }
        }
    }
}

/// A symbol that is read out as a word; nothing where nobody expected anything.
pub fn sign(sign: Sign) -> Markup {
    html! {
        @match sign {
            Sign::Held => { strong.sign.held role="img" aria-label="as it should be:" { "✓" } " " }
            Sign::Failed => { strong.sign.failed role="img" aria-label="not as it should be:" { "✗" } " " }
            Sign::NotMeasured => { strong.sign role="img" aria-label="not measured:" { "?" } " " }
            Sign::Neutral => {}
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
