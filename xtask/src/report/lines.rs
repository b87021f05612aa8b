//! Text in lines: as wide as is comfortable to read, no wider than the terminal, and broken between words only.

mod glue;
mod instruction;

use textwrap::core::display_width;

pub(super) use self::instruction::{diff_line, dockerfile, takes_backslash};
use super::Style;
use glue::{glued, unglued};

/// Widest line of running text, in columns: what is comfortable to read.
const WIDTH: usize = 92;
/// Columns of what is written to a file or a pipe.
const USUAL: usize = 100;
/// Narrowest: below that, text is broken to no use.
const NARROWEST: usize = 30;
/// A word that is longer is the value of an option, such as a mount, rather than a word.
const LONG_WORD: usize = 60;
/// What stands between a command and the words that say what it does.
const SAYS: &str = "    ";
/// What stands before a command that was run.
const PROMPT: &str = "$ ";
/// How a line of a command ends that is not its last.
const GOES_ON: &str = " \\";

/// Running text, wrapped and indented. Paragraphs are separated by an empty line.
pub(super) fn paragraph(text: &str) -> String {
    paragraph_in(text, 0)
}

/// As [`paragraph`], moved further to the right by so many columns.
pub(super) fn paragraph_in(text: &str, further: usize) -> String {
    let indent = " ".repeat(2 + further);
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines = wrapped(&words, width().saturating_sub(further));
        lines.iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A paragraph behind a word that stands out, its further lines below the first one's text.
pub(super) fn headed(head: &str, text: &str, style: Style) -> String {
    let indent = display_width(head) + 1;
    let lines = wrapped(text, width().saturating_sub(indent));
    let text = lines.join(&format!("\n  {}", " ".repeat(indent)));
    format!("  {} {text}", style.bold(head))
}

/// What to type next, behind a word. Four spaces in `command` separate it from the words that say what it does: where both do
/// not fit on a line, the words stand below.
pub fn next(command: &str, style: Style) -> String {
    beside("Next:", command, 2, columns(), style)
}

/// A command behind a word, moved to the right by `indent`, on a terminal of so many columns; see [`next`].
pub(super) fn beside(head: &str, command: &str, indent: usize, columns: usize, style: Style) -> String {
    let start = indent + display_width(head) + 1;
    let room = columns.saturating_sub(start).max(NARROWEST);
    let further = format!("\n{}", " ".repeat(start));
    let said = match command.split_once(SAYS) {
        _ if display_width(command) <= room => vec![command.to_owned()],
        Some((command, says)) => wrapped(command, room).into_iter().chain(wrapped(says.trim_start(), room)).collect(),
        None => wrapped(command, room),
    };
    let said: Vec<String> = said.iter().map(|line| style.command(line)).collect();
    format!("{}{} {}", " ".repeat(indent), style.bold(head), said.join(&further))
}

/// Columns that running text has: those of the terminal, where there is one, without the indentation.
pub(super) fn width() -> usize {
    columns().saturating_sub(4).clamp(NARROWEST, WIDTH)
}

/// Columns of the terminal; for a file or a pipe, those that `COLUMNS` asks for, or what most have.
pub(super) fn columns() -> usize {
    limit(&console::Term::stdout()).unwrap_or(USUAL)
}

/// Columns that no line should be wider than, since the terminal would break it anywhere; `None` for a file or a pipe, where
/// whoever reads it decides.
pub(super) fn limit(terminal: &console::Term) -> Option<usize> {
    #[cfg(test)]
    if let Some(columns) = tests::ASKED.get() {
        return Some(columns);
    }
    let asked = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
    terminal.size_checked().map(|(_, columns)| usize::from(columns)).or_else(asked)
}

/// The text, or as many of its words as fit into so many columns, with an ellipsis for the rest.
pub(super) fn cut(text: &str, most: usize) -> String {
    if display_width(text) <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(1);
    let lines = textwrap::wrap(text, options(room));
    match lines.first() {
        // Where one word takes most of the line, its beginning says more than the word before.
        Some(line) if (room / 2..=room.saturating_sub(1)).contains(&display_width(line)) => format!("{line} …"),
        _ => text.chars().take(room).chain(['…']).collect(),
    }
}

/// An instruction without what its mounts say: `RUN --mount=… go test`.
pub(super) fn unmounted(instruction: &str) -> String {
    const MOUNT: &str = "--mount=";
    if !instruction.contains(MOUNT) {
        return instruction.to_owned();
    }
    let mut words: Vec<&str> = Vec::new();
    for word in instruction.split_whitespace() {
        let is_mount = word.starts_with(MOUNT);
        match words.last() {
            Some(last) if is_mount && last.starts_with(MOUNT) => {}
            _ => words.push(if is_mount { "--mount=…" } else { word }),
        }
    }
    words.join(" ")
}

/// The parts of a text that no line is broken in: words, and of a very long word what stands between its commas.
pub(super) fn unbroken(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().flat_map(after_commas)
}

/// A word that is longer than [`LONG_WORD`], broken after its commas; another one whole.
fn after_commas(word: &str) -> impl Iterator<Item = &str> {
    let is_long = display_width(word) > LONG_WORD;
    word.split_inclusive(move |letter| is_long && letter == ',')
}

/// Lines of whole words, as wide as that at most; only a word that is wider is a line of its own. A very long word is broken after
/// commas.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    hanging(text, width, "")
}

/// As [`wrapped`], with something before every line but the first. What stands between backticks, a command of ours, and a
/// number with its unit stay on one line where a line has room for them. A colour that is not over at the end of a line is taken
/// up again on the next one, so that it does not run into what stands beside.
pub(super) fn hanging(text: &str, width: usize, further: &str) -> Vec<String> {
    if display_width(text) <= width && !text.contains('\n') {
        return vec![text.to_owned()];
    }
    let mut open = String::new();
    let glued = glued(text, width.saturating_sub(display_width(further)));
    let lines = textwrap::wrap(&glued, options(width).subsequent_indent(further)).into_iter().map(|line| {
        let resumed = format!("{open}{}", unglued(&line));
        colour_at_the_end(&resumed).clone_into(&mut open);
        if open.is_empty() { resumed } else { format!("{resumed}{RESET}") }
    });
    lines.collect()
}

/// Lines that are already laid out, with those wrapped that are too wide; what is wrapped stands deeper than its beginning. Lines of
/// a shell's command stay as they are: a break between two of its words would make it another command, while the terminal's own
/// break is not copied.
pub(super) fn fitted(text: &str, columns: usize) -> String {
    let mut goes_on = false;
    let fit = |line: &str| {
        let plain = console::strip_ansi_codes(line);
        let is_command = goes_on || plain.trim_start().starts_with(PROMPT) || plain.ends_with(GOES_ON);
        goes_on = plain.ends_with(GOES_ON);
        if is_command || display_width(line) <= columns {
            return line.to_owned();
        }
        let words = line.trim_start();
        let indent = line.len() - words.len();
        let lines = hanging(words, columns.saturating_sub(indent), "  ");
        lines.iter().map(|line| format!("{}{line}", " ".repeat(indent))).collect::<Vec<_>>().join("\n")
    };
    text.split('\n').map(fit).collect::<Vec<_>>().join("\n")
}

/// A command over as many lines as it needs, each of which but the last ends with a backslash: a shell takes them as they are.
pub(super) fn shell(command: &str, width: usize) -> Vec<String> {
    if display_width(command) <= width {
        return vec![command.to_owned()];
    }
    let glued = glue::quoted(command);
    // A word that is broken anywhere is another command.
    let whole = options(width.saturating_sub(2)).word_separator(textwrap::WordSeparator::AsciiSpace);
    let lines = textwrap::wrap(&glued, whole.subsequent_indent("    "));
    let last = lines.len() - 1;
    let end = |at: usize| if at < last { GOES_ON } else { "" };
    lines.iter().enumerate().map(|(at, line)| format!("{}{}", unglued(line), end(at))).collect()
}

fn options<'o>(width: usize) -> textwrap::Options<'o> {
    // A hyphen is often part of an option or a name, and a break there would change it.
    textwrap::Options::new(width)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::Custom(words))
        .break_words(false)
}

/// Words between spaces, and the parts of very long ones.
fn words(line: &str) -> Box<dyn Iterator<Item = textwrap::core::Word<'_>> + '_> {
    let words = textwrap::WordSeparator::AsciiSpace.find_words(line);
    Box::new(words.flat_map(|word| {
        let mut parts: Vec<_> = after_commas(word.word).map(textwrap::core::Word::from).collect();
        match parts.last_mut() {
            Some(last) => last.whitespace = word.whitespace,
            // Spaces at the beginning of a line.
            None => parts.push(word),
        }
        parts
    }))
}

/// What ends every colour.
const RESET: &str = "\u{1b}[0m";

/// The escape code of the colour that a line ends with; empty for none.
fn colour_at_the_end(line: &str) -> &str {
    let Some(code) = line.rfind("\u{1b}[").map(|at| &line[at..]) else { return "" };
    let code = code.find('m').map_or("", |end| &code[..=end]);
    if code == RESET { "" } else { code }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// Columns that a test wants to see text in.
        pub(super) static ASKED: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// What is shown on a terminal of so many columns.
    pub(in crate::report) fn on<T>(columns: usize, show: impl FnOnce() -> T) -> T {
        ASKED.set(Some(columns));
        let shown = show();
        ASKED.set(None);
        shown
    }

    /// The parts of a line that it is never broken in.
    pub(in crate::report) fn parts(line: &str) -> Vec<String> {
        glue::quoted(line.trim()).split(' ').map(unglued).collect()
    }

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    #[test]
    fn what_stands_behind_a_word_keeps_its_column() {
        let text = headed("Look:", &"word ".repeat(40), PLAIN);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() > 1 && lines[0].starts_with("  Look: word"), "{text}");
        assert!(lines[1..].iter().all(|line| line.starts_with("        word")), "{text}");
        assert!(lines.iter().all(|line| line.len() <= WIDTH + 2), "{text}");
    }

    #[test]
    fn a_command_and_a_number_with_its_unit_are_not_parted() {
        assert_eq!(
            wrapped("Now type `docker buildx prune --all` here", 28),
            ["Now type", "`docker buildx prune --all`", "here"]
        );
        assert_eq!(wrapped("then cargo xtask lesson 12 --keep", 28), ["then", "cargo xtask lesson 12 --keep"]);
        assert_eq!(wrapped("it is now 30.5 MB large", 13), ["it is now", "30.5 MB large"]);
        // Where a line has no room for all of it, it is broken between words.
        assert_eq!(wrapped("`one two three`", 9), ["`one two", "three`"]);
        assert_eq!(wrapped("/a/path/that/is/longer is", 10), ["/a/path/that/is/longer", "is"]);
        let mount = "RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod go test";
        let broken = ["RUN --mount=type=cache,", "id=harbour-clock-go-modules,", "target=/go/pkg/mod go test"];
        assert_eq!(wrapped(mount, 32), broken);
        assert_eq!(
            wrapped("RUN --mount=type=cache,target=/x go test", 20),
            ["RUN", "--mount=type=cache,target=/x", "go test"]
        );
        assert_eq!(unmounted(&format!("{mount} ./...")), "RUN --mount=… go test ./...");
        assert_eq!(unmounted("RUN --mount=a=b   --mount=c  sh -c 'd  e'"), "RUN --mount=… sh -c 'd e'");
        assert_eq!(unmounted("COPY  a  b"), "COPY  a  b");
    }

    #[test]
    fn what_a_command_does_stands_below_it_where_both_do_not_fit() {
        let words = "cargo xtask check 1    gives you the exercise";
        assert_eq!(on(80, || next(words, PLAIN)), format!("  Next: {words}"));
        assert_eq!(on(50, || next(words, PLAIN)), "  Next: cargo xtask check 1\n        gives you the exercise");
    }

    #[test]
    fn lines_that_fit_stay_as_they_are() {
        assert_eq!(fitted("  a  b\n\n    one two three", 15), "  a  b\n\n    one two\n      three");
        let red = "\u{1b}[31mone two three\u{1b}[0m";
        assert_eq!(fitted(red, 8), "\u{1b}[31mone two\u{1b}[0m\n\u{1b}[31m  three\u{1b}[0m");
    }

    #[test]
    fn a_shell_takes_a_command_over_several_lines() {
        assert_eq!(shell("docker run --rm sh -c 'one two' x", 24), ["docker run --rm sh -c \\", "    'one two' x"]);
        assert_eq!(shell("docker ps", 24), ["docker ps"]);
        let quotes = r"docker exec it sh -c 'echo '\''a b'\'' c' d";
        assert_eq!(shell(quotes, 24), ["docker exec it sh -c \\", r"    'echo '\''a b'\'' c' \", "    d"]);
    }

    #[test]
    fn a_command_that_is_too_wide_stays_a_command() {
        let command =
            "  docker build \\\n    --build-context one=docker-image://two \\\n    apps/a/rather/long/folder of it";
        assert_eq!(fitted(command, 20), command);
        let asked = "    $ docker image inspect one two three";
        assert_eq!(fitted(asked, 20), asked);
        assert_eq!(fitted("said: one two three four", 20), "said: one two three\n  four");
    }

    #[test]
    fn a_cut_falls_between_words_where_that_keeps_most() {
        assert_eq!(cut("COPY --from=build /out/program /usr", 24), "COPY --from=build …");
        assert_eq!(cut("RUN /a/very/long/path/without/end", 12), "RUN /a/very…");
        assert_eq!(cut("short", 12), "short");
    }
}
