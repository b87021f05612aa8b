//! This machine: what the operating system says about itself. The one place for code that only some systems have.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;

#[cfg(not(unix))]
mod other;
#[cfg(not(unix))]
use other as system;

mod program;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

pub use program::program;

/// Room left on a file system, for a user without special rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Free {
    /// Bytes that can still be written.
    pub bytes: u64,
    /// Files that can still be created; `None` where the file system makes inodes as it needs them (btrfs).
    pub inodes: Option<u64>,
}

/// Who owns a file, and what its permissions are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Name of the user, or the number where it has no name.
    pub user: String,
    /// Name of the group, or the number where it has no name.
    pub group: String,
    /// Permission bits, e.g. `0o660`.
    pub mode: u32,
}

/// The room left on the file system that holds `path`; `None` where the system does not tell.
pub fn free(path: &Path) -> Option<Free> {
    system::free(path)
}

/// Who owns `path`; `None` where it does not exist or the system knows no owners.
pub fn owner(path: &Path) -> Option<Owner> {
    system::owner(path)
}

/// The name this machine has on its network; empty where the system does not tell.
pub fn name() -> String {
    system::name()
}

/// Creates a symbolic link at `at` that leads to `target`.
pub fn link(target: &Path, at: &Path) -> std::io::Result<()> {
    system::link(target, at)
}

/// A name of the terminal that this program was started from, safe in a path: two windows, tabs or panes have two names. `None` where
/// there is no terminal, or the system does not tell.
pub fn terminal() -> Option<String> {
    system::terminal()
}

/// Throws away what was typed at the terminal and not read yet.
pub fn forget_typed() {
    system::forget_typed();
}

/// Has a temporary file made with the permissions of any other file, less what the system is told to take away (umask).
pub fn like_any_file(file: &mut tempfile::Builder<'_, '_>) {
    system::like_any_file(file);
}

/// Makes again what is neither file nor folder nor link, as a builder does with a context it is sent: a FIFO is a FIFO, and a socket
/// an empty file with its permissions. Returns whether it is one of these.
pub fn special(from: &Path, to: &Path) -> std::io::Result<bool> {
    system::special(from, to)
}

/// Whether a path, or what a link there leads to, is a FIFO: reading it waits for somebody who writes.
pub fn is_fifo(path: &Path) -> bool {
    system::is_fifo(path)
}

/// Lets the owner of a folder read and change it, as removing it asks for.
///
/// Errors: it is not this user's, or gone.
pub fn allow_owner(folder: &Path) -> std::io::Result<()> {
    system::allow_owner(folder)
}

/// Takes every permission away that the system lets one take away.
pub fn forbid_all(permissions: &mut std::fs::Permissions) {
    system::forbid_all(permissions);
}

/// Whether a file may be run as a program; `None` where the system keeps no such permission.
pub fn is_executable(metadata: &std::fs::Metadata) -> Option<bool> {
    system::is_executable(metadata)
}

/// Whether this process has the rights of the system's administrator.
pub fn is_root() -> bool {
    system::is_root()
}

/// Exit status of a finished process; 128 + signal number where a signal ended it, −1 where the system tells neither.
pub fn status(status: ExitStatus) -> i32 {
    system::status(status)
}

/// Calls `handle`, in a thread of its own, whenever the user or the system asks this program to end: Ctrl-C, and where there are
/// signals also SIGTERM and SIGHUP.
///
/// Errors: the system refuses the handler.
pub fn on_signal(handle: impl FnMut() + Send + 'static) -> std::io::Result<()> {
    system::on_signal(handle)
}

/// Ignores from now on what [`on_signal`] hears of.
///
/// Errors: the system refuses.
pub fn ignore_signals() -> std::io::Result<()> {
    system::ignore_signals()
}

/// Ends a process: asks it to (SIGTERM), or by `force` (SIGKILL). One that has ended already is no error.
pub fn end_process(pid: u32, force: bool) {
    system::end_process(pid, force);
}

/// Lets a process that is about to be started live apart from this terminal, so that no Ctrl-C reaches it.
pub fn set_apart(command: &mut Command) {
    system::set_apart(command);
}

/// Whether systemd manages this machine's services (`sd_booted(3)`: the folder exists exactly then).
pub fn runs_systemd() -> bool {
    Path::new("/run/systemd/system").is_dir()
}

/// The name of a process that is alive, as Linux keeps it (at most 15 bytes); `None` for one that is not, or that is dead and
/// only waits for its parent to take notice.
pub fn process_name(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // `pid (name) state …` (proc_pid_stat(5)); the name may hold spaces and parentheses itself.
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
    (!rest.starts_with(['Z', 'X'])).then(|| name.to_owned())
}

/// Where a program lies: on PATH, or where administrators' programs are even if PATH of this user lacks the folder.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(&file))
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_system_of_a_temporary_folder_has_room() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!cfg!(unix) || free(folder.path()).unwrap().bytes > 0);
    }

    #[test]
    fn a_path_that_does_not_exist_has_no_room_and_no_owner() {
        let nowhere = Path::new("/no/such/place");
        assert_eq!((free(nowhere), owner(nowhere)), (None, None));
    }

    #[cfg(unix)]
    #[test]
    fn the_root_folder_belongs_to_root() {
        assert_eq!(owner(Path::new("/")).unwrap().user, "root");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_living_process_has_a_name_and_no_process_has_none() {
        assert!(process_name(std::process::id()).is_some());
        assert_eq!(process_name(u32::MAX), None);
    }

    #[test]
    fn a_program_is_found_only_where_it_is() {
        assert_eq!(find("no-such-program-here"), None);
        assert!(!cfg!(unix) || find("sh").is_some());
    }
}
