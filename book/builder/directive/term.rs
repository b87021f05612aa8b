//! A word of the glossary inside a sentence: a link to its place there, with the definition as its tooltip.

use maud::html;

use crate::sources::{Outcome, Sources};

/// The glossary, relative to `book/src`.
const GLOSSARY: &str = "glossary.md";

/// `TERM`, or `TERM | WORDS` where the sentence needs another form of it. `page` is relative to `book/src`.
pub fn term(arguments: &str, page: &str, sources: &Sources) -> Outcome {
    let (term, words) = arguments.split_once('|').unwrap_or((arguments, arguments));
    let (term, words) = (term.trim(), words.trim());
    let (name, says) =
        defined(sources.glossary(), term).ok_or_else(|| format!("book/src/{GLOSSARY} does not define `{term}`"))?;
    let up = "../".repeat(page.matches('/').count());
    let place = place(name);
    let markup = html! {
        a.term href={ (up) "glossary.html#" (place) } title=(plain(&says)) { (words) }
    };
    Ok(markup.into_string())
}

/// The heading of a term, as it is written there, and its definition: the paragraph below, without the links behind the arrow.
fn defined<'g>(glossary: &'g str, term: &str) -> Option<(&'g str, String)> {
    let mut lines = glossary.lines();
    let name =
        lines.by_ref().filter_map(|line| line.strip_prefix("### ")).find(|name| name.eq_ignore_ascii_case(term))?;
    let lines = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty() && !line.starts_with('#'));
    let paragraph = lines.collect::<Vec<_>>().join(" ");
    let says = paragraph.split('→').next().unwrap_or_default().trim().to_owned();
    (!says.is_empty()).then_some((name, says))
}

/// The id that mdBook gives a heading.
fn place(name: &str) -> String {
    let kept = |c: char| match c {
        _ if c.is_whitespace() => Some('-'),
        _ if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
        _ => None,
    };
    name.to_lowercase().chars().filter_map(kept).collect()
}

/// Markdown as the text that a reader sees.
fn plain(markdown: &str) -> String {
    use pulldown_cmark::{Event, Parser};
    let text = Parser::new(markdown).filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.into_string()),
        Event::SoftBreak => Some(" ".to_owned()),
        _ => None,
    });
    text.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLOSSARY: &str =
        "# Glossary\n\n## A\n\n### Apple pie\n\nA *pie* made of `apples`, see\n[Pie](#pie).\n→ [Page](a.md)\n\n### B\n";

    #[test]
    fn places_are_those_of_mdbook() {
        assert_eq!(place("Manifest (of dependencies)"), "manifest-of-dependencies");
        assert_eq!((place(".dockerignore").as_str(), place("COPY --from").as_str()), ("dockerignore", "copy---from"));
    }

    #[test]
    fn a_term_is_found_whatever_its_case_and_its_definition_ends_at_the_arrow() {
        let (name, says) = defined(GLOSSARY, "apple PIE").unwrap();
        assert_eq!(name, "Apple pie");
        assert_eq!(plain(&says), "A pie made of apples, see Pie.");
        assert!(defined(GLOSSARY, "apple").is_none());
        assert!(defined(GLOSSARY, "B").is_none(), "a heading without a definition");
    }
}
