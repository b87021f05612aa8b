//! The general parts of a step's result as markup.

use maud::{Markup, html};

use super::parts::{listed, sign};
use super::words::paragraphs;
use super::{lanes, text};
use crate::model::block::{Block, Output, Sign};
use crate::report::table::Table;

/// The parts one after the other.
pub fn blocks(blocks: &[Block]) -> Markup {
    html! {
        @for block in blocks {
            div.block {
                @match block {
                    Block::Text { text } => (paragraphs(text)),
                    Block::Table(one) => (listed(&one.title, &Table::from(one))),
                    Block::Output(one) => (output(one)),
                    Block::Lanes(one) => (lanes::figure(one)),
                }
            }
        }
    }
}

/// What a command printed. These are lines of words: they are wrapped, since half of an error message helps nobody.
pub fn output(one: &Output) -> Markup {
    let more = (one.of > one.lines.len()).then(|| format!("… {} lines more", one.of - one.lines.len()));
    let rest: Vec<String> = more.into_iter().chain(one.status.map(|status| format!("exit status {status}"))).collect();
    html! {
        @if !one.title.is_empty() || one.sign != Sign::Neutral { p { (sign(one.sign)) strong { (text(&one.title)) } } }
        @if one.command.is_some() || !one.lines.is_empty() {
            pre.wrapped {
                code {
                    @if let Some(command) = &one.command { b { "$ " (text(command)) } "\n" }
                    @for (number, line) in one.lines.iter().enumerate() { @if number > 0 { "\n" } (text(line)) }
                }
            }
        }
        @if !rest.is_empty() { p.quiet { (rest.join(" · ")) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::block::{self, Cell, Column};

    #[test]
    fn a_table_says_what_held_without_colour_and_keeps_hostile_text_harmless() {
        let mut found =
            block::Table::new("Found", [Column::left("rule"), Column::right("line"), Column::code("instruction")]);
        found.row([Cell::judged("DL3008", false), "7".into(), "RUN <b>\u{1b}[31m".into()]);
        found.row([Cell::judged("DL4006", true), "".into(), "".into()]);
        assert_eq!(
            blocks(&[Block::Table(found)]).into_string(),
            "<div class=\"block\"><div class=\"scroll snug\" role=\"region\" tabindex=\"0\" aria-label=\"Found\"><table role=\"table\" class=\"needs-30\"><caption>Found</caption>\
             <thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">rule</th>\
             <th scope=\"col\" role=\"columnheader\" class=\"number\">line</th>\
             <th scope=\"col\" role=\"columnheader\">instruction</th></tr></thead><tbody role=\"rowgroup\">\
             <tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><strong class=\"sign failed\" role=\"img\" aria-label=\"not as it should be:\">✗</strong> DL3008</th>\
             <td role=\"cell\" class=\"number\" data-head=\"line\">7</td>\
             <td role=\"cell\" data-head=\"instruction\"><code>RUN &lt;b&gt;[31m</code></td></tr>\
             <tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><strong class=\"sign held\" role=\"img\" aria-label=\"as it should be:\">✓</strong> DL4006</th>\
             <td role=\"cell\" class=\"number\" data-head=\"line\"></td><td role=\"cell\" data-head=\"instruction\"></td></tr></tbody></table></div></div>"
        );
    }

    #[test]
    fn output_says_what_is_left_out() {
        let one = Output {
            title: "gate".to_owned(),
            sign: Sign::Held,
            command: Some("docker build .".to_owned()),
            lines: vec!["a".to_owned(), "b".to_owned()],
            of: 12,
            status: Some(1),
        };
        assert_eq!(
            output(&one).into_string(),
            "<p><strong class=\"sign held\" role=\"img\" aria-label=\"as it should be:\">✓</strong> <strong>gate</strong></p>\
             <pre class=\"wrapped\"><code><b>$ docker build .</b>\na\nb</code></pre>\
             <p class=\"quiet\">… 10 lines more · exit status 1</p>"
        );
        assert_eq!(output(&Output::default()).into_string(), "");
    }
}
