//! Systems without POSIX file systems and users: Windows.

use std::path::Path;
use std::process::{Command, ExitStatus};

use super::{Free, Owner};

pub(super) fn free(_path: &Path) -> Option<Free> {
    None
}

pub(super) fn owner(_path: &Path) -> Option<Owner> {
    None
}

pub(super) fn name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

pub(super) fn link(_target: &Path, _at: &Path) -> std::io::Result<()> {
    // Windows asks for a right that few users have, and whether the link is one to a folder.
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "symbolic links are not copied on this system"))
}

pub(super) fn like_any_file(_file: &mut tempfile::Builder<'_, '_>) {}

pub(super) fn is_executable(_metadata: &std::fs::Metadata) -> Option<bool> {
    None
}

pub(super) fn terminal() -> Option<String> {
    None
}

pub(super) fn forget_typed() {}

pub(super) fn is_root() -> bool {
    false
}

pub(super) fn status(status: ExitStatus) -> i32 {
    status.code().unwrap_or(-1)
}

pub(super) fn on_signal(handle: impl FnMut() + Send + 'static) -> std::io::Result<()> {
    ctrlc::set_handler(handle).map_err(std::io::Error::other)
}

pub(super) fn ignore_signals() -> std::io::Result<()> {
    on_signal(|| ())
}

pub(super) fn end_process(pid: u32, force: bool) {
    let command = crate::process::Command::new("taskkill").args(["/T", "/PID", &pid.to_string()]);
    let command = if force { command.arg("/F") } else { command };
    let _ = command.output(std::time::Duration::from_secs(30));
}

pub(super) fn set_apart(_command: &mut Command) {}

pub(super) fn is_fifo(_path: &Path) -> bool {
    false
}

pub(super) fn special(_from: &Path, _to: &Path) -> std::io::Result<bool> {
    Ok(false)
}

#[allow(clippy::permissions_set_readonly_false, reason = "it is about Unix, which has a function of its own")]
pub(super) fn allow_owner(folder: &Path) -> std::io::Result<()> {
    let mut permissions = std::fs::metadata(folder)?.permissions();
    permissions.set_readonly(false);
    std::fs::set_permissions(folder, permissions)
}

pub(super) fn forbid_all(permissions: &mut std::fs::Permissions) {
    permissions.set_readonly(true);
}
