//! `docker`: a docker command that only looks, and what it prints.

use super::Bench;
use crate::engine;
use crate::error::Result;
use crate::model::{AppId, DockerStep, Setup, Shown, VariantId};
use crate::names::printable;
use crate::plan::Image;
use crate::process::Command;

/// Entries of a tar that are listed at most.
const ENTRIES: usize = 100_000;

/// An argument as it is shown: `{image:split}` and `{container:split}` as `split`.
fn shown_as(argument: &str) -> String {
    let mut text = argument.to_owned();
    for opening in ["{image:", "{container:"] {
        while let Some((before, after)) = text.split_once(opening)
            && let Some((variant, rest)) = after.split_once('}')
        {
            text = format!("{before}{variant}{rest}");
        }
    }
    text
}

impl Bench<'_> {
    pub(super) fn docker(&self, step: &DockerStep, app: &AppId) -> Result<Shown> {
        let mut started = Vec::new();
        let mut shown = Vec::new();
        let mut arguments = Vec::new();
        for argument in &step.run {
            arguments.push(self.filled(argument, app, &mut started)?);
            shown.push(shown_as(argument));
        }
        let command = engine::docker(arguments);
        let said = if step.tar { self.listed(&command) } else { self.said(&command) };
        for id in started {
            self.remove(&id);
        }
        let said = said?;
        let all: Vec<String> = said.lines().map(|line| printable(line).trim_end().to_owned()).collect();
        Ok(Shown::Docker {
            command: engine::docker(shown).display(),
            of: all.len(),
            lines: all.iter().take(step.lines).cloned().collect(),
            as_told: step.contains.as_ref().is_none_or(|text| said.contains(text.as_str())),
        })
    }

    fn said(&self, command: &Command) -> Result<String> {
        let output = self.engine.ask(command)?;
        Ok(format!("{}{}", output.stdout, output.stderr))
    }

    /// The names of what is in the tar that a command prints.
    fn listed(&self, command: &Command) -> Result<String> {
        self.engine.announce(command);
        let (names, _) = command.stream(|stream| {
            let mut archive = tar::Archive::new(stream);
            let entries = archive.entries().into_iter().flatten().take(ENTRIES).flatten();
            entries.map(|entry| String::from_utf8_lossy(&entry.path_bytes()).into_owned()).collect::<Vec<_>>()
        })?;
        Ok(names.join("\n"))
    }

    /// An argument with `{image:VARIANT}` and `{container:VARIANT}` put in. A container is started, and noted, where one is asked for.
    fn filled(&self, argument: &str, app: &AppId, started: &mut Vec<String>) -> Result<String> {
        let mut text = String::new();
        let mut rest = argument;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let found = after.split_once('}').and_then(|(inside, after)| {
                let (kind, variant) = inside.split_once(':')?;
                Some((kind, self.one(variant, app)?, after))
            });
            match found {
                Some(("image", image, after)) => {
                    text.push_str(&image.name.tag());
                    rest = after;
                }
                Some(("container", image, after)) => {
                    let up = self.own(image, &Setup::default())?;
                    text.push_str(&up.id);
                    started.push(up.id);
                    rest = after;
                }
                // A brace of the command's own, such as a format's.
                _ => {
                    text.push('{');
                    rest = after;
                }
            }
        }
        Ok(text + rest)
    }

    fn one(&self, variant: &str, app: &AppId) -> Option<&Image> {
        let variant = VariantId::try_from(variant.to_owned()).ok()?;
        self.named(&[variant], app).first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::shown_as;

    #[test]
    fn only_our_own_placeholders_lose_their_braces() {
        assert_eq!(shown_as("{image:split}"), "split");
        assert_eq!(shown_as("container:{container:tiny}"), "container:tiny");
        assert_eq!(shown_as("{{json .Config}}"), "{{json .Config}}");
    }
}
