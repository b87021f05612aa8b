//! What the commands of a page name: lessons, apps, commands of the program.

use std::collections::BTreeSet;

use crate::lesson::Lesson;
use crate::model::App;

/// The commands of a page of the book, block by block, as far as they are run.
#[derive(Clone, Debug)]
pub struct Commands {
    /// Path of the page below `book/src`, without its extension.
    pub page: String,
    /// Options and lines of each block.
    pub blocks: Vec<String>,
}

impl Commands {
    /// The blocks of a page that are run, with what stands behind `run`; none of those that need a registry.
    pub fn of(page: &str, text: &str) -> Self {
        let mut blocks = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let ticks = fence(line);
            if ticks == 0 {
                continue;
            }
            let info = line.trim_start().trim_start_matches('`').trim();
            let closes = |line: &&str| fence(line) >= ticks && line.trim().chars().all(|c| c == '`');
            let body: Vec<&str> = lines.by_ref().take_while(|line| !closes(line)).collect();
            let mut options = info.split_whitespace();
            if options.next() == Some("run") && !options.any(|option| option == "registry") {
                blocks.push(format!("{info}\n{}", body.join("\n")));
            }
        }
        Self { page: page.to_owned(), blocks }
    }

    /// The words of all blocks, apart from punctuation other than hyphens.
    fn words(&self) -> impl Iterator<Item = &str> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        self.blocks.iter().flat_map(move |block| block.split(move |c| !is_part(c))).filter(|word| !word.is_empty())
    }

    /// The commands of `cargo xtask` that are run, each with the word behind it.
    fn calls(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.blocks.iter().flat_map(|block| {
            let words: Vec<&str> = block.split_whitespace().collect();
            let behind = |at: usize| words.get(at + 2).map(|command| (*command, words.get(at + 3).copied()));
            let begins = |at: &usize| words[*at..].starts_with(&["cargo", "xtask"]);
            (0..words.len()).filter(begins).filter_map(behind).collect::<Vec<_>>()
        })
    }

    /// The commands of the program that are run.
    pub fn of_program(&self) -> BTreeSet<String> {
        self.calls().map(|(command, _)| command.to_owned()).collect()
    }

    /// The lessons that are named: by number behind a command, by id anywhere.
    pub fn lessons<'w>(&self, lessons: &'w [Lesson]) -> Vec<&'w Lesson> {
        let numbers: BTreeSet<&str> = self.calls().filter_map(|(_, next)| next).collect();
        let words: BTreeSet<&str> = self.words().collect();
        let folder = |lesson: &Lesson| lesson.folder().trim_start_matches("lessons/").to_owned();
        let is_named = |lesson: &&Lesson| {
            numbers.contains(lesson.number.to_string().as_str())
                || words.contains(lesson.id.as_str())
                || words.contains(folder(lesson).as_str())
        };
        lessons.iter().filter(is_named).collect()
    }

    /// The apps that are named anywhere.
    pub fn apps<'w>(&self, apps: impl Iterator<Item = &'w App>) -> Vec<&'w App> {
        let words: BTreeSet<&str> = self.words().collect();
        apps.filter(|app| words.contains(app.id.as_str())).collect()
    }
}

/// How many backticks a line opens or closes a block with; 0 where it does neither.
fn fence(line: &str) -> usize {
    let ticks = line.trim_start().bytes().take_while(|b| *b == b'`').count();
    if ticks >= 3 { ticks } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blocks_that_are_run_count() {
        let page = "A.\n```run exit=1\ncargo xtask check 3 --app node\n```\nB.\n```sh\nls\n```\n\
                    ````text\n```run\nno\n```\n````\n```run registry\ndocker pull x\n```\n";
        let commands = Commands::of("a", page);
        assert_eq!(commands.blocks, ["run exit=1\ncargo xtask check 3 --app node"]);
        assert_eq!(Commands::of("a", &page.replace("A.", "Other words.")).blocks, commands.blocks);
        assert_eq!(commands.of_program(), BTreeSet::from(["check".to_owned()]));
    }

    #[test]
    fn numbers_count_behind_commands_only() {
        let commands = Commands::of("a", "```run\ncargo xtask lesson 12 --app go\nhead -n 3 x\n```\n");
        assert_eq!(commands.calls().collect::<Vec<_>>(), [("lesson", Some("12"))]);
        let commands = Commands::of("a", "```run\ncargo xtask doctor\n```\n");
        assert_eq!(commands.calls().collect::<Vec<_>>(), [("doctor", None)]);
    }

    #[test]
    fn words_end_where_paths_and_tags_do() {
        let commands = Commands::of("a", "```run\ndocker run drydock.local/lesson/two-stages/go:split ls ./x\n```\n");
        let words: Vec<&str> = commands.words().collect();
        assert!(words.contains(&"two-stages") && words.contains(&"go") && !words.contains(&"stages"), "{words:?}");
    }
}
