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
    /// `cargo xtask lesson` lists the lessons. Name one by its number, its id, or a part of its id that no other lesson has.
    UnknownLesson = "unknown-lesson", Usage;
    /// The command line names an app that does not exist. Every folder under apps/ is an app.
    UnknownApp = "unknown-app", Usage;
    /// The command line names a variant that this app or lesson does not have.
    /// A variant is one way to build an app, such as `naive` or `multi-stage`.
    UnknownVariant = "unknown-variant", Usage;
    /// The command line names a claim that this lesson does not measure. A claim is a figure that somebody published.
    UnknownClaim = "unknown-claim", Usage;
    /// A Dockerfile or the command line names a base that Drydock has no recipe for.
    /// `cargo xtask bases list` shows the recipes. Where a registry answers, `--bases registry` pulls any base.
    UnknownBase = "unknown-base", Usage;
    /// The engine has no image of this name, and there is no file of this name either.
    UnknownImage = "unknown-image", Usage;
    /// The lesson has no exercise, or none for this app. `cargo xtask progress` shows which lessons have one.
    NoExercise = "no-exercise", Usage;
    /// A new lesson, exercise, app or variant would overwrite something that already exists. Nothing was overwritten.
    AlreadyThere = "already-there", Usage;
    /// No error has this id. `cargo xtask explain` lists the ids.
    UnknownErrorId = "unknown-error-id", Usage;
    /// Options contradict each other, or a value is out of range.
    Usage = "usage", Usage;
    /// A manifest (app.toml, lesson.toml, contract.toml, bases.toml) is not valid.
    /// The message names the line, the column and the nearest key that exists.
    Manifest = "manifest", Usage;
    /// A change that an app or a lesson describes looks for a text that its file does not have, or has more than once.
    /// Somebody edited the file and not the description. Each `find` must match exactly one place in its file.
    StaleEdit = "stale-edit", Usage;
    /// Drydock cannot copy a folder as a build context: a path of it leads out of the folder or through a link, or the folder
    /// holds a device.
    Context = "context", Usage;
    /// Drydock cannot read a Dockerfile. The message names the line.
    Dockerfile = "dockerfile", Usage;
    /// There is no Dockerfile where the audit looked. The message names those that lie near, and the command for each.
    NoDockerfile = "no-dockerfile", Usage;
    /// An archive, or the stream of an image, is truncated, damaged, or not an image at all.
    /// Drydock checks lengths and digests while it reads; the message names the first that is wrong.
    Archive = "archive", Usage;
    /// The command runs outside the Drydock repository, or a part of the repository is missing.
    /// Change into the repository's folder and run it again.
    NotAWorkshop = "not-a-workshop", Usage;

    /// There is no `docker` command on this machine.
    /// On Debian and Ubuntu, `--setup` installs engine and command. Elsewhere, Docker Desktop, OrbStack, Colima or Rancher
    /// Desktop bring both.
    DockerCommandMissing = "docker-command-missing", Environment;
    /// The `docker` command is too old for this engine, which no longer accepts it. Update the command.
    DockerCommandTooOld = "docker-command-too-old", Environment;
    /// Nothing answered at the address where the Docker engine should be.
    /// No engine is installed, or it is not running, or the client looks in the wrong place. The environment variable
    /// `DOCKER_HOST` or the active docker context decides where it looks, and the message names it.
    EngineAbsent = "engine-absent", Environment;
    /// The engine's socket exists, but this user may not open it.
    /// On Linux, members of the group `docker` may. The group is as powerful as root on this machine: join it with that in
    /// mind, or use rootless Docker. Do not open the socket to everyone.
    EngineDenied = "engine-denied", Environment;
    /// `DOCKER_HOST` or the active docker context does not name a usable address.
    EngineAddress = "engine-address", Environment;
    /// The engine accepted the connection and then did not answer in time.
    /// It may be starting, out of memory, or stuck. Look at the engine's own log.
    EngineSilent = "engine-silent", Environment;
    /// The engine is older than the lessons need. They need API 1.43, which is Docker 24.
    EngineTooOld = "engine-too-old", Environment;
    /// The engine runs, but could not build an image and start a container from it.
    EngineBroken = "engine-broken", Environment;
    /// Podman answers in Docker's place: as the `docker` command, or at the address where the engine should be.
    /// It builds without BuildKit and has no `docker buildx bake`. The lessons show what BuildKit does and build with it, so
    /// they need a Docker engine. Two commands need no engine: `inspect` and `diff` read what `podman save` wrote.
    Podman = "podman", Environment;
    /// The buildx plugin is missing. Some distributions have it in a package of its own: docker-buildx or
    /// docker-buildx-plugin.
    BuildxMissing = "buildx-missing", Environment;
    /// The buildx plugin is there but does not run, or its answer is not a version. Install it again.
    BuildxBroken = "buildx-broken", Environment;
    /// The buildx plugin is older than 0.13. Drydock reads `--progress=rawjson`, which older versions do not have.
    BuildxTooOld = "buildx-too-old", Environment;
    /// The engine could not send an image, stopped in the middle, or sent something that is not an image.
    ImageStream = "image-stream", Environment;
    /// Drydock could not measure how many bytes a pull fetches, because the engine could not reach this machine's loopback
    /// address.
    /// An engine on another machine, or in a virtual machine, cannot reach it.
    PullUnknown = "pull-unknown", Environment;
    /// Drydock cannot start a second, empty engine on this machine. It would show how long a new machine waits for a pull.
    /// It needs Linux, root, and the programs nsenter, unshare and dockerd.
    NoEmptyEngine = "no-empty-engine", Environment;
    /// The disk where the engine keeps its images has too little free space, or none. `cargo xtask clean` removes what belongs
    /// to Drydock, and `docker system df` shows what else takes space.
    DiskFull = "disk-full", Environment;
    /// A tool that this step needs is not installed. The message names it, and the command that installs it where there is one.
    ToolMissing = "tool-missing", Environment;
    /// A program that Drydock started, such as git or apt, did not finish in time. The message names the program.
    /// It may be waiting for the network, for a lock that another program holds, or for an answer to a question.
    ToolSilent = "tool-silent", Environment;
    /// `--setup` does not know how to install an engine on this system.
    SetupUnsupported = "setup-unsupported", Environment;
    /// A step of `--setup` failed. The message names a log with the details.
    SetupFailed = "setup-failed", Environment;
    /// Local bases were loaded from a file, but today's recipes make different ones.
    /// The file comes from another version of Drydock or from another architecture. The loaded bases stay, and Drydock builds
    /// the right ones when it needs them.
    StaleBases = "stale-bases", Environment;
    /// Drydock could not read or write a file. The message names the file and the reason.
    File = "file", Environment;

    /// With these options, nothing is left to run. Leave one out.
    NothingToRun = "nothing-to-run", NothingRan;
    /// You have not checked this exercise yet, so there is nothing to say about it. Run `cargo xtask check` first.
    NotChecked = "not-checked", NothingRan;
    /// You have not solved this exercise yet, and seeing the solution would spoil it.
    /// `cargo xtask hint` helps one step at a time. `--anyway` shows the solution now.
    NotSolved = "not-solved", NothingRan;

    /// A registry refused to give a build its base. Local bases need no registry: add `--bases local`.
    Registry = "registry", Network;
    /// This address has used up the registry's limit of pulls. Local bases need no registry: add `--bases local`.
    RegistryLimit = "registry-limit", Network;
    /// A download during a build failed: the build could not resolve the name, the connection broke, or the build does not trust
    /// the certificate. If your network intercepts TLS, pass its certificate with `--ca-file`.
    Download = "download", Network;

    /// A build failed. The message shows the failing step, its last lines and its line in the Dockerfile.
    BuildFailed = "build-failed", BuildFailed;
    /// A build took too long, and Drydock ended it. The message shows the step that was running.
    /// A `RUN` that waits for input or for the network never ends. If it is only slow, give it a longer `--timeout`.
    BuildTooLong = "build-too-long", BuildFailed;

    /// The container ended before it answered. The message shows its last log lines.
    ContainerExited = "container-exited", Unhealthy;
    /// The kernel ended the container because it used more memory than it may (status 137).
    ContainerOutOfMemory = "container-out-of-memory", Unhealthy;
    /// The container runs, but nothing accepts connections on its port.
    /// The service may listen on another port than the manifest says. Or it listens on 127.0.0.1 inside the container, where
    /// nobody outside can reach it. A server in a container should listen on 0.0.0.0.
    NeverListened = "never-listened", Unhealthy;
    /// The container accepts connections but does not answer. Its log may show what it waits for.
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

    /// A page of the book has a mistake: it names something that does not exist, or a command ends with another status than
    /// the page says. The message names page and line. Contributing, Writing pages, lists what a page can name.
    Page = "page", ExpectationFailed;

    /// You pressed Ctrl-C, or the program got a signal to end. It removed what it had created.
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
