//! What a build is given besides its Dockerfile: arguments, and the platforms it runs on and builds for.

use std::collections::BTreeMap;

use crate::model::Platform;

/// What decides the variables of a Dockerfile's `FROM` lines. By default: no arguments, and this machine's platform.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'g> {
    /// Values of build arguments.
    pub args: Option<&'g BTreeMap<String, String>>,
    /// The platform that is built for; that of this machine where nothing else is said.
    pub platform: Option<&'g Platform>,
    /// The stage that is built, by name.
    pub target: Option<&'g str>,
}

impl Given<'_> {
    /// The value that a build argument is given.
    pub(super) fn argument(&self, name: &str) -> Option<&str> {
        self.args?.get(name).map(String::as_str)
    }

    /// The variables that are there without an `ARG`. Source: `defaultArgs` in `dockerfile2llb/platform.go` of moby/buildkit.
    pub(super) fn values(&self) -> BTreeMap<String, String> {
        let here = here();
        let target = self.platform.map_or(here.as_str(), Platform::as_str);
        let mut values = BTreeMap::new();
        for (prefix, platform) in [("BUILD", here.as_str()), ("TARGET", target)] {
            let mut parts = platform.split('/');
            values.insert(format!("{prefix}PLATFORM"), platform.to_owned());
            for part in ["OS", "ARCH", "VARIANT"] {
                values.insert(format!("{prefix}{part}"), parts.next().unwrap_or_default().to_owned());
            }
        }
        values.insert("TARGETSTAGE".to_owned(), self.target.unwrap_or("default").to_owned());
        // The builder's own values give way to what the command line says.
        for (name, value) in &mut values {
            if let Some(given) = self.argument(name) {
                given.clone_into(value);
            }
        }
        values
    }
}

/// The platform of an engine on this machine: engines run Linux, in a virtual machine where the system is another.
fn here() -> String {
    // Names of the OCI image spec (those of Go) for names of Rust's targets.
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "arm" => "arm/v7",
        "powerpc64" => "ppc64le",
        other => other,
    };
    format!("linux/{architecture}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_taken_apart_and_arguments_come_first() {
        let platform = Platform::try_from("linux/arm/v7".to_owned()).unwrap();
        let args = BTreeMap::from([("TARGETOS".to_owned(), "plan9".to_owned())]);
        let values = Given { args: Some(&args), platform: Some(&platform), target: Some("x") }.values();
        let of = |name: &str| values[name].as_str();
        assert_eq!((of("TARGETPLATFORM"), of("TARGETARCH"), of("TARGETVARIANT")), ("linux/arm/v7", "arm", "v7"));
        assert_eq!((of("TARGETOS"), of("BUILDOS"), of("TARGETSTAGE")), ("plan9", "linux", "x"));
        let values = Given::default().values();
        assert_eq!((&values["TARGETPLATFORM"], values["TARGETSTAGE"].as_str()), (&values["BUILDPLATFORM"], "default"));
    }
}
