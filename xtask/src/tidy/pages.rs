//! The pages of lessons: what each of them has, and how long it is.

use std::fs;

use toml::{Table, Value};

use crate::lesson::Lesson;
use crate::scaffold::page_of;
use crate::workshop::Workshop;

/// Words that a reader sees of a lesson without unfolding anything, in one language. A page is to take 15 to 20 minutes.
const MOST: usize = 1200;
/// How many more are let through: what is counted are the words that somebody wrote, and results add a few.
const TOLERANCE: usize = 60;

/// One line a finding. Nothing where there is no book.
pub fn find(workshop: &Workshop) -> Vec<String> {
    let mut findings = Vec::new();
    for lesson in &workshop.lessons {
        let path = page_of(&lesson.id);
        let Ok(page) = fs::read_to_string(workshop.root.join(&path)) else { continue };
        findings.extend(parts(&page).into_iter().map(|missing| format!("{path} has no {missing}")));
        let manifest = fs::read_to_string(workshop.root.join(lesson.folder()).join("lesson.toml")).unwrap_or_default();
        let manifest = manifest.parse().unwrap_or_default();
        for app in lesson.apps_of(&workshop.apps) {
            let words =
                visible(&page, &|directive| said(directive, lesson, &manifest, app.id.as_str()), app.id.as_str());
            if words > MOST + TOLERANCE {
                let id = &app.id;
                findings.push(format!("{path} shows {words} words in {id}; fold or cut to about {MOST}"));
            }
        }
    }
    findings
}

/// What a lesson's page needs and does not have.
fn parts(page: &str) -> Vec<&'static str> {
    let opening = page.lines().skip_while(|line| !line.starts_with("# ")).skip(1).find(|line| !line.trim().is_empty());
    let takeaway = opening.is_some_and(|line| line.starts_with("> **Takeaway.**"));
    let section = |title: &str| page.split("\n## ").skip(1).find(|section| section.lines().next() == Some(title));
    let points = section("Key points").map_or(0, |text| text.lines().filter(|line| line.starts_with("- ")).count());
    let question = section("Check yourself").is_some_and(|text| text.contains("<details>"));
    let needed = [
        (takeaway, "takeaway below its title: > **Takeaway.** and one sentence"),
        ((3..=5).contains(&points), "## Key points with three to five of them"),
        (question, "## Check yourself with a folded answer"),
    ];
    needed.into_iter().filter(|(there, _)| !there).map(|(_, what)| what).collect()
}

/// Words of a page in one language, apart from folds, notes for trainers, fenced blocks and other languages. `says` is what a
/// directive on a line of its own stands for.
fn visible(page: &str, says: &dyn Fn(&str) -> String, app: &str) -> usize {
    let mut hidden: Vec<bool> = Vec::new();
    let mut fence = 0;
    let mut count = 0;
    for line in page.lines() {
        let ticks = line.trim_start().bytes().take_while(|b| *b == b'`').count();
        if fence > 0 {
            fence = if ticks >= fence { 0 } else { fence };
        } else if ticks >= 3 {
            fence = ticks;
        } else if line.starts_with("<details") {
            hidden.push(true);
        } else if line.starts_with("<div") {
            let other = line.split("data-app=\"").nth(1).and_then(|apps| apps.split('"').next());
            hidden
                .push(line.contains("\"speaker\"") || other.is_some_and(|apps| !apps.split(' ').any(|one| one == app)));
        } else if line.starts_with("</details") || line.starts_with("</div") {
            hidden.pop();
        } else if !hidden.contains(&true) {
            let directive = line.strip_prefix("{{#").and_then(|rest| rest.trim_end().strip_suffix("}}"));
            count += directive
                .filter(|inside| !inside.contains("{{#"))
                .map_or_else(|| words(line), |name| words(&says(name)));
        }
    }
    count
}

/// Words as a reader counts them: what has a letter or a digit. A link counts with its text, a value as one word.
fn words(text: &str) -> usize {
    let shown = replaced(&replaced(text, "{{#", "}}", "x"), "](", ")", "");
    shown.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// A text in which everything from `open` to the next `close` is replaced.
fn replaced(text: &str, open: &str, close: &str, with: &str) -> String {
    let mut parts = text.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| shown + with + part.split_once(close).map_or("", |(_, after)| after))
}

/// What somebody wrote of what a directive shows, in one language: not the numbers and tables of the recorded run.
fn said(directive: &str, lesson: &Lesson, manifest: &Table, app: &str) -> String {
    let (name, arguments) = directive.split_once(' ').unwrap_or((directive, ""));
    let texts = match name {
        "lesson" => vec![lesson.question.clone(), lesson.able_to.clone()],
        "step" => step(arguments, manifest, app),
        "result" => {
            let looks = tables(manifest, "look").filter(|look| about(look.get("app"), app));
            looks.filter_map(|look| text(look, "text")).chain([lesson.answer.clone()]).collect()
        }
        "verdicts" => lesson.expect.iter().map(|expect| expect.why.clone()).collect(),
        "exercise" => {
            let which = arguments.split_once('/').map(|(_, which)| which);
            let named = lesson.exercises.iter().filter(|one| which.is_none_or(|which| one.id.as_str() == which));
            named.flat_map(|one| [one.title.clone(), one.task.clone()]).collect()
        }
        _ => Vec::new(),
    };
    texts.join(" ")
}

/// The words of a step: its title, what stands before it and what it means. Values of it are counted as they are written.
fn step(arguments: &str, manifest: &Table, app: &str) -> Vec<String> {
    let title = arguments.split_once('|').map_or("", |(_, title)| title.trim());
    let named = tables(manifest, "step").filter(|step| text(step, "title").as_deref() == Some(title));
    let fitting = named.filter(|step| about(step.get("apps"), app));
    fitting.flat_map(|step| ["title", "text", "means"].into_iter().filter_map(|key| text(step, key))).collect()
}

fn tables<'t>(manifest: &'t Table, key: &str) -> impl Iterator<Item = &'t Table> {
    manifest.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn text(table: &Table, key: &str) -> Option<String> {
    table.get(key)?.as_str().map(str::to_owned)
}

/// Whether something is about an app: it names it, alone or among others, or names none.
fn about(named: Option<&Value>, app: &str) -> bool {
    match named {
        None => true,
        Some(Value::Array(apps)) => apps.is_empty() || apps.iter().any(|one| one.as_str() == Some(app)),
        Some(one) => one.as_str() == Some(app),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A\n\n> **Takeaway.** One two.\n\n## Key points\n\n- a\n- b\n- c\n\n## Check yourself\n\nWhy?\n\n<details>\nx\n</details>\n";

    #[test]
    fn a_page_has_its_takeaway_its_points_and_a_question() {
        assert!(parts(PAGE).is_empty(), "{:?}", parts(PAGE));
        assert_eq!(parts(&PAGE.replace("> **T", "**T")).len(), 1);
        assert_eq!(parts(&PAGE.replace("- c\n", "")).len(), 1);
        assert_eq!(parts(&PAGE.replace("<details>", "")).len(), 1);
        assert_eq!(parts("# A\n").len(), 3);
    }

    #[test]
    fn only_what_is_seen_in_one_language_is_counted() {
        let count = |page: &str| visible(page, &|name| format!("{name} {name}"), "go");
        assert_eq!(count("one two\n- three `four`"), 4);
        assert_eq!(count("```text\nno\n```\none"), 1);
        assert_eq!(count("<details>\n<summary>no</summary>\nno\n</details>\none"), 1);
        assert_eq!(count("<div data-app=\"node go\">\none\n</div>\n<div data-app=\"rust\">\nno\n</div>"), 1);
        assert_eq!(count("<div class=\"speaker\">\n<details>\nno\n</details>\nno\n</div>\none"), 1);
        assert_eq!(count("{{#abc}}\n"), 2, "what a directive stands for");
    }

    #[test]
    fn links_count_with_their_text_and_values_as_a_word() {
        assert_eq!(words("see [lesson 1](two-stages.md#a b) now – it's 5"), 6);
        assert_eq!(words("It weighs {{#value a b stored:c}} here."), 4);
        assert_eq!(words("{{#value a b x:c}} and [x y](z.md) and {{#value a b x:c}}"), 6);
    }

    #[test]
    fn a_step_counts_for_the_languages_it_is_about() {
        let manifest: Table =
            "[[step]]\ntitle = \"T\"\ntext = \"one\"\napps = [\"go\"]\n[[step]]\ntitle = \"T\"\nmeans = \"two\"\n"
                .parse()
                .unwrap();
        assert_eq!(step("x | T", &manifest, "go"), ["T", "one", "T", "two"]);
        assert_eq!(step("x | T", &manifest, "rust"), ["T", "two"]);
    }
}
