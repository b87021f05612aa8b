//! What a new image keeps of the present one, and how its last stage says so.

use super::Service;
use super::text::{Text, exec, is_plain, quoted};
use crate::audit::shapes::shape;
use crate::audit::stack::{Present, words};

/// The user of distroless images, as a number.
const USER: &str = "65532:65532";
/// Variables that tools of a build read, or that a base sets for itself.
const OF_BUILDS: [&str; 22] = [
    "PATH",
    "NODE_ENV",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHASHSEED",
    "VIRTUAL_ENV",
    "CGO_ENABLED",
    "GOOS",
    "GOARCH",
    "GO111MODULE",
    "GOFLAGS",
    "GOPROXY",
    "CARGO_HOME",
    "RUSTFLAGS",
    "RUSTUP_HOME",
    "DEBIAN_FRONTEND",
    "MAVEN_OPTS",
    "GRADLE_OPTS",
    "JAVA_HOME",
    "PNPM_HOME",
    "CI",
    "LD_LIBRARY_PATH",
];
/// Beginnings of names of the same kind.
const OF_TOOLS: [&str; 7] = ["PIP_", "POETRY_", "UV_", "NPM_CONFIG_", "npm_config_", "YARN_", "CARGO_"];
/// Parts of names whose values are nobody's business.
const SECRET: [&str; 7] = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY"];

/// What is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// The service's name.
    pub name: String,
    /// The folder it runs in.
    pub folder: String,
    /// Its values.
    pub environment: Vec<(String, String)>,
    /// Values that no image should hold, and that a container is given when it starts.
    pub withheld: Vec<(String, String)>,
    /// Its ports.
    pub ports: Vec<u16>,
    /// Folders that it writes to, besides those for temporary files.
    pub writes: Vec<String>,
    /// Mounts of secrets that the present build has, as `RUN` takes them.
    pub secrets: Vec<String>,
    labels: Vec<String>,
    stop_signal: Option<String>,
    health: Option<String>,
    /// Where it answers that it is well.
    asked: Option<(u16, String)>,
}

impl Kept {
    pub fn of(name: &str, present: &Present, service: &Service) -> Self {
        let tools = |name: &str| OF_BUILDS.contains(&name) || OF_TOOLS.iter().any(|start| name.starts_with(start));
        let is_secret = |name: &str| SECRET.iter().any(|part| name.to_ascii_uppercase().contains(part));
        let known = |(name, value): &&(String, String)| {
            words::is_name(name) && !tools(name) && !value.contains('$') && !value.chars().any(char::is_control)
        };
        let mut environment: Vec<(String, String)> = Vec::new();
        for (name, value) in present.environment.iter().filter(known) {
            environment.retain(|(other, _)| other != name);
            environment.push((name.clone(), value.clone()));
        }
        // An address with a password in it is one under any name.
        let (withheld, environment) = environment
            .into_iter()
            .partition(|(name, value)| (is_secret(name) && !value.is_empty()) || shape(value).is_some());
        let folder =
            present.folder.clone().filter(|folder| is_plain(folder) && folder.len() > 1 && !folder.contains(' '));
        let mut ports = present.ports.clone();
        ports.extend(service.port.filter(|port| !present.ports.contains(port)));
        let temporary = |path: &&String| {
            ["/tmp", "/var/tmp", "/run", "/dev", "/proc", "/sys"].iter().any(|top| is_below(path, top))
        };
        let mut writes: Vec<String> = present
            .volumes
            .iter()
            .chain(&service.writes)
            .filter(|path| !temporary(path) && is_plain(path))
            .cloned()
            .collect();
        writes.sort();
        writes.dedup();
        Self {
            name: name.to_owned(),
            folder: folder.unwrap_or_else(|| "/app".to_owned()),
            environment,
            withheld,
            ports,
            writes,
            labels: present
                .labels
                .iter()
                .filter(|label| {
                    !label.contains('$') && !label.contains("org.opencontainers.image.title") && shape(label).is_none()
                })
                .cloned()
                .collect(),
            secrets: secrets(present),
            stop_signal: present.stop_signal.clone().filter(|signal| !signal.contains('$')),
            health: present.health.clone(),
            asked: service.port.zip(service.health.clone()),
        }
    }

    /// The id of a cache mount.
    pub fn cache(&self, of: &str) -> String {
        format!("{}-{of}", self.name)
    }

    /// A `RUN` that downloads: with its caches, and with the secrets of the present build.
    pub fn run(&self, text: &mut Text, caches: &[(String, &str)], commands: &[String]) {
        let mount = |(id, folder): &(String, &str)| format!("--mount=type=cache,id={id},target={folder}");
        let mounts: Vec<String> = caches.iter().map(mount).chain(self.secrets.iter().cloned()).collect();
        text.run_with(&mounts, commands);
    }

    /// Where a container needs folders in memory, as `--tmpfs` takes them.
    pub fn tmpfs(&self) -> Vec<String> {
        let more = self.writes.iter().map(|path| format!("{path}:mode=1777"));
        std::iter::once("/tmp".to_owned()).chain(more).collect()
    }

    /// In the stage that builds: empty folders to write to.
    pub fn folders(&self, text: &mut Text) {
        if !self.writes.is_empty() {
            text.comment("Empty, to become folders that the service may write to.");
            text.line("RUN mkdir /writable");
        }
    }

    /// In the last stage, behind what it copies: who runs what, where, and how one asks whether it is well.
    pub fn finish(&self, text: &mut Text, more: &[(String, String)], build: &str, start: &[String], probe: &Probe) {
        for path in &self.writes {
            text.comment(&format!(
                "The service writes to {path}. What it writes is lost with the container, so mount a volume there."
            ));
            text.line(format!("COPY --from={build} --chown={USER} /writable {path}"));
        }
        let mut environment = self.environment.clone();
        environment.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        environment.extend(more.iter().cloned());
        if !self.withheld.is_empty() {
            let names: Vec<&str> = self.withheld.iter().map(|(name, _)| name.as_str()).collect();
            text.comment(&format!(
                "Not here any more: {}. Anybody with the image could read the value. Give it to the container: docker run --env.",
                names.join(", ")
            ));
        }
        if !environment.is_empty() {
            let lines: Vec<String> =
                environment.iter().map(|(name, value)| format!("{name}={}", quoted(value))).collect();
            text.line(format!("ENV {}", lines.join(" \\\n    ")));
        }
        text.comment("Declared as late as possible: a new revision makes no layer again.");
        text.line("ARG REVISION=unknown");
        text.line(format!(
            "LABEL org.opencontainers.image.title={} \\\n      org.opencontainers.image.revision=\"$REVISION\"",
            quoted(&self.name)
        ));
        for label in &self.labels {
            text.line(format!("LABEL {label}"));
        }
        text.comment("A number, because an orchestrator that must not run root cannot tell who a name is.");
        text.line(format!("USER {USER}"));
        for port in &self.ports {
            if *port < 1024 {
                text.comment(&format!("Docker lets any user open port {port}; other runtimes may not."));
            }
            text.line(format!("EXPOSE {port}"));
        }
        if let Some(signal) = &self.stop_signal {
            text.line(format!("STOPSIGNAL {signal}"));
        }
        self.check(text, probe);
        text.comment("Exec form: the service itself is PID 1 and gets SIGTERM, with no shell in between.");
        if start.first().is_some_and(|program| program.rsplit('/').next() == Some("node")) {
            text.comment(
                "Node as PID 1 ignores it unless the program handles it. Handle it, or start with docker run --init.",
            );
        }
        text.line(format!("ENTRYPOINT {}", exec(start)));
    }

    /// The health check, by what the image has to ask with.
    fn check(&self, text: &mut Text, probe: &Probe) {
        let said = self.health.as_deref().unwrap_or_default();
        let (flags, command) =
            said.split_once("CMD").map_or(("", ""), |(flags, command)| (flags.trim(), command.trim()));
        let flags = if flags.is_empty() { "--interval=30s --timeout=3s --start-period=5s" } else { flags };
        let own = words::exec(command).or_else(|| words::plain(command));
        let own = own.filter(|words| {
            probe.program.as_ref().is_some_and(|program| {
                let name = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
                words.first().is_some_and(|word| name(word) == name(program))
            })
        });
        if let (Some(words), Some(program)) = (own, &probe.program) {
            text.comment("The service asks itself, as before.");
            let words: Vec<String> = std::iter::once(program.clone()).chain(words.into_iter().skip(1)).collect();
            text.line(format!("HEALTHCHECK {flags} \\\n    CMD {}", exec(&words)));
            return;
        }
        match (&self.asked, &probe.asks) {
            (Some((port, path)), Some(asks)) => {
                text.comment("The interpreter asks, since the image has no curl. 127.0.0.1, because localhost may be ::1.");
                let words = asks(&format!("http://127.0.0.1:{port}{path}"));
                text.line(format!("HEALTHCHECK {flags} \\\n    CMD {}", exec(&words)));
            }
            (_, None) => text.comment(
                "No HEALTHCHECK: this image has no program that could ask. Teach the service a subcommand that asks itself, or let \
                 the orchestrator ask.",
            ),
            (None, Some(_)) => text.comment("No HEALTHCHECK: no path is known at which the service says that it is well."),
        }
    }
}

fn secrets(present: &Present) -> Vec<String> {
    let plain = |flag: &&String| flag.chars().all(|c| c.is_ascii_alphanumeric() || "-=,./_".contains(c));
    let mut secrets: Vec<String> = present.secrets.iter().filter(plain).cloned().collect();
    secrets.sort();
    secrets.dedup();
    secrets
}

/// What an image has to ask its service with.
#[derive(Default)]
pub(super) struct Probe {
    /// The program of the service itself, where it is one.
    pub program: Option<String>,
    /// What asks an address, where an interpreter can.
    pub asks: Option<fn(&str) -> Vec<String>>,
}

/// Whether a path is a folder or something in it.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
