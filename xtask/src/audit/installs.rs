//! Which commands of a Dockerfile fetch what a project depends on, and by which lists.

use super::shell::Call;

/// An installer of a project's dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// npm.
    Npm,
    /// Yarn.
    Yarn,
    /// pnpm.
    Pnpm,
    /// pip.
    Pip,
    /// Poetry.
    Poetry,
    /// uv.
    Uv,
    /// Go modules.
    Go,
    /// Cargo.
    Cargo,
    /// Maven.
    Maven,
    /// Gradle.
    Gradle,
    /// Composer.
    Composer,
    /// Bundler.
    Bundler,
    /// `NuGet`.
    DotNet,
}

impl Tool {
    /// The files that say what is installed, those that every project has first.
    pub fn lists(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &["package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"],
            Self::Yarn => &["package.json", "yarn.lock", ".yarnrc.yml"],
            Self::Pnpm => &["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc"],
            Self::Pip => &["requirements.txt"],
            Self::Poetry => &["pyproject.toml", "poetry.lock"],
            Self::Uv => &["pyproject.toml", "uv.lock"],
            Self::Go => &["go.mod", "go.sum"],
            Self::Cargo => &["Cargo.toml", "Cargo.lock"],
            Self::Maven => &["pom.xml"],
            Self::Gradle => &["settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts"],
            Self::Composer => &["composer.json", "composer.lock"],
            Self::Bundler => &["Gemfile", "Gemfile.lock"],
            Self::DotNet => &[],
        }
    }

    /// Where it keeps what it downloaded, for a cache mount.
    pub fn cache(self) -> &'static str {
        match self {
            Self::Npm => "/root/.npm",
            Self::Yarn => "/usr/local/share/.cache/yarn",
            Self::Pnpm => "/root/.local/share/pnpm/store",
            Self::Pip => "/root/.cache/pip",
            Self::Poetry => "/root/.cache/pypoetry",
            Self::Uv => "/root/.cache/uv",
            Self::Go => "/go/pkg/mod",
            Self::Cargo => "/usr/local/cargo/registry",
            Self::Maven => "/root/.m2",
            Self::Gradle => "/root/.gradle",
            Self::Composer => "/tmp/cache",
            Self::Bundler => "/usr/local/bundle/cache",
            Self::DotNet => "/root/.nuget/packages",
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Yarn => "yarn",
            Self::Pnpm => "pnpm",
            Self::Pip => "pip",
            Self::Poetry => "poetry",
            Self::Uv => "uv",
            Self::Go => "go",
            Self::Cargo => "cargo",
            Self::Maven => "mvn",
            Self::Gradle => "gradle",
            Self::Composer => "composer",
            Self::Bundler => "bundle",
            Self::DotNet => "dotnet",
        }
    }
}

/// The installer whose lists a command follows; `None` for one that is given names of packages, or does something else.
pub fn installs(call: &Call) -> Option<Tool> {
    let verb = call.verb();
    let named = || call.arguments().iter().skip_while(|word| *word != verb).skip(1).any(|word| !word.starts_with('-'));
    let global = call.has_option(&["-g", "--global"]);
    match call.program() {
        "npm" if verb == "ci" || verb == "clean-install" => Some(Tool::Npm),
        "npm" if ["install", "i"].contains(&verb) && !global && !named() => Some(Tool::Npm),
        "yarn" if (verb.is_empty() || verb == "install") && !global => Some(Tool::Yarn),
        "pnpm" if ["install", "i", "fetch"].contains(&verb) && !global => Some(Tool::Pnpm),
        "pip" | "pip3" if verb == "install" && call.has_option(&["-r", "--requirement"]) => Some(Tool::Pip),
        "python" | "python3" if call.has(&["pip"]) && call.has(&["install"]) && call.has(&["-r"]) => Some(Tool::Pip),
        "poetry" if verb == "install" || verb == "sync" => Some(Tool::Poetry),
        "uv" if verb == "sync" || (call.has(&["pip"]) && call.has_option(&["-r", "--requirements"])) => Some(Tool::Uv),
        "go" if call.has(&["download"]) || (verb == "mod" && call.has(&["vendor"])) => Some(Tool::Go),
        "cargo" if verb == "fetch" || call.has(&["cook"]) => Some(Tool::Cargo),
        "mvn" | "mvnw" if call.arguments().iter().any(|word| word.starts_with("dependency:")) => Some(Tool::Maven),
        "gradle" | "gradlew" if call.has(&["dependencies"]) => Some(Tool::Gradle),
        "composer" if verb == "install" => Some(Tool::Composer),
        "bundle" if verb == "install" => Some(Tool::Bundler),
        "dotnet" if verb == "restore" => Some(Tool::DotNet),
        _ => None,
    }
}

/// The tool whose dependencies a build fetches on its way, where nothing fetched them before.
pub fn fetches(call: &Call) -> Option<Tool> {
    let verb = call.verb();
    match call.program() {
        "go" if verb == "build" => Some(Tool::Go),
        "go" if verb == "install" && !call.arguments().iter().any(|word| word.contains('@')) => Some(Tool::Go),
        "cargo" if ["build", "b", "install"].contains(&verb) => Some(Tool::Cargo),
        "mvn" | "mvnw" if super::builds::builds(call).is_some() => Some(Tool::Maven),
        "gradle" | "gradlew" if super::builds::builds(call).is_some() => Some(Tool::Gradle),
        _ => None,
    }
}

/// Packages that compile others, as distributions name them.
pub fn is_compiler(package: &str) -> bool {
    let name = package.split(['=', ':']).next().unwrap_or(package);
    ["build-essential", "gcc", "g++", "clang", "make", "cmake", "build-base", "rustc", "cargo", "golang", "musl-dev"]
        .contains(&name)
        || (name.ends_with("-dev") && !name.starts_with('-'))
        || name.starts_with("gcc-")
}

/// The names of packages that a command of a distribution installs.
pub fn system_packages(call: &Call) -> Vec<&str> {
    let installs = match call.program() {
        "apt-get" | "apt" | "aptitude" | "dnf" | "yum" | "microdnf" => {
            call.verb() == "install" || call.has(&["install"])
        }
        "apk" => call.has(&["add"]),
        _ => false,
    };
    if !installs {
        return Vec::new();
    }
    let behind = call.arguments().iter().skip_while(|word| *word != "install" && *word != "add").skip(1);
    behind.map(String::as_str).filter(|word| !word.starts_with('-')).collect()
}

#[cfg(test)]
mod tests {
    use super::super::shell::of_text;
    use super::*;

    #[test]
    fn what_follows_a_list_is_told_from_what_is_named() {
        for (line, tool) in [
            ("npm ci --omit=dev", Some(Tool::Npm)),
            ("npm install", Some(Tool::Npm)),
            ("npm i --silent", Some(Tool::Npm)),
            ("npm install express", None),
            ("npm install -g pnpm", None),
            ("yarn", Some(Tool::Yarn)),
            ("yarn build", None),
            ("pnpm i --frozen-lockfile", Some(Tool::Pnpm)),
            ("pip install --no-cache-dir -r requirements.txt", Some(Tool::Pip)),
            ("pip install flask", None),
            ("python -m pip install -r x.txt", Some(Tool::Pip)),
            ("uv sync --locked", Some(Tool::Uv)),
            ("go mod download", Some(Tool::Go)),
            ("go install x@latest", None),
            ("bundle install", Some(Tool::Bundler)),
        ] {
            assert_eq!(installs(&of_text(line, 1)[0]), tool, "{line}");
        }
    }

    #[test]
    fn packages_of_a_distribution_are_listed() {
        let call = &of_text("apt-get install -y --no-install-recommends gcc libpq-dev", 1)[0];
        assert_eq!(system_packages(call), ["gcc", "libpq-dev"]);
        assert!(is_compiler("libpq-dev") && is_compiler("gcc=4:12") && !is_compiler("libpq5") && !is_compiler("curl"));
        assert_eq!(system_packages(&of_text("apk add --no-cache build-base", 1)[0]), ["build-base"]);
    }
}
