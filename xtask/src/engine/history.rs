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
    // `RUN |2 A=1 B=2 /bin/sh -c …` where build arguments were in scope.
    let run = line.split_once("/bin/sh -c ").filter(|(before, _)| {
        let before = before.trim_end();
        before.is_empty() || before == "RUN" || before.starts_with("RUN |")
    });
    let words = run.map_or_else(|| line.to_owned(), |(_, command)| format!("RUN {command}"));
    crate::names::printable(&words.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_shown_as_they_were_written() {
        assert_eq!(words("RUN /bin/sh -c go build  -o /app . # buildkit"), "RUN go build -o /app .");
        assert_eq!(words("/bin/sh -c #(nop)  CMD [\"bash\"]"), "CMD [\"bash\"]");
        assert_eq!(words("RUN |1 A=1 /bin/sh -c make"), "RUN make");
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
        assert!(["ENV A=1", "/bin/sh -c #(nop)  CMD [\"x\"]", "ARG A"].map(makes) == [false; 3]);
    }
}
