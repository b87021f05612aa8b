//! Linux, macOS and the BSDs.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

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

pub(super) fn link(target: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

pub(super) fn like_any_file(file: &mut tempfile::Builder<'_, '_>) {
    file.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
}

#[expect(clippy::unnecessary_wraps, reason = "other systems cannot tell")]
pub(super) fn is_executable(metadata: &std::fs::Metadata) -> Option<bool> {
    Some(metadata.is_file() && metadata.mode() & 0o100 != 0)
}

pub(super) fn terminal() -> Option<String> {
    use std::io::{stderr, stdin, stdout};
    // Whatever was redirected, one of the three often is the terminal still. Its device is used by the next terminal when it is
    // closed; the session is not.
    let device = [rustix::fs::fstat(stdin()), rustix::fs::fstat(stderr()), rustix::fs::fstat(stdout())]
        .into_iter()
        .zip([rustix::termios::isatty(stdin()), rustix::termios::isatty(stderr()), rustix::termios::isatty(stdout())])
        .find_map(|(stat, terminal)| stat.ok().filter(|_| terminal))?
        .st_rdev;
    let session = rustix::process::getsid(None).ok()?;
    Some(format!("{}-{device}", session.as_raw_pid()))
}

pub(super) fn forget_typed() {
    // Fails where standard input is no terminal, and then nobody types.
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
}

pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

pub(super) fn status(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

pub(super) fn on_signal(mut handle: impl FnMut() + Send + 'static) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || signals.forever().for_each(|_| handle()))?;
    Ok(())
}

pub(super) fn ignore_signals() -> std::io::Result<()> {
    // A handler that does nothing, rather than `SIG_IGN`, which programs that are started would inherit.
    on_signal(|| ())
}

pub(super) fn end_process(pid: u32, force: bool) {
    let signal = if force { rustix::process::Signal::KILL } else { rustix::process::Signal::TERM };
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        let _ = rustix::process::kill_process(pid, signal);
    }
}

pub(super) fn set_apart(command: &mut Command) {
    command.process_group(0);
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

pub(super) fn is_fifo(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
}

pub(super) fn special(from: &Path, to: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::FileTypeExt;
    let found = std::fs::symlink_metadata(from)?;
    if found.file_type().is_fifo() {
        fifo(to, &found.permissions())?;
    } else if found.file_type().is_socket() {
        std::fs::File::create(to)?.set_permissions(found.permissions())?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

#[cfg(not(target_vendor = "apple"))]
fn fifo(at: &Path, permissions: &std::fs::Permissions) -> std::io::Result<()> {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::os::unix::fs::PermissionsExt;
    Ok(mknodat(CWD, at, FileType::Fifo, Mode::from_raw_mode(permissions.mode() & 0o7777), 0)?)
}

/// There is no call for it that the crate knows; a build that needs a FIFO of its context makes one itself.
#[cfg(target_vendor = "apple")]
fn fifo(_at: &Path, _permissions: &std::fs::Permissions) -> std::io::Result<()> {
    Ok(())
}

pub(super) fn allow_owner(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

pub(super) fn forbid_all(permissions: &mut std::fs::Permissions) {
    use std::os::unix::fs::PermissionsExt;
    permissions.set_mode(0o000);
}
