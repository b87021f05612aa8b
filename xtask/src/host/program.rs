//! The file of this program, for whoever starts it again.

use std::io;
use std::path::PathBuf;

/// The file this program was started from. Where cargo has put a newer one in its place since, this is still the one that runs,
/// on systems that can name it.
///
/// Errors: the system does not tell.
pub fn program() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    // Linux keeps a file that runs, and leads to it from here also when it has no name any more (proc_pid_exe(5)).
    let kept = PathBuf::from(format!("/proc/{}/exe", std::process::id()));
    Ok(if !path.exists() && kept.exists() { kept } else { path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_file_that_is_there() {
        assert!(program().unwrap().exists());
    }
}
