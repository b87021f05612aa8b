//! What an image's history says: the instructions it was made with, and which of them may have made a layer.

use serde::Deserialize;

use super::{Engine, docker};
use crate::error::Result;

/// Instructions that only change the config. All others may make a layer.
const ONLY_CONFIG: [&str; 13] = [
    "ARG",
    "CMD",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    #[serde(default)]
    created_by: String,
}

/// One entry of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What the builder wrote down.
    pub created_by: String,
    /// Whether it made a layer.
    pub makes_layer: bool,
}

impl Entry {
    /// An entry of which only the words are known: the engine's own list does not say which made a layer.
    pub fn guess(created_by: String) -> Self {
        let said = words(&created_by);
        // Every file system has a root: BuildKit makes a layer for any other folder (`dispatchWorkdir` in moby/buildkit).
        if said == "WORKDIR /" {
            return Self { created_by, makes_layer: false };
        }
        let config = ONLY_CONFIG.iter().any(|word| said.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')));
        Self { created_by, makes_layer: !config }
    }
}

impl Engine<'_> {
    /// An image's history, oldest first.
    ///
    /// Errors: the engine does not answer, or does not know the image.
    pub fn history(&self, image: &str) -> Result<Vec<Entry>> {
        let command = docker(["image", "history", "--no-trunc", "--format", "{{json .}}", image]);
        let printed = self.tell(&command)?;
        let lines = printed.lines().rev().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        Ok(lines.map(|line| Entry::guess(line.created_by)).collect())
    }
}

impl Engine<'_> {
    /// All names of all images.
    ///
    /// Errors: the engine does not answer.
    pub fn tags(&self) -> Result<Vec<String>> {
        let list = docker(["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
        Ok(self.tell(&list)?.lines().filter(|tag| !tag.contains('<')).map(str::to_owned).collect())
    }
}

/// An instruction as its author wrote it: without the shell the builder put before it and its own remark behind.
pub fn words(created_by: &str) -> String {
    let line = created_by.trim().trim_end_matches("# buildkit").trim();
    let line = line.strip_prefix("/bin/sh -c #(nop) ").map_or(line, str::trim);
    let run = line.strip_prefix("RUN ").or(line.starts_with("/bin/sh -c ").then_some(line));
    let words = run.and_then(behind_shell).map_or_else(|| line.to_owned(), |command| format!("RUN {command}"));
    crate::names::printable(&words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What a shell is given to run in `|2 A=1 B=2 /bin/bash -o pipefail -c …`, where build arguments stand before it; `None` where
/// no shell is named.
fn behind_shell(run: &str) -> Option<&str> {
    /// Shells that images have and `SHELL` names.
    const SHELLS: [&str; 9] = ["sh", "bash", "ash", "dash", "ksh", "zsh", "cmd", "powershell", "pwsh"];
    let is_shell = |word: &str| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word).to_ascii_lowercase();
        SHELLS.contains(&name.trim_end_matches(".exe"))
    };
    // A shell's options end in the one that says that a command follows: `-c`, `-euxc`, `/S /C`, `-Command`.
    let is_last = |word: &str| {
        let word = word.to_ascii_lowercase();
        word == "/c" || word == "-command" || (word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))
    };
    let has_arguments = run.starts_with('|');
    let mut rest = run;
    let mut found = false;
    loop {
        let (word, behind) = rest.split_once(' ')?;
        match found {
            false if is_shell(word) => found = true,
            false if !has_arguments => return None,
            true if is_last(word) => return Some(behind),
            // An option, or the value of one.
            true if !is_option(word) && !is_option(behind) => return None,
            _ => {}
        }
        rest = behind;
    }
}

/// Whether a text begins with an option of a shell; those of Windows have one letter.
fn is_option(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    word.starts_with(['-', '+']) || (word.starts_with('/') && word.len() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_shown_as_they_were_written() {
        assert_eq!(words("RUN /bin/sh -c go build  -o /app . # buildkit"), "RUN go build -o /app .");
        assert_eq!(words("/bin/sh -c #(nop)  CMD [\"bash\"]"), "CMD [\"bash\"]");
        assert_eq!(words("RUN |1 A=1 /bin/sh -c make"), "RUN make");
        assert_eq!(words("RUN /bin/bash -o pipefail -c make | tee log # buildkit"), "RUN make | tee log");
        assert_eq!(words("RUN |2 A=x y B= /bin/bash -eux -o pipefail -c make"), "RUN make");
        assert_eq!(words("RUN bash -euxc make -c"), "RUN make -c");
        assert_eq!(words("RUN cmd /S /C dir"), "RUN dir");
        assert_eq!(words("RUN make -c # buildkit"), "RUN make -c");
        assert_eq!(words("RUN /bin/bash /script x -c y"), "RUN /bin/bash /script x -c y");
        assert_eq!(words("COPY . . # buildkit"), "COPY . .");
        assert_eq!(words("RUN /bin/sh -c printf '\u{1b}[31m'"), "RUN printf '[31m'");
    }

    #[test]
    fn what_only_changes_the_config_makes_no_layer() {
        let makes = |line: &str| Entry::guess(line.to_owned()).makes_layer;
        assert!(
            ["ADD rootfs.tar / # buildkit", "WORKDIR /app", "RUN /bin/sh -c make", "# debian.sh"].map(makes)
                == [true; 4]
        );
        assert!(["ENV A=1", "/bin/sh -c #(nop)  CMD [\"x\"]", "ARG A", "WORKDIR /"].map(makes) == [false; 4]);
    }
}
