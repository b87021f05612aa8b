//! What the present Dockerfile says: how the service is started, on which ports, with which values, and what is installed.

use crate::dockerfile::{Dockerfile, Instruction, Source};

use super::words;

/// The facts of a Dockerfile that a new one must keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Present {
    /// The image that the built stage stands on in the end.
    pub base: Option<String>,
    /// Images of all stages that take part, in the order of the file.
    pub images: Vec<String>,
    /// Whether one stage makes everything.
    pub single: bool,
    /// `ENTRYPOINT` and `CMD` as words; empty where there are none, or a shell has to read them.
    pub start: Vec<String>,
    /// The same as a line for a shell, where only a shell can read it.
    pub shell: Option<String>,
    /// Ports of `EXPOSE`, without UDP.
    pub ports: Vec<u16>,
    /// `ENV` of the stages that the image is built on, in order.
    pub environment: Vec<(String, String)>,
    /// The last `WORKDIR`.
    pub folder: Option<String>,
    /// The last `USER`.
    pub user: Option<String>,
    /// Names of Debian or Alpine packages that any stage installs.
    pub packages: Vec<String>,
    /// The commands of `RUN` in all stages, one an entry.
    pub commands: Vec<String>,
    /// What stands behind `HEALTHCHECK`.
    pub health: Option<String>,
    /// Paths of `VOLUME`.
    pub volumes: Vec<String>,
    /// `STOPSIGNAL`.
    pub stop_signal: Option<String>,
    /// What stands behind each `ARG` below a `FROM`.
    pub arguments: Vec<String>,
    /// The `--mount=type=secret` of any stage.
    pub secrets: Vec<String>,
    /// What stands behind `LABEL`.
    pub labels: Vec<String>,
}

impl Present {
    /// Reads a Dockerfile: the stages that its target needs.
    pub fn of(file: &Dockerfile) -> Self {
        let base = match file.stands_on() {
            Some(Source::Image(image)) => Some(image.clone()),
            _ => None,
        };
        let mut present = Self { base, single: file.reachable(None).len() == 1, ..Self::default() };
        let mut last = Start::default();
        for step in file.steps() {
            present.runtime(step.instruction, &mut last);
        }
        for index in file.reachable(None) {
            let stage = &file.stages[index];
            present.images.extend(stage.sources().filter_map(|source| match source {
                Source::Image(image) => Some(image.clone()),
                _ => None,
            }));
            for instruction in &stage.instructions {
                present.anywhere(instruction);
            }
        }
        present.packages.sort();
        present.packages.dedup();
        (present.start, present.shell) = last.read();
        present
    }

    /// Takes in what an instruction says about the image.
    fn runtime(&mut self, instruction: &Instruction, last: &mut Start) {
        let rest = rest(instruction);
        match instruction.keyword.as_str() {
            "ENV" => self.environment.extend(pairs(rest)),
            "WORKDIR" => self.folder = Some(joined(self.folder.as_deref(), rest)),
            "USER" => self.user = Some(rest.to_owned()),
            "EXPOSE" => self.ports.extend(ports(rest)),
            "HEALTHCHECK" => self.health = (rest != "NONE").then(|| rest.to_owned()),
            "STOPSIGNAL" => self.stop_signal = Some(rest.to_owned()),
            "LABEL" => self.labels.push(rest.to_owned()),
            "VOLUME" => {
                let paths = words::exec(rest).unwrap_or_else(|| rest.split_whitespace().map(str::to_owned).collect());
                self.volumes.extend(paths);
            }
            // A new ENTRYPOINT drops the CMD of the base, and only of the base.
            "ENTRYPOINT" => last.entrypoint = Some(rest.to_owned()),
            "CMD" => last.cmd = Some(rest.to_owned()),
            _ => {}
        }
    }

    /// Takes in what an instruction of any stage says about the build.
    fn anywhere(&mut self, instruction: &Instruction) {
        let rest = rest(instruction);
        match instruction.keyword.as_str() {
            "RUN" => {
                let flags = rest.split_whitespace().take_while(|word| word.starts_with("--"));
                self.secrets.extend(flags.filter(|flag| flag.contains("type=secret")).map(str::to_owned));
                let command = without_flags(rest);
                let command = words::exec(command).map_or_else(|| command.to_owned(), |words| words.join(" "));
                for command in words::commands(&command) {
                    self.packages.extend(installed(&command));
                    self.commands.push(command);
                }
            }
            "ARG" => self.arguments.push(rest.to_owned()),
            _ => {}
        }
    }

    /// The first command with this word at its beginning, or behind `npx`, `python -m` and the like.
    pub fn command(&self, begins: &str) -> Option<&str> {
        let is =
            |command: &&String| command.starts_with(begins) && command[begins.len()..].starts_with([' ', '=', '\0']);
        self.commands.iter().find(|command| is(command) || command.as_str() == begins).map(String::as_str)
    }
}

/// `ENTRYPOINT` and `CMD` as they are written.
#[derive(Default)]
struct Start {
    entrypoint: Option<String>,
    cmd: Option<String>,
}

impl Start {
    /// The words that are started, or the line that a shell has to read.
    fn read(self) -> (Vec<String>, Option<String>) {
        let read = |rest: &str| match words::exec(rest) {
            Some(words) => Ok(unwrapped(words)?),
            None => words::plain(rest).ok_or_else(|| rest.to_owned()),
        };
        let shell_entry = self.entrypoint.as_deref().is_some_and(|rest| words::exec(rest).is_none());
        // The engine gives no CMD to an ENTRYPOINT in shell form.
        let parts = [self.entrypoint, self.cmd.filter(|_| !shell_entry)];
        let mut all = Vec::new();
        for part in parts.into_iter().flatten() {
            match read(&part) {
                Ok(words) => all.extend(words),
                Err(line) => return (Vec::new(), Some(line)),
            }
        }
        (all, None)
    }
}

/// `["sh", "-c", "node x.js"]` is the shell form by another name.
fn unwrapped(words: Vec<String>) -> Result<Vec<String>, String> {
    match words.as_slice() {
        [shell, c, line] if c == "-c" && ["sh", "/bin/sh", "bash", "/bin/bash"].contains(&shell.as_str()) => {
            words::plain(line).ok_or_else(|| line.clone())
        }
        _ => Ok(words),
    }
}

/// What stands behind the keyword.
fn rest(instruction: &Instruction) -> &str {
    instruction.joined.trim().split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim())
}

fn without_flags(rest: &str) -> &str {
    let mut rest = rest.trim_start();
    while rest.starts_with("--") {
        rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
    }
    rest
}

fn joined(folder: Option<&str>, next: &str) -> String {
    let next = next.trim_matches('"');
    match folder {
        Some(folder) if !next.starts_with('/') => format!("{}/{next}", folder.trim_end_matches('/')),
        _ if next.starts_with(['/', '$']) => next.to_owned(),
        _ => format!("/{next}"),
    }
}

fn ports(rest: &str) -> impl Iterator<Item = u16> {
    rest.split_whitespace().filter_map(|word| match word.split_once('/') {
        Some((port, "tcp")) => port.parse().ok(),
        Some(_) => None,
        None => word.parse().ok(),
    })
}

/// `A=1 B="x y"`, or the old form `A the rest`.
fn pairs(rest: &str) -> Vec<(String, String)> {
    let first = rest.split_whitespace().next().unwrap_or_default();
    if !first.contains('=') {
        return rest
            .split_once(char::is_whitespace)
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .into_iter()
            .collect();
    }
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => word.extend(chars.next()),
            '"' | '\'' if quote.is_none() => quote = Some(c),
            c if quote == Some(c) => quote = None,
            c if c.is_whitespace() && quote.is_none() => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words
        .iter()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The names of packages that a command of apt or apk installs.
fn installed(command: &str) -> Vec<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let verb = match words.as_slice() {
        ["sudo", rest @ ..] => rest,
        all => all,
    };
    let rest: &[&str] = match verb {
        ["apt-get" | "apt" | "apk", rest @ ..] => rest,
        _ => return Vec::new(),
    };
    let Some(at) = rest.iter().position(|word| ["install", "add"].contains(word)) else { return Vec::new() };
    let mut names = Vec::new();
    let mut words = rest[at + 1..].iter();
    while let Some(word) = words.next() {
        match *word {
            // Options of apk and apt with a value of their own behind them.
            "--virtual" | "-t" | "--target-release" | "--repository" | "-X" | "-o" => drop(words.next()),
            word if word.starts_with('-') || word.starts_with('.') => {}
            word => {
                let name = word.split(['=', '~', '<', '>', '/']).next().unwrap_or_default();
                if name.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) && !name.is_empty() {
                    names.push(name.to_owned());
                }
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::parse;

    fn present(text: &str) -> Present {
        Present::of(&parse(text, "Dockerfile").unwrap())
    }

    #[test]
    fn what_the_image_is_comes_from_the_stages_it_is_built_on() {
        let present = present(
            "FROM node:24 AS build\nENV STAGE=build\nRUN apt-get update && apt-get install -y --no-install-recommends git libpq-dev=1.2 \\\n && npm ci\n\
             FROM debian AS base\nENV A=1 B=\"x y\"\nWORKDIR /srv\n\
             FROM base\nENV OLD the value\nWORKDIR app\nARG REV=1\nEXPOSE 8080 9/udp 53/tcp $PORT\nUSER 1000\nVOLUME [\"/data\"]\n\
             COPY --from=build /x /x\nHEALTHCHECK CMD curl -f localhost\nSTOPSIGNAL SIGQUIT\nENTRYPOINT [\"node\"]\nCMD [\"a.js\"]",
        );
        assert_eq!(present.base.as_deref(), Some("debian"));
        assert_eq!(present.images, ["node:24", "debian"]);
        let pairs: Vec<_> = present.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(pairs, ["A=1", "B=x y", "OLD=the value"]);
        assert_eq!((present.folder.as_deref(), present.ports.as_slice()), (Some("/srv/app"), [8080, 53].as_slice()));
        assert_eq!(
            (present.packages, present.start),
            (vec!["git".into(), "libpq-dev".into()], vec!["node".into(), "a.js".into()])
        );
        assert_eq!(present.commands.last().map(String::as_str), Some("npm ci"));
        assert!(present.health.is_some() && !present.single && present.volumes == ["/data"]);
        assert_eq!((present.user.as_deref(), present.stop_signal.as_deref()), (Some("1000"), Some("SIGQUIT")));
    }

    #[test]
    fn a_start_is_words_or_a_line_for_a_shell() {
        for (end, start, shell) in [
            ("CMD npm start", vec!["npm", "start"], None),
            ("CMD [\"sh\", \"-c\", \"exec node a.js\"]", vec!["node", "a.js"], None),
            ("CMD migrate && serve", vec![], Some("migrate && serve")),
            ("ENTRYPOINT serve --now\nCMD [\"ignored\"]", vec!["serve", "--now"], None),
            ("CMD [\"sh\", \"-c\", \"x $PORT\"]", vec![], Some("x $PORT")),
            ("CMD [\"first\"]\nCMD [\"second\"]", vec!["second"], None),
            ("RUN x", vec![], None),
        ] {
            let present = present(&format!("FROM a\n{end}\n"));
            assert_eq!(
                (present.start, present.shell.as_deref()),
                (start.into_iter().map(str::to_owned).collect(), shell),
                "{end}"
            );
        }
    }

    #[test]
    fn packages_are_told_from_options() {
        for (command, names) in [
            ("apk add --no-cache --virtual .deps gcc musl-dev", vec!["gcc", "musl-dev"]),
            ("apt-get install -y -t trixie-backports curl", vec!["curl"]),
            ("apt-get update", vec![]),
            ("pip install flask", vec![]),
            ("apt-get install -y $PACKAGES", vec![]),
        ] {
            assert_eq!(installed(command), names, "{command}");
        }
    }
}
