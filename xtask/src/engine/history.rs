//! Which instruction made which layer, as far as an image's history tells.

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

impl Engine<'_> {
    /// The instructions of an image's history, oldest first.
    ///
    /// Errors: the engine does not answer, or does not know the image.
    pub fn history(&self, image: &str) -> Result<Vec<String>> {
        let command = docker(["image", "history", "--no-trunc", "--format", "{{json .}}", image]);
        let printed = self.tell(&command)?;
        let lines = printed.lines().rev().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        Ok(lines.map(|line| line.created_by).collect())
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

/// The instruction of each layer. The engine does not say which instructions made one; where those that may have are not
/// as many as the layers, nothing is said rather than something wrong.
pub fn of_layers(history: &[String], layers: usize) -> Vec<Option<String>> {
    let makes_layer = |line: &&String| !ONLY_CONFIG.iter().any(|word| words(line).starts_with(&format!("{word} ")));
    let makers: Vec<_> = history.iter().filter(makes_layer).collect();
    if makers.len() == layers { makers.into_iter().map(|line| Some(words(line))).collect() } else { vec![None; layers] }
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

    fn history(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn instructions_are_shown_as_they_were_written() {
        assert_eq!(words("RUN /bin/sh -c go build  -o /app . # buildkit"), "RUN go build -o /app .");
        assert_eq!(words("/bin/sh -c #(nop)  CMD [\"bash\"]"), "CMD [\"bash\"]");
        assert_eq!(words("RUN |1 A=1 /bin/sh -c make"), "RUN make");
        assert_eq!(words("COPY . . # buildkit"), "COPY . .");
        assert_eq!(words("RUN /bin/sh -c printf '\u{1b}[31m'"), "RUN printf '[31m'");
    }

    #[test]
    fn layers_and_instructions_are_paired_or_nothing_is_said() {
        let lines =
            history(&["ADD rootfs.tar / # buildkit", "ENV A=1", "WORKDIR /app", "RUN /bin/sh -c make", "CMD [\"x\"]"]);
        let paired: Vec<_> = of_layers(&lines, 3).into_iter().flatten().collect();
        assert_eq!(paired, ["ADD rootfs.tar /", "WORKDIR /app", "RUN make"]);
        assert_eq!(of_layers(&lines, 2), [None, None]);
    }
}
