//! What is aboard that an intruder would be glad of, told from names and permissions in the visible root file system; a shell also
//! from what it holds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::{LayerFacts, Node, What};
use crate::overlay::Seen;
use crate::path;
use crate::rules::RULES;

const SETUID: u16 = 0o4000;
const SETGID: u16 = 0o2000;
const STICKY: u16 = 0o1000;
const WRITABLE_BY_ALL: u16 = 0o002;
const EXECUTABLE: u16 = 0o111;
/// Where Debian, Fedora and Alpine keep the bundle of roots.
const CA_BUNDLES: [&[u8]; 3] =
    [b"etc/ssl/certs/ca-certificates.crt", b"etc/pki/tls/certs/ca-bundle.crt", b"etc/ssl/cert.pem"];

/// The surface of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct Surface {
    /// Paths of shells.
    pub shells: BTreeSet<String>,
    /// Paths of package managers.
    pub package_managers: BTreeSet<String>,
    /// Paths of compilers, linkers and build tools.
    pub compilers: BTreeSet<String>,
    /// Programs that run with the rights of their owner or group, whoever starts them.
    pub setuid: BTreeSet<String>,
    /// Files anybody may write, and folders in which anybody may replace what others wrote.
    pub world_writable: BTreeSet<String>,
    /// The user of the process, as the image's config names it; empty means root.
    pub user: String,
    /// Whether a file of the roots of public certificate authorities is there. An HTTPS client needs one, unless it has them
    /// inside.
    pub ca_roots: bool,
    /// Whether files of time zones are there. A program may have them inside.
    pub tzdata: bool,
    /// Whether a dynamic loader is there: without one, only static programs run.
    pub loader: bool,
    /// How many of the programs are different ones.
    #[serde(default)]
    pub different: Different,
}

/// Programs of a surface, counted: several names or copies of one count once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct Different {
    /// Shells.
    pub shells: usize,
    /// Package managers.
    pub package_managers: usize,
    /// Compilers, linkers and build tools.
    pub compilers: usize,
}

/// Looks over the visible paths of some layers. `user` is the config's.
pub fn surface(layers: &[&LayerFacts], seen: &[Seen], user: &str) -> Surface {
    let mut surface = Surface { user: user.to_owned(), ..Surface::default() };
    for (layer, seen) in layers.iter().zip(seen) {
        let visible = layer.paths.iter().zip(&seen.paths).filter(|(_, seen)| **seen);
        for ((path, node), _) in visible {
            add(&mut surface, path, node);
        }
        shells(&mut surface, layer, seen);
    }
    let count = |paths: &BTreeSet<String>| RULES.surface.count(paths);
    surface.different = Different {
        shells: count(&surface.shells),
        package_managers: count(&surface.package_managers),
        compilers: count(&surface.compilers),
    };
    surface
}

fn add(surface: &mut Surface, path: &[u8], node: Node) {
    let file = matches!(node.what, What::File(_) | What::LinkBelow);
    if file && node.mode & (SETUID | SETGID) != 0 && node.mode & EXECUTABLE != 0 {
        surface.setuid.insert(path::lossy(path));
    }
    let open_folder = node.what == What::Folder && node.mode & STICKY == 0;
    if (file || open_folder) && node.mode & WRITABLE_BY_ALL != 0 {
        surface.world_writable.insert(path::lossy(path));
    }
    if (file && node.mode & EXECUTABLE != 0) || node.what == What::Symlink {
        program(surface, path);
    }
    surface.ca_roots |= file && CA_BUNDLES.contains(&path);
    surface.tzdata |= file && path.starts_with(b"usr/share/zoneinfo/Europe/");
    let name = path::file_name(path);
    surface.loader |=
        file && (name.starts_with(b"ld-linux") || name.starts_with(b"ld-musl")) && !path.starts_with(b"usr/share");
}

/// Visible programs that are shells by what they hold, wherever they lie and whatever their name.
fn shells(surface: &mut Surface, layer: &LayerFacts, seen: &Seen) {
    if !layer.findings.programs.values().any(|made| made.shell) {
        return;
    }
    for ((path, _), _) in layer.paths.iter().zip(&seen.paths).filter(|(_, seen)| **seen) {
        let path = path::lossy(path);
        if layer.findings.programs.get(&path).is_some_and(|made| made.shell) {
            surface.shells.insert(path);
        }
    }
}

fn program(surface: &mut Surface, path: &[u8]) {
    if !matches!(path::file_name(path::parent(path)), b"bin" | b"sbin") {
        return;
    }
    let Ok(name) = std::str::from_utf8(path::file_name(path)) else { return };
    let kinds = &RULES.surface;
    for (names, found) in [
        (&kinds.shells, &mut surface.shells),
        (&kinds.package_managers, &mut surface.package_managers),
        (&kinds.compilers, &mut surface.compilers),
    ] {
        if names.iter().any(|known| known == name) {
            found.insert(path::lossy(path));
        }
    }
}
