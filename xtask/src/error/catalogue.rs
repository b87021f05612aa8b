//! The table of all failures: id, exit code and explanation.

use super::Exit;

macro_rules! catalogue {
    ($($(#[doc = $doc:literal])+ $variant:ident = $id:literal, $exit:ident;)+) => {
        /// A failure with a stable name. Its documentation is what `cargo xtask explain ID` prints.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorId {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl ErrorId {
            /// Every failure there is, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name, as printed in brackets behind an error.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// The exit code the program ends with.
            pub fn exit(self) -> Exit {
                match self { $(Self::$variant => Exit::$exit,)+ }
            }

            /// What this failure means and what can be done about it, a few sentences.
            pub fn explanation(self) -> String {
                let text: &[&str] = match self { $(Self::$variant => &[$($doc,)+],)+ };
                text.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")
            }
        }
    };
}

catalogue! {
    /// The command line names a lesson that does not exist.
    /// `cargo xtask lesson` lists the lessons; a number, an id or a unique part of an id names one.
    UnknownLesson = "unknown-lesson", Usage;
    /// The command line names an app that does not exist. Every folder under apps/ is an app.
    UnknownApp = "unknown-app", Usage;
    /// The command line names a variant that this app or lesson does not have. A variant is one Dockerfile of an app.
    UnknownVariant = "unknown-variant", Usage;
    /// A Dockerfile or the command line names a base that no recipe makes. `cargo xtask bases list` shows which there are;
    /// where a registry answers, `--bases registry` pulls any.
    UnknownBase = "unknown-base", Usage;
    /// The command line names an image that the engine does not have, and a file that does not exist.
    UnknownImage = "unknown-image", Usage;
    /// The lesson has no exercise, or not for this app. `cargo xtask progress` shows which lessons have one.
    NoExercise = "no-exercise", Usage;
    /// There is something already where a new lesson, exercise, app or variant would be. Nothing was overwritten.
    AlreadyThere = "already-there", Usage;
    /// There is no failure of that name to explain.
    UnknownErrorId = "unknown-error-id", Usage;
    /// Options that contradict each other, or a value that is out of range.
    Usage = "usage", Usage;
    /// A manifest (app.toml, lesson.toml, contract.toml, bases.toml) is not valid.
    /// The message points at the line and column, and names the nearest key that would be.
    Manifest = "manifest", Usage;
    /// A change that an app or a lesson describes names a text that its file does not have, or has more than once.
    /// The file was edited and the description was not. Each `find` must stand in its file exactly once.
    StaleEdit = "stale-edit", Usage;
    /// A folder cannot be copied as a build context: it holds a link that leads out of it, or something that is neither file
    /// nor folder.
    Context = "context", Usage;
    /// A Dockerfile could not be read as one. The message points at the line.
    Dockerfile = "dockerfile", Usage;
    /// An archive, or the stream of an image, is truncated, damaged, or not an image at all.
    /// Lengths and digests in it are checked while it is read; the message names the first that does not hold.
    Archive = "archive", Usage;
    /// The command was started outside the Drydock repository, or a part of the repository is missing.
    NotAWorkshop = "not-a-workshop", Usage;

    /// There is no `docker` command on this machine.
    /// On Debian and Ubuntu `--setup` installs engine and command; elsewhere Docker Desktop, OrbStack, Colima or
    /// Rancher Desktop bring both.
    DockerCommandMissing = "docker-command-missing", Environment;
    /// The `docker` command is older than what the engine still talks to.
    DockerCommandTooOld = "docker-command-too-old", Environment;
    /// Nothing answered at the address where the Docker engine should be.
    /// Either no engine is installed, or it is not running, or the client looks in the wrong place: the environment
    /// variable `DOCKER_HOST` or the active docker context decides that, and the message names it.
    EngineAbsent = "engine-absent", Environment;
    /// The engine's socket exists, but this user may not open it.
    /// On Linux the members of the group `docker` may. That group is as powerful as root on this machine: join it with
    /// that in mind, or use rootless Docker. Widening the socket's permissions for everyone is never the answer.
    EngineDenied = "engine-denied", Environment;
    /// `DOCKER_HOST` or the active docker context does not name a usable address.
    EngineAddress = "engine-address", Environment;
    /// The engine accepted the connection and then did not answer within the time allowed.
    /// It may be starting, out of memory, or stuck: its own log tells.
    EngineSilent = "engine-silent", Environment;
    /// The engine is older than what the lessons need (API 1.43, Docker 24).
    EngineTooOld = "engine-too-old", Environment;
    /// The engine runs, but could not build an image and start a container from it.
    EngineBroken = "engine-broken", Environment;
    /// The buildx plugin is missing. It is a separate package in some distributions (docker-buildx, docker-buildx-plugin).
    BuildxMissing = "buildx-missing", Environment;
    /// The buildx plugin is there but does not run, or answers something that is not a version.
    BuildxBroken = "buildx-broken", Environment;
    /// The buildx plugin is older than 0.13, the first whose `--progress=rawjson` can be read.
    BuildxTooOld = "buildx-too-old", Environment;
    /// The engine could not send an image, stopped while it was sending, or sent something that is not an image.
    ImageStream = "image-stream", Environment;
    /// How many bytes a node fetches could not be measured: the engine did not push to this machine's loopback address.
    /// An engine on another machine, or in a virtual one, cannot reach it.
    PullUnknown = "pull-unknown", Environment;
    /// An engine of our own, which has nothing yet and shows what a new node waits for, cannot be started on this machine.
    /// It needs Linux, root, and the programs nsenter, unshare and dockerd.
    NoEmptyEngine = "no-empty-engine", Environment;
    /// There is not enough free space where the engine keeps its images, or none at all is left.
    DiskFull = "disk-full", Environment;
    /// A tool that this step needs is not installed.
    ToolMissing = "tool-missing", Environment;
    /// A program that Drydock started, such as git or apt, did not finish within the time allowed. The message names the program.
    /// It may wait for the network, for a lock that another program holds, or for a question nobody answers.
    ToolSilent = "tool-silent", Environment;
    /// `--setup` does not know how to install an engine on this system.
    SetupUnsupported = "setup-unsupported", Environment;
    /// A step of `--setup` failed. The log it names has the rest.
    SetupFailed = "setup-failed", Environment;
    /// Local bases were loaded from a file, but today's recipes would make others.
    /// The file comes from another version of Drydock or from a machine of another architecture. What was loaded stays, and
    /// is built again when it is needed.
    StaleBases = "stale-bases", Environment;
    /// A file could not be read or written.
    File = "file", Environment;

    /// Nothing was left to run after the options were applied.
    NothingToRun = "nothing-to-run", NothingRan;
    /// The exercise has not been checked yet, so there is nothing to say about it: `cargo xtask check` comes first.
    NotChecked = "not-checked", NothingRan;
    /// The exercise is not solved yet, and its solution would take the fun out of it.
    /// `cargo xtask hint` helps a step at a time; `--anyway` shows the solution all the same.
    NotSolved = "not-solved", NothingRan;

    /// A registry refused while a build asked it for a base.
    /// Local bases need no registry: `--bases local`.
    Registry = "registry", Network;
    /// The registry's limit of pulls for this address is used up. Local bases need none: `--bases local`.
    RegistryLimit = "registry-limit", Network;
    /// A download during a build failed: the name could not be resolved, the connection broke, or the TLS certificate was
    /// not trusted. Networks that intercept TLS need their certificate given to the toolchain bases: `--ca-file`.
    Download = "download", Network;

    /// An image could not be built. The message shows the failing step, its last lines and where it stands in the Dockerfile.
    BuildFailed = "build-failed", BuildFailed;
    /// A build took longer than it may and was ended. The message shows the step that was at work.
    /// A `RUN` that waits for input, for a network or for itself never ends; one that only is slow needs a longer
    /// `--timeout`.
    BuildTooLong = "build-too-long", BuildFailed;

    /// The container ended at once, before it answered. Its last log lines are shown.
    ContainerExited = "container-exited", Unhealthy;
    /// The container was ended by the kernel because it used more memory than it may (status 137).
    ContainerOutOfMemory = "container-out-of-memory", Unhealthy;
    /// The container runs, but nothing accepts connections on its port.
    /// Usual causes: another port than the manifest says, or a server that listens on 127.0.0.1 inside the container,
    /// where nobody outside can reach it. Servers in containers listen on 0.0.0.0.
    NeverListened = "never-listened", Unhealthy;
    /// The container accepts connections and then does not answer.
    NeverAnswered = "never-answered", Unhealthy;
    /// The container answers its health endpoint, but with the wrong status or body.
    WrongAnswer = "wrong-answer", Unhealthy;
    /// The container was still at work when the wait for it was cut off, and had not answered: nothing was measured.
    /// Drydock waits while a container uses the processor, and longer than any service needs. Something else keeps the machine
    /// busy, such as a virus scanner or a build, or the engine does not say what its containers use.
    StillAtWork = "still-at-work", Environment;
    /// The container could not be started at all.
    ContainerNotStarted = "container-not-started", Unhealthy;

    /// A check of the repository or a test failed.
    TestFailed = "test-failed", ExpectationFailed;

    /// A page of the book is not written as it must be, names what is not there, or has a command that ends otherwise than it
    /// says. Each place is told with its page and line. Contributing, Writing pages, lists what a page can name.
    Page = "page", ExpectationFailed;

    /// Ctrl-C or a termination signal. What had been created was removed.
    Interrupted = "interrupted", Interrupted;
    /// A fault of Drydock. Please report it with the command and its output.
    Bug = "bug", Bug;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_plain() {
        let mut names: Vec<_> = ErrorId::ALL.iter().map(|id| id.name()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(names.iter().all(|n| n.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }

    #[test]
    fn every_failure_is_explained_in_sentences() {
        for id in ErrorId::ALL {
            let text = id.explanation();
            assert!(text.len() > 20 && text.ends_with('.') || text.ends_with('`'), "{}: {text}", id.name());
        }
    }
}
