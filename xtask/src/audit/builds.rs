//! Which commands of a Dockerfile make a program out of sources, and with what.

use super::seen::Written;
use super::shell::{self, Call};

/// What a command belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Node and what bundles for browsers.
    Node,
    /// Python.
    Python,
    /// Go.
    Go,
    /// Rust.
    Rust,
    /// The JVM.
    Jvm,
    /// .NET.
    DotNet,
    /// C, C++ and what make drives.
    Native,
}

/// What a command that builds belongs to; `None` for one that does not build, such as an installer of finished packages.
pub fn builds(call: &Call) -> Option<Family> {
    let verb = call.verb();
    let script = || {
        call.arguments().iter().any(|word| word == "build" || word.starts_with("build:") || word.ends_with(":build"))
    };
    match call.program() {
        "npm" | "pnpm" | "yarn" | "bun" | "turbo" | "nx" if script() => Some(Family::Node),
        "tsc" | "vite" | "webpack" | "esbuild" | "rollup" | "parcel" | "ng" | "next" | "nuxt" | "swc" => {
            Some(Family::Node)
        }
        "npx" | "pnpx" | "bunx"
            if ["tsc", "vite", "webpack", "esbuild", "rollup", "next", "ng", "nest"].contains(&verb) =>
        {
            Some(Family::Node)
        }
        "go" if ["build", "install"].contains(&verb) => Some(Family::Go),
        "cargo" if ["build", "install", "b", "zigbuild", "leptos"].contains(&verb) => Some(Family::Rust),
        "mvn" | "mvnw" if call.has(&["package", "install", "verify", "native:compile", "spring-boot:build-image"]) => {
            Some(Family::Jvm)
        }
        "gradle" | "gradlew" => {
            let task = |word: &String| {
                let task = word.rsplit(':').next().unwrap_or(word);
                ["build", "assemble", "bootJar", "jar", "shadowJar", "installDist", "nativeCompile"].contains(&task)
            };
            call.arguments().iter().any(task).then_some(Family::Jvm)
        }
        "javac" | "sbt" | "lein" => Some(Family::Jvm),
        "dotnet" if ["publish", "build"].contains(&verb) => Some(Family::DotNet),
        "gcc" | "g++" | "cc" | "c++" | "clang" | "clang++" | "make" | "cmake" | "ninja" | "meson" => {
            Some(Family::Native)
        }
        _ => None,
    }
}

/// The commands that build among the instructions that end up in the image.
pub fn shipped(written: &Written) -> Vec<(Family, Call)> {
    let calls = written.shipped().into_iter().flat_map(shell::calls);
    calls.filter_map(|call| Some((builds(&call)?, call))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<Family> {
        builds(&shell::of_text(line, 1)[0])
    }

    #[test]
    fn what_builds_is_told_from_what_installs() {
        for (line, family) in [
            ("npm run build", Family::Node),
            ("pnpm -r build", Family::Node),
            ("yarn workspace web build", Family::Node),
            ("CGO_ENABLED=0 go build -o /x ./cmd", Family::Go),
            ("cargo build --release", Family::Rust),
            ("./mvnw -B package -DskipTests", Family::Jvm),
            ("./gradlew :app:bootJar", Family::Jvm),
            ("make -j4", Family::Native),
        ] {
            assert_eq!(of(line), Some(family), "{line}");
        }
        for line in [
            "npm ci",
            "npm start",
            "pip install -r x",
            "go mod download",
            "cargo fetch",
            "mvn dependency:go-offline",
            "gradle dependencies",
            "dotnet restore",
            "apt-get install -y make",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
