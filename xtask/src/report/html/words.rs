//! Running text of manifests as markup.

use maud::{Markup, html};

use super::parts::code;
use super::text;

/// Running text; an empty line ends a paragraph.
pub fn paragraphs(words: &str) -> Markup {
    html! { @for paragraph in words.split("\n\n") { p { (sentence(&paragraph.split_whitespace().collect::<Vec<_>>().join(" "))) } } }
}

/// Words in which what stands between backticks is code.
pub fn sentence(words: &str) -> Markup {
    html! {
        @for (position, part) in words.split('`').enumerate() {
            @if position % 2 == 1 { (code(&text(part))) } @else { (text(part)) }
        }
    }
}
