//! Linux, macOS and the BSDs.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Free, Owner};

pub(super) fn free(path: &Path) -> Option<Free> {
    let stat = rustix::fs::statvfs(path).ok()?;
    // A file system that counts no inodes at all has no limit that could be reached.
    let inodes = (stat.f_files > 0).then_some(stat.f_favail);
    Some(Free { bytes: stat.f_bavail.saturating_mul(stat.f_frsize), inodes })
}

pub(super) fn owner(path: &Path) -> Option<Owner> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Owner {
        user: name_of(metadata.uid(), "/etc/passwd"),
        group: name_of(metadata.gid(), "/etc/group"),
        mode: metadata.mode() & 0o7777,
    })
}

pub(super) fn name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The name that belongs to a number in a file of the form `name:password:number:…`; directories of a network are not asked.
fn name_of(number: u32, file: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let number = number.to_string();
    text.lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&number.as_str()))
        .map_or(number.clone(), |fields| fields[0].to_owned())
}
