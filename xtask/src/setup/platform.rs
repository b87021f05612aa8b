//! Which system this is, and whether `--setup` knows its way around in it.

use std::collections::BTreeMap;

use crate::error::{ErrorId, Problem, Result};
use crate::host;

/// A Debian, an Ubuntu, or a system made from one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Platform {
    /// Name of the release, e.g. `bookworm`; empty where the system does not say.
    pub codename: String,
}

impl Platform {
    /// Reads `/etc/os-release`.
    ///
    /// Errors: [`ErrorId::SetupUnsupported`], with what to install by hand.
    pub(super) fn observe() -> Result<Self> {
        let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        Self::of(std::env::consts::OS, &release, host::find("apt-get").is_some())
    }

    fn of(os: &str, release: &str, apt: bool) -> Result<Self> {
        let fields = fields(release);
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        if os == "linux" && apt {
            return Ok(Self { codename: field("VERSION_CODENAME").to_owned() });
        }
        let family: Vec<&str> = field("ID").split(' ').chain(field("ID_LIKE").split(' ')).collect();
        let name = Some(field("PRETTY_NAME")).filter(|name| !name.is_empty()).unwrap_or(os);
        let fact =
            format!("--setup can install things on Debian and Ubuntu; this is {}.", crate::names::printable(name));
        let problem = Problem::new(ErrorId::SetupUnsupported, fact);
        Err(match os {
            "macos" => problem.next("brew install --cask docker-desktop    or OrbStack, Colima, Rancher Desktop"),
            "windows" => problem.next("winget install Docker.DockerDesktop    or Rancher Desktop"),
            _ if family.contains(&"fedora") => problem
                .next("sudo dnf install moby-engine docker-cli docker-buildx")
                .next("sudo systemctl enable --now docker"),
            _ if family.contains(&"arch") => {
                problem.next("sudo pacman -S docker docker-buildx").next("sudo systemctl enable --now docker")
            }
            _ if family.contains(&"suse") || family.contains(&"opensuse") => {
                problem.next("sudo zypper install docker docker-buildx").next("sudo systemctl enable --now docker")
            }
            _ if family.contains(&"alpine") => {
                problem.next("doas apk add docker docker-cli-buildx").next("doas rc-service docker start")
            }
            _ => problem
                .next("Install the Docker engine (24 or newer) and its buildx plugin (0.13 or newer), and start it."),
        })
    }
}

/// Reads `NAME=value` and `NAME="value"` lines (`os-release(5)`).
fn fields(release: &str) -> BTreeMap<&str, String> {
    let pairs = release.lines().filter_map(|line| line.trim().split_once('='));
    pairs.map(|(name, value)| (name, value.trim_matches(['"', '\'']).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debian_is_known_by_its_codename() {
        let release = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n";
        assert_eq!(Platform::of("linux", release, true).unwrap(), Platform { codename: "bookworm".into() });
    }

    #[test]
    fn every_other_system_is_told_what_to_install() {
        let next = |os: &str, release: &str| {
            let problem = Platform::of(os, release, false).unwrap_err();
            assert_eq!(problem.id, ErrorId::SetupUnsupported);
            problem.next[0].clone()
        };
        assert!(next("linux", "ID=fedora\n").starts_with("sudo dnf install moby-engine"));
        assert!(next("linux", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n").starts_with("sudo dnf"));
        assert!(next("linux", "ID=manjaro\nID_LIKE=arch\n").starts_with("sudo pacman -S docker"));
        assert!(next("linux", "ID=nixos\n").contains("24 or newer"));
        assert!(next("macos", "").contains("OrbStack"));
        assert!(next("windows", "").starts_with("winget"));
    }

    #[test]
    fn the_system_is_named_by_its_own_name() {
        let problem = Platform::of("linux", "PRETTY_NAME=\"Fedora Linux 42\"\nID=fedora\n", false).unwrap_err();
        assert_eq!(problem.fact, "--setup can install things on Debian and Ubuntu; this is Fedora Linux 42.");
    }
}
