//! Words that belong on one line: held together by a space that no line is broken at.

use textwrap::core::display_width;

/// A space at which nothing is broken.
const HOLDS: char = '\u{a0}';
/// How the commands of this program begin.
const OURS: [&str; 2] = ["cargo", "xtask"];
/// Units that are written behind a number, and the sign behind a factor.
const UNITS: [&str; 12] = ["B", "kB", "MB", "GB", "TB", "ms", "s", "min", "h", "%", "×", "Mbit/s"];

/// Running text in which what is code, our own commands, and numbers with their units are held together, unless they are wider
/// than a line.
pub(super) fn glued(text: &str, width: usize) -> String {
    let mut glued = String::with_capacity(text.len());
    let mut spans = text.split('`').peekable();
    let mut code = false;
    while let Some(span) = spans.next() {
        // A backtick without its partner opens nothing.
        let is_code = code && spans.peek().is_some();
        if is_code && !span.contains('\n') && display_width(span) + 2 <= width {
            glued.push_str(&held(span));
        } else {
            glued.push_str(&words(span, width));
        }
        if spans.peek().is_some() {
            glued.push('`');
        }
        code = !code;
    }
    glued
}

/// The text as it was.
pub(super) fn unglued(text: &str) -> String {
    text.replace(HOLDS, " ")
}

/// A command in which what is quoted is held together, as a shell reads it: behind a backslash, outside single quotes, a quote is
/// a letter like any other.
pub(super) fn quoted(command: &str) -> String {
    let mut quote: Option<char> = None;
    let mut escaped = false;
    let hold = |letter: char| {
        let is_plain = escaped;
        escaped = letter == '\\' && quote != Some('\'') && !is_plain;
        match quote {
            _ if is_plain => {}
            Some(open) if letter == open => quote = None,
            None if letter == '\'' || letter == '"' => quote = Some(letter),
            _ => {}
        }
        if letter == ' ' && quote.is_some() { HOLDS } else { letter }
    };
    command.chars().map(hold).collect()
}

fn held(text: &str) -> String {
    text.replace(' ', &HOLDS.to_string())
}

fn words(text: &str, width: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    // How many words the command has so far that the last ones belong to.
    let mut command = 0;
    for word in text.split(' ') {
        let plain = console::strip_ansi_codes(word);
        let bare = plain.trim_end_matches([',', '.', ';', ':', ')', '*']);
        let last = words.last().map_or("", String::as_str);
        let goes_on = match command {
            0 => false,
            1 => bare == OURS[1],
            // The name of the command; then numbers and options.
            2 => !plain.is_empty(),
            _ => plain.starts_with('-') || bare.parse::<u32>().is_ok(),
        };
        let counts =
            UNITS.contains(&bare) && console::strip_ansi_codes(last).ends_with(|end: char| end.is_ascii_digit());
        if (goes_on || counts) && display_width(last) + 1 + display_width(word) <= width {
            command = if goes_on { command + 1 } else { 0 };
            if let Some(last) = words.last_mut() {
                last.push(HOLDS);
                last.push_str(word);
            }
        } else {
            command = usize::from(bare == OURS[0]);
            words.push(word.to_owned());
        }
        if bare != plain {
            // What ends a sentence ends a command.
            command = 0;
        }
    }
    words.join(" ")
}
