//! A Dockerfile as it is written, line by line, with a comment beside every decision.

/// Widest line of a comment.
const WIDTH: usize = 120;

/// A text that grows.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// A comment, broken between words.
    pub fn comment(&mut self, words: &str) {
        let options = textwrap::Options::new(WIDTH).initial_indent("# ").subsequent_indent("# ").break_words(false);
        self.0.push_str(&textwrap::fill(words, options));
        self.0.push('\n');
    }

    /// An instruction.
    pub fn line(&mut self, line: impl AsRef<str>) {
        self.0.push_str(line.as_ref());
        self.0.push('\n');
    }

    /// The beginning of a stage: an empty line, what it is for, its `FROM`.
    pub fn stage(&mut self, purpose: &str, from: &str, name: Option<&str>) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.comment(purpose);
        self.line(match name {
            Some(name) => format!("FROM {from} AS {name}"),
            None => format!("FROM {from}"),
        });
    }

    /// A `RUN` with these mounts.
    pub fn run_with(&mut self, mounts: &[String], commands: &[String]) {
        let commands = commands.join(" \\\n && ");
        let mut parts: Vec<String> = mounts.to_vec();
        parts.push(commands);
        self.line(format!("RUN {}", parts.join(" \\\n    ")));
    }

    /// `COPY` of files and folders of the context to the same places.
    pub fn copy(&mut self, files: &[String], folders: &[String]) {
        let (top, below): (Vec<&String>, Vec<&String>) = files.iter().partition(|file| !file.contains('/'));
        if !top.is_empty() {
            let words: Vec<String> = top.iter().map(|file| word(file)).collect();
            self.line(format!("COPY {} ./", words.join(" ")));
        }
        for file in below {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            self.line(format!("COPY {} {}/", word(file), word(folder)));
        }
        for folder in folders {
            self.line(format!("COPY {0} {0}", word(folder)));
        }
    }

    /// The installation of Debian packages.
    pub fn apt(&mut self, packages: &[String]) {
        self.line(format!(
            "RUN apt-get update \\\n && apt-get install --yes --no-install-recommends {} \\\n && rm -rf /var/lib/apt/lists/*",
            packages.join(" ")
        ));
    }

    /// The whole.
    pub fn end(self) -> String {
        self.0
    }
}

/// A list of words in exec form.
pub(super) fn exec(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| serde_json::to_string(word).unwrap_or_default()).collect();
    format!("[{}]", words.join(", "))
}

/// A value in double quotes, as `ENV` and `LABEL` read it.
pub(super) fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@,+%".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$"))
}

/// Whether a path can stand in a Dockerfile: nothing of it is read as more than a letter.
pub(super) fn is_plain(path: &str) -> bool {
    !path.is_empty() && path.chars().all(|c| c.is_alphanumeric() || "._-/@+ ".contains(c)) && !path.starts_with('-')
}

/// A path as a word of `COPY`.
fn word(path: &str) -> String {
    if path.contains(' ') { format!("\"{path}\"") } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_read_as_more_is_quoted_or_left_out() {
        assert_eq!(
            (quoted("a b$c\""), quoted("x:1"), quoted("")),
            ("\"a b\\$c\\\"\"".into(), "x:1".into(), "\"\"".into())
        );
        assert!(is_plain("src/a b") && !is_plain("a\nRUN x") && !is_plain("$HOME") && !is_plain("--from=x"));
        assert_eq!(exec(&["a".into(), "b \"c\"".into()]), r#"["a", "b \"c\""]"#);
    }

    #[test]
    fn comments_are_broken_and_mounts_are_lines() {
        let mut text = Text::default();
        text.stage(&"word ".repeat(30), "a", Some("b"));
        text.run_with(&["--mount=type=cache,id=x,target=/y".into()], &["one".into(), "two".into()]);
        text.copy(&["a b".into(), "p/q.json".into()], &["src".into()]);
        let text = text.end();
        assert!(text.lines().all(|line| line.len() <= WIDTH) && text.lines().nth(1).unwrap().starts_with("# word"));
        assert!(text.ends_with("FROM a AS b\nRUN --mount=type=cache,id=x,target=/y \\\n    one \\\n && two\nCOPY \"a b\" ./\nCOPY p/q.json p/\nCOPY src src\n"));
    }
}
